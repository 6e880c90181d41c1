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
from spinesim.study.told import SHOWN, said, tell, totals

DONE = [*(fact for fact in COUNTED_BY if "sessions" not in fact), "harms"]


@dataclass(frozen=True)
class Story:
    """One person, two pathways.

    Attributes
    ----------
    patient : int
    arms : tuple of str
    lanes : dict of arm to DataFrame(day, lane, label, kind)
        What to draw on each timeline, in order of days; see `spinesim.study.told`.
    events : dict of arm to DataFrame(day, label)
        Everything that was offered, declined and done, in order.
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
    events: dict[str, pd.DataFrame]
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
        mine = [r.log.of(patient) for r in (self.one, self.other)]
        told = {arm: tell(events, entry) for arm, events in zip(arms, mine, strict=True)}
        pain = {arm: r.series["pain"][:, row] for arm, r in zip(arms, (self.one, self.other), strict=True)}
        parts, why = _parting(mine, entry, arms)
        why = why or f"Patient {patient} has the same care under both."
        return Story(
            patient,
            arms,
            {arm: lanes for arm, (lanes, _) in told.items()},
            {arm: every for arm, (_, every) in told.items()},
            parts,
            f"{why} {self._ending(row, mine)}",
            pain,
        )

    def _ending(self, row: int, mine: list[list[Row]]) -> str:
        """All the care of one person: what both arms gave is said once, then what each gave besides."""
        had = []
        for results, events in zip((self.one, self.other), mine, strict=True):
            who = results.patients.iloc[row]
            had.append(totals(events, int(who["sessions"]), int(who["cbt_sessions"])))
        both = [item for item in had[0] if item in had[1]]
        only = "Only under" if both else "Under"
        ends = ". ".join(
            f"{only} '{r.arm}': {', '.join(i for i in items if i not in both) or 'nothing'}, "
            f"pain {r.series['pain'][-1, row]:.1f} at the end"
            for r, items in zip((self.one, self.other), had, strict=True)
        )
        begin = f"Over {len(self.one.weeks) - 1} weeks"
        if both:
            return f"{begin}, both plans: {', '.join(both)}. {ends} (NRS 0-10)."
        return f"{begin}: {ends[0].lower()}{ends[1:]} (NRS 0-10)."


def _parting(mine: list[list[Row]], entry: float, arms: tuple[str, str]) -> tuple[float | None, str]:
    """Day and reason of the first day on which the two arms did not offer, give or find the same.

    Reviews and single sessions are left out: one visit more is not where paths part.
    """
    days = [_care_by_day(events, entry) for events in mine]
    for day in sorted(set(days[0]) | set(days[1])):
        here = [care.get(day, Counter()) for care in days]
        if here[0] == here[1]:
            continue
        told = [said(here[i] - here[1 - i]) for i in (0, 1)]
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
