"""The command line: ``spinesim lab | run | compare | trial``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from spinesim.errors import SpinesimError

INTERRUPTED, FAILED = 130, 2
LARGEST = 1e15
"""The largest number an option takes; every whole number up to it is exact."""

TEACH = """\
examples, from simple to rich:
  spinesim lab                                  open the lessons in JupyterLab
  spinesim run conservative_first               1,000 people with acute back pain, two years
  spinesim compare conservative_first early_imaging --condition lumbar_strain
                                                the same people under both pathways
  spinesim compare conservative_first early_imaging --clinic community --runs 20 --out results/
                                                with waiting lists, 20 replications, tables kept
  spinesim trial sciatica_conservative          a published trial re-run, model beside paper

Pathways, clinics and trials are text files in data/; give a shipped name or the path of your own file.
Simulated patients only: not for decisions about individual patients."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, like every other."""

    def error(self, message: str) -> NoReturn:
        raise SpinesimError(f"{' '.join(message.split())}; see `{self.prog} --help`.")


def _parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="spinesim",
        description="Simulate back pain care: pathways, clinics, published trials.",
        epilog=TEACH,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="lab | run | compare | trial")

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
        "pathways", nargs="+", metavar="pathway", help="two or more shipped names or .toml files"
    )
    for command in (run, compare):
        command.add_argument(
            "--condition", default="lumbar_strain", help="who comes (default: lumbar_strain)"
        )
        command.add_argument("--patients", type=_number, default=1_000, help="people per run (default: 1000)")
        command.add_argument("--years", type=_number, default=2, help="follow-up (default: 2)")
        command.add_argument(
            "--clinic", default="ample", help="shipped name or .toml file (default: ample, no waiting)"
        )
        command.add_argument("--runs", type=_number, default=1, help="replications (default: 1)")
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="PARAMETER=VALUE",
            help="change a parameter, e.g. imaging.incidental_scale=0",
        )
    trial = commands.add_parser(
        "trial",
        help="re-run a published trial and lay it beside its paper",
        description="Re-run a published trial in silico; prints model beside paper, misses marked.",
    )
    trial.add_argument("trial", help="shipped name or .toml file")
    trial.add_argument(
        "--patients", type=_number, help="people per arm (default: the file's own, usually 2000)"
    )
    for command in (run, compare, trial):
        command.add_argument(
            "--seed", type=_number, help="chance; the same seed gives the same people and fates"
        )
        command.add_argument(
            "--workers",
            type=_number,
            default=1,
            help="processes to use; the numbers do not change (default: 1)",
        )
        command.add_argument(
            "--out", type=Path, help="folder for CSV tables and manifest.json (must be new or empty)"
        )
        command.add_argument("--force", action="store_true", help="replace spinesim results already in --out")
        command.add_argument("--quiet", action="store_true", help="no progress bar")
    return top


def _number(text: str) -> int | float:
    """A number as typed; whole numbers are ints (1e3 too), so that 2.5 patients can be refused in words."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if abs(number) > LARGEST:
        shown = text if len(text) <= 20 else f"{text[:20]}..."
        raise argparse.ArgumentTypeError(f"{shown} is too large, even for a seed ({LARGEST:g} at most)")
    return int(number) if number.is_integer() else number


@contextmanager
def _progress(quiet: bool) -> Any:
    """A progress bar fed with shares done (0-1)."""
    from tqdm import tqdm

    with tqdm(
        total=100,
        unit="%",
        leave=False,
        disable=quiet or None,
        bar_format="{l_bar}{bar}| {elapsed}<{remaining}",
    ) as bar:
        yield lambda share: bar.update(100 * share - bar.n)


def _lab(args: argparse.Namespace) -> int:
    from spinesim.evidence import data_folder

    beside = data_folder().parent / "notebooks"
    folder = beside if beside.is_dir() else Path(__file__).parent / "_notebooks"
    if not (folder / args.notebook).is_file():
        known = ", ".join(sorted(p.name for p in folder.glob("*.ipynb")))
        raise SpinesimError(f"No lesson '{args.notebook}': choose one of {known}.")
    command = [sys.executable, "-m", "jupyter", "lab", str(folder / args.notebook)]
    command += ["--no-browser"] * args.no_browser + ([f"--port={args.port}"] if args.port else [])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0


def _evidence(settings: Sequence[str]) -> Any:
    """The shipped evidence, with ``--set`` applied."""
    from spinesim.study.simulation import shipped_evidence

    changes = {}
    for text in settings:
        key, equals, value = text.partition("=")
        try:
            changes[key.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise SpinesimError(
                f"--set {text}: write it as PARAMETER=NUMBER, e.g. imaging.incidental_scale=0."
            )
    return shipped_evidence().change(changes) if changes else shipped_evidence()


def _study(args: argparse.Namespace) -> int:
    from spinesim.pathway import load_pathway
    from spinesim.study import OUTCOMES, run_study, study_plans

    names = [args.pathway] if args.command == "run" else args.pathways
    if args.command == "compare" and len(names) < 2:
        raise SpinesimError(
            f"compare needs two or more pathways: name another, or use `spinesim run {names[0]}`."
        )
    pathways: dict[str, Any] = {}
    for name in names:
        loaded = load_pathway(name)
        arm = loaded.name
        while arm in pathways:
            arm += " (again)"
        pathways[arm] = loaded
    plans = study_plans(
        pathways,
        runs=args.runs,
        condition=args.condition,
        patients=args.patients,
        years=args.years,
        seed=1 if args.seed is None else args.seed,
        clinic=args.clinic,
        evidence=_evidence(args.set),
    )
    with _progress(args.quiet) as progress:
        study = run_study(plans, args.workers, progress)
    summary, differences = study.summary(), study.differences()
    _show(summary)
    if len(pathways) > 1:
        print(f"\nPaired differences: the same people under each pathway, minus '{study.arms[0]}'")
        _show(differences)
    _keep(
        args,
        plans,
        lambda: {"events": study.events(), "summary": summary, "differences": differences},
        changed=sorted(args.set),
        intervals=f"95 % t intervals over {'people of one run' if args.runs == 1 else 'runs'}",
        outcomes={key: outcome.unit for key, outcome in OUTCOMES.items()},
    )
    return 0


def _trial(args: argparse.Namespace) -> int:
    from spinesim.study import beside, finish_all, load_trial, trial_plans

    trial = load_trial(args.trial)
    plans = trial_plans(trial, patients=args.patients, seed=args.seed)
    with _progress(args.quiet) as progress:
        results = {done.arm: done for done in finish_all(plans, args.workers, progress)}
    table = beside(trial, results)
    print(f"{trial.title} (role: {trial.role}{'' if trial.checked else '; figures UNCONFIRMED'})")
    print("inside: the model's mean lies in the paper's band (paper_low to paper_high)")
    _show(table)
    print(f"\n{int(table['inside'].sum())} of {len(table)} inside")
    _keep(args, plans, lambda: {"table": table}, trial=trial.model_dump())
    return 0


def _keep(args: argparse.Namespace, plans: Any, tables: Callable[[], Any], **more: Any) -> None:
    """Write the result folder, if one was asked for."""
    from spinesim.study.files import manifest, write_folder

    if args.out:
        made = tables()
        write_folder(args.out, made, manifest(plans, command=args.command, **more), args.force)
        print(f"\nWritten to {args.out}: {', '.join(f'{name}.csv' for name in made)}, manifest.json")


def _show(table: Any) -> None:
    print(table.to_string(index=False, float_format=lambda x: f"{x:.2f}"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; errors for people go to stderr as one sentence with exit code 2."""
    try:
        return _command(argv)
    except SpinesimError as wrong:
        print(f"spinesim: {wrong}", file=sys.stderr)
        return FAILED
    except MemoryError:
        print("spinesim: not enough memory; ask for fewer patients, years or runs.", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("\nspinesim: stopped; nothing was written.", file=sys.stderr)
        return INTERRUPTED


def _command(argv: Sequence[str] | None) -> int:
    parser = _parser()
    args = parser.parse_args(argv)
    if args.version:
        from spinesim import __version__

        print(f"spinesim {__version__}")
        return 0
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "lab": _lab,
        "run": _study,
        "compare": _study,
        "trial": _trial,
    }
    if args.command not in commands:
        parser.print_help()
        return 0
    if getattr(args, "out", None):
        from spinesim.study.files import check_folder

        check_folder(args.out, args.force)
    return commands[args.command](args)


if __name__ == "__main__":
    raise SystemExit(main())
