"""The lab of a naive cohort study: every answer its records give, beside the truth."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import Study, interval
from spinesim.study.executor import content_key, plan_key
from spinesim.study.naive.answers import Answers, answers, covariates
from spinesim.study.naive.balance import balance
from spinesim.study.naive.chart import chart, without_red_flags
from spinesim.study.naive.estimates import Estimate
from spinesim.study.naive.file import Measured, NaiveCohort, load_naive
from spinesim.study.naive.impression import by_impression
from spinesim.study.naive.run import UNITS, naive_plans
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.simulation import Plan, shipped_evidence, steps
from spinesim.view.jobs import Work
from spinesim.view.lab.changes import set_to
from spinesim.view.lab.naive_figure import WIDTHS, NaiveFigure
from spinesim.view.lab.naive_words import RATIO, Told, facts_of, in_words, summary, tables
from spinesim.view.lab.plans import scaled
from spinesim.view.lab.shown import Picture, Settings, Shown
from spinesim.view.lab.spec import LessonFile
from spinesim.view.limits import refuse_too_much

COHORT = "early_mri"
"""The file in data/cohorts that the lab runs."""
IMPRESSION, OUTCOME, MEASURE, RECORDS = "by_impression", "outcome", "measure", "chart"
"""What a control may set, beside parameters and condition: see `NaiveRunner`."""
DIFFERENCE = "difference"
RESAMPLES = 60
WORLDS = 3
"""Usual care, and everyone both ways."""
FEWEST = 2
ARMS_KEPT, ANSWERS_KEPT = 12, 8
SIMULATED, ANALYSED = 0.75, 0.95


@dataclass(frozen=True)
class Asked:
    """What the controls ask for: the cohort as it stands, the parameters, and the outcome on show."""

    cohort: NaiveCohort
    parameters: Mapping[str, float]
    outcome: str


class NaiveRunner:
    """Simulates a cohort under usual care and the same people both ways; asks its records every way.

    A control sets parameters or the condition as in a lab of plans, or one of these settings:
    `by_impression` (how much doctors go by how ill people look: 0 by lot, 1 as shipped), `outcome` (with
    `measure = "ratio"` as a ratio of risks), `chart` (what the first chart records, names with blanks
    between). What a control does not touch is neither simulated nor analysed again.

    Parameters
    ----------
    lesson : LessonFile
        Of a lab of kind `naive`.
    source : optional
        What simulates, for tests: `steps(plan)`.
    """

    def __init__(self, lesson: LessonFile, source: Any = None) -> None:
        self.lesson = lesson
        self._steps = steps if source is None else source.steps
        self._arms: OrderedDict[str, Any] = OrderedDict()
        self._answers: OrderedDict[str, tuple[Answers, pd.DataFrame, Estimate]] = OrderedDict()
        self._figure: NaiveFigure | None = None
        self.measures = measures_of(lesson)
        cohort = load_naive(COHORT)
        wanted = dict.fromkeys(name.removesuffix(RATIO) for name in self.measures)
        self.cohort = cohort.model_copy(
            update={
                "condition": lesson.condition or cohort.condition,
                "years": lesson.years,
                "outcome": [Measured(key=key, measure="difference") for key in wanted],
            }
        )

    def steps(self, settings: Settings) -> Work:
        """Simulate what is not kept, ask the records, then make tables, facts and pictures."""
        patients = int(settings["patients"])
        refuse_too_much(patients, WORLDS)
        asked = self._asked(settings)
        plans = naive_plans(
            asked.cohort,
            patients=patients,
            seed=int(settings["seed"]),
            evidence=shipped_evidence().change(asked.parameters),
            least=FEWEST,
        )
        keys = [plan_key(one) for one in plans]
        arms = yield from self._simulated(keys, plans)
        key = content_key("naive lab", *keys, " ".join(asked.cohort.adjust.chart))
        if key not in self._answers:
            work = self._asking(asked.cohort, plans[0], arms)
            made = yield from scaled(work, SIMULATED, ANALYSED)
            _keep(self._answers, {key: made}, ANSWERS_KEPT)
        found = self._answers[key]
        self._answers.move_to_end(key)
        truth = Study(
            {
                asked.cohort.strategies.unexposed.label: [arms[2]],
                asked.cohort.strategies.exposed.label: [arms[1]],
            },
            plans[0].evidence,
        )
        yield 0.96
        told = Told(asked.cohort, asked.outcome, *found, truth)
        facts = facts_of(told)
        yield 0.97
        pictures = self._pictures(told)
        yield 0.99
        frames = {
            "answers": told.answers.table,
            "off_the_truth": told.answers.gaps,
            "who": told.who,
            "facts": pd.DataFrame(list(facts.values())),
        }
        return Shown(settings, pictures, tables(told, facts), facts, summary(told, facts), frames, truth)

    def _asked(self, settings: Settings) -> Asked:
        """What the controls ask for; the later one wins."""
        parameters: dict[str, float] = {}
        wanted: dict[str, Any] = {}
        condition = self.cohort.condition
        for control in self.lesson.control:
            changes = set_to(control, settings[control.id])
            parameters |= changes.parameters
            wanted |= changes.settings
            condition = changes.condition or condition
        if IMPRESSION in wanted:
            strength = float(wanted[IMPRESSION])
            parameters |= by_impression(self.cohort, shipped_evidence(), strength)
        recorded = [
            name for name in self.cohort.adjust.chart if name in str(wanted.get(RECORDS, name)).split()
        ]
        adjust = self.cohort.adjust.model_copy(update={"chart": recorded})
        cohort = self.cohort.model_copy(update={"condition": condition, "adjust": adjust})
        outcome = name_of(wanted) if OUTCOME in wanted else next(iter(self.measures))
        return Asked(cohort, parameters, outcome)

    def _simulated(self, keys: Sequence[str], plans: Sequence[Plan]) -> Generator[float, None, list[Any]]:
        """Usual care and the two strategies; only what is not kept is run."""
        todo = {key: one for key, one in zip(keys, plans, strict=True) if key not in self._arms}
        fresh: dict[str, Any] = {}
        for place, (key, one) in enumerate(todo.items()):
            low, high = (SIMULATED * end / len(todo) for end in (place, place + 1))
            fresh[key] = yield from scaled(self._steps(one), low, high)
        arms = [fresh.get(key) or self._arms[key] for key in keys]
        _keep(self._arms, dict(zip(keys, arms, strict=True)), ARMS_KEPT)
        return arms

    def _asking(self, cohort: NaiveCohort, plan: Plan, arms: Sequence[Any]) -> Work:
        """Every method's answer, who was exposed, and how many."""
        usual, exposed, unexposed = arms
        kept = np.flatnonzero(without_red_flags(usual))
        everything = chart(self.cohort, plan, usual).take(kept)
        truth = {
            key: (OUTCOMES[key].of(exposed)[kept], OUTCOMES[key].of(unexposed)[kept])
            for key in everything.outcomes
        }
        for name in self.measures:
            key = name.removesuffix(RATIO)
            truth[name] = truth[key]
            everything.outcomes[name] = everything.outcomes[key]
        weekly = {str(key): rows for key, rows in everything.weekly.items() if key in cohort.adjust.chart}
        recorded = replace(everything, weekly=weekly)
        yield 0.05
        asking = answers(cohort, recorded, truth, self.measures, plan.seed, RESAMPLES, refuse=False)
        found = yield from scaled(asking, 0.05, 0.95)
        *_, full = covariates(cohort, recorded)
        static = [name for name in full if name in everything.baseline]
        who = balance(
            everything,
            recorded,
            static,
            {key: unit for key, unit in UNITS.items() if key in {*everything.weekly, *everything.baseline}},
        )
        return found, who, interval(np.where(everything.exposed, 100.0, 0.0))

    def _pictures(self, told: Told) -> tuple[Picture, ...]:
        self._figure = self._figure or NaiveFigure()
        tiles = self._figure.tiles(told)
        return tuple(Picture(*parts) for parts in zip(tiles, in_words(told), WIDTHS, strict=True))


def measures_of(lesson: LessonFile) -> dict[str, str]:
    """The outcomes that a lesson's controls offer: by name, "difference" or "ratio".

    Raises
    ------
    SpinesimError
        If it offers none.
    """
    offered = [one.changes.settings for control in lesson.control for one in control.options]
    found = {name_of(one): str(one.get(MEASURE, DIFFERENCE)) for one in offered if OUTCOME in one}
    strangers = [name for name in found if name.removesuffix(RATIO) not in OUTCOMES]
    if strangers or not found:
        wrong = f"no outcome '{strangers[0]}'" if strangers else "no control that sets an outcome"
        raise SpinesimError(f"Lesson {lesson.id}: {wrong}; choose of {', '.join(OUTCOMES)}.")
    return found


def name_of(setting: Mapping[str, Any]) -> str:
    """The name of an outcome as a choice sets it."""
    return f"{setting[OUTCOME]}{RATIO if setting.get(MEASURE) == 'ratio' else ''}"


def _keep(kept: OrderedDict[str, Any], new: Mapping[str, Any], most: int) -> None:
    """The newest things to the end; the oldest beyond `most` go."""
    for key, one in new.items():
        kept[key] = one
        kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
