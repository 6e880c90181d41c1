"""What one more slot a week buys: today's clinic beside the same with a little more room at one resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.simulation import WEEKS_PER_YEAR
from spinesim.study.value.clinic_money import clinic_money
from spinesim.study.value.slots import extra_slot, limited, slot_minutes
from spinesim.study.value.table import NAN

if TYPE_CHECKING:
    from spinesim.study.compare import Study
    from spinesim.study.scenario import Scenario

COLUMNS = ["arm", "resource", "minutes", "measure", "step", "difference", "low", "high", "per_slot", "unit",
           "says"]  # fmt: skip
OF_PEOPLE = ("helped_goal", "helped_pain", "qaly", "cost_per_person", "net_benefit")
HUNDRED = 100


@dataclass(frozen=True)
class Slot:
    """What an arm has more than the first: so many minutes a week at a resource."""

    resource: str
    minutes: int


@dataclass(frozen=True, eq=False)
class SlotWorth:
    """What a slot more a week buys.

    Attributes
    ----------
    study : Study
        Today's clinic first.
    table : DataFrame
        See `slot_worth`.
    """

    study: Study
    table: pd.DataFrame

    def __repr__(self) -> str:
        """One plain sentence for each resource."""
        from importlib import import_module  # study sits below view; words are only borrowed

        return "\n".join(import_module("spinesim.view.clinic_money").slot_sentences(self.table))


def slot_worth(study: Study, slots: Mapping[str, Slot], threshold: float | None = None) -> pd.DataFrame:
    """What each arm's one slot more a week changes, for a year's referrals and for each slot.

    Parameters
    ----------
    study : Study
        Today's clinic first; the other arms differ from it by a slot.
    slots : mapping of arm name to Slot
    threshold : float, optional
        Willingness to pay for a QALY.

    Returns
    -------
    DataFrame
        One row per arm and measure: ``median_wait`` (days, one row per step, at the slot's resource);
        ``helped_goal``, ``helped_pain`` (people), ``qaly``, ``cost``, ``net_benefit`` of as many people as
        are referred in a year; each the paired `difference` from the first arm with its 95 % interval
        (over runs; with one run over people, and waits have none). `per_slot` divides a year's by 52 slots.
        The cost is that of the care people get: staff who sit idle in the slot are not in the prices.
    """
    from spinesim.study.flow.paired import paired_flow

    for arm in slots:
        if arm not in study.arms[1:]:
            raise SpinesimError(
                f"'{arm}' is no arm beside today's; choose one of {', '.join(study.arms[1:])}."
            )
    money, flow, a_year = clinic_money(study, threshold=threshold), paired_flow(study), people_per_year(study)
    rows: list[dict[str, Any]] = []
    for arm, slot in slots.items():
        common = {"arm": arm, "resource": slot.resource, "minutes": slot.minutes}
        steps = _steps(study, slot.resource)
        waits = flow.loc[(flow["measure"] == "median_wait") & (flow["arm"] == arm) & flow["what"].isin(steps)]
        for wait in waits.to_dict("records"):
            says = "in some run fewer than half were served" if wait["at_least"] else ""
            known = {key: wait[key] for key in ("difference", "low", "high", "unit")}
            named = {"measure": "median_wait", "step": wait["what"], "per_slot": NAN, "says": says}
            rows.append(common | known | named)
        mine = money.loc[money["arm"] == arm].set_index("measure")
        for measure in OF_PEOPLE:
            rows.append(common | _of_a_year(mine.loc[measure], measure, a_year))
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_a_year(row: pd.Series, measure: str, a_year: float) -> dict[str, Any]:
    """A difference per person (or per 100) as one of a year's referrals, and per slot."""
    people = a_year / HUNDRED if measure.startswith("helped") else a_year
    names = {"difference": "difference", "low": "difference_low", "high": "difference_high"}
    found: dict[str, Any] = {name: row[source] * people for name, source in names.items()}
    whole = {"helped_goal": "people", "helped_pain": "people", "qaly": "QALY"}
    unit = f"{whole.get(measure) or row['unit'].split(' per ')[0]} per year of referrals"
    named = "cost" if measure == "cost_per_person" else measure
    found |= {"measure": named, "step": "", "unit": unit, "says": row["says"]}
    return found | {"per_slot": found["difference"] / WEEKS_PER_YEAR}


def people_per_year(study: Study) -> float:
    """How many are referred in a year, from the days on which the people counted were, over all runs.

    Raises
    ------
    SpinesimError
        If all are referred on one day.
    """
    from spinesim.study.flow import window

    people = weeks = 0.0
    for run in study.results[study.arms[0]]:
        first, last = window(run)
        if not run.patients["entry_day"].max() > run.patients["entry_day"].min():
            raise SpinesimError(
                "Everyone is referred on one day, so nothing can be said of a year: give the clinic arrivals."
            )
        people += len(run.patients) - 1  # gaps between people, not people
        weeks += (last - first) / 7
    return people / weeks * WEEKS_PER_YEAR


def _steps(study: Study, resource: str) -> set[str]:
    """What is asked for at the resource."""
    found: set[str] = set()
    for runs in study.results.values():
        events = runs[0].events
        asked = events.loc[(events["event"] == "request") & (events["resource"].astype(str) == resource)]
        found |= set(asked["step"].astype(str))
    return found


def what_a_slot_buys(
    scenario: Scenario,
    resources: Sequence[str] | None = None,
    *,
    minutes: int | None = None,
    day: str | None = None,
    runs: int = 10,
    threshold: float | None = None,
    executor: Any = None,
    progress: Any = None,
    keep: Any = None,
    **wishes: Any,
) -> SlotWorth:
    """Run today's clinic and, for each resource, the same with one slot more a week; same people and fates.

    Parameters
    ----------
    scenario : Scenario
        Today's pathway and clinic.
    resources : names, optional
        Default all that have limits.
    minutes : int, optional
        Default the longest slot of what the resource does.
    day : str, optional
        As in `extra_slot`.
    runs : int
    threshold : float, optional
        Willingness to pay for a QALY.
    executor, progress, keep
        As in `spinesim.study.compare.compare`.
    **wishes
        patients, years, seed, condition, warm_up, evidence: see `scenario_plans`.
    """
    from spinesim.study.compare import run_study
    from spinesim.study.scenario import scenario_plans
    from spinesim.study.simulation import shipped_evidence

    clinic, known = scenario.clinic, wishes.get("evidence") or shipped_evidence()
    able = limited(clinic)
    asked = able if resources is None else resources
    if isinstance(asked, str):
        raise SpinesimError(f'resources is the text "{asked[:40]}": give a list, such as ["{asked[:40]}"].')
    if resources is not None and not len(asked):
        raise SpinesimError(
            f"resources is empty: name some of {', '.join(able) or 'those with limits'}, or leave it out."
        )
    if not asked:
        raise SpinesimError(f"Nobody ever waits in clinic '{clinic.name}': choose one with limits.")
    scenarios, slots = [scenario], {}
    for name in asked:
        slot = Slot(name, minutes or slot_minutes(clinic, name, known))
        more = replace(
            scenario,
            name=f"{scenario.name}, one {name} slot more",
            clinic=extra_slot(clinic, name, minutes=slot.minutes, day=day),
        )
        scenarios.append(more)
        slots[more.name] = slot
    study = run_study(scenario_plans(scenarios, runs=runs, **wishes), executor, progress, keep)
    return SlotWorth(study, slot_worth(study, slots, threshold))
