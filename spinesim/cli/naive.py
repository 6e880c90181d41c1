"""``spinesim naive``: a cohort study as published, its repair, and the truth it missed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinesim.study.naive import NaiveStudy


def add(commands: Any) -> None:
    """Add the command to the parser."""
    from spinesim.cli.output import add_out
    from spinesim.cli.parser import number
    from spinesim.cli.running import add_running

    parser = commands.add_parser(
        "naive",
        help="run a naive cohort study on simulated patients and see it lie",
        description="Run a cohort study as a database would allow it, its repairs, and the truth that only a "
        "simulation knows: the same people under both strategies.",
    )
    parser.add_argument(
        "cohort", nargs="?", default="early_mri", help="shipped name or .toml file (default: early_mri)"
    )
    parser.add_argument("--patients", type=number, help="people, 500 to 100,000 (default: the file's own)")
    parser.add_argument("--seed", type=number, help="chance (default: the file's own)")
    parser.add_argument(
        "--resamples",
        type=number,
        default=200,
        help="bootstrap resamples behind the emulated trial's intervals (default: 200)",
    )
    add_running(parser)
    add_out(parser)


def naive(args: argparse.Namespace) -> int:
    """Run the cohort study and print every answer beside the truth."""
    from spinesim import __version__
    from spinesim.cli.output import write_out
    from spinesim.cli.running import running
    from spinesim.study.naive import run_naive
    from spinesim.study.simulation import shipped_evidence

    with running(args) as (executor, keep, progress):
        found = run_naive(
            args.cohort,
            patients=args.patients,
            seed=args.seed,
            resamples=args.resamples,
            executor=executor,
            keep=keep,
            progress=progress,
        )
    _show(found)
    if args.out:
        from spinesim.view.naive import plot_naive
        from spinesim.view.plots import picture

        manifest = {
            "spinesim": __version__,
            "command": "naive",
            "cohort": found.cohort.model_dump(),
            "evidence": {"sha256": shipped_evidence().digest},
            "note": "Simulated patients. Not for decisions about individual patients.",
        }
        tables = {"estimates": found.table, "who": found.who}
        print()
        write_out(args, tables, manifest, {"naive.png": picture(plot_naive(found.table))})
    return 0


def _show(found: NaiveStudy) -> None:
    from spinesim.study.naive import METHODS
    from spinesim.study.naive.words import amount, at_referral, published
    from spinesim.study.simulation import shipped_evidence

    cohort, figures = found.cohort, shipped_evidence().figures
    print(f"{cohort.title}: a cohort study on simulated patients\n{cohort.question}\n")
    people = found.who.groupby("group")["people"].first()
    counted = ", ".join(f"{count:,} {group}" for group, count in people.items())
    print(f"Who was exposed, at referral ({counted}; mean or share with 95 % interval):")
    for line in at_referral(found.who):
        print(f"  {line}")
    said = cohort.strategies.exposed.label, cohort.strategies.unexposed.label
    shares = "; ".join(f"'{name}' {100 * x:.0f} %" for name, x in zip(said, found.reached, strict=True))
    print(f"Exposed in time under the two strategies of the truth: {shares}")
    wide = max(map(len, METHODS.values()))
    for one in cohort.outcome:
        rows = found.table[found.table["outcome"] == one.key]
        print(f"\n{one.key.replace('_', ' ')} ({rows['unit'].iloc[0]})")
        for row in rows.itertuples():
            answer = amount(row.estimate, row.low, row.high, one.measure, str(row.method))
            print(f"  {METHODS[str(row.method)]:{wide}}  {answer}")
        for key in one.published:
            print(f"  published: {published(figures[key], one)}")
    print()
    print("\n".join(found.sentences()))
