"""The scoreboard in words: for the screen, and as the section of ``MODEL.md``."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import pandas as pd

from spinesim.study.trials.independence import KINDS
from spinesim.study.trials.scoreboard import Scoreboard

STANDARDISED = "standardised "
WIDEST_CELL = 64  # letters, on the screen
SHORTEST = 14  # letters to which a remark or the arms' names are cut at most
MINUS = " minus "
ROLES = ("validation", "calibration")
HEAD = ("outside", "trial", "figure", "week", "model (95 % interval)", "paper", "band", "certain")
MEASURES = {
    "change": "change", "percent_change": "change in %", "share_at_most": "share at most {}",
    "share_at_least": "share at least {}", "share_improved_by": "share better by {} %",
    "median_weeks_to": "median weeks to {}",
}  # fmt: skip


def amount(number: float) -> str:
    """A number with as many digits as a reader wants: 1234, 56.1, 3.25, 0.37."""
    if not math.isfinite(number):
        return "–" if math.isnan(number) else "never" if number > 0 else "-∞"
    digits = 0 if abs(number) >= 1000 else 1 if abs(number) >= 10 else 2
    return f"{number:.{digits}f}"


def figure_words(row: Any, widest: int | None = None) -> str:
    """What a row measures: ``limb pain (NRS × 10), change, injection minus walking; L4-5 only``.

    With `widest` (letters) a long text is cut where it costs least: the remark first, then the arms' names,
    each for itself, so that what is subtracted from what stays readable.
    """
    measure, _, cut = str(row.measure).removeprefix(STANDARDISED).partition(" ")
    parts = [str(row.outcome).replace("_", " ") + _scaled(row)]
    if measure in MEASURES:
        parts.append(MEASURES[measure].format(cut))
    if str(row.measure).startswith(STANDARDISED):
        parts.append("in SDs")
    said = f"; {row.says}" if getattr(row, "says", "") else ""
    names = [str(row.arm), str(row.versus)] if row.versus else [str(row.arm)]
    if widest is not None:
        room = widest - len(", ".join(parts)) - len(", ") - len(MINUS) * (len(names) - 1)
        said = _cut(said, max(room - sum(map(len, names)), SHORTEST))
        names = _fitted(names, max(room - len(said), SHORTEST))
    return f"{', '.join(parts)}, {MINUS.join(names)}{said}"


def _scaled(row: Any) -> str:
    """The paper's scale where it is not the model's own."""
    scale = getattr(row, "scale", 1.0)
    if scale == 1:
        return ""
    unit = str(getattr(row, "unit", "")).partition(" ×")[0]
    return f" ({row.unit})" if unit != row.unit else f" (× {scale:g})"


def _cut(text: str, widest: int) -> str:
    """A text with its end cut off if it is longer than this."""
    return text if len(text) <= widest else f"{text[: max(widest - 1, 1)].rstrip(' ;,(')}…"


def _fitted(names: list[str], room: int) -> list[str]:
    """Names cut so that together they fit; a short one leaves its room to the other."""
    if sum(map(len, names)) <= room:
        return names
    share = room // len(names)
    spare = sum(max(share - len(name), 0) for name in names)
    return [_cut(name, share + spare) for name in names]


def far(outside: float) -> str:
    """Half-bands beyond the edge."""
    return "<0.1" if outside < 0.05 else "never" if math.isinf(outside) else f"{outside:.1f}"


def _cells(row: Any, widest: int | None) -> tuple[str, ...]:
    low, high = amount(row.model_low), amount(row.model_high)
    interval = "" if low == "–" else f" ({low} to {high})"
    return (
        "inside" if row.inside else far(row.outside),
        row.trial,
        figure_words(row, widest),
        str(row.week),
        f"{amount(row.model_mean)}{interval}",
        amount(row.paper_mean),
        f"{amount(row.paper_low)} to {amount(row.paper_high)}",
        "" if row.checked else "unconfirmed",
    )


def figures(table: pd.DataFrame, widest: int | None = WIDEST_CELL) -> list[tuple[str, ...]]:
    """Rows of the scoreboard as texts, under `HEAD`; a figure in at most `widest` letters."""
    return [_cells(row, widest) for row in table.itertuples(index=False)]


def counted(board: Scoreboard) -> list[tuple[str, ...]]:
    """Figures inside by role, independence and certainty; the sums of each role at its end."""
    rows: list[tuple[str, ...]] = []
    table = board.table
    for role in ROLES:
        of_role = table[table["role"] == role]
        for kind in KINDS:
            for checked in (True, False):
                some = of_role[(of_role["independence"] == kind) & (of_role["checked"] == checked)]
                if len(some):
                    certain = "checked" if checked else "unconfirmed"
                    rows.append((role, kind, certain, *_inside(some)))
        if len(of_role):
            rows.append((role, "all", "all", *_inside(of_role)))
    return rows


COUNT_HEAD = ("role", "independence", "figures read at the source", "inside", "of", "%")


def _inside(some: pd.DataFrame) -> tuple[str, str, str]:
    inside = int(some["inside"].sum())
    return str(inside), str(len(some)), f"{100 * inside / len(some):.0f}"


TRIAL_HEAD = ("trial", "role", "independence", "inside", "worst (half-bands)", "notes")


def by_trial(board: Scoreboard) -> list[tuple[str, ...]]:
    """One row a trial, the worst first."""
    rows: list[tuple[str, ...]] = []
    for row in board.by_trial().itertuples(index=False):
        notes = [f"{row.unconfirmed} of {row.figures} unconfirmed"] if row.unconfirmed else []
        notes += ["own numbers"] if row.own_numbers else []
        worst = far(row.worst) if row.inside < row.figures else ""
        rows.append(
            (row.trial, row.role, row.independence, f"{row.inside} of {row.figures}", worst, ", ".join(notes))
        )
    return rows


def headline(board: Scoreboard) -> str:
    """One sentence: how many figures lie inside, and how many of those held out."""
    table = board.table
    lost = len(board.failed)
    unmeasured = f" {lost} trial{'s' * (lost > 1)} could not be measured." if lost else ""
    if not len(table):
        return f"No figure could be measured.{unmeasured}"
    held = table[(table["role"] == "validation")]
    out = held[held["independence"] == "held out"]
    many = table["trial"].nunique()
    text = (
        f"{int(table['inside'].sum())} of {len(table)} published figures of {many} trial{'s' * (many > 1)} "
        "lie inside their band"
    )
    if len(held):
        text += f"; of validation figures {int(held['inside'].sum())} of {len(held)}"
    if len(out):
        text += f", of those held out altogether {int(out['inside'].sum())} of {len(out)}"
    return f"{text}.{unmeasured}"


def proven(board: Scoreboard) -> list[str]:
    """What the calibration logs and the parameters' sources say about fitting, one sentence each."""
    proof = board.proof
    if proof.problems:
        return [f"NOT HELD OUT: {problem}." for problem in proof.problems]
    if proof.logs:
        said = (
            f"No validation figure was fitted: the logs of {proof.logs} calibrations and their files aim at "
            f"{proof.fitted} figures, all of trials with role calibration, and no parameter's source is a "
            "validation figure."
        )
    else:
        said = (
            "There is no log of a calibration (data/calibrations/fits); by the calibration files, "
            f"{proof.fitted} figures are fitted; no validation figure is among them or behind a parameter."
        )
    return [said, *(f"Note: {note}." for note in proof.notes)]


def _short(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(textwrap.shorten(cell, WIDEST_CELL, placeholder=" …") for cell in row)


def plain(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table for the screen; long cells are cut."""
    rows = [_short(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)
