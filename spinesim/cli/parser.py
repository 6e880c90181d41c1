"""What may be typed: commands and options, with help that teaches."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from spinesim.cli import calibrate, case, docs, import_data, naive, report, serve, uncertainty, validate
from spinesim.cli.running import add_running
from spinesim.errors import SpinesimError

LARGEST = 1e15
"""The largest number an option takes; every whole number up to it is exact."""

STANCES = "sceptical, base, hopeful or article"
COMMANDS = (
    "lab | serve | run | compare | report | import | trial | validate | calibrate | claims | uncertainty | "
    "naive | evidence | docs | case"
)
TEACH = """\
examples, from simple to rich:
  spinesim lab                                  open the lessons in JupyterLab
  spinesim run conservative_first               1,000 people with acute back pain, two years
  spinesim compare conservative_first early_imaging --condition lumbar_strain
                                                the same people under both pathways
  spinesim compare conservative_first early_imaging --stance sceptical
                                                the same, with every disputed figure read sceptically
  spinesim compare conservative_first early_imaging --clinic community --runs 20 --out results/
                                                with waiting lists, 20 replications, tables kept
  spinesim compare article_tailored@community article_tailored@my_clinic.toml --warm-up 26 --runs 10 --out s/
                                                two clinics; who comes in the first weeks is not counted
  spinesim report s/ --out report.html          one page for the meeting
  spinesim import --template visits.csv         a form for your own appointments; then: import visits.csv
  spinesim serve 11                             the clinic lead's lab as a page of its own
  spinesim case list                            the patients of the case room; then: case play, case replay
  spinesim docs --out site/                     the course as a site, with sliders that need no program
  spinesim trial sciatica_conservative          a published trial re-run, model beside paper
  spinesim validate                             every published trial: what falls inside, misses first
  spinesim calibrate                            what was fitted, how well, and what the data cannot tell
  spinesim claims B7 C5                         what the clinic says, each with its off switch
  spinesim uncertainty conservative_first early_surgery --condition disc_herniation --draws 200 --workers 2
                                                how sure the comparison is, and of what it is unsure
  spinesim evidence rfa_duration                a figure, a parameter or a disputed question, with sources
  spinesim evidence C5                          every number behind a claim, a condition or a step
  spinesim evidence --unconfirmed               what nobody has checked, and what hangs on it

Pathways, clinics and trials are text files in data/; give a shipped name or the path of your own file.
Simulated patients only: not for decisions about individual patients."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, like every other."""

    def error(self, message: str) -> NoReturn:
        raise SpinesimError(f"{' '.join(message.split())}; see `{self.prog} --help`.")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="spinesim",
        description="Simulate back and neck pain care: pathways, clinics, published trials.",
        epilog=TEACH,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar=COMMANDS)

    lab = commands.add_parser(
        "lab", help="open the lessons in JupyterLab", description="Open the lessons in JupyterLab."
    )
    lab.add_argument(
        "notebook", nargs="?", default="00_start.ipynb", help="lesson to open first (default: 00_start.ipynb)"
    )
    lab.add_argument(
        "--no-browser", action="store_true", help="print the address instead of opening a browser"
    )
    lab.add_argument("--port", type=int, help="port to use (default: the first free one from 8888)")

    run = commands.add_parser(
        "run", help="run one pathway", description="Run one pathway and print its outcomes."
    )
    run.add_argument("pathway", help="shipped name or .toml file")
    compare = commands.add_parser(
        "compare",
        help="run the same people under two or more pathways",
        description="Run the same people, with the same fate, under each pathway; the first is reference.",
    )
    compare.add_argument(
        "pathways",
        nargs="+",
        metavar="pathway",
        help="two or more shipped names or .toml files; pathway@clinic for one in a clinic of its own",
    )
    trial = commands.add_parser(
        "trial",
        help="re-run a published trial and lay it beside its paper",
        description="Re-run a published trial in silico; prints model beside paper, misses marked.",
    )
    trial.add_argument("trial", help="shipped name or .toml file")
    trial.add_argument(
        "--patients", type=number, help="people per arm (default: the file's own, usually 2000)"
    )
    claims = commands.add_parser(
        "claims",
        help="show which claims of the clinic's article emerge",
        description="Run what the clinic says as paired experiments, each with its mechanism on and off, and "
        "say what emerges.",
    )
    claims.add_argument(
        "ids", nargs="*", metavar="ID", help="claims such as B7 (default: all; takes minutes)"
    )
    claims.add_argument(
        "--stance",
        action="append",
        metavar="STANCE",
        help=f"{STANCES}; may be given more than once (default: base, and all four where trials disagree)",
    )
    claims.add_argument("--patients", type=number, help="people per arm (default: each claim's own)")
    claims.add_argument(
        "--document",
        type=Path,
        metavar="FILE.md",
        help="rewrite the section of this file between the markers claims:begin and claims:end (all claims)",
    )
    _study_options(run, compare)
    for command in (run, compare, trial):
        command.add_argument(
            "--seed", type=number, help="chance; the same seed gives the same people and fates"
        )
    for command in (run, compare, trial, claims):
        add_running(command)
        command.add_argument(
            "--out", type=Path, help="folder for CSV tables and manifest.json (must be new or empty)"
        )
        command.add_argument("--force", action="store_true", help="replace spinesim results already in --out")

    validate.add(commands)
    calibrate.add(commands)
    uncertainty.add(commands)
    naive.add(commands)
    import_data.add(commands)
    report.add(commands)
    serve.add(commands)
    docs.add(commands)
    case.add(commands)

    evidence = commands.add_parser(
        "evidence",
        help="show the sources of a number, or what is unconfirmed",
        description="Show what the model rests on: a summary; the card of a parameter, a published figure or "
        "a disputed question; the rows behind a condition, a step of care or a claim; or what was never "
        "checked at its source, with what hangs on it.",
    )
    evidence.add_argument(
        "id",
        nargs="?",
        metavar="ID",
        help="e.g. ablation.regrowth_months, lumb_rfa_duration_first_mo, rfa_duration, ablation, C5",
    )
    evidence.add_argument(
        "--unconfirmed",
        action="store_true",
        help="what was never checked at its source: a summary, and the rows behind disputes and claims",
    )
    evidence.add_argument("--all", action="store_true", help="with --unconfirmed: every row")
    evidence.add_argument(
        "--out",
        type=Path,
        dest="table",
        metavar="FILE.csv",
        help="with --unconfirmed: write every row (new file)",
    )
    return top


def _study_options(*commands: argparse.ArgumentParser) -> None:
    for command in commands:
        command.add_argument(
            "--condition",
            help="who comes: a condition or a case mix of data/ (default: the clinic's own mix, else "
            "lumbar_strain)",
        )
        command.add_argument("--patients", type=number, default=1_000, help="people per run (default: 1000)")
        command.add_argument("--years", type=number, default=2, help="follow-up (default: 2)")
        command.add_argument(
            "--clinic", default="ample", help="shipped name or .toml file (default: ample, no waiting)"
        )
        command.add_argument("--runs", type=number, default=1, help="replications (default: 1)")
        command.add_argument(
            "--warm-up",
            type=number,
            default=0,
            metavar="WEEKS",
            help="do not count who is referred in the clinic's first weeks (default: 0)",
        )
        command.add_argument(
            "--question", default="", help="what the meeting asks; goes into the result folder and its report"
        )
        command.add_argument(
            "--stance", default="base", help=f"how disputed evidence is read: {STANCES} (default: base)"
        )
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="PARAMETER=VALUE",
            help="change a parameter, whatever the stance, e.g. imaging.incidental_scale=0; "
            "prices are in money of the base year (money.base_year)",
        )


def number(text: str) -> int | float:
    """Return a number as typed; whole ones are ints (1e3 too), so that 2.5 patients are refused in words."""
    try:
        typed = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if abs(typed) > LARGEST:
        shown = text if len(text) <= 20 else f"{text[:20]}..."
        raise argparse.ArgumentTypeError(f"{shown} is too large, even for a seed ({LARGEST:g} at most)")
    return int(typed) if typed.is_integer() else typed
