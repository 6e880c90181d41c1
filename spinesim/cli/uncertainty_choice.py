"""What the draws of ``spinesim uncertainty`` say about a choice: words, tables over the grid, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spinesim.study.uncertainty import Uncertainty

FEW_DRAWS = 40
"""Below it, nothing is called a 95 % interval."""
FEWEST_FOR_EVPPI, TOLD = 50, 8


def choice(
    found: Uncertainty, view: str, threshold: float | None, tables: dict[str, Any], pictures: dict[str, bytes]
) -> list[str]:
    """Which arm is the best buy, and what is worth finding out; tables and pictures are added to theirs."""
    from spinesim.study.uncertainty import worth as study
    from spinesim.study.value.decide import acceptability
    from spinesim.study.value.table import willingness
    from spinesim.view.plots import picture
    from spinesim.view.value import plot_acceptability, plot_information

    worth, money = study.threshold_of(found, threshold), found.money
    grid = willingness(found.sampler.evidence, worth)
    costs, health = found.money_and_health(view)
    tables["best_buys"] = buys = study.best_buys(found, view, worth)
    tables["ceac"] = acceptability(costs, health, found.arms, grid)
    pictures["ceac.png"] = picture(plot_acceptability(tables["ceac"], money=money))
    pictures["plane.png"] = picture(_plane(found, view, worth))
    lines = [f"\n{line}" if not i else line for i, line in enumerate(_best(found, view, worth, buys))]
    if len(found.values) < FEWEST_FOR_EVPPI:
        return [*lines, f"What knowing more is worth needs {FEWEST_FOR_EVPPI} draws at least."]
    table = study.information(found, view, worth)
    tables["information"] = study.information_grid(found, view, worth, grid, table)
    shown = table[(table["value"] > 0) | (table["information"] == "everything")].head(1 + TOLD)
    pictures["information.png"] = picture(plot_information(shown, money=money))
    return lines + _information(found, table)


def _plane(found: Uncertainty, view: str, worth: float) -> Any:
    """The cost-effectiveness plane of the draws."""
    from spinesim.study.value.decide import plane
    from spinesim.view.value import plot_plane

    costs, health = found.money_and_health(view)
    cloud = plane(costs, health, found.arms)
    return plot_plane(cloud, worth, reference=found.arms[0], money=found.money)


def _best(found: Uncertainty, view: str, worth: float, buys: pd.DataFrame) -> list[str]:
    """In how many draws each arm is the best buy; what few draws leave open."""
    draws, whose = len(found.values), view.replace("_", " ")
    ahead = f"At {worth:,.0f} {found.money} per QALY (costs: {whose})"
    sure = buys.loc[buys["probability"] == 1, "arm"]
    if len(sure):
        return [
            f"{ahead}, {sure.iloc[0]} is the best buy: in 0 of {draws:,} draws was another arm better. "
            f"{_bound(draws)}"
        ]
    said = ", ".join(f"{row.arm} in {row.probability * draws:.4g}" for row in buys.itertuples())
    if draws >= FEW_DRAWS:
        said = ", ".join(
            f"{row.arm} in {row.probability * draws:.4g} ({row.probability:.0%})" for row in buys.itertuples()
        )
    return [f"{ahead}, best buy of {draws:,} draws: {said}."]


def _bound(draws: int) -> str:
    """What 0 of so many draws can tell (rule of three: 3 / draws is the upper end of its 95 % interval)."""
    if draws < FEW_DRAWS:
        return f"{draws} draws are too few to say how rarely it could be."
    return f"So many draws show only that it would be so in fewer than {3 / draws:.1%} (rule of three)."


def _information(found: Uncertainty, table: pd.DataFrame) -> list[str]:
    """EVPI and the largest EVPPI, and what few draws can tell of them."""
    whole, money, draws = table.iloc[0], found.money, len(found.values)
    if whole["value"] == 0:
        return [
            f"Knowing all numbers exactly (EVPI): in none of the {draws:,} draws would it have changed the "
            f"choice, so the estimate is 0 {money} per person; what rarer cases would cost, "
            f"so many draws cannot tell."
        ]
    lines = [
        f"Knowing all numbers exactly would be worth {whole['value']:,.2f} {money} per person (EVPI, "
        f"standard error {whole['se']:,.2f}; the luck of few people in each draw makes it too high)."
    ]
    parts = table.iloc[1:]
    parts = parts[parts["value"] > 0].head(TOLD)
    if len(parts):
        lines.append(f"Most worth finding out (EVPPI, {money} per person):")
        for row in parts.itertuples():
            lines.append(f"  {row.value:10,.2f} (standard error {row.se:,.2f})  {row.information}")
    return lines
