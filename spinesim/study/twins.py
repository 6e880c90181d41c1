"""The same person under two pathways: whose fate changed, where the paths part, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.results import Results

DONE = ["images", "epidurals", "blocks", "ablations", "operations", "harms"]
LABEL = {
    "intake": "first visit",
    "imaging": "MRI scan",
    "epidural": "epidural injection",
    "medial_branch_block": "medial branch block",
    "ablation": "ablation",
    "microdiscectomy": "operation",
    "physiotherapy": "physiotherapy",
    "nsaid": "NSAID tablets",
    "paracetamol": "paracetamol",
    "education": "explanation",
    "discharge": "discharge",
}
SHOWN = ("imaging", "epidural", "medial_branch_block", "ablation", "microdiscectomy")


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
        ends = [float(curve[-1]) for curve in pain.values()]
        weeks = len(self.one.weeks) - 1
        end = (
            f"After {weeks} weeks pain is {ends[0]:.1f} under '{arms[0]}' "
            f"and {ends[1]:.1f} under '{arms[1]}' (NRS 0-10)."
        )
        sentence = f"{why} {end}" if why else f"Patient {patient}: the same care in both arms. {end}"
        return Story(patient, arms, lanes, parts, sentence, pain)


def _lane(events: list[tuple[int, float, str, str, str, float]], entry: float) -> pd.DataFrame:
    """What a reader wants to see of one person's events."""
    rows: list[tuple[float, str]] = []
    for _, day, event, step, _, value in events:
        when = day - entry
        if event == "result" and step == "visit":
            rows.append((when, f"visit, pain {value:.0f}"))
        elif event == "end" and step in SHOWN:
            rows.append((when, LABEL[step]))
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


def _parting(
    mine: list[list[tuple[int, float, str, str, str, float]]], entry: float, arms: tuple[str, str]
) -> tuple[float | None, str]:
    """Day and reason of the first difference in what was offered, taken or done."""
    told = [
        [
            (int(day - entry), event, step)
            for _, day, event, step, _, _ in events
            if event in ("offer", "declined", "end", "harm")
        ]
        for events in mine
    ]
    for i in range(max(map(len, told))):
        here = [lane[i] if i < len(lane) else None for lane in told]
        if here[0] == here[1]:
            continue
        first = min((h for h in here if h is not None), key=lambda h: h[0])
        who = here.index(first)
        day, event, step = first
        name = LABEL.get(step, step.replace("_", " "))
        verb = {
            "offer": f"{name} is offered",
            "declined": f"{name} is declined",
            "harm": f"harm: {name}",
        }.get(event, f"{name} takes place")
        return float(
            day
        ), f"The paths part in week {day // 7}: under '{arms[who]}' {verb}, under '{arms[1 - who]}' not then."
    return None, ""
