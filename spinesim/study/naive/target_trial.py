"""The repair: emulate the trial one would have liked (clone, censor, weight).

Everyone is eligible at referral and follows one of two strategies: the step within the window, or not
within it. Each person is thought of as a clone in both arms, leaves an arm in the week in which they depart
from it, and those who stay stand in for those who left: they are weighted by the inverse of their chance
of staying, given how they fared up to then (Hernan and Robins 2016; for the spread of starting weeks in
the exposed arm Cain and others 2010). Nobody is lost otherwise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinesim.study.naive.chart import Chart
from spinesim.study.naive.estimates import Estimate

Floats = npt.NDArray[np.float64]
RESAMPLES = 200
NO_PENALTY = 1e9  # maximum likelihood, to rounding


def weights(chart: Chart, static: list[str]) -> tuple[Floats, Floats]:
    """Weight of each person in the exposed and in the unexposed arm; 0 for who departed from it.

    The weekly chance of the step is a pooled logistic regression on the week, the baseline columns
    `static`, the week's diary scores, and the scores where there are radicular signs.
    """
    hazard, at_risk = _weekly_hazard(chart, static)
    stays = np.cumprod(np.where(at_risk, 1 - hazard, 1.0), axis=0)
    unexposed = np.where(chart.exposed, 0.0, 1 / stays[-1])
    week = np.where(chart.exposed, chart.exposed_week, 0).astype(int)
    who = np.arange(len(chart))
    before = np.where(week > 0, stays[week - 1, who], 1.0)
    counts = np.bincount(week[chart.exposed], minlength=chart.by_week)
    when = counts / counts.sum()  # the exposed arm starts as early starters did, whoever they are
    chance = np.where(chart.exposed, before * hazard[week, who], 1.0)
    return np.where(chart.exposed, when[week] / chance, 0.0), unexposed


def _weekly_hazard(chart: Chart, static: list[str]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Chance of the step in each week for each person, and who was still without it; shape (weeks, N)."""
    from sklearn.linear_model import LogisticRegression

    weeks = chart.by_week
    at_risk = np.arange(weeks)[:, None] <= chart.exposed_week
    happened = np.arange(weeks)[:, None] == chart.exposed_week
    fixed = chart.baseline[static].to_numpy(dtype=float)
    radicular = chart.baseline["radicular"].to_numpy()
    blocks = []
    for week in range(weeks):
        scores = [values[week] for values in chart.weekly.values()]
        blocks.append(np.column_stack([fixed, *scores, *(score * radicular for score in scores)]))
    hazard = np.zeros((weeks, len(chart)))
    live = [week for week in range(weeks) if happened[week].any()]  # in other weeks nobody can start
    rows = np.concatenate([blocks[week] for week in live])
    dummies = np.repeat(np.eye(len(live)), len(chart), axis=0)
    spread = rows.std(axis=0)
    varies = spread > 0
    scaled = (rows[:, varies] - rows[:, varies].mean(axis=0)) / spread[varies]
    design = np.column_stack([dummies, scaled])
    risk = np.concatenate([at_risk[week] for week in live])
    target = np.concatenate([happened[week] for week in live]).astype(float)
    model = LogisticRegression(
        C=NO_PENALTY, fit_intercept=False, solver="newton-cholesky", tol=1e-8, max_iter=100
    )
    fitted = model.fit(design[risk], target[risk])
    hazard[live] = fitted.predict_proba(design)[:, 1].reshape(len(live), len(chart))
    return hazard, at_risk


def emulate(
    chart: Chart, wanted: dict[str, str], static: list[str], seed: int, resamples: int = RESAMPLES
) -> dict[str, Estimate]:
    """Each outcome's contrast with a 95 % percentile interval from a bootstrap of people (scipy).

    Parameters
    ----------
    wanted : dict of outcome to "ratio" or "difference"
    static : list of str
        Baseline columns of the weight model.
    """
    from scipy import stats

    def contrasts(rows: npt.NDArray[np.int64]) -> Floats:
        some = chart.take(rows)
        exposed, unexposed = weights(some, static)
        found = []
        for key, measure in wanted.items():
            one, other = (float(np.average(some.outcomes[key], weights=w)) for w in (exposed, unexposed))
            found.append(one / other if measure == "ratio" else one - other)
        return np.array(found)

    everyone = np.arange(len(chart))
    middle = contrasts(everyone)
    spread = stats.bootstrap(
        (everyone,),
        contrasts,
        vectorized=False,
        n_resamples=resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return {
        key: (float(middle[i]), float(spread.low[i]), float(spread.high[i])) for i, key in enumerate(wanted)
    }
