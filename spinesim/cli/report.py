"""``spinesim report``: a result folder as one page for a meeting."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "report",
        help="write a result folder as one page for a meeting",
        description="Write a result folder as one self-contained HTML page: the question, the "
        "answer, results with "
        "intervals, figures, assumptions, evidence, how to run it again, and the STRESS-DES "
        "checklist. It opens in "
        "any browser, without a network, and prints well.",
    )
    parser.add_argument(
        "folder", type=Path, help="the --out of `spinesim compare` or `run`, or of the clinic lab"
    )
    parser.add_argument(
        "--out",
        dest="page",
        type=Path,
        default=Path("report.html"),
        metavar="FILE.html",
        help="the page to write (default: report.html)",
    )
    parser.add_argument("--title", default="", help="what the report is called (default: as in the folder)")
    parser.add_argument("--question", default="", help="what the meeting asks (default: as in the folder)")
    parser.add_argument("--force", action="store_true", help="replace a file of that name")


def report(args: argparse.Namespace) -> int:
    """Write the report and say where it is."""
    from spinesim.view.report import write_report

    path = write_report(args.folder, args.page, force=args.force, title=args.title, question=args.question)
    print(
        f"Written: {path} ({path.stat().st_size / 1000:,.0f} kB). Open it in a browser; its print is the PDF."
    )
    return 0
