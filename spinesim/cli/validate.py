"""``spinesim validate``: every trial re-run, model beside paper, misses first."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinesim.study.trials.scoreboard import Scoreboard

USED_FOR_FITTING = 1
"""Exit code when a held-out figure was fitted, or a trial could not be measured."""


def add(commands: Any) -> None:
    """Add the command to the parser."""
    from spinesim.cli.output import add_out
    from spinesim.cli.parser import number
    from spinesim.cli.running import add_running

    parser = commands.add_parser(
        "validate",
        help="re-run every published trial and count what falls inside",
        description="Re-run published trials and cohorts in silico and lay every figure beside its paper, "
        "misses first; says which figures were fitted, share a study with an input, or are held out, and "
        "proves that no validation figure was fitted (exit code 1 if one was). To write a trial: "
        "data/trials/README.md.",
    )
    parser.add_argument(
        "trials",
        nargs="*",
        metavar="TRIAL",
        help="shipped names or .toml files (default: every shipped trial)",
    )
    parser.add_argument("--patients", type=number, help="people per arm (default: each file's own)")
    add_running(parser)
    parser.add_argument("--all", action="store_true", help="print the figures inside, too")
    add_out(parser)
    parser.add_argument(
        "--document",
        type=Path,
        metavar="FILE.md",
        help="rewrite the section of this file between the markers scoreboard:begin and scoreboard:end, and "
        "docs/images/scoreboard.png beside it",
    )


def validate(args: argparse.Namespace) -> int:
    """Run, print, write, and say whether anything held out was fitted."""
    from spinesim.cli.output import peak_memory
    from spinesim.cli.running import running
    from spinesim.study.document import check_document, write_section
    from spinesim.study.trials import document, scoreboard

    if args.document:
        check_document(args.document, document.NAME)
    began = time.perf_counter()
    trials = scoreboard.load_all(args.trials)
    with running(args, many=len(trials) > 1) as (executor, keep, progress):
        board = scoreboard.validate(
            trials, patients=args.patients, executor=executor, keep=keep, progress=progress
        )
    seconds = time.perf_counter() - began
    show(board, args.all)
    print(f"\n{seconds:.0f} s; {peak_memory()}")
    if args.out:
        _write(args, board)
    if args.document:
        picture = _picture(board, "png") if len(board.table) else None
        written = write_section(
            args.document, document.NAME, document.section(board), document.pictures(picture)
        )
        print(f"Written: {', '.join(str(path) for path in written)}")
    return USED_FOR_FITTING if board.proof.problems or board.failed else 0


def show(board: Scoreboard, everything: bool = False) -> None:
    """Print the scoreboard."""
    from spinesim.study.trials import board as words

    print(words.headline(board))
    print("inside: the model's figure lies in the paper's band; outside: half-bands beyond its edge\n")
    rows = board.table if everything else board.misses
    if len(rows):
        print("Misses, the farthest first" if not everything else "Every figure, the farthest outside first")
        print(words.plain(words.HEAD, words.figures(rows)))
    print("\nFigures inside")
    print(words.plain(words.COUNT_HEAD, words.counted(board)))
    print("\nTrial by trial")
    print(words.plain(words.TRIAL_HEAD, words.by_trial(board)))
    print()
    for sentence in words.proven(board):
        print(sentence)
    for name, why in board.failed.items():
        print(f"COULD NOT BE MEASURED: {name}: {why}", file=sys.stderr)


def _picture(board: Scoreboard, kind: str) -> bytes:
    from spinesim.view.plots import picture
    from spinesim.view.scoreboard import plot_scoreboard

    titles = {trial.name: trial.title for trial in board.loaded}
    return picture(plot_scoreboard(board.table, titles), kind)


def _write(args: argparse.Namespace, board: Scoreboard) -> None:
    """The result folder: tables, the figure and a manifest."""
    from spinesim import __version__
    from spinesim.cli.output import write_out

    tables = {"results": board.table, "trials": board.by_trial(), "counts": board.counts()}
    pictures = {}
    if len(board.table):
        pictures = {f"scoreboard.{kind}": _picture(board, kind) for kind in ("svg", "png")}
    manifest = {
        "spinesim": __version__,
        "command": "validate",
        "trials": {trial.name: trial.sha256 for trial in board.loaded},
        "patients": args.patients or "each trial's own",
        "evidence": {"sha256": board.evidence},
        "trials_and_pathways": {"sha256": board.trials},
        "failed": board.failed,
        "fitted_figures": board.proof.fitted,
        "problems": board.proof.problems,
        "note": "Simulated patients. Not for decisions about individual patients.",
    }
    write_out(args, tables, manifest, pictures)
