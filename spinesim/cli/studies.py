"""``spinesim run | compare | trial | claims``: whatever simulates, prints tables and keeps them."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from shutil import get_terminal_size
from typing import Any

from spinesim.cli.running import running
from spinesim.errors import SpinesimError

NARROWEST, WIDEST = 100, 140  # of a printed line
FEWEST = 30  # slots; a step of fewer is printed only if there is no other


def _evidence(settings: Sequence[str], stance: str) -> Any:
    """The shipped evidence, read with a stance, with ``--set`` applied."""
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
    known = shipped_evidence()
    if stance != "base":
        known = known.stance(stance)
    return known.change(changes) if changes else known


def study(args: argparse.Namespace) -> int:
    """Run one pathway, or compare several on the same people; each in a clinic of its own if it says so."""
    from spinesim.study import OUTCOMES, run_study, scenario_plans
    from spinesim.study.clinic_notes import notes

    names = [args.pathway] if args.command == "run" else args.pathways
    if args.command == "compare" and len(names) < 2:
        raise SpinesimError(
            f"compare needs two or more pathways: name another, or use `spinesim run {names[0]}`."
        )
    known = _evidence(args.set, args.stance)
    scenarios = _scenarios(names, args.clinic, known)
    plans = scenario_plans(
        scenarios,
        runs=args.runs,
        condition=args.condition,
        patients=args.patients,
        years=args.years,
        seed=1 if args.seed is None else args.seed,
        warm_up=args.warm_up,
        evidence=known,
    )
    began = time.perf_counter()
    with running(args, many=args.runs > 1) as (executor, keep, progress):
        done = run_study(plans, executor, progress, keep)
    seconds = time.perf_counter() - began
    summary, differences = done.summary(), done.differences().replace(-0.0, 0.0)
    clinics = any(one.clinic.arrivals for one in scenarios)
    if known.taken != "base":
        print(f"Evidence as a {known.taken} reader has it: {len(known.changes)} numbers differ.\n")
    if clinics:
        _show_flow(done)
        print("\nOutcomes")
    _show(summary)
    if len(scenarios) > 1:
        print(f"\nPaired differences: the same people in each, minus '{done.arms[0]}'")
        _show(differences)
    if clinics:
        for note in notes(plans, done):
            print(f"\nspinesim: {note}", file=sys.stderr)
        if args.out:
            from spinesim.study import scenario_folder

            scenario_folder.write(
                done, plans, args.out, args.force, args.question, command=_typed(args), seconds=seconds
            )
            folder = shlex.quote(str(args.out))
            print(f"\nWritten to {args.out}. For a report: spinesim report {folder} --out report.html")
        return 0
    _keep(
        args,
        plans,
        lambda: {"events": done.events(), "summary": summary, "differences": differences},
        changed=sorted(args.set),
        stance=known.taken,
        intervals=f"95 % t intervals over {'people of one run' if args.runs == 1 else 'runs'}",
        outcomes={key: outcome.unit for key, outcome in OUTCOMES.items()},
    )
    return 0


def _scenarios(names: Sequence[str], clinic: str, known: Any) -> list[Any]:
    """Arms as typed: ``pathway``, or ``pathway@clinic`` for one in a clinic of its own."""
    from spinesim.clinic import load_clinic
    from spinesim.evidence.references import check_reference
    from spinesim.pathway import load_pathway
    from spinesim.study import Scenario

    made: list[Any] = []
    for name in names:
        care, at, place = name.partition("@")
        if (at and not (care and place)) or "@" in place:
            raise SpinesimError(
                f"'{name}': write PATHWAY@CLINIC, such as article_tailored@community, or the pathway alone."
            )
        loaded, setting = load_pathway(care), load_clinic(place if at else clinic)
        for rule in loaded.rules:
            check_reference(f"{care}, rule '{rule.id}', key 'reference'", rule.reference, known.figures)
        arm = f"{loaded.name} @ {setting.name}" if at else loaded.name
        while arm in {one.name for one in made}:
            arm += " (again)"
        made.append(Scenario(arm, loaded, setting))
    return made


def _show_flow(done: Any) -> None:
    """Of clinics to which people keep coming: what changes, in sentences; waits and use of time; how sure."""
    from spinesim.study import flow
    from spinesim.view.clinic_lab.heads import headlines

    for arm, lines in headlines(done):
        print(f"{arm}, beside {done.arms[0]}:")
        print("\n".join(f"  - {line}." for line in lines))
        print()
    waits = flow.wait_table(done)
    if len(waits):
        many = waits[waits["n"] >= FEWEST]
        print("Waits, in days: half wait at most the median, nine in ten at most the 90th centile")
        columns = ["arm", "step", "n", "median", "low", "high", "p90", "p90_low", "p90_high"]
        _show((many if len(many) else waits)[columns])
    use = flow.utilisation(done)
    if len(use):
        print("\nUse of the hours that are open (booked: with the slots lost to people who did not come)")
        _show(use[["arm", "resource", "utilisation", "low", "high", "booked", "open_hours_per_week"]])
    print(f"\n{flow.warm_up_sentence(flow.warm_up(done))}")
    print(flow.runs_sentence(flow.runs_needed(done)))
    print("Wages of added staff are not in the cost: prices are what is billed.")


def _typed(args: argparse.Namespace) -> str:
    """The command as it could be typed again."""
    return "spinesim " + shlex.join(args.typed)


def trial(args: argparse.Namespace) -> int:
    """Re-run a published trial and lay it beside its paper."""
    from spinesim.study import beside, finish_all, load_trial, trial_plans
    from spinesim.study.trials.run import blamed

    loaded = load_trial(args.trial)
    plans = trial_plans(loaded, patients=args.patients, seed=args.seed)
    with blamed(loaded), running(args, many=False) as (executor, keep, progress):
        results = {done.arm: done for done in finish_all(plans, executor, progress, keep)}
    table = beside(loaded, results)
    print(f"{loaded.title} (role: {loaded.role}{'' if loaded.checked else '; figures UNCONFIRMED'})")
    print("inside: the model's mean lies in the paper's band (paper_low to paper_high)")
    _show(table)
    print(f"\n{int(table['inside'].sum())} of {len(table)} inside")
    _keep(args, plans, lambda: {"table": table}, trial=loaded.model_dump())
    return 0


def claims(args: argparse.Namespace) -> int:
    """Run the clinic's claims and say which emerge."""
    from spinesim import __version__
    from spinesim.study import claims_document
    from spinesim.study.claims import run_claims, show
    from spinesim.study.document import check_document, write_section
    from spinesim.study.files import write_folder
    from spinesim.study.simulation import shipped_evidence

    if args.document:
        if args.ids or args.stance or args.patients:
            raise SpinesimError(
                "--document takes every claim as it is written: leave out the ids, --stance and --patients."
            )
        check_document(args.document, claims_document.NAME)
    with running(args) as (executor, keep, progress):
        table = run_claims(
            args.ids or None,
            patients=args.patients,
            stances=args.stance,
            progress=progress,
            executor=executor,
            keep=keep,
        )
    print(show(table, min(max(get_terminal_size((120, 24)).columns, NARROWEST), WIDEST)))
    if args.out:
        manifest = {
            "spinesim": __version__,
            "command": "claims",
            "claims": list(dict.fromkeys(table["id"])),
            "stances": list(dict.fromkeys(table["stance"])),
            "patients": args.patients or "each claim's own",
            "evidence": {"sha256": shipped_evidence().digest},
            "note": "Simulated patients. Not for decisions about individual patients.",
        }
        write_folder(args.out, {"claims": table}, manifest, args.force)
        print(f"\nWritten to {args.out}: claims.csv, manifest.json")
    if args.document:
        write_section(args.document, claims_document.NAME, claims_document.section(table))
        print(f"\nWritten: {args.document}")
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
