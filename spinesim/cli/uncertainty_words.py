"""What ``spinesim uncertainty`` prints: tables as lines of plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spinesim.study.uncertainty import Uncertainty

MAIN = ("pain_12_months", "disability_12_months", "imaging", "procedures", "operations", "harms",
        "days_off_work", "cost_health_system", "cost_societal", "qaly_discounted")  # fmt: skip
SHORT = {"pain_12_months": "pain_average", "disability_12_months": "disability_average"}
FEWEST_FOR_EVPPI, TOLD = 50, 8
NAME, SPAN = 42, 28  # widths of columns


def main_of(known: list[str]) -> list[str]:
    """The outcomes told first, of those there are."""
    return [one if one in known else SHORT[one] for one in MAIN]


def label(outcome: object) -> str:
    """An outcome as people say it."""
    from spinesim.view.uncertainty import label as said

    return said(str(outcome))


def span(middle: float, low: float, high: float) -> str:
    """Three numbers with as many places as they deserve: ``249 (147 to 311)``."""
    largest = max(abs(middle), abs(low), abs(high))
    places = 0 if largest >= 100 else 1 if largest >= 10 else 2 if largest >= 0.1 else 4
    cells = [f"{value:,.{places}f}" for value in (middle, low, high)]
    plain = [cell.removeprefix("-") if not cell.strip("-0.,") else cell for cell in cells]
    return f"{plain[0]} ({plain[1]} to {plain[2]})"


def what_varied(found: Uncertainty) -> list[str]:
    """How much was varied, and what was not."""
    from spinesim.study.uncertainty import read_by

    read = read_by(found.plans)
    varied = len(read & set(found.sampler.ids))
    return [
        f"{len(found.values):,} sets of numbers, each on the same {found.patients:,} people; "
        f"{len(found.replicated)} replications at the base values.",
        f"These runs read {len(read):,} numbers: {varied:,} vary; {len(read) - varied:,} have no interval "
        "(or were set) and stay put,",
        "so that the spread is that of the numbers whose uncertainty anyone has stated.",
    ]


def where_from(found: Uncertainty, table: pd.DataFrame) -> list[str]:
    """Uncertainty of the numbers beside the luck of few people, for the main outcomes of every arm."""
    chosen, lines = main_of(found.outcomes), []
    luck = f"luck of {found.patients:,} people"
    for arm in found.arms[1:]:
        lines.append(f"\n{arm} minus {found.arms[0]}: difference, with 95 % intervals")
        lines.append(
            f"  {'':{NAME}} {'uncertain numbers':>{SPAN}} {luck:>{SPAN}}  numbers' share of variance"
        )
        rows = table[table["arm"] == arm].set_index("outcome").loc[chosen]
        for row in rows.itertuples():
            name = f"{label(row.Index)[:NAME]:{NAME}}"
            if row.both_sd == 0:
                lines.append(f"  {name} {'no difference at all':>{SPAN}}")
                continue
            numbers = span(row.mean_of_draws, row.parameter_low, row.parameter_high)
            people = span(row.difference, row.first_order_low, row.first_order_high)
            low, high = row.parameter_share_low, row.parameter_share_high
            share = f"{row.parameter_share:.0%} ({low:.0%} to {high:.0%})"
            lines.append(f"  {name} {numbers:>{SPAN}} {people:>{SPAN}}  {share:17} {row.unit}")
        rough = [label(row.Index) for row in rows.itertuples() if row.mc_se > row.parameter_sd]
        if rough:
            lines.append(
                "  Few people blur these more than the numbers do; more people, not more draws, would "
                "sharpen their mean:\n  " + "; ".join(rough) + "."
            )
    return lines


def choice(found: Uncertainty, view: str, threshold: float | None, tables: dict[str, Any]) -> list[str]:
    """Which arm is the best buy, and what is worth finding out; the tables are added to `tables`."""
    from spinesim.study.uncertainty.worth import best_buys, information, threshold_of

    worth, whose = threshold_of(found, threshold), view.replace("_", " ")
    tables["best_buys"] = best_buys(found, view, worth)
    said = ", ".join(f"{row.arm} {row.probability:.0%}" for row in tables["best_buys"].itertuples())
    lines = [f"\nAt {worth:,.0f} USD per QALY ({whose}), probability of being the best buy: {said}."]
    if len(found.values) < FEWEST_FOR_EVPPI:
        return [*lines, f"What knowing more is worth needs {FEWEST_FOR_EVPPI} draws at least."]
    tables["information"] = table = information(found, view, worth)
    whole = table.iloc[0]
    lines.append(
        f"Knowing all numbers exactly would be worth {whole['value']:,.2f} USD per person (EVPI, standard "
        f"error {whole['se']:,.2f})."
    )
    parts = table.iloc[1:]
    parts = parts[parts["value"] > 0].head(TOLD)
    if len(parts):
        lines.append("Most worth finding out (EVPPI, USD per person):")
        for row in parts.itertuples():
            lines.append(f"  {row.value:10,.2f} (standard error {row.se:,.2f})  {row.information}")
    return lines


def stance_lines(table: pd.DataFrame) -> list[str]:
    """Differences under every stance, side by side."""
    names = list(dict.fromkeys(table["stance"]))
    lines = [
        "\nThe same comparison as other readers of the evidence would have it (difference, and where 95 % of "
        "such studies fall):"
    ]
    for (arm, versus), rows in table.groupby(["arm", "versus"], sort=False):
        lines.append(f"  {arm} minus {versus}")
        lines.append(f"  {'':{NAME}}" + "".join(f"{name:>{SPAN}}" for name in names))
        for outcome in main_of(list(dict.fromkeys(rows["outcome"]))):
            mine = rows[rows["outcome"] == outcome]
            cells = "".join(f"{span(r.difference, r.low, r.high):>{SPAN}}" for r in mine.itertuples())
            lines.append(f"  {label(outcome)[:NAME]:{NAME}}{cells}")
    return lines


def memory() -> str:
    """Peak memory of this process and of the largest of those it began."""
    try:
        import resource
        import sys
    except ImportError:  # Windows
        return "memory is not measured on this system"
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    own, others = (
        resource.getrusage(who).ru_maxrss * unit / 2**20
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"peak memory {own:,.0f} MB" + (f", {others:,.0f} MB in the largest worker" if others else "")
