"""What ``spinesim uncertainty`` prints: tables as lines of plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spinesim.cli.uncertainty_choice import FEW_DRAWS

if TYPE_CHECKING:
    import pandas as pd

    from spinesim.study.uncertainty import Uncertainty

MAIN = ("pain_12_months", "disability_12_months", "imaging", "procedures", "operations", "harms",
        "days_off_work", "cost_health_system", "cost_societal", "qaly_discounted")  # fmt: skip
SHORT = {"pain_12_months": "pain_average", "disability_12_months": "disability_average"}
FEW_RUNS = 10
NAME, SPAN = 42, 28  # widths of columns
HALF = 0.5


def main_of(known: list[str]) -> list[str]:
    """The outcomes told first, of those there are."""
    return [one if one in known else SHORT[one] for one in MAIN]


def label(outcome: object) -> str:
    """An outcome as people say it."""
    from spinesim.view.uncertainty import label as said

    return said(str(outcome))


def span(middle: float, low: float, high: float, unit: str = "") -> str:
    """Three numbers with as many places as they deserve: ``249 (147 to 311)``; QALY always with four."""
    largest = max(abs(middle), abs(low), abs(high))
    places = 0 if largest >= 100 else 1 if largest >= 10 else 2 if largest >= 0.1 else 4
    places = 4 if unit.startswith("QALY") else places
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
    heads = ("numbers uncertain", f"luck of {found.patients:,} people")
    for arm in found.arms[1:]:
        lines.append(f"\n{arm} minus {found.arms[0]}: difference, and ± 1.96 SD")
        lines.append(f"  {'':{NAME}} {heads[0]:>{SPAN}} {heads[1]:>{SPAN}}  share of variance from numbers")
        rows = table[table["arm"] == arm].set_index("outcome").loc[chosen]
        for row in rows.itertuples():
            name = f"{label(row.Index)[:NAME]:{NAME}}"
            if row.both_sd == 0:
                lines.append(f"  {name} {'no difference at all':>{SPAN}}")
                continue
            numbers = span(row.mean_of_draws, row.parameter_low, row.parameter_high, row.unit)
            people = span(row.difference, row.first_order_low, row.first_order_high, row.unit)
            low, high = row.parameter_share_low, row.parameter_share_high
            share = f"{row.parameter_share:.0%} ({low:.0%} to {high:.0%})"
            lines.append(f"  {name} {numbers:>{SPAN}} {people:>{SPAN}}  {share:18} {row.unit}")
        rough = [label(row.Index) for row in rows.itertuples() if row.parameter_share < HALF]
        if rough:
            lines.append(
                "  Here the luck of few people is the larger part (share under 50 %); more people, not more "
                "draws, would sharpen:\n  " + "; ".join(rough) + "."
            )
    return lines + _footnotes(found)


def _footnotes(found: Uncertainty) -> list[str]:
    """What the two columns are, why their middles differ, and what few draws or runs do not allow."""
    lines = [
        f"\n  numbers uncertain: mean of the {len(found.values):,} sets of numbers ± 1.96 SD between them, "
        f"the luck of people taken out.\n  luck of {found.patients:,} people: numbers at their base values; "
        f"mean of {len(found.replicated)} replications ± 1.96 SD of one study of so many people.\n"
        "  The middles differ: the mean over all plausible numbers is not the result at the base numbers "
        "(effects do not add up in a straight line,\n  and many intervals are lopsided), and the "
        "replications have other people."
    ]
    if len(found.values) < FEW_DRAWS:
        lines.append(
            f"  {len(found.values)} sets of numbers are fewer than {FEW_DRAWS}: a first impression, not 95 % "
            "intervals."
        )
    if len(found.replicated) < FEW_RUNS:
        lines.append(
            f"  With {len(found.replicated)} replications (--runs) the middle of the second column and the "
            f"intervals of the shares are rough; ask for {FEW_RUNS} or more."
        )
    return lines


def stance_lines(table: pd.DataFrame) -> list[str]:
    """Differences under every stance, side by side."""
    names = list(dict.fromkeys(table["stance"]))
    lines = [
        "\nThe same comparison as other readers of the evidence would have it (difference, and ± 1.96 SD of "
        "one such study: the luck of few people):"
    ]
    for (arm, versus), rows in table.groupby(["arm", "versus"], sort=False):
        lines.append(f"  {arm} minus {versus}")
        lines.append(f"  {'':{NAME}}" + "".join(f"{name:>{SPAN}}" for name in names))
        for outcome in main_of(list(dict.fromkeys(rows["outcome"]))):
            mine = rows[rows["outcome"] == outcome]
            cells = "".join(f"{span(r.difference, r.low, r.high, r.unit):>{SPAN}}" for r in mine.itertuples())
            lines.append(f"  {label(outcome)[:NAME]:{NAME}}{cells}  {mine['unit'].iloc[0]}")
    return lines
