"""The same person under two pathways: whose fate changed, where the paths part, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinic.log import Row
from spinesim.errors import SpinesimError
from spinesim.pathway import COUNTED_BY
from spinesim.study.results import Results

DONE = [*(fact for fact in COUNTED_BY if "sessions" not in fact), "harms"]
LABEL = {
    "intake": "first visit",
    "imaging": "MRI scan",
    "emg": "EMG",
    "epidural": "epidural injection",
    "cervical_epidural": "epidural injection in the neck",
    "si_injection": "SI joint injection",
    "microdiscectomy": "operation",
    "cervical_surgery": "operation on the neck",
    "fusion": "fusion operation",
    "decompression": "decompression operation",
    "nsaid": "NSAID tablets",
    "opioid": "opioid tablets",
    "gabapentinoid": "gabapentinoid tablets",
    "muscle_relaxant": "muscle relaxant tablets",
    "tricyclic": "tricyclic tablets",
    "cbt": "CBT",
    "education": "explanation",
}
SHOWN = tuple(
    step for fact, steps in COUNTED_BY.items() if "sessions" not in fact for step in steps
)  # tests, procedures and operations


def _label(step: str) -> str:
    """A step in words."""
    return LABEL.get(step, step.replace("_", " "))


def _article(step: str) -> str:
    """ "a ", "an " or nothing, as the words of a test or procedure need it."""
    if step not in SHOWN:
        return ""
    return "an " if _label(step)[0].lower() in "aeiou" or step in ("imaging",) else "a "


@dataclass(frozen=True)
class Story:
    """One person, two pathways.

    Attributes
    ----------
    patient : int
    arms : tuple of str
    lanes : dict of arm to DataFrame(day, label)
        What to draw on each timeline, in order of days.
    parts_on_day : float or None
        Day on which the paths part; None if they never do.
    sentence : str
        Where and why they part, and how it ended.
    pain : dict of arm to float array
        Pain by week, NRS 0-10.
    """

    patient: int
    arms: tuple[str, str]
    lanes: dict[str, pd.DataFrame]
    parts_on_day: float | None
    sentence: str
    pain: dict[str, npt.NDArray[np.float32]]

    def __str__(self) -> str:
        return self.sentence


class Twins:
    """Two results of the same people.

    Parameters
    ----------
    one, other : Results
        Same people, same run.
    """

    def __init__(self, one: Results, other: Results) -> None:
        self.one, self.other = one, other

    def changed(self) -> pd.DataFrame:
        """People whose care or pain differs, most changed first.

        Returns
        -------
        DataFrame
            patient, pain_difference (other minus one, mean NRS over follow-up), one column per kind of
            care (other minus one), and `change`, by which the rows are sorted.
        """
        a, b = self.one.patients, self.other.patients
        pain = (self.other.series["pain"] - self.one.series["pain"]).astype(float)
        table = pd.DataFrame({"patient": a["patient"], "pain_difference": pain.mean(axis=0)})
        for column in DONE:
            table[column] = b[column] - a[column]
        care = table[DONE].abs().sum(axis=1)
        table["change"] = care + np.abs(table["pain_difference"])
        moved = (care > 0) | (np.abs(pain).max(axis=0) > 0)
        order = table[moved].sort_values(["change", "patient"], ascending=[False, True], kind="stable")
        return order.reset_index(drop=True)

    def story(self, patient: int) -> Story:
        """Two timelines and one sentence for one person."""
        rows = np.flatnonzero(self.one.patients["patient"].to_numpy() == patient)
        if not len(rows):
            raise SpinesimError(
                f"No patient {patient} in this study; the numbers run over the `patient` column."
            )
        row, arms = int(rows[0]), (self.one.arm, self.other.arm)
        entry = float(self.one.patients["entry_day"].iloc[row])
        mine = [[e for e in r.log.rows if e[0] == patient] for r in (self.one, self.other)]
        lanes = {arm: _lane(events, entry) for arm, events in zip(arms, mine, strict=True)}
        pain = {arm: r.series["pain"][:, row] for arm, r in zip(arms, (self.one, self.other), strict=True)}
        parts, why = _parting(mine, entry, arms)
        weeks = len(self.one.weeks) - 1
        end = "; ".join(
            f"'{arm}': {_totals(events)}, pain {curve[-1]:.1f}"
            for arm, events, curve in zip(arms, mine, pain.values(), strict=True)
        )
        why = why or f"Patient {patient} has the same care under both."
        sentence = f"{why} Over {weeks} weeks, {end} at the end (NRS 0-10)."
        return Story(patient, arms, lanes, parts, sentence, pain)


def _lane(events: list[Row], entry: float) -> pd.DataFrame:
    """What a reader wants to see of one person's events."""
    rows: list[tuple[float, str]] = []
    for _, day, event, step, _, value in events:
        when = day - entry
        if event == "result" and step == "visit":
            rows.append((when, f"visit, pain {value:.0f}"))
        elif event == "end" and step in SHOWN:
            rows.append((when, _label(step)))
        elif event == "result" and step == "imaging":
            rows.append((when, "scan shows a finding" if value else "scan shows nothing"))
        elif event == "result" and step == "medial_branch_block":
            rows.append((when, f"block: {value:.0f} % relief"))
        elif event == "offer" and step == "physiotherapy":
            rows.append((when, "physiotherapy offered"))
        elif event in ("harm", "red_flag"):
            rows.append((when, f"harm: {step.replace('_', ' ')}" if event == "harm" else "red flag"))
        elif event == "discharge":
            rows.append((when, "discharge"))
    return pd.DataFrame(rows, columns=["day", "label"])


def _parting(mine: list[list[Row]], entry: float, arms: tuple[str, str]) -> tuple[float | None, str]:
    """Day and reason of the first day on which the two arms did not offer, give or find the same.

    Reviews and single sessions are left out: one visit more is not where paths part.
    """
    days = [_care_by_day(events, entry) for events in mine]
    for day in sorted(set(days[0]) | set(days[1])):
        here = [care.get(day, Counter()) for care in days]
        if here[0] == here[1]:
            continue
        told = [_said(here[i] - here[1 - i]) for i in (0, 1)]
        first = 0 if not told[1] else 1  # an arm that does something is told before one that does nothing
        other = f"under '{arms[1 - first]}' {told[1 - first] or 'not on that day'}"
        return float(day), f"The paths part in week {day // 7}: under '{arms[first]}' {told[first]}; {other}."
    return None, ""


def _care_by_day(events: list[Row], entry: float) -> dict[int, Counter[tuple[str, str]]]:
    """What was offered, declined, given or suffered, by whole day since referral."""
    days: dict[int, Counter[tuple[str, str]]] = {}
    for _, day, event, step, _, _ in events:
        if event in ("offer", "declined", "harm") or (event == "end" and step in SHOWN):
            days.setdefault(int(day - entry), Counter())[(event, step)] += 1
    return days


def _totals(events: list[Row]) -> str:
    """Scans and procedures a person had, in words."""
    done = Counter(step for _, _, event, step, _, _ in events if event == "end" and step in SHOWN)
    named = [f"{done[step]} {_label(step)}{'s' if done[step] > 1 else ''}" for step in SHOWN if done[step]]
    return ", ".join(named) or "no scan, no procedure"


def _said(care: Counter[tuple[str, str]]) -> str:
    """What one arm did that the other did not, in words; offers first."""
    parts = []
    for event, step in sorted(care, key=lambda pair: ("offer", "declined", "end", "harm").index(pair[0])):
        name = _label(step)
        if event == "offer":
            declined = ("declined", step) in care
            parts.append(f"{_article(step)}{name} is offered{' and declined' if declined else ''}")
        elif event == "harm":
            parts.append(f"harm: {name}")
        elif event == "end" and ("offer", step) not in care:
            parts.append(f"{_article(step)}{name} takes place")
    return " and ".join(parts)
