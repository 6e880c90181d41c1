"""The lab of how sure we are: chance and not knowing the numbers apart, readers, misses, what a buyer does.

Draws are kept: what only looks at them anew (outcome, willingness to pay, trial) simulates nothing, and more
draws add to those there are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.simulation import Plan, steps
from spinesim.study.slices import measure_steps, trial_steps
from spinesim.study.uncertainty.measure import Arrays, Wish
from spinesim.study.uncertainty.probabilistic import put_together
from spinesim.study.uncertainty.result import WIDE, Uncertainty
from spinesim.study.uncertainty.sample import Sampler, make_sampler
from spinesim.study.uncertainty.sizes import Kind, Size, of_kind, reader_gap
from spinesim.study.value.decide import acceptability, net_benefit
from spinesim.study.value.information import Estimate, evpi
from spinesim.study.value.table import willingness
from spinesim.view import sure as pictures
from spinesim.view.jobs import Work
from spinesim.view.lab import sure_facts as told
from spinesim.view.lab.changes import plans_at
from spinesim.view.lab.plans import scaled
from spinesim.view.lab.shown import Picture, Settings, Shown
from spinesim.view.lab.spec import Control, LessonFile
from spinesim.view.limits import refuse_too_much

DECISION, READER, WHICH = "decision", "reader", "numbers"
OUTCOME, DRAWS, PAYS, TRIAL = "outcome", "draws", "pays", "trial"
NEEDED = (DECISION, READER, WHICH, OUTCOME, DRAWS, PAYS, TRIAL)
KINDS: dict[str, Kind] = {
    "All of them": "all", "Only those from papers": "published", "Only our assumptions": "assumed"
}  # fmt: skip
"""Labels of the control that says which numbers are uncertain."""
KEPT = 400
"""Measured sets of numbers, plans and pictures that are kept (small, each)."""
TRIAL_PEOPLE = 200
"""People per arm of the trial re-run beside its paper."""
SIMULATED = 0.94
"""Share of the progress bar for the runs; the rest is for tables and pictures."""


@dataclass(frozen=True)
class Found:
    """All that a run of the lab knows; nothing here was simulated for it alone."""

    settings: Settings
    outcome: str
    drawn: Uncertainty
    read: dict[str, Arrays]
    board: pd.DataFrame

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The decomposition of `told.OUTCOMES`, by outcome."""
        return self.drawn.decomposition().set_index("outcome").loc[list(told.OUTCOMES)]

    @cached_property
    def thresholds(self) -> np.ndarray:
        """Willingness to pay over which curves are drawn."""
        return willingness(self.drawn.sampler.evidence)

    def worth(self, threshold: float) -> Estimate:
        """Expected value of perfect information."""
        return evpi(net_benefit(*self.drawn.money_and_health(), threshold))

    def readers(self, outcome: str) -> dict[str, Size]:
        """Each reader's difference."""
        return {name: reader_gap(self.read, outcome, name) for name in self.read}


class SureRunner:
    """Runs two pathways under many plausible sets of numbers, as every reader has them.

    Parameters
    ----------
    lesson : LessonFile
        Of a lab of kind `sure`: two arms a decision (told by their condition), controls `NEEDED`.
    source : optional
        What simulates, for tests: `steps(plan)`.

    Raises
    ------
    SpinesimError
        If the lesson's file lacks what the lab needs.
    """

    def __init__(self, lesson: LessonFile, source: Any = None) -> None:
        self.lesson = lesson
        self._steps = steps if source is None else source.steps
        self._controls = {one.id: one for one in lesson.control}
        missing = [key for key in NEEDED if key not in self._controls]
        if missing:
            raise SpinesimError(f"Lesson {lesson.id}: a lab of kind 'sure' needs a control '{missing[0]}'.")
        self._outcomes = {told.label(one): one for one in told.OUTCOMES}
        self._trials = {one.says: one.trial for one in lesson.points}
        for key, known in ((OUTCOME, self._outcomes), (TRIAL, self._trials), (WHICH, KINDS)):
            strangers = [one for one in self._controls[key].labels if one not in known]
            if strangers:
                raise SpinesimError(
                    f"Lesson {lesson.id}, control '{key}': '{strangers[0]}' is none of {'; '.join(known)}."
                )
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def steps(self, settings: Settings) -> Work:
        """Simulate what is not kept, then make tables, facts and pictures."""
        draws = int(settings[DRAWS])
        refuse_too_much(int(settings["patients"]), draws)
        readers = self._controls[READER].labels
        mine = str(settings[READER])
        who = (settings[DECISION], int(settings["patients"]), int(settings["seed"]))
        plans = {
            name: self._once(("plans", who, name), partial(self._plans, {**settings, READER: name}))
            for name in readers
        }
        kind = KINDS[str(settings[WHICH])]
        sampler: Sampler = self._once(("sampler", who, mine, kind), lambda: _sampler(plans[mine], kind))
        yield 0.01
        rows = self._once(
            ("rows", who, mine, kind, draws), lambda: sampler.sample(draws, 1 + int(settings["seed"]))
        )
        yield 0.02
        wanted: list[tuple[Hashable, Work]] = [
            (("reader", who, name), measure_steps(Wish(tuple(plans[name])), self._steps)) for name in readers
        ]
        wanted += [
            (("draw", who, mine, kind, place), self._draw(plans[mine], sampler, row))
            for place, row in enumerate(rows)
        ]
        trial = self._trials[str(settings[TRIAL])]
        wanted.append((("trial", trial), trial_steps(trial, TRIAL_PEOPLE)))
        found = yield from self._run(wanted)
        read = dict(zip(readers, found, strict=False))
        drawn = put_together(plans[mine], sampler, rows, [read[mine]], found[len(readers) : -1])
        shown = yield from self._shown(
            Found(settings, self._outcomes[str(settings[OUTCOME])], drawn, read, found[-1]),
            (who, mine, kind, draws),
        )
        return shown

    def _plans(self, settings: Settings) -> list[Plan]:
        """The two arms of the decision, as a reader has them."""
        place = _chosen(self._controls[DECISION], settings).changes.condition
        arms = [one for one in self.lesson.arm if one.condition == place]
        if len(arms) != 2:
            raise SpinesimError(
                f"Lesson {self.lesson.id}: '{settings[DECISION]}' needs two [[arm]] of its condition, "
                f"not {len(arms)}."
            )
        own = self.lesson.model_copy(update={"arm": arms, "control": [self._controls[READER]]})
        return plans_at(own, settings)

    def _draw(self, plans: list[Plan], sampler: Sampler, row: np.ndarray) -> Work:
        wish = Wish(tuple(plans), sampler.ids, tuple(float(one) for one in row))
        return (yield from measure_steps(wish, self._steps))

    def _run(self, wanted: list[tuple[Hashable, Work]]) -> Generator[float, None, list[Any]]:
        """What is kept of these, and the rest simulated; what was finished is kept even if cancelled."""
        todo = [key for key, _ in wanted if key not in self._kept]
        found = []
        for key, work in wanted:
            if key not in self._kept:
                low = todo.index(key)
                ends = (0.02 + (SIMULATED - 0.02) * end / len(todo) for end in (low, low + 1))
                self._kept[key] = yield from scaled(work, *ends)
            found.append(self._kept[key])
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _once(self, key: Hashable, make: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        return self._kept[key]

    def _shown(self, found: Found, run: Hashable) -> Work:
        """Tables, facts and pictures of what was found; `run` tells apart what was simulated."""
        facts = told.facts_of(found)
        yield 0.95
        made: list[Picture] = []
        for place, one in enumerate(self._pictures(found, run)):
            made.append(one)
            yield 0.95 + 0.008 * place
        settings, drawn = found.settings, found.drawn
        frames = {
            "draws": drawn.draws(),
            "parameters": drawn.parameters(),
            "differences": drawn.decomposition(),
            "readers": pd.concat(
                [
                    pd.DataFrame(found.readers(one).values(), index=list(found.read))
                    .rename_axis("reader")
                    .reset_index()
                    .assign(outcome=one)
                    for one in told.OUTCOMES
                ],
                ignore_index=True,
            ),
            "trial": found.board,
            "facts": pd.DataFrame(list(facts.values())),
        }
        table = told.main_table(found) + told.trial_table(found.board, str(settings[TRIAL]), TRIAL_PEOPLE)
        return Shown(settings, tuple(made), (table, ""), facts, self._summary(found, facts), frames)

    def _pictures(self, found: Found, run: Hashable) -> Generator[Picture, None, None]:
        """In reading order; only what the settings touched is drawn again."""
        settings, drawn, row = found.settings, found.drawn, found.parts.loc[found.outcome]
        axis = told.axis(found, found.outcome)
        gaps = drawn.expected(found.outcome)
        mean, base = float(row["mean_of_draws"]), float(row["difference"])
        sizes = {
            key: Size(middle, middle - WIDE * float(row[sd]), middle + WIDE * float(row[sd]))
            for key, middle, sd in (
                (pictures.CHANCE, base, "first_order_sd"),
                (pictures.NUMBERS, mean, "parameter_sd"),
                (pictures.BOTH, mean, "both_sd"),
            )
        }
        mine, trial = str(settings[READER]), str(settings[TRIAL])

        def kept(draw: Callable[..., Picture], about: Hashable, *given: Any) -> Picture:
            made: Picture = self._once((draw.__name__, about), partial(draw, *given))
            return made

        about = (run, found.outcome)
        yield kept(pictures.two_kinds, about, gaps[:, 1] - gaps[:, 0], sizes, drawn.patients, axis)
        yield kept(pictures.shares, run, found.parts)
        yield kept(pictures.readers, about, found.readers(found.outcome), mine, axis)
        yield kept(pictures.misses, trial, found.board, trial, TRIAL_PEOPLE)
        pays, grid = float(settings[PAYS]), found.thresholds
        table = acceptability(*drawn.money_and_health(), drawn.arms, grid)
        yield pictures.buyer(table, drawn.arms, pays)
        values = np.array([found.worth(float(one)).value for one in grid])
        yield pictures.worth(grid, values, pays, found.worth(pays).value)

    def _summary(self, found: Found, facts: Any) -> str:
        heads = ". ".join(told.in_words(facts[key]) for key in self.lesson.headlines if key in facts)
        first, second = found.drawn.arms
        return f"{second[0].upper()}{second[1:]} beside {first}, {len(found.drawn.values)} draws: {heads}."


def _chosen(control: Control, settings: Settings) -> Any:
    return next(one for one in control.options if one.label == settings[control.id])


def _sampler(plans: list[Plan], kind: Kind) -> Sampler:
    """What varies; quiet about posterior draws that are older than the data, which the lesson says."""
    return of_kind(make_sampler(plans[0].evidence, say=lambda _: None), kind)
