"""What is observed at a visit, and what is offered there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What the clinic has observed of one patient at one visit; never hidden truth.

    Everything defaults to "nothing seen yet" (0 or False), so that a lesson can write
    ``Facts(weeks=2, pain=6)``. Values are not checked here: the clinic builds one per visit.

    Attributes
    ----------
    weeks
        Weeks since the first visit.
    pain, limb_pain, axial_pain
        NRS 0-10; ``pain`` is the worse of the two.
    disability
        ODI 0-100.
    pain_improvement
        Percent of the first visit's pain; negative when worse.
    age
        Years.
    sessions
        Physiotherapy sessions attended.
    images, epidurals, blocks, ablations, operations
        How many so far.
    block_relief
        Percent relief in the last block's diary, 0 if there was none.
    epidural_relief, ablation_relief
        Percent less pain at the first review after the last one than at the visit before; 0 if none or worse.
    red_flag, flag_scanned
        A red flag is present; a scan has been made since it appeared.
    radicular, facet_signs
        Signs found at the first examination.
    finding, concordant
        The scan reported something structural; it matches symptoms and examination.
    in_physiotherapy
        A course is running.
    """

    weeks: float = 0.0
    pain: float = 0.0
    limb_pain: float = 0.0
    axial_pain: float = 0.0
    disability: float = 0.0
    pain_improvement: float = 0.0
    age: float = 0.0
    sessions: int = 0
    images: int = 0
    epidurals: int = 0
    blocks: int = 0
    ablations: int = 0
    operations: int = 0
    block_relief: float = 0.0
    epidural_relief: float = 0.0
    ablation_relief: float = 0.0
    red_flag: bool = False
    flag_scanned: bool = False
    radicular: bool = False
    facet_signs: bool = False
    finding: bool = False
    concordant: bool = False
    in_physiotherapy: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a rule offers at a visit.

    Attributes
    ----------
    rule
        Id of the rule that fired.
    steps
        Steps offered, in the order of the file; physiotherapy is left out when the pathway sets 0 sessions.
    urgent
        Book with urgent priority.
    uptake
        Id of the parameter with the probability that the patient accepts; ``None`` for the step's own.
    says
        The rule in words.
    """

    rule: str
    steps: tuple[str, ...]
    urgent: bool = False
    uptake: str | None = None
    says: str = ""
