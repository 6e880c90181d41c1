"""One person's events in words: what each step is called, which lane of a timeline it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from spinesim.clinic.log import Row
from spinesim.pathway import COUNTED_BY


@dataclass(frozen=True, slots=True)
class Noun:
    """A step as people say it: `one` with its article ("an MRI scan"), `many` for two or more.

    What cannot be counted has no `many` ("explanation"); what is always plural has no `one` ("tablets").
    """

    one: str = ""
    many: str = ""

    @property
    def bare(self) -> str:
        """Without an article, as beside a mark on a timeline."""
        if self.one and self.many:
            return self.one.split(" ", 1)[1]
        return self.one or self.many

    @property
    def plural(self) -> bool:
        """Whether one of it already takes "are"."""
        return not self.one


NOUNS = {
    "education": Noun("explanation"),
    "pacing": Noun("pacing advice"),
    "sleep_care": Noun("sleep care"),
    "workstation": Noun("workstation advice"),
    "flare_plan": Noun("a flare plan", "flare plans"),
    "maintenance": Noun("", "routines to keep"),
    "graded_loading": Noun("advice to raise activity step by step"),
    "bed_rest": Noun("bed rest"),
    "push_through": Noun("advice to push through"),
    "catch_up": Noun("advice to catch up at the weekend"),
    "nsaid": Noun("", "NSAID tablets"),
    "paracetamol": Noun("", "paracetamol tablets"),
    "gabapentinoid": Noun("", "gabapentinoid tablets"),
    "tricyclic": Noun("", "tricyclic tablets"),
    "muscle_relaxant": Noun("", "muscle relaxant tablets"),
    "opioid": Noun("", "opioid tablets"),
    "physiotherapy": Noun("physiotherapy"),
    "specific_physiotherapy": Noun("physiotherapy for the pattern"),
    "group_exercise": Noun("an exercise class", "exercise classes"),
    "home_exercise": Noun("home exercise"),
    "virtual_physiotherapy": Noun("physiotherapy by video"),
    "traction": Noun("traction"),
    "prehabilitation": Noun("training before the operation"),
    "rehabilitation": Noun("rehabilitation after the operation"),
    "cbt": Noun("CBT"),
    "imaging": Noun("an MRI scan", "MRI scans"),
    "emg": Noun("a nerve test (EMG)", "nerve tests (EMG)"),
    "medial_branch_block": Noun("a medial branch block", "medial branch blocks"),
    "epidural": Noun("an epidural injection", "epidural injections"),
    "cervical_epidural": Noun("an epidural injection in the neck", "epidural injections in the neck"),
    "facet_injection": Noun("a facet joint injection", "facet joint injections"),
    "si_injection": Noun("an SI joint injection", "SI joint injections"),
    "trigger_injection": Noun("a trigger point injection", "trigger point injections"),
    "ablation": Noun("an ablation", "ablations"),
    "microdiscectomy": Noun("a disc operation", "disc operations"),
    "decompression": Noun("a decompression operation", "decompression operations"),
    "fusion": Noun("a fusion operation", "fusion operations"),
    "cervical_surgery": Noun("an operation on the neck", "operations on the neck"),
    "urgent_referral": Noun("an urgent referral", "urgent referrals"),
    "discharge": Noun("discharge"),
}

VISITS, HARMS = "visits: pain", "red flags, harms"
LANES: dict[str, tuple[str, ...]] = {
    VISITS: ("discharge",),
    "exercise": (*COUNTED_BY["sessions"], "traction"),
    "talk": (
        *("education", "pacing", "sleep_care", "workstation", "flare_plan", "maintenance"),
        *("graded_loading", "bed_rest", "push_through", "catch_up"),
    ),
    "tablets": ("nsaid", "paracetamol", "gabapentinoid", "tricyclic", "muscle_relaxant", "opioid"),
    "CBT": COUNTED_BY["cbt_sessions"],
    "tests": (*COUNTED_BY["images"], *COUNTED_BY["emgs"], *COUNTED_BY["blocks"]),
    "injections": (
        *(*COUNTED_BY["epidurals"], *COUNTED_BY["joint_injections"], *COUNTED_BY["trigger_injections"]),
        *COUNTED_BY["ablations"],
    ),
    "operations": COUNTED_BY["operations"],
    HARMS: ("urgent_referral",),
}
"""Lanes of a timeline, from the top, and the steps in each."""

LANE_OF: dict[str, str] = {step: lane for lane, steps in LANES.items() for step in steps}
GIVEN = (*LANES["talk"], *LANES["tablets"], "urgent_referral")  # done once they are taken up
COURSES = (*LANES["exercise"], *LANES["CBT"])
SHOWN = (*LANES["tests"], *LANES["injections"], *LANES["operations"])
HARM = {"gi_event": "stomach or bowel event", "renal_event": "kidney event", "durotomy": "torn dura"}
DONE, SESSION, DECLINED = "done", "session", "declined"


def noun(step: str) -> Noun:
    """A step as people say it."""
    return NOUNS.get(step) or Noun(step.replace("_", " "))


def harm_word(harm: str) -> str:
    """A harm as people say it."""
    return HARM.get(harm, harm.replace("_", " "))


def listed(words: Iterable[str]) -> str:
    """ "a, b and c"."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, step: str) -> str:
    """ "2 MRI scans", "1 ablation"."""
    word = noun(step)
    return f"{number} {word.bare if number == 1 else word.many or word.one}"


def _result(step: str, value: float) -> str:
    """A test and its result in one."""
    if step == "imaging":
        return f"{noun(step).bare}: {'a finding' if value else 'nothing found'}"
    if step == "emg":
        return f"{noun(step).bare}: {'a nerve root' if value else 'no nerve root'}"
    return f"block, {value:.0f} % relief"


def tell(events: list[Row], entry: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One person's events as marks on lanes, and as a full list.

    Returns
    -------
    lanes : DataFrame
        day, lane, label and kind (done, session or declined). Offers of tests and procedures are left
        out, because the deed follows; so are requests and waits.
    every : DataFrame
        day and label: every visit, offer, refusal, session, procedure, harm, and the end of care.
    """
    lanes: list[tuple[float, str, str, str]] = []
    every: list[tuple[float, str]] = []
    after = [*[(event, step) for _, _, event, step, _, _ in events[1:]], ("", "")]
    values = [*[row[5] for row in events[1:]], 0.0]
    before = ("", "")
    for row, then, value_then in zip(events, after, values, strict=True):
        _, day, event, step, _, value = row
        when, name = day - entry, noun(step).bare
        lane = LANE_OF.get(step, HARMS)
        if event == "result" and step == "visit":
            lanes.append((when, VISITS, f"{value:.0f}", DONE))
            every.append((when, f"visit, pain {value:.0f}"))
        elif event == "offer":
            declined = then == ("declined", step)
            every.append((when, f"offered and {'declined' if declined else 'taken up'}: {name}"))
            if declined:
                lanes.append((when, lane, f"{name} declined", DECLINED))
            elif step in (*GIVEN, *COURSES):
                lanes.append((when, lane, name, DONE))
        elif event == "end" and step in SHOWN:
            label = _result(step, value_then) if then == ("result", step) else name
            lanes.append((when, lane, label, DONE))
            every.append((when, label))
        elif event == "end" and step in COURSES:
            lanes.append((when, lane, "", SESSION))
            every.append((when, f"session: {name}"))
        elif event in ("harm", "red_flag"):
            label = f"harm: {harm_word(step)}" if event == "harm" else "red flag"
            lanes.append((when, HARMS, label, DONE))
            every.append((when, label))
        elif event == "discharge":
            # the log gives no reason: without an offer just before, the planned visits had run out
            label = "discharged" if before == ("offer", "discharge") else "last planned visit"
            lanes.append((when, VISITS, label, DONE))
            every.append((when, label))
        before = (event, step)
    return (
        pd.DataFrame(lanes, columns=["day", "lane", "label", "kind"]),
        pd.DataFrame(every, columns=["day", "label"]),
    )


def totals(events: list[Row], sessions: int, cbt_sessions: int) -> list[str]:
    """All the care one person had, and its harms, in words; the order is that of the lanes."""
    declined = Counter(step for _, _, event, step, _, _ in events if event == "declined")
    offered = Counter(step for _, _, event, step, _, _ in events if event == "offer")
    done = Counter(step for _, _, event, step, _, _ in events if event == "end" and step in SHOWN)
    harms = Counter(step for _, _, event, step, _, _ in events if event == "harm")
    taken = [noun(step).bare for step in GIVEN if offered[step] > declined[step]]
    courses = [("exercise session", sessions), ("CBT session", cbt_sessions)]
    return [
        *taken,
        *[f"{count} {name}{'s' if count > 1 else ''}" for name, count in courses if count],
        *[counted(done[step], step) for step in SHOWN if done[step]],
        *[
            f"harm: {harm_word(harm)}{f' ({count} times)' if count > 1 else ''}"
            for harm, count in harms.items()
        ],
    ]


def said(care: Counter[tuple[str, str]]) -> str:
    """What one arm did on a day that the other did not, in words; offers first."""
    offers = [step for event, step in care if event == "offer"]
    refused = [step for event, step in care if event == "declined"]
    taken = [noun(step) for step in offers if step not in refused]
    parts = []
    if taken:
        many = len(taken) > 1 or taken[0].plural
        parts.append(f"{listed(word.one or word.many for word in taken)} {'are' if many else 'is'} offered")
    for step in refused:
        word = noun(step)
        verb = "are" if word.plural else "is"
        offered = "offered and " if step in offers else ""
        parts.append(f"{word.one or word.many} {verb} {offered}declined")
    for event, step in sorted(care):
        if event == "harm":
            parts.append(f"harm: {harm_word(step)}")
        elif event == "end" and step not in offers:
            parts.append(f"{noun(step).one} takes place")
    return ", and ".join(parts)
