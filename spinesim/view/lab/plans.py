"""The lab of two plans: the same people under both, side by side."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pandas as pd

from spinesim.study.compare import Study
from spinesim.study.executor import plan_key
from spinesim.study.simulation import WEEKS_PER_YEAR, Plan, steps
from spinesim.view import alt, plots, style, tables, words
from spinesim.view.figure import TILES, LabFigure
from spinesim.view.jobs import Work
from spinesim.view.lab.changes import plans_at
from spinesim.view.lab.facts import facts_of
from spinesim.view.lab.points import published
from spinesim.view.lab.shown import Fact, Picture, Settings, Shown
from spinesim.view.lab.spec import LessonFile
from spinesim.view.lesson import said
from spinesim.view.limits import refuse_too_much

KEPT = 8
"""How many finished arms are kept: what a control does not touch is not run again."""
SIMULATED = 0.9
"""Share of the progress bar for the runs; the rest is for tables and pictures."""


class PlanRunner:
    """Simulates the two arms of a lesson and shows them side by side.

    Parameters
    ----------
    lesson : LessonFile
        Of a lab of kind `plans`.
    source : optional
        What simulates, for tests: `steps(plan)` and `Study(results)`.
    """

    def __init__(self, lesson: LessonFile, source: Any = None) -> None:
        self.lesson = lesson
        self.last_week = round(lesson.years * WEEKS_PER_YEAR)
        self._steps = steps if source is None else source.steps
        self._study = None if source is None else source.Study
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._figure: LabFigure | None = None
        self._points = [(one, published(one)) for one in lesson.points]

    def steps(self, settings: Settings) -> Work:
        """Simulate what is not kept, then make tables, facts and pictures."""
        refuse_too_much(int(settings["patients"]))
        plans = plans_at(self.lesson, settings)
        keys = [plan_key(one) for one in plans]
        todo = {key: one for key, one in zip(keys, plans, strict=True) if key not in self._kept}
        for place, (key, one) in enumerate(todo.items()):
            low, high = (SIMULATED * end / len(todo) for end in (place, place + 1))
            self._kept[key] = yield from scaled(self._steps(one), low, high)
        for key in keys:
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        study = self._gathered(plans, [self._kept[key] for key in keys])
        yield 0.91
        facts = facts_of(study, self.lesson)
        yield 0.93
        main, rest = tables.differences(study)
        main += tables.own_facts([said.fact(facts[one.key]) for one in self.lesson.fact])
        yield 0.95
        fans: dict[str, Any] = {outcome: study.fan(outcome) for outcome in self.lesson.curves}
        icons = study.icons() if self.lesson.icons == "care" else study.icons(by=self.lesson.icons)
        yield 0.97
        pictures = self._pictures(study, fans, icons)
        yield 0.99
        frames = self._frames(study, fans, facts)
        return Shown(settings, pictures, (main, rest), facts, self._summary(study, facts), frames, study)

    def _gathered(self, plans: list[Plan], results: list[Any]) -> Any:
        arms = {one.arm: [result.rename(one.arm)] for one, result in zip(plans, results, strict=True)}
        if self._study is not None:
            return self._study(arms)
        first = plans[0].evidence
        return Study(arms, first, {one.arm: one.evidence for one in plans if one.evidence != first})

    def _pictures(self, study: Any, fans: dict[str, Any], icons: Any) -> tuple[Picture, ...]:
        """The four parts of the figure; it is built anew only where its names change."""
        regions, categories = style.regions_of(study), plots.categories_of(icons)
        made = self._figure
        if made is None or (made.regions, made.categories) != (regions, categories):
            points: dict[str, dict[str, dict[int, float]]] = {}
            for one, means in self._points:
                if one.outcome in fans:
                    points.setdefault(one.outcome, {})[one.says] = means
            made = self._figure = LabFigure(
                study.arms, categories, self.last_week, self.lesson.curves, regions, points
            )
        said = [self._curve_in_words(fan, outcome, regions) for outcome, fan in fans.items()]
        said.append(" ".join(alt.icons_in_words(icons, arm) for arm in study.arms))
        said.append(
            f"Key of the hundred people: {', '.join(categories)}; the counts are in the picture before."
        )
        widths = [right - left for left, _, right, _ in TILES.values()]
        tiles = made.tiles(fans, icons)
        return tuple(Picture(*parts) for parts in zip(tiles, said, widths, strict=True))

    def _curve_in_words(self, fan: Any, outcome: str, regions: Any) -> str:
        marks = [
            alt.points_in_words(one.says, means) for one, means in self._points if one.outcome == outcome
        ]
        return " ".join([alt.fan_in_words(fan, outcome, regions), *marks])

    def _summary(self, study: Any, facts: dict[str, Fact]) -> str:
        """The differences that matter most in this lesson, in words."""
        heads = [in_words(facts[key]) for key in self.lesson.headlines if key in facts]
        first, second = study.arms[:2]
        text = f"{second} beside {first}: {'. '.join(heads)}."
        return text[0].upper() + text[1:]

    def _frames(self, study: Any, fans: dict[str, Any], facts: dict[str, Fact]) -> dict[str, Any]:
        weekly = pd.concat([fan.assign(outcome=outcome) for outcome, fan in fans.items()], ignore_index=True)
        return {
            "summary": study.summary(),
            "differences": study.differences(),
            "weekly": weekly[["outcome", *(name for name in weekly if name != "outcome")]],
            "facts": pd.DataFrame(list(facts.values())),
        }


def in_words(fact: Fact) -> str:
    """A fact as a short sentence, without its interval."""
    if fact.kind == "level":
        return f"{fact.name}: {words.level(fact.value, fact.unit)}"
    said = words.sentence(fact.key, fact.value, fact.low, fact.high, fact.unit, name=fact.name)
    return words.brief(said)


def scaled(work: Work, low: float, high: float) -> Work:
    """The same steps, their share done moved to `low`..`high`."""
    while True:
        try:
            share = next(work)
        except StopIteration as end:
            return end.value
        yield low + (high - low) * share
