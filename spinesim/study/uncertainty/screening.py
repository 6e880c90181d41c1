"""Which numbers matter, all of them moving: Morris (many parameters), Sobol (a chosen few), by SALib.

The axes are the named uniforms of a `Sampler`, so that what moves together stays together; each group
counts as one.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import Arms, study_plans
from spinesim.study.executor import Executor, Kept, Progress
from spinesim.study.uncertainty.blocks import Alike, Single
from spinesim.study.uncertainty.measure import check_outcome, money_of, unit_of
from spinesim.study.uncertainty.probabilistic import Measured, run_points
from spinesim.study.uncertainty.reads import read_by
from spinesim.study.uncertainty.sample import Sampler, make_sampler

Floats = npt.NDArray[np.float64]
Problem = dict[str, Any]
LEVELS = 4  # of Morris' grid, as usual
EDGE = 0.005
"""Uniforms of a screening run from here to 1 less this: an end of an endless tail would stand for all."""
MOST_SOBOL = 20


def problem(units: Mapping[str, Sequence[str]]) -> Problem:
    """SALib's description of the unit cube: axes by group, in the order given."""
    names = [dim for dims in units.values() for dim in dims]
    groups = [name for name, dims in units.items() for _ in dims]
    return {
        "num_vars": len(names),
        "names": names,
        "groups": groups,
        "bounds": [[EDGE, 1 - EDGE]] * len(names),
    }


def morris_points(asked: Problem, trajectories: int, seed: int) -> Floats:
    """Points of the cube, (trajectories x (groups + 1), axes)."""
    from SALib.sample import morris

    with _quiet():
        return np.asarray(morris.sample(asked, trajectories, num_levels=LEVELS, seed=seed))


def morris_table(asked: Problem, points: Floats, results: Floats, seed: int) -> pd.DataFrame:
    """mu* (mean size of an elementary effect) with its 95 % interval, mu and sigma, the largest first."""
    from SALib.analyze import morris

    with _quiet():
        found = morris.analyze(asked, points, results, num_levels=LEVELS, seed=seed)
    star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    table = pd.DataFrame({
        "parameter": list(found["names"]), "mu_star": star, "low": np.maximum(star - half, 0),
        "high": star + half, "mu": np.asarray(np.ma.filled(found["mu"], np.nan), float),
        "sigma": np.asarray(np.ma.filled(found["sigma"], np.nan), float),
    })  # fmt: skip
    return table.sort_values("mu_star", ascending=False, kind="stable", ignore_index=True)


def sobol_points(asked: Problem, base: int, seed: int) -> Floats:
    """Saltelli's points, (base x (groups + 2), axes); `base` a power of 2."""
    from SALib.sample import sobol

    with _quiet():
        return np.asarray(sobol.sample(asked, base, calc_second_order=False, seed=seed))


def sobol_table(asked: Problem, results: Floats, seed: int) -> pd.DataFrame:
    """Share of the variance by each alone (first) and with its interactions (total), 95 % intervals."""
    from SALib.analyze import sobol

    if np.ptp(results) == 0:
        names = list(dict.fromkeys(asked["groups"]))
        nothing = dict.fromkeys(
            ("first", "first_low", "first_high", "total", "total_low", "total_high"), np.nan
        )
        return pd.DataFrame([{"parameter": name, **nothing} for name in names])
    with _quiet():
        found = sobol.analyze(asked, results, calc_second_order=False, seed=seed)
    first, total = (np.asarray(found[key], float) for key in ("S1", "ST"))
    wide, wider = (np.asarray(found[key], float) for key in ("S1_conf", "ST_conf"))
    table = pd.DataFrame({
        "parameter": list(dict.fromkeys(asked["groups"])), "first": first, "first_low": first - wide,
        "first_high": first + wide, "total": total, "total_low": total - wider, "total_high": total + wider,
    })  # fmt: skip
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Screening:
    """Points of the cube and what all arms gave there; `table` analyses any outcome."""

    arms: list[str]
    asked: Problem = field(repr=False)
    points: Floats = field(repr=False)
    found: Measured = field(repr=False)
    analyse: Callable[[Floats], pd.DataFrame] = field(repr=False)
    money: str = "USD"
    """Currency and year of amounts."""

    @property
    def outcomes(self) -> list[str]:
        return self.found.outcomes

    def table(self, outcome: str, arm: str | None = None) -> pd.DataFrame:
        """The analysis of one difference: `arm` (default: the last) minus the first."""
        o = self.outcomes.index(check_outcome(outcome, self.outcomes))
        other = self.arms[-1] if arm is None else arm
        if other not in self.arms:
            raise SpinesimError(f"There is no arm '{other}'; choose one of {', '.join(self.arms[1:])}.")
        expected = self.found.expected[:, :, o]
        return self.analyse(expected[:, self.arms.index(other)] - expected[:, 0]).assign(
            unit=unit_of(outcome, self.money)
        )


def _screen(
    pathways: Arms,
    parameters: Sequence[str] | None,
    sampler: Sampler | None,
    most: int | None,
    make: Callable[[Problem], Floats],
    analyse: Callable[[Problem, Floats, Floats], pd.DataFrame],
    running: Mapping[str, Any],
    wishes: Mapping[str, Any],
) -> Screening:
    plans = study_plans(pathways, **wishes)
    sampler = sampler or make_sampler(plans[0].evidence)
    if parameters is not None:
        sampler = sampler.only(parameters)
    else:
        sampler = sampler.reading(read_by(plans, sampler))
    # of a correlated group with one member here, that member's own distribution is all that matters
    alone = [
        Single(b.parameters[0]) if isinstance(b, Alike) and len(b.parameters) == 1 else b
        for b in sampler.blocks
    ]
    sampler = Sampler(sampler.evidence, tuple(alone))
    units = {block.name: block.dims for block in sampler.blocks}
    if len(units) < 2 or (most is not None and len(units) > most):
        bound = "at least 2" if most is None else f"2 to {most}"
        raise SpinesimError(
            f"This needs {bound} parameters or groups, not {len(units)}; name them (parameters)."
        )
    asked = problem(units)
    points = make(asked)
    found = run_points(plans, sampler, sampler.values(points), **running)
    return Screening(
        [plan.arm for plan in plans], asked, points, found,
        lambda results: analyse(asked, points, results), money_of(sampler.evidence),
    )  # fmt: skip


def morris(
    pathways: Arms,
    *,
    trajectories: int = 10,
    parameters: Sequence[str] | None = None,
    sampler: Sampler | None = None,
    screen_seed: int = 1,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Screening:
    """Elementary effects: trajectories x (groups + 1) runs of every arm, on the same people.

    mu* is the mean change of the difference when one parameter or group steps across two thirds of its range,
    scaled to its whole range; sigma says how much that depends on the others.

    Parameters
    ----------
    trajectories : int
        2 or more; 10 to 50 for a report.
    parameters : sequence of str, optional
        Ids or groups; default: all that any arm reads.
    """
    _at_least("trajectories", trajectories, 2)
    return _screen(
        pathways, parameters, sampler, None,
        lambda asked: morris_points(asked, trajectories, screen_seed),
        lambda asked, points, results: morris_table(asked, points, results, screen_seed),
        {"executor": executor, "keep": keep, "progress": progress}, wishes,
    )  # fmt: skip


def sobol(
    pathways: Arms,
    *,
    parameters: Sequence[str],
    base: int = 64,
    sampler: Sampler | None = None,
    screen_seed: int = 1,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Screening:
    """Variance shares of a chosen few: base x (groups + 2) runs of every arm, on the same people.

    Parameters
    ----------
    parameters : sequence of str
        2 to 20 ids or groups; the rest stays at its base.
    base : int
        A power of 2; 256 or more for a report.
    """
    _at_least("base", base, 2)
    if base & (base - 1):
        raise SpinesimError(f"base is {base}; give a power of 2, such as 64 or 256.")
    return _screen(
        pathways, parameters, sampler, MOST_SOBOL,
        lambda asked: sobol_points(asked, base, screen_seed),
        lambda asked, points, results: sobol_table(asked, results, screen_seed),
        {"executor": executor, "keep": keep, "progress": progress}, wishes,
    )  # fmt: skip


def _at_least(name: str, number: object, least: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise SpinesimError(f"{name} is {number}; give a whole number of {least} or above.")


def _quiet() -> Any:
    """SALib speaks of what does not concern a reader (groups, its own future)."""
    caught = warnings.catch_warnings()
    warnings.simplefilter("ignore")
    return caught
