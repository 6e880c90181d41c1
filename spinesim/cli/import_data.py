"""``spinesim import``: a clinic file from a clinic's own table of appointments."""

from __future__ import annotations

import argparse
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinesim.study.own_data import Imported

WIDEST = 160
PICTURES = (".png", ".svg")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    from spinesim.cli.parser import number

    parser = commands.add_parser(
        "import",
        help="make a clinic file from your own table of appointments",
        description="Check a CSV file of referrals and appointments, fit arrivals, case mix and "
        "attendance, and write a clinic file. Nothing of the table is kept: only counts, shares and "
        "intervals come out. Begin with --template FILE.csv.",
    )
    parser.add_argument("file", nargs="?", type=Path, help="your .csv file, with the template's columns")
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE.csv",
        help="write an empty form and what its columns mean, and stop",
    )
    parser.add_argument(
        "--clinic",
        default="community",
        help="staff, rooms and sessions: a shipped name or .toml file (default: community)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        dest="clinic_file",
        metavar="FILE.toml",
        help="the clinic file to write (default: <file>_clinic.toml here)",
    )
    parser.add_argument("--plots", type=Path, metavar="FILE.png", help="also draw the fits (.png or .svg)")
    parser.add_argument(
        "--small-cells",
        type=number,
        metavar="N",
        help="counts of 1 to N are left out of all that comes out; N from 4 to 1,000 (default: 7)",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be fitted, write nothing")
    parser.add_argument("--force", action="store_true", help="replace files that exist")


def import_data(args: argparse.Namespace) -> int:
    """Read, fit, print, write."""
    from spinesim.clinic.setting import load_clinic
    from spinesim.errors import SpinesimError
    from spinesim.study.own_data import import_referrals, write_template
    from spinesim.study.own_data.cells import SMALL
    from spinesim.study.own_data.write import check_target, write_whole

    if args.template:
        form, explained = write_template(args.template, force=args.force)
        print(f"Written: {form} (delete its made-up rows), {explained} (what each column means)")
        print(f"Then: spinesim import {form} --clinic {args.clinic} --out my_clinic.toml")
        return 0
    if args.file is None:
        raise SpinesimError(
            "import needs a .csv file; begin with `spinesim import --template referrals.csv`."
        )
    target = args.clinic_file or Path(f"{args.file.stem}_clinic.toml")
    if not args.dry_run:
        check_target(target, args.force)
        _check_picture(args.plots, args.force)
    small = SMALL if args.small_cells is None else args.small_cells
    done = import_referrals(args.file, load_clinic(args.clinic), small_cells=small, name=target.stem)
    _show(done)
    if args.dry_run:
        print("\nNothing was written (--dry-run).")
        return 0
    if args.plots:
        from spinesim.view.own_data import plot_import
        from spinesim.view.plots import picture

        write_whole(args.plots, picture(plot_import(done.plots), args.plots.suffix[1:].lower()))
        print(f"\nWritten: {args.plots}")
    done.write(target, args.force)
    print(f"\nWritten: {target}; look at its staff, rooms and sessions, then:")
    print(f"  spinesim compare conservative_first early_imaging --clinic {target}")
    return 0


def _check_picture(path: Path | None, force: bool) -> None:
    from spinesim.errors import SpinesimError

    if path is None:
        return
    if path.suffix.lower() not in PICTURES:
        raise SpinesimError(f"--plots {path.name}: give a name that ends in .png or .svg.")
    if not path.parent.is_dir():
        raise SpinesimError(f"The folder {path.parent} does not exist; make it, or choose another.")
    if path.is_dir() or (path.exists() and not force):
        raise SpinesimError(f"{path} exists; give another name, or --force to replace it.")


def _show(done: Imported) -> None:
    wide = max(80, min(get_terminal_size((120, 24)).columns, WIDEST))
    print(f"{done.clinic.title}: {done.clinic.source}\n")
    print("Fitted, with 95 % intervals (counts rounded to 5; '-' is too few to show)")
    _table(done.fits, wide)
    print("\nYour waits, in days: not fitted, but what the simulated clinic should reproduce")
    _table(done.waits, wide)
    for note in done.notes:
        print(f"Note: {note}")


def _table(table: Any, wide: int) -> None:
    print(table.to_string(index=False, na_rep="-", float_format=lambda x: f"{x:,.4g}", line_width=wide))
