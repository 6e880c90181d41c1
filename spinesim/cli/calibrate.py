"""``spinesim calibrate``: fit named parameters to calibration trials, and say what the data cannot tell."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    from spinesim.study.calibration import Fit


def add(commands: Any) -> None:
    """Add the command to the parser."""
    from spinesim.cli.output import add_out
    from spinesim.cli.running import add_running

    parser = commands.add_parser(
        "calibrate",
        help="fit named parameters to calibration trials, with what the data cannot tell",
        description="Fit the parameters a calibration file frees to trials of role calibration, draw from "
        "their posterior and say what the data cannot tell. Validation trials and their figures are refused, "
        "and no value in data/parameters is changed. Without a name: the fits that are shipped. See "
        "data/calibrations/README.md to write a file.",
    )
    parser.add_argument(
        "calibrations",
        nargs="*",
        metavar="NAME",
        help="shipped names or .toml files (default: list the saved fits)",
    )
    parser.add_argument("--saved", action="store_true", help="show the saved fit instead of fitting again")
    parser.add_argument(
        "--save", action="store_true", help="put the fit among the shipped ones (data/calibrations/fits)"
    )
    add_running(parser)
    add_out(parser)


def calibrate(args: argparse.Namespace) -> int:
    """Fit, or show what was fitted."""
    from spinesim.study.calibration import load_fit, saved_fits

    if args.save and args.saved:
        raise SpinesimError("--save puts a new fit away and --saved shows the old one; give one of the two.")
    if args.saved or not args.calibrations:
        if args.save:
            raise SpinesimError("--save needs a calibration to fit; name one, e.g. acute_lbp_cohorts.")
        for name in args.calibrations:
            _check_shipped(name, saved_fits())
        found = [load_fit(name) for name in args.calibrations or saved_fits()]
        if args.calibrations:
            _report([log for log, _ in found])
        else:
            _list([log for log, _ in found])
    else:
        found = _fit(args)
    if args.out:
        _write(args, found)
    return 0


def _check_shipped(name: str, known: list[str]) -> None:
    """Only shipped fits are saved; one's own file is fitted afresh and its result written elsewhere."""
    if name not in known and (name.endswith(".toml") or Path(name).name != name):
        raise SpinesimError(
            f"--saved shows the fits that are shipped ({', '.join(known) or 'none'}), not '{name}'; fit your "
            f"own file with `spinesim calibrate {name} --out FOLDER`, which keeps the result in that folder."
        )


def _fit(args: argparse.Namespace) -> list[tuple[dict[str, Any], Any]]:
    """Fit each calibration; every file is checked before the first is begun."""
    from spinesim.cli.running import running
    from spinesim.study.calibration import calibrate as fit_one
    from spinesim.study.calibration import draw_table, fit_log, fits_folder, make_problem, write_fit

    problems = [make_problem(name) for name in args.calibrations]
    found = []
    for problem in problems:
        with running(args) as (executor, keep, progress):
            fit: Fit = fit_one(problem, executor=executor, keep=keep, progress=progress)
        log = write_fit(fits_folder(), fit) if args.save else fit_log(fit)
        _report([log])
        found.append((log, draw_table(fit)))
    if args.save:
        print(f"\nSaved in {fits_folder()}: {', '.join(problem.name for problem in problems)}")
    return found


def _report(logs: list[dict[str, Any]]) -> None:
    from spinesim.study.calibration import report
    from spinesim.study.simulation import shipped_evidence

    print("\n\n".join(report(log, shipped_evidence()) for log in logs))


def _list(logs: list[dict[str, Any]]) -> None:
    """One line a saved fit."""
    import pandas as pd

    from spinesim.study.calibration.report import summary

    if not logs:
        print("No fit is saved; run `spinesim calibrate acute_lbp_cohorts --save`.")
        return
    table = pd.DataFrame([summary(log) for log in logs])
    print("Saved fits (misfit: mean squared miss in standard errors at the best fit; 1 or less is good)\n")
    print(table.to_string(index=False, float_format=lambda x: f"{x:.2f}"))
    print("\nOne of them in full: spinesim calibrate NAME --saved. Fit again: spinesim calibrate NAME.")


def _write(args: argparse.Namespace, found: list[tuple[dict[str, Any], Any]]) -> None:
    """The result folder: draws, parameters, figures and picture of each fit, and a manifest."""
    import pandas as pd

    from spinesim.cli.output import write_out
    from spinesim.view.calibration import plot_calibration
    from spinesim.view.plots import picture

    tables: dict[str, Any] = {}
    pictures: dict[str, bytes] = {}
    for log, draws in found:
        name = log["name"]
        tables[f"{name}_draws"] = draws
        tables[f"{name}_parameters"] = pd.DataFrame(log["parameters"])
        tables[f"{name}_figures"] = pd.DataFrame(log["figures"])
        pictures[f"{name}.png"] = picture(plot_calibration(log, draws))
    keys = ("parameters", "figures")
    manifest = {
        "command": "calibrate",
        "fits": {log["name"]: {k: v for k, v in log.items() if k not in keys} for log, _ in found},
        "note": "Simulated patients. Not for decisions about individual patients.",
    }
    print()
    write_out(args, tables, manifest, pictures)
