"""``spinesim uncertainty``: how sure is a comparison, and of what is it unsure?"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from spinesim.errors import SpinesimError

KINDS = ("tornado", "morris", "sobol")
LINES = 12  # of a table on the screen


def add(commands: Any) -> None:
    """Add the command to the parser."""
    from spinesim.cli.output import add_out
    from spinesim.cli.parser import STANCES, number
    from spinesim.cli.running import add_running

    parser = commands.add_parser(
        "uncertainty",
        help="how sure a comparison is, and of what it is unsure",
        description="Compare pathways under many plausible sets of numbers on the same people; tell the "
        "uncertainty of the numbers from the luck of few people; say what that means for a choice and what "
        "is worth knowing.",
    )
    parser.add_argument(
        "pathways", nargs="+", metavar="pathway", help="two or more shipped names or .toml files"
    )
    parser.add_argument("--condition", default="lumbar_strain", help="who comes (default: lumbar_strain)")
    parser.add_argument("--patients", type=number, default=500, help="people in each draw (default: 500)")
    parser.add_argument("--years", type=number, default=1, help="follow-up (default: 1)")
    parser.add_argument("--clinic", default="ample", help="shipped name or .toml file (default: ample)")
    parser.add_argument("--seed", type=number, help="chance of the people; the numbers' own is --draw-seed")
    parser.add_argument("--draws", type=number, default=1_000,
                        help="sets of numbers (default: 1000; 0: none, only what else is asked)")  # fmt: skip
    parser.add_argument("--draw-seed", type=number, default=1, help="chance of the numbers (default: 1)")
    parser.add_argument("--runs", type=number, default=30,
                        help="replications at the base values: luck of few people (default: 30)")  # fmt: skip
    parser.add_argument("--stance", default="base", help=f"{STANCES}: what it settles stays, the rest varies")
    parser.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE",
                        help="fix a parameter; it then does not vary")  # fmt: skip
    parser.add_argument("--view", default="health_system", choices=("health_system", "patient", "societal"),
                        help="whose costs decide (default: health_system)")  # fmt: skip
    parser.add_argument(
        "--threshold", type=number, help="willingness to pay for a QALY (default: threshold.base)"
    )
    more = parser.add_argument_group("what else")
    more.add_argument("--tornado", metavar="OUTCOME", help="one number at a time, at its low and high end")
    more.add_argument("--groups", action="store_true", help="tornado: move correlated numbers together")
    more.add_argument("--morris", metavar="OUTCOME", help="screen all numbers while all move")
    more.add_argument("--trajectories", type=number, default=10, help="of Morris (default: 10)")
    more.add_argument("--sobol", metavar="OUTCOME", help="variance shares of --parameters")
    more.add_argument("--base", type=number, default=64, help="of Sobol, a power of 2 (default: 64)")
    more.add_argument(
        "--parameters", nargs="+", metavar="ID", help="only these (ids, or groups of data/correlations.toml)"
    )
    more.add_argument(
        "--stances", action="store_true", help="the same comparison under every stance, side by side"
    )
    add_running(parser)
    add_out(parser)


def uncertainty(args: argparse.Namespace) -> int:
    """Run what was asked for, print it in plain words and keep it."""
    from spinesim.cli import uncertainty_words as words
    from spinesim.cli.output import peak_memory, write_out
    from spinesim.cli.running import running
    from spinesim.cli.studies import _evidence
    from spinesim.study import study_plans
    from spinesim.study import uncertainty as study
    from spinesim.study.files import manifest

    wishes: dict[str, Any] = {
        "condition": args.condition, "patients": args.patients, "years": args.years, "clinic": args.clinic,
        "seed": 1 if args.seed is None else args.seed, "evidence": _evidence(args.set, args.stance),
    }  # fmt: skip
    _check(args)
    plans = study_plans(args.pathways, **wishes)  # refuses what is impossible before anything is computed
    sampler, notes = None, list[str]()
    if args.draws or any(getattr(args, kind) for kind in KINDS):
        sampler = study.make_sampler(plans[0].evidence, say=notes.append)
    if args.parameters and sampler is not None:
        sampler.only(args.parameters)
    for outcome in (args.tornado, args.morris, args.sobol):
        _check_outcome(outcome, plans[0].weeks)
    tables: dict[str, Any] = {}
    pictures: dict[str, bytes] = {}
    begun = time.perf_counter()
    with running(args) as (executor, keep, progress):
        where: dict[str, Any] = {"executor": executor, "keep": keep, "progress": progress}
        if args.draws:
            found = study.uncertainty(
                args.pathways, draws=args.draws, runs=args.runs, draw_seed=args.draw_seed, sampler=sampler,
                **where, **wishes,
            )  # fmt: skip
            _draws(args, found, tables, pictures)
        for kind in KINDS:
            if getattr(args, kind):
                _one(args, kind, where | {"sampler": sampler}, wishes, tables, pictures)
        if args.stances:
            calm = wishes | {"evidence": _evidence(args.set, "base")}
            tables["stances"] = study.stances(args.pathways, runs=args.runs, **where, **calm)
            print("\n".join(words.stance_lines(tables["stances"])))
    for note in notes:
        print(f"\nspinesim: {note}", file=sys.stderr)
    print(f"\n{time.perf_counter() - begun:,.0f} s; {peak_memory()}")
    if args.out:
        told = manifest(
            plans, command="uncertainty", draws=args.draws, draw_seed=args.draw_seed, replications=args.runs,
            stance=args.stance, changed=sorted(args.set),
        )  # fmt: skip
        write_out(args, tables, told, pictures)
    return 0


def _check(args: argparse.Namespace) -> None:
    if len(args.pathways) < 2:
        raise SpinesimError("uncertainty needs two or more pathways; name another.")
    if args.sobol and not args.parameters:
        raise SpinesimError(
            "--sobol needs --parameters: 2 to 20 ids or groups, such as those that a tornado found."
        )
    asked = [kind for kind in KINDS if getattr(args, kind)]
    if args.draws == 0 and not asked and not args.stances:
        raise SpinesimError(
            "--draws 0 alone leaves nothing to do; add --tornado, --morris, --sobol or --stances, or ask for "
            "2 draws or more."
        )
    if args.parameters and not asked:
        raise SpinesimError(
            "--parameters narrows --tornado, --morris or --sobol; add one of them, or leave it out."
        )
    if args.groups and not args.tornado:
        raise SpinesimError("--groups is for --tornado; add --tornado OUTCOME, or leave out --groups.")
    if args.threshold is not None and args.threshold < 0:
        raise SpinesimError(f"--threshold is {args.threshold:g}; give 0 or more, in USD per QALY.")
    if args.stances and args.stance != "base":
        raise SpinesimError("--stances takes every stance itself; leave out --stance.")


def _check_outcome(outcome: str | None, weeks: int) -> None:
    from spinesim.study.outcomes import OUTCOMES
    from spinesim.study.uncertainty.measure import VALUED, check_outcome

    if outcome is not None:
        check_outcome(outcome, [name for name, one in OUTCOMES.items() if weeks >= one.from_week] + [*VALUED])


def _draws(args: argparse.Namespace, found: Any, tables: dict[str, Any], pictures: dict[str, bytes]) -> None:
    """What the probabilistic analysis found."""
    from spinesim.cli import uncertainty_words as words
    from spinesim.cli.uncertainty_choice import choice
    from spinesim.view.plots import picture
    from spinesim.view.uncertainty import plot_decomposition

    table = found.decomposition()
    tables |= {
        "decomposition": table, "differences": found.differences(), "summary": found.summary(),
        "draws": found.draws(), "parameters": found.parameters(),
    }  # fmt: skip
    lines = words.what_varied(found) + words.where_from(found, table)
    print("\n".join(lines + choice(found, args.view, args.threshold, tables, pictures)))
    for arm in found.arms[1:]:
        mine = table[table["arm"] == arm]
        chosen = [one for one in words.main_of(found.outcomes) if _differs(mine, one)]
        if chosen:
            pictures[f"decomposition_{_file(arm)}.png"] = picture(plot_decomposition(mine, outcomes=chosen))


def _differs(table: Any, outcome: str) -> bool:
    return bool(table.loc[table["outcome"] == outcome, "parameter_share"].notna().any())


def _one(
    args: argparse.Namespace,
    kind: str,
    where: dict[str, Any],
    wishes: dict[str, Any],
    tables: dict[str, Any],
    pictures: dict[str, bytes],
) -> None:
    """Tornado, Morris or Sobol of one outcome."""
    from spinesim.cli.uncertainty_words import label
    from spinesim.study import uncertainty as study
    from spinesim.view import uncertainty as view
    from spinesim.view.plots import picture

    outcome = getattr(args, kind)
    common = {"parameters": args.parameters} | where | wishes
    if kind == "tornado":
        found: Any = study.one_way(args.pathways, groups=args.groups, **common)
    elif kind == "morris":
        found = study.morris(args.pathways, trajectories=args.trajectories, **common)
    else:
        found = study.sobol(args.pathways, base=args.base, **common)
    draw = {"tornado": view.plot_tornado, "morris": view.plot_morris, "sobol": view.plot_sobol}[kind]
    for arm in found.arms[1:]:
        table = tables[f"{kind}_{_file(arm)}"] = found.table(outcome, arm)
        title = f"{label(outcome)}: {arm} minus {found.arms[0]}".replace("_", " ")
        print(f"\n{kind.capitalize()}, {title}")
        print(table.head(LINES).to_string(index=False, float_format=lambda x: f"{x:.4g}"))
        pictures[f"{kind}_{_file(arm)}.png"] = picture(draw(table, title))
    if kind == "tornado":
        print("moved: how many numbers go to their low or high end together (1 unless they belong together).")
    if kind == "tornado" and found.unread:
        print(
            f"{found.unread:,} uncertain numbers are read by none of these runs, and {found.unvaried:,} that "
            "are read have no interval; neither is shown."
        )


def _file(arm: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in arm)
