"""The value of the arms of a study: a table with paired intervals, and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.value.decide import Floats, difference, icer
from spinesim.study.value.money import VIEWS
from spinesim.study.value.person import KEYS, per_unit, person_value

if TYPE_CHECKING:
    from spinesim.study.compare import Study

RESAMPLES = 2_000
SEED = 4  # of the resampling, which is no part of the simulation: the same study gives the same interval
CELLS = 4_000_000  # numbers held at once while resampling
NAN = float("nan")
FEWEST_UNITS = 10
"""Independent people or runs below which a ratio gets no interval."""
SAID = {
    "health_system": "to the health system", "patient": "to the patient", "societal": "to society",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Value:
    """Money and health of every arm, per person, paired: the same people (or runs) in each row.

    Attributes
    ----------
    arms : list of str
        The reference first.
    each : dict of str to ndarray, shape (units, arms)
        ``cost_health_system``, ``cost_patient``, ``cost_societal``, ``qaly``; a unit is a person in one
        run, or the mean of a run when there are several.
    evidence : Evidence
    years : float
        Follow-up.
    """

    arms: list[str]
    each: dict[str, Floats]
    evidence: Evidence
    years: float

    @property
    def money(self) -> str:
        """Currency and year of every amount, such as ``USD 2025``."""
        return self.evidence["visit.price"].unit

    def __repr__(self) -> str:
        """What the table says of each arm, in plain sentences."""
        return "\n".join(self.sentence(arm) for arm in self.arms[1:] or self.arms)

    def table(self, view: str = "health_system", threshold: float | None = None) -> pd.DataFrame:
        """One row per arm: means, and paired differences from the first arm with 95 % intervals.

        Parameters
        ----------
        view : str
            ``health_system``, ``patient`` or ``societal``: whose costs the differences count.
        threshold : float, optional
            Willingness to pay for a QALY; default ``threshold.base``.

        Returns
        -------
        DataFrame
            ``arm``; the mean ``cost_…`` by view and ``qaly``; ``cost_difference``, ``qaly_difference``,
            ``net_benefit`` (of the difference), each with ``_low`` and ``_high`` (t intervals, as in
            `Study.differences`); ``icer`` with ``icer_low`` and ``icer_high`` (bootstrap over the same
            units; NaN where no ratio or no interval of one makes sense: where the interval of either
            difference holds 0, or with fewer than 10 units) and ``says`` in words; ``cost_unit`` (also of
            the net benefit; the ICER is that per QALY) and ``qaly_unit``.
        """
        from spinesim.study.compare import interval  # here, since it brings in the whole of a study

        costs, health, worth = self.asked(view, threshold)
        rows = []
        for i, arm in enumerate(self.arms):
            row: dict[str, Any] = {"arm": arm} | {key: self.each[key][:, i].mean() for key in KEYS}
            more_cost, more_health = costs[:, i] - costs[:, 0], health[:, i] - health[:, 0]
            for name, values in (
                ("cost_difference", more_cost),
                ("qaly_difference", more_health),
                ("net_benefit", worth * more_health - more_cost),
            ):
                row[name], row[f"{name}_low"], row[f"{name}_high"] = interval(values)
            ratio, says = icer(
                *(difference(all_[:, i].mean(), all_[:, 0].mean()) for all_ in (costs, health))
            )
            why = _no_interval(row, len(costs)) if i else ""
            low, high = NAN, NAN
            if ratio == ratio and not why:
                low, high = _ratio_interval(more_cost, more_health)
            says = "; ".join(filter(None, (says, why))) if i else "the reference"
            rows.append(
                row | {"icer": ratio, "icer_low": low, "icer_high": high, "says": says,
                       "cost_unit": f"{self.money} per person", "qaly_unit": "QALY per person"}
            )  # fmt: skip
        return pd.DataFrame(rows)

    def sentence(
        self, arm: str | None = None, view: str = "health_system", threshold: float | None = None
    ) -> str:
        """What the table says of `arm` (default: the last) against the first, in one plain sentence."""
        _, _, worth = self.asked(view, threshold)
        first, last, year = self.arms[0], arm or self.arms[-1], self.money
        if last not in self.arms:
            raise SpinesimError(f"Unknown arm '{last}': choose one of {', '.join(self.arms)}.")
        row = self.table(view, threshold).iloc[self.arms.index(last)]
        if last == first:
            return f"{first}: {row['qaly']:.4f} QALY per person for {row[f'cost_{view}']:,.0f} {year}."
        dc, de = float(row["cost_difference"]), float(row["qaly_difference"])
        if dc == 0 and de == 0:
            return f"{last} and {first} cost the same and give the same health, so a ratio is undefined."
        money = "costs the same" if dc == 0 else f"costs {abs(dc):,.0f} {'more' if dc > 0 else 'less'}"
        gain = "the same health" if de == 0 else f"{abs(de):.4f} QALY {'more' if de > 0 else 'less'}"
        span = "year" if self.years == 1 else "years"
        low, high = float(row["net_benefit_low"]), float(row["net_benefit_high"])
        benefit = float(row["net_benefit"])
        verdict = f"is {'lower' if benefit < 0 else 'higher'} by {abs(benefit):,.0f}"
        if low == low:
            verdict += f" (95 % interval of the difference {low:,.0f} to {high:,.0f})"
            verdict += "; which is higher stays open" if low <= 0 <= high else ""
        else:
            verdict += " (one unit alone: no interval)"
        return (
            f"Over {self.years:g} {span} {last} {money} ({year}, {SAID[view]}) and gives {gain} per person "
            f"than {first}: at {worth:,.0f} {year} per QALY its net benefit {verdict}."
        )

    def asked(self, view: str, threshold: float | None) -> tuple[Floats, Floats, float]:
        if view not in VIEWS:
            raise SpinesimError(f"There is no payer view '{view}'; choose one of {', '.join(VIEWS)}.")
        worth = self.evidence.value("threshold.base") if threshold is None else float(threshold)
        if not (np.isfinite(worth) and worth >= 0):
            raise SpinesimError(f"The threshold is {threshold}; give money per QALY of 0 or above.")
        return self.each[f"cost_{view}"], self.each["qaly"], worth


def value(
    study: Study, *, method: str = "continuous", evidence: Evidence | Mapping[str, Evidence] | None = None
) -> Value:
    """Cost by payer view and QALY of every arm of a study, discounted.

    Parameters
    ----------
    study : Study
        What ``spinesim.compare`` returns.
    method : str
        Discounting: ``continuous`` or ``yearly``.
    evidence : Evidence, or mapping of arm name to Evidence, optional
        Other prices, rates or thresholds; default those each arm was run with, so that every clinic is
        priced at its own prices. Thresholds are those of the first arm.

    Returns
    -------
    Value
        With ``.table()`` and ``.sentence()``.
    """
    if not hasattr(study, "results"):
        raise SpinesimError(f"{str(study)[:40]!r} is no study; give what spinesim.compare(...) returns.")
    known = priced_by(study, evidence)
    columns: dict[str, list[Floats]] = {key: [] for key in KEYS}
    for arm in study.arms:
        per_run = [person_value(one, known[arm], method=method) for one in study.results[arm]]
        for key in KEYS:
            columns[key].append(per_unit([one[key] for one in per_run]))
    first = study.results[study.arms[0]][0]
    each = {key: np.column_stack(values) for key, values in columns.items()}
    return Value(study.arms, each, known[study.arms[0]], round(float(first.weeks[-1]) / 52, 2))


def priced_by(study: Study, evidence: Evidence | Mapping[str, Evidence] | None = None) -> dict[str, Evidence]:
    """The evidence that prices each arm: its own, unless `evidence` says otherwise (one, or by arm)."""
    if evidence is None:
        return {arm: study.evidence_of(arm) for arm in study.arms}
    if isinstance(evidence, Evidence):
        return dict.fromkeys(study.arms, evidence)
    missing = [arm for arm in study.arms if arm not in evidence]
    if missing:
        raise SpinesimError(f"There are no prices for the arm '{missing[0]}'; give evidence for every arm.")
    return {arm: evidence[arm] for arm in study.arms}


def willingness(evidence: Evidence, threshold: float | None = None, points: int = 41) -> Floats:
    """Thresholds for a curve, shape (points,): from 0 to twice `threshold` or ``threshold.base``."""
    middle = max(evidence.value("threshold.base"), threshold or 0.0)
    return np.linspace(0.0, 2 * middle, points)


def _no_interval(row: dict[str, Any], units: int) -> str:
    """Why a ratio has no interval, in words; empty if it may have one."""
    if units < FEWEST_UNITS:
        return f"no interval of the ratio: {units} independent people or runs, fewer than {FEWEST_UNITS}"
    open_ = unclear(row)
    return f"no interval of the ratio: the difference in {open_[0]} may be 0" if open_ else ""


def unclear(row: Mapping[str, Any]) -> list[str]:
    """Which of QALY and cost may not differ from the first arm, by their intervals in a row of the table.

    Differences that are exactly 0 are clear; without an interval nothing is.
    """
    names = {"qaly_difference": "QALY", "cost_difference": "cost"}
    ends = {said: (row[f"{name}_low"], row[f"{name}_high"]) for name, said in names.items()}
    return [said for said, (low, high) in ends.items() if low != low or (low <= 0 <= high and low < high)]


def _ratio_interval(cost: Floats, effect: Floats) -> tuple[float, float]:
    """95 % bootstrap interval of mean cost over mean effect; NaN where the sign of either is open."""
    if len(cost) < 2:
        return NAN, NAN
    from scipy.stats import bootstrap

    def means(money: Floats, health: Floats, axis: int = -1) -> Floats:
        return np.stack([money.mean(axis=axis), health.mean(axis=axis)])

    found = bootstrap(
        (cost, effect), means, paired=True, vectorized=True, n_resamples=RESAMPLES, method="percentile",
        batch=max(1, CELLS // len(cost)), rng=np.random.default_rng(SEED),
    )  # fmt: skip
    low, high = found.confidence_interval
    if (np.sign(low) != np.sign(high)).any():
        return NAN, NAN
    money, health = found.bootstrap_distribution
    ratio = money[health != 0] / health[health != 0]
    return float(np.percentile(ratio, 2.5)), float(np.percentile(ratio, 97.5))
