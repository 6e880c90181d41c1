"""``spinesim evidence``: a summary, a card, or what nobody has checked."""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    from spinesim.evidence import Evidence
    from spinesim.evidence.unconfirmed import Unconfirmed

COLUMNS = ("id", "kind", "value", "why", "what hangs on it")
WIDEST = 44


def evidence(args: argparse.Namespace) -> int:
    """Print what was asked for."""
    from spinesim.evidence import evidence as shipped
    from spinesim.evidence import look_up

    for option, given in (("--out", args.table is not None), ("--all", args.all)):
        if given and not args.unconfirmed:
            raise SpinesimError(
                f"{option} goes with --unconfirmed; write `spinesim evidence --unconfirmed {option}`."
            )
    if args.id is not None and args.unconfirmed:
        raise SpinesimError(f"Give either '{args.id}' or --unconfirmed, not both.")
    known = shipped()
    if args.unconfirmed:
        _unconfirmed(known, args.table, args.all)
    elif args.id is not None:
        print(look_up(known, args.id).card())
    else:
        _summary(known)
    return 0


def _summary(known: Evidence) -> None:
    from spinesim.evidence.figures import CERTAINTIES
    from spinesim.evidence.stances import load_stances

    parameters = known.parameters.values()
    certainty = Counter(one.certainty for one in parameters)
    assumed = sum(one.assumed for one in parameters)
    fitted = sum(one.calibrated and not one.assumed for one in parameters)
    loose = len(known.unconfirmed())
    checked = sum(figure.checked for figure in known.figures.values())
    read = load_stances(known)
    print(f"{len(known)} parameters, each with its source, by certainty:")
    for name in (*CERTAINTIES, "assumption"):
        print(f"  {certainty[name]:5d}  {name}")
    print(f"{len(known) - loose} confirmed at their source; {loose} UNCONFIRMED, of which")
    print(f"  {assumed:5d}  assumed: no published figure")
    print(f"  {fitted:5d}  fitted to a published series")
    print(f"  {loose - assumed - fitted:5d}  published, but not checked at the source")
    print(f"{len(known.figures)} published figures, {checked} of them read at the source")
    print(f"{len(known.conditions)} pain patterns, {len(known.treatments)} steps of care")
    print(f"{len(read.disputes)} disputed questions, {len(read.along)} more numbers that move with a stance:")
    for dispute in read.disputes.values():
        print(f"  {dispute.id}: {dispute.question}")
    print(
        "\n`spinesim evidence ID` shows any of them, or what is behind a condition, step or claim; "
        "`spinesim evidence --unconfirmed` what nobody checked."
    )


def _unconfirmed(known: Evidence, out: Path | None, everything: bool) -> None:
    """The summary by theme and the rows that matter most; or all rows, printed or written."""
    from spinesim.evidence.stances import load_stances
    from spinesim.evidence.unconfirmed import unconfirmed

    found = unconfirmed(known, load_stances(known).disputes)
    if out is not None:
        _write(out, [_row(one) for one in found])
    if everything:
        _table([COLUMNS, *(_row(one) for one in found)])
        print()
    elif out is None:
        _themes(known, found)
    kinds = Counter(one.kind for one in found)
    print(
        f"{kinds['parameter']} of {len(known)} parameters are unconfirmed, and {kinds['figure']} published "
        "figures in use were never checked at their source."
    )
    if out is not None:
        print(f"Written to {out}")
    elif not everything:
        print("All of them, with what hangs on them: --all, or as a table --out FILE.csv.")


def _row(one: Unconfirmed) -> tuple[str, ...]:
    return (one.id, one.kind, one.shown, one.why, "; ".join(one.hangs))


def _themes(known: Evidence, found: list[Unconfirmed]) -> None:
    parameters = [one for one in found if one.kind == "parameter"]
    print("Unconfirmed parameters by theme (a file of data/parameters), and on how many of them disputes or")
    print("claims hang:\n")
    lines = [("theme", "unconfirmed", "assumed", "behind disputes or claims")]
    for theme in sorted({one.theme for one in parameters}):
        mine = [one for one in parameters if one.theme == theme]
        assumed = sum(known[one.id].assumed for one in mine)
        lines.append((theme, str(len(mine)), str(assumed), str(sum(one.leads for one in mine))))
    _table(lines)
    print("\nBehind disputes and claims:\n")
    rows = []
    for one in parameters:
        disputes = [user.removeprefix("dispute ") for user in one.hangs if user.startswith("dispute ")]
        if one.leads:
            claims = ", ".join(one.claims)
            rows.append((one.id, one.shown, _short(one.why), claims, ", ".join(disputes)))
    _table([("id", "value", "why", "claims", "disputes"), *rows])
    print()


def _short(why: str) -> str:
    """A reason that fits its column."""
    return why if len(why) <= WIDEST else f"{why[: WIDEST - 3].rstrip()}..."


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[-2:] = [min(width, WIDEST) for width in widths[-2:]]  # a long reason runs over rather than waits
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _write(out: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the list as a new CSV file; text a spreadsheet would run as a formula gets a ``'`` before it."""
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(
                [f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell for cell in row] for row in rows
            )
    except FileExistsError:
        raise SpinesimError(f"{out} is there already; give another name to --out.") from None
    except OSError as refused:
        raise SpinesimError(f"Cannot write to {out} ({refused.strerror}); give another --out.") from None
