"""The repair: emulate the trial one would have liked (clone, censor, weight).

Everyone is eligible at referral and follows one of two strategies: the step within the window, or not
within it. Each person is thought of as a clone in both arms, leaves an arm in the week in which they depart
from it, and those who stay stand in for those who left: they are weighted by the inverse of their chance
of staying, given how they fared up to then (Hernan and Robins 2016; for the spread of starting weeks in
the exposed arm Cain and others 2010). Nobody is lost otherwise.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.study.naive.chart import Chart
from spinesim.study.naive.estimates import Estimate, percentiles, ratio

Floats = npt.NDArray[np.float64]
RESAMPLES = 200
NO_PENALTY = 1e9  # maximum likelihood, to rounding


class StayingModel:
    """The weekly chance of the step: a pooled logistic regression, fitted to people who may count repeatedly.

    On the week, the baseline columns `static`, the week's diary scores, and the scores where there are
    radicular signs. The design is made once; a resample of people only changes how often each counts.
    """

    def __init__(self, chart: Chart, static: list[str]) -> None:
        if not chart.exposed.any() or chart.exposed.all():
            who = "Nobody" if not chart.exposed.any() else "Everybody"
            raise SpinesimError(
                f"{who} was exposed within {chart.by_week} weeks, so exposed and unexposed people cannot be "
                "compared; ask for more patients, or check step and by_week in [exposure]."
            )
        self.chart = chart
        weeks = np.arange(chart.by_week)[:, None]
        self.at_risk = weeks <= chart.exposed_week
        self.happened = weeks == chart.exposed_week
        fixed = chart.baseline[static].to_numpy(dtype=float)
        radicular = chart.baseline["radicular"].to_numpy()
        blocks = []
        for week in range(chart.by_week):
            scores = [values[week] for values in chart.weekly.values()]
            blocks.append(np.column_stack([fixed, *scores, *(score * radicular for score in scores)]))
        rows = np.concatenate(blocks)
        spread = rows.std(axis=0)
        varies = spread > 0
        scaled = (rows[:, varies] - rows[:, varies].mean(axis=0)) / spread[varies]
        dummies = np.repeat(np.eye(chart.by_week), len(chart), axis=0)
        self.design = np.column_stack([dummies, scaled])
        self._start: tuple[list[int], Floats] | None = None

    def hazard(self, counts: Floats) -> Floats:
        """Chance of the step in each week for each person, shape (weeks, N).

        Parameters
        ----------
        counts : float array, shape (N,)
            How often each person counts.
        """
        from sklearn.linear_model import LogisticRegression

        weeks = self.chart.by_week
        live = np.array([(counts[one] > 0).any() for one in self.happened])  # in others nobody can start
        used = (self.at_risk & (counts > 0) & live[:, None]).ravel()
        columns = np.concatenate([live, np.ones(self.design.shape[1] - weeks, dtype=bool)])
        design = self.design if live.all() else self.design[:, columns]
        model = LogisticRegression(
            C=NO_PENALTY, fit_intercept=False, solver="newton-cholesky", tol=1e-8, max_iter=100,
            warm_start=True,
        )  # fmt: skip
        pattern = [int(week) for week in np.flatnonzero(live)]
        if self._start is not None and self._start[0] == pattern:
            model.coef_ = self._start[1].copy()  # a resample's optimum is near the whole cohort's
        repeats = np.broadcast_to(counts, (weeks, len(counts))).ravel()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # few people: a score that tells who starts runs off
            fitted = model.fit(design[used], self.happened.ravel()[used], sample_weight=repeats[used])
        if self._start is None:
            self._start = pattern, np.array(fitted.coef_)
        chance = fitted.predict_proba(design)[:, 1].reshape(weeks, len(counts))
        return np.where(live[:, None], chance, 0.0)

    def weights(self, counts: Floats) -> tuple[Floats, Floats]:
        """Weight of each person in the exposed and in the unexposed arm, times `counts`."""
        chart = self.chart
        hazard = self.hazard(counts)
        stays = np.cumprod(np.where(self.at_risk, 1 - hazard, 1.0), axis=0)
        week = np.where(chart.exposed, chart.exposed_week, 0).astype(int)
        who = np.arange(len(chart))
        before = np.where(week > 0, stays[week - 1, who], 1.0)
        began = np.bincount(week[chart.exposed], counts[chart.exposed], minlength=chart.by_week)
        when = began / began.sum()  # the exposed arm starts as early starters did, whoever they are
        in_exposed, in_unexposed = chart.exposed & (counts > 0), ~chart.exposed & (counts > 0)
        one, other = np.zeros(len(chart)), np.zeros(len(chart))
        np.divide(counts * when[week], before * hazard[week, who], out=one, where=in_exposed)
        np.divide(counts, stays[-1], out=other, where=in_unexposed)
        return one, other


def weights(chart: Chart, static: list[str]) -> tuple[Floats, Floats]:
    """Weight of each person in the exposed and in the unexposed arm; 0 for who departed from it."""
    return StayingModel(chart, static).weights(np.ones(len(chart)))


def emulate(
    chart: Chart,
    wanted: dict[str, str],
    static: list[str],
    seed: int,
    resamples: int = RESAMPLES,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Estimate]:
    """Each outcome's contrast with a 95 % percentile interval from a bootstrap of people.

    Parameters
    ----------
    wanted : dict of outcome to "ratio" or "difference"
    static : list of str
        Baseline columns of the weight model.
    progress : callable, optional
        Told the share of resamples done.

    Raises
    ------
    SpinesimError
        If nobody, or everybody, was exposed.
    """
    work = emulation(chart, wanted, static, seed, resamples)
    while True:
        try:
            share = next(work)
        except StopIteration as done:
            middle, spread = done.value
            return {key: (float(middle[i]), *percentiles(spread[:, i])) for i, key in enumerate(wanted)}
        if progress:
            progress(share)


def resampled(people: int, seed: int, resamples: int) -> Iterator[Floats]:
    """How often each person counts in each resample of people; the same seed gives the same resamples."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(0, people, people), minlength=people).astype(float)


def emulation(
    chart: Chart, wanted: dict[str, str], static: list[str], seed: int, resamples: int
) -> Generator[float, None, tuple[Floats, Floats]]:
    """As `emulate`, yielding the share done (0-1); returns the contrasts and theirs in each resample.

    Returns
    -------
    middle : float array, shape (outcomes,)
    spread : float array, shape (resamples, outcomes)
        Of the resamples that `resampled` gives for this seed.
    """
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    model, people = StayingModel(chart, static), len(chart)
    spread = np.full((resamples, len(wanted)), np.nan)
    # matrices of 20 columns: threads would wait for each other, 40 times slower
    alone = ThreadpoolController().limit
    with alone(limits=1):
        middle = _contrasts(model, wanted, np.ones(people))
    for i, counts in enumerate(resampled(people, seed, resamples)):
        with alone(limits=1):
            spread[i] = _contrasts(model, wanted, counts)
        yield (i + 1) / resamples
    return middle, spread


def _contrasts(model: StayingModel, wanted: dict[str, str], counts: Floats) -> npt.NDArray[Any]:
    """Each outcome's contrast; NaN where a resample has an empty arm."""
    exposed = model.chart.exposed
    if not counts[exposed].any() or not counts[~exposed].any():
        return np.full(len(wanted), np.nan)
    arms = model.weights(counts)
    found = []
    for key, measure in wanted.items():
        one, other = (float(np.average(model.chart.outcomes[key], weights=weight)) for weight in arms)
        found.append(ratio(one, other) if measure == "ratio" else one - other)
    return np.array(found)
