"""The debrief: this patient and five hundred twins, under the learner's decisions and under the guideline."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.pathway import Facts, Pathway
from spinesim.study.case.effect import EFFECT, effect
from spinesim.study.case.file import Choice, load_case
from spinesim.study.case.left_out import MOST, Missed, missed, without_step
from spinesim.study.case.log import Log, start
from spinesim.study.case.play import YOURS, Played, plan_of, policy_of
from spinesim.study.case.questions import questions
from spinesim.study.claims_table import measure
from spinesim.study.compare import Study
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.results import Results
from spinesim.study.simulation import finish
from spinesim.study.twins import Story

TWINS, FEWER = 500, 200
"""Twins of the comparison, and of each decision or step that is switched off."""
GUIDELINE = "guideline"
LUCK = {"qaly": 1, "pain_average": -1, "disability_average": -1}
"""What luck is measured on, and whether more is better."""


@dataclass(frozen=True)
class Debrief:
    """What a finished play shows.

    Attributes
    ----------
    played : Played
    study : Study
        The patient (number 0) and the twins, arms `YOURS` and `GUIDELINE`.
    story : Story
        The patient under both, on the same fate.
    luck : DataFrame
        outcome, yours (this patient's), and the share of twins under the same decisions who fared worse.
    decisions : DataFrame
        One row an order: visit, week, step, and what it brought on average (with it minus without it), with
        95 % intervals; `worth` is net benefit (USD, health at `threshold.base`). Largest first.
    left_out : DataFrame
        One row a step that the guideline offers this patient and nobody ordered, `MOST` at most: visit and
        week at which it is first offered, step, offered (per 100 twins), and what it brings on average under
        the guideline, as in `decisions`. Largest first.
    unasked : list of str
        What nobody asked or examined although it was there, by key.
    """

    played: Played
    study: Study
    story: Story
    luck: pd.DataFrame
    decisions: pd.DataFrame
    left_out: pd.DataFrame
    unasked: list[str]

    @property
    def regret(self) -> pd.DataFrame:
        """Guideline beside the learner's decisions, paired over twins: `study.differences()`."""
        return self.study.differences()


def debrief(played: Played, twins: int = TWINS, fewer: int = FEWER) -> Debrief:
    """Compute the debrief at once; see `debrief_steps`."""
    work = debrief_steps(played, twins, fewer)
    while True:
        try:
            next(work)
        except StopIteration as done:
            made: Debrief = done.value
            return made


def debrief_steps(played: Played, twins: int = TWINS, fewer: int = FEWER) -> Generator[float, None, Debrief]:
    """Compute the debrief, yielding the share done; `fewer` twins, or all, for each step.

    Raises
    ------
    SpinesimError
        If the case is not over.
    """
    if not played.over:
        raise SpinesimError(
            "The debrief comes when the case is over: go on deciding, or discharge the patient."
        )
    log, case, fewer = played.log, played.case, min(fewer, twins)
    met = [visit.facts for visit in played.visits]
    chosen = policy_of(log, case, log.choices, met)
    switched = without_each(log, met)
    parts = 2 + len(switched) + MOST
    yield 0.02
    results = {}
    for place, (arm, pathway) in enumerate(((YOURS, chosen), (GUIDELINE, case.pathway()))):
        results[arm] = [finish(plan_of(log, case, pathway, arm, twins))]
        yield (place + 1) / parts
    study = Study(results, played.evidence)
    base, usual = (study.results[arm][0] for arm in (YOURS, GUIDELINE))
    passed = missed(usual, {step for choice in log.choices for step in choice.orders})
    off: list[tuple[tuple[object, ...], str, Pathway]] = [
        ((number, log.choices[number - 1].week, step), YOURS, policy_of(log, case, choices, met))
        for number, step, choices in switched
    ]
    off += [(tuple(one), GUIDELINE, without_step(case.pathway(), one.step)) for one in passed]
    rows: dict[str, list[tuple[object, ...]]] = {YOURS: [], GUIDELINE: []}
    few = {arm: study.results[arm][0].only(np.arange(fewer)) for arm in study.arms}
    for place, (head, arm, pathway) in enumerate(off, 1):
        less = finish(plan_of(log, case, pathway, arm, fewer))
        rows[arm].append((*head, *effect(played.evidence, few[arm], less)))
        yield (2 + place) / (2 + len(off))
    return Debrief(
        played,
        study,
        study.twins(GUIDELINE).story(0),
        luck_of(base),
        _largest_first(rows[YOURS], ("visit", "week", "step")),
        _largest_first(rows[GUIDELINE], Missed._fields),
        unasked(played),
    )


def _largest_first(rows: list[tuple[object, ...]], head: Sequence[str]) -> pd.DataFrame:
    """What each step brought, by size."""
    table = pd.DataFrame(rows, columns=[*head, *EFFECT])
    return table.sort_values("size", ascending=False, kind="stable").reset_index(drop=True)


def without_each(log: Log, met: Sequence[Facts]) -> list[tuple[int, str, list[Choice]]]:
    """Every order switched off in turn: number of the visit, step, and the choices without it."""
    made: list[tuple[int, str, list[Choice]]] = []
    for number, choice in enumerate(log.choices):
        for step in choice.orders:
            if step == "discharge":
                continue
            left = choice.model_copy(update={"orders": [one for one in choice.orders if one != step]})
            made.append((number + 1, step, [*log.choices[:number], left, *log.choices[number + 1 :]]))
    return made


def luck_of(base: Results) -> pd.DataFrame:
    """Where the patient (number 0) stands among the twins under the same decisions; a tie counts half."""
    rows = []
    for outcome, better in LUCK.items():
        values = better * measure(base, outcome)
        worse = float(np.mean(values[1:] < values[0]) + np.mean(values[1:] == values[0]) / 2)
        rows.append((outcome, float(better * values[0]), 100 * worse))
    return pd.DataFrame(rows, columns=["outcome", "yours", "worse_off"])


def unasked(played: Played) -> list[str]:
    """Keys of questions and examinations that would have shown something, and were left out."""
    asked = played.asked()
    found = []
    for key, one in questions(played.case.condition):
        if key in asked or one.today:
            continue
        there = (
            played.signs.found[key][0]
            if one.sign
            else any(getattr(played.visits[0].facts, f) is True for f in one.tells)
        )
        if there:
            found.append(key)
    return found


def wrong_table(name: str, twins: int = TWINS) -> pd.DataFrame:
    """What each wrong way of a case brings on average beside the guideline, and for how many it ends better.

    Returns
    -------
    DataFrame
        way, outcome, wanted (``more`` or ``fewer``), difference, low, high, unit, holds (the interval lies
        wholly on the wanted side), better (per 100 twins: more QALYs than under the guideline).
    """
    case, log = load_case(name), start(name)
    usual = finish(plan_of(log, case, case.pathway(), GUIDELINE, twins))
    rows = []
    for way in case.wrong:
        policy = policy_of(log, case, way.choice, rescue=not way.misses_alarms)
        done = finish(plan_of(log, case, policy, way.name, twins))
        study = Study({GUIDELINE: [usual], way.name: [done]})
        table = study.differences().set_index("outcome")
        qaly = [measure(study.results[arm][0], "qaly") for arm in study.arms]
        better = 100 * float(np.mean(qaly[1] > qaly[0]))
        for sign, wanted, outcomes in ((1, "more", way.more), (-1, "fewer", way.fewer)):
            for outcome in outcomes:
                size, low, high = table.loc[outcome, ["difference", "low", "high"]]
                holds = min(sign * low, sign * high) > 0
                rows.append(
                    (way.name, outcome, wanted, size, low, high, OUTCOMES[outcome].unit, bool(holds), better)
                )
    columns = ["way", "outcome", "wanted", "difference", "low", "high", "unit", "holds", "better"]
    return pd.DataFrame(rows, columns=columns)
