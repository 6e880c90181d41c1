"""What is observed at a visit, and what is offered there."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Facts:
    """What the clinic has observed of one patient at one visit; never hidden truth.

    Everything defaults to "nothing seen yet" (0, False or no text), so that a lesson can write
    ``Facts(weeks=2, pain=6)``. Values are not checked here: the clinic builds one per visit.

    Attributes
    ----------
    weeks
        Weeks since the first visit.
    visits
        Visits so far, this one among them.
    pain, limb_pain, axial_pain
        NRS 0-10; ``pain`` is the worse of the two.
    disability
        ODI or NDI, 0-100.
    pain_improvement, disability_improvement
        Percent of the first visit's; negative when worse.
    age
        Years.
    sleep, fear
        As reported, 0-100: percent of a good night's sleep, and fear of movement.
    serious_risk, certainty
        Percent: probability of serious disease given the red flags, and of the leading diagnosis.
    flares
        Since the first visit.
    opioid_weeks
        Weeks on opioids.
    sessions, prior_sessions, cbt_sessions
        Exercise sessions attended here and before referral; CBT sessions attended.
    images, emgs, epidurals, joint_injections, trigger_injections, blocks, ablations, operations
        How many so far. Epidurals and operations of either site; joint injections are facet and SI.
    block_relief
        Percent relief in the last block's diary, 0 if there was none.
    epidural_relief, ablation_relief, joint_relief
        Percent less pain at the first review after the last one than at the visit before; 0 if none or worse.
    red_flag, flag_scanned
        A red flag is present; a scan has been made since it appeared.
    serious_found, compression_found
        The last scan showed serious disease; and of a kind that asks for an urgent operation, pressure on
        cauda equina, root or cord (the others are cancer, infection and fracture).
    weakness, cord_signs
        Motor deficit, and signs of the spinal cord, found today.
    radicular, facet_signs, si_signs
        Signs found at the first examination.
    finding, concordant, emg_root
        The scan reported something structural; it matches symptoms and examination; EMG points to a root.
    in_physiotherapy
        A course is running.
    kidney_disease, ulcer, anticoagulated, diabetes, osteoporosis
        Risks in the history.
    boom_bust
        Says they cram the week's work into one or two days.
    leading
        Key of the likeliest condition, empty if not known.
    region, occupation
        Words of the vocabulary, empty if not known.
    """

    weeks: float = 0.0
    visits: int = 0
    pain: float = 0.0
    limb_pain: float = 0.0
    axial_pain: float = 0.0
    disability: float = 0.0
    pain_improvement: float = 0.0
    disability_improvement: float = 0.0
    age: float = 0.0
    sleep: float = 0.0
    fear: float = 0.0
    serious_risk: float = 0.0
    certainty: float = 0.0
    flares: int = 0
    opioid_weeks: float = 0.0
    sessions: int = 0
    prior_sessions: int = 0
    cbt_sessions: int = 0
    images: int = 0
    emgs: int = 0
    epidurals: int = 0
    joint_injections: int = 0
    trigger_injections: int = 0
    blocks: int = 0
    ablations: int = 0
    operations: int = 0
    block_relief: float = 0.0
    epidural_relief: float = 0.0
    ablation_relief: float = 0.0
    joint_relief: float = 0.0
    red_flag: bool = False
    flag_scanned: bool = False
    serious_found: bool = False
    compression_found: bool = False
    weakness: bool = False
    cord_signs: bool = False
    radicular: bool = False
    facet_signs: bool = False
    si_signs: bool = False
    finding: bool = False
    concordant: bool = False
    emg_root: bool = False
    in_physiotherapy: bool = False
    kidney_disease: bool = False
    ulcer: bool = False
    anticoagulated: bool = False
    diabetes: bool = False
    osteoporosis: bool = False
    boom_bust: bool = False
    leading: str = ""
    region: str = ""
    occupation: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a rule offers at a visit.

    Attributes
    ----------
    rule
        Id of the rule that fired.
    steps
        Steps offered, in the order of the file; courses are left out when the pathway sets 0 sessions.
    urgent
        Book with urgent priority.
    uptake
        Id of the parameter with the probability that the patient accepts; ``None`` for the step's own.
    says
        The rule in words.
    sure
        Taken by everyone it is made to (crossover in a trial).
    """

    rule: str
    steps: tuple[str, ...]
    urgent: bool = False
    uptake: str | None = None
    says: str = ""
    sure: bool = False

    def certain(self) -> Offer:
        """The same offer, taken by everyone."""
        return replace(self, sure=True)
