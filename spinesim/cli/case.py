"""``spinesim case``: the case room for scripts: list, play a decision at a time, replay a log to the bit."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    from spinesim.study.case import Played

EXAMPLE = '{"asked": ["straight_leg_raise"], "orders": ["education", "nsaid"], "again_weeks": 4}'
FORMS = {
    "asked": 'a list of questions, such as "asked": ["straight_leg_raise", "worry"]',
    "goal": 'one of sitting, standing, walking, sleep and work, such as "goal": "sitting"',
    "orders": 'a list of steps, such as "orders": ["education", "nsaid"]',
    "urgent": '"urgent": true or "urgent": false',
    "again_weeks": 'whole weeks from 1 to 52, such as "again_weeks": 4',
    "week": 'weeks since the first visit, or leave it out: it is written for you, such as "week": 6',
}
"""How each part of a decision is written."""
OWN_WORDS = ("value_error", "extra_forbidden")
"""Mistakes that are said well already."""


def add(commands: Any) -> None:
    """Add the command to the parser."""
    case = commands.add_parser(
        "case",
        help="treat one simulated patient, or replay how somebody did",
        description="The case room for scripts. The patient lives in the clinic's own engine; a choice log "
        "replays to the identical patient.",
    )
    what = case.add_subparsers(dest="what", metavar="list | play | replay", required=True)
    what.add_parser("list", help="the patients there are", description="List the patients there are.")
    play = what.add_parser(
        "play",
        help="play a case, a decision at a time",
        description="Begin a case, or go on from its log; prints what is known at the visit that waits for a "
        f"decision. One --choice a visit, as JSON, such as '{EXAMPLE}'.",
    )
    play.add_argument("case", help="shipped name or .toml file, or a choice log to go on from")
    play.add_argument(
        "--choice", action="append", default=[], metavar="JSON", help="what is done at the next visit"
    )
    play.add_argument("--clinic", default="ample", help="whose waiting lists (default: ample, none)")
    play.add_argument("--seed", type=int, help="another fate (default: the case's own)")
    play.add_argument("--force", action="store_true", help="replace another log of that name")
    play.add_argument("--save", type=Path, metavar="FILE.json", help="write the choice log here")
    replay = what.add_parser(
        "replay",
        help="replay a choice log, and debrief a finished one",
        description="Replay a choice log to the identical patient; a finished one is debriefed on its twins.",
    )
    replay.add_argument("log", type=Path, help="the choice log")
    replay.add_argument("--twins", type=int, default=500, help="twins of the debrief (default: 500; 0: none)")
    replay.add_argument("--page", type=Path, metavar="FILE.html", help="write the debrief as one page")


def case(args: argparse.Namespace) -> int:
    """List, play or replay."""
    return {"list": _list, "play": _play, "replay": _replay}[args.what](args)


def _list(_: argparse.Namespace) -> int:
    from spinesim.study import case as room

    for name in room.case_names():
        one = room.load_case(name)
        print(f"{name:22} {one.title}: {one.short}")
    return 0


def _play(args: argparse.Namespace) -> int:
    from spinesim.study import case as room

    if str(args.case).endswith(".json"):
        log = room.load_log(args.case)
    else:
        log = room.start(args.case, seed=args.seed, clinic=args.clinic)
    played = room.play(log)
    for text in args.choice:
        if played.over:
            raise SpinesimError(
                f"The case is over after {len(played.log.choices)} decisions: leave out the rest."
            )
        choice = _choice(text)
        told = [] if played.refused(choice) else played.warned(choice)
        number, played = played.now.number, played.decide(choice)
        for line in told:
            print(f"At visit {number}: {line}")
    if args.save:
        goes_on = str(args.case).endswith(".json") and Path(args.case).resolve() == args.save.resolve()
        if args.save.exists() and not (args.force or goes_on):
            raise SpinesimError(f"{args.save} is there already; give another name, or --force to replace it.")
        room.save_log(played.log, args.save)
    _show(played)
    if played.over:
        print("Save the log (--save) and run `spinesim case replay` for the debrief.")
    return 0


def _choice(text: str) -> Any:
    """A decision as typed."""
    from pydantic import ValidationError

    from spinesim.study.case import Choice, check_asked

    try:
        typed = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise SpinesimError(f"--choice {text[:40]} is not JSON; write it like '{EXAMPLE}'.") from None
    if not isinstance(typed, dict):
        raise SpinesimError(
            f"--choice {text[:40]} names nothing: give what is done in braces, like '{EXAMPLE}'."
        )
    try:
        choice = Choice.model_validate(typed)
    except ValidationError as wrong:
        raise SpinesimError(f"--choice: {_mistake(wrong)}") from None
    check_asked(choice.asked)
    return choice


def _mistake(wrong: Any) -> str:
    """What is wrong with a decision, in one sentence with an example."""
    from spinesim.evidence.models import complaint
    from spinesim.pathway import STEPS
    from spinesim.pathway.vocabulary import nearest
    from spinesim.study.case import Choice

    first = wrong.errors(include_url=False)[0]
    key, given = str(first["loc"][0]) if first["loc"] else "", json.dumps(first["input"])[:40]
    if first["type"] in OWN_WORDS or key not in FORMS:
        return complaint(wrong, Choice)
    if key == "orders" and isinstance(first["input"], str) and len(first["loc"]) > 1:
        near = nearest(first["input"], STEPS)
        return f"orders names {given}, which is no step of care{near}; known: {', '.join(STEPS)}."
    return f"{key} cannot be {given}: write {FORMS[key]}."


def _show(played: Played) -> None:
    """What is known at the visit that waits, or how it ended."""
    from spinesim.study import case as room
    from spinesim.study.case.questions import all_questions

    last = played.visits[-1]
    if played.over:
        pain = played.weekly["pain"][-1]
        print(
            f"{played.case.title}: the end, after {len(played.log.choices)} decisions; pain {pain:.0f} of 10."
        )
        return
    since = played.visits[-2].day if last.number > 1 else 0.0
    if last.number == 1:
        print(f"{played.case.title}: {played.case.short}.\n“{' '.join(played.case.opening.split())}”")
    print(f"Visit {last.number}, week {last.facts.weeks:.0f}. Pain {last.facts.pain:.0f} of 10, ", end="")
    print(f"disability {last.facts.disability:.0f} of 100. {played.has_minutes:g} minutes.")
    if last.number > 1:
        lines = [*room.happened(played, since, last.day), *room.diary(played, since, last.day)]
        print("\n".join(f"  {line}" for line in lines))
        asked = played.log.choices[-1].asked
        for key in asked:
            print(f"  asked before: {key} ({all_questions()[key].ask}): {room.says(played, key)}")
    for line in room.results(played):
        print(f"  {line}")
    labels = played.evidence.conditions
    for key, share in played.beliefs().patterns[:3]:
        print(f"  {100 * share:3.0f} %  {key} ({labels[key]['label']})")


def _named(step: str) -> str:
    """A step as one types it, and in words where those are others."""
    from spinesim.study.told import noun

    words = noun(step).bare
    return step if words == step else f"{step} ({words})"


def _left_out(made: Any) -> None:
    """What the guideline gives and nobody ordered, largest first, a line each."""
    if not len(made.left_out):
        print("The guideline gives this patient nothing that was not ordered.")
        return
    print("What the guideline gives and was not ordered, and what each brings the twins on average:")
    for row in made.left_out.itertuples():
        worth = f"{row.worth:+,.0f} USD ({row.worth_low:+,.0f} to {row.worth_high:+,.0f})"
        disability = f"disability {row.disability:+.1f} of 100"
        print(f"  {_named(row.step)}, from week {row.week:.0f}: {worth}, {disability}")


def _replay(args: argparse.Namespace) -> int:
    from spinesim.study import case as room

    if args.twins and not 2 <= args.twins <= 100_000:
        raise SpinesimError(f"--twins is {args.twins}; give 0, or a whole number from 2 to 100,000.")
    if args.page and args.page.suffix != ".html":
        raise SpinesimError(f"--page is {args.page}; give a name that ends in .html.")
    played = room.play(room.load_log(args.log))
    for number, choice in enumerate(played.log.choices, 1):
        did = ", ".join(_named(step) for step in choice.orders) or "nothing ordered"
        urgent = ", urgently" if choice.urgent else ""
        print(f"visit {number}, week {played.visits[number - 1].facts.weeks:.0f}: {did}{urgent}")
    _show(played)
    if not played.over or not args.twins:
        return 0
    made = room.debrief(played, args.twins, min(args.twins, 200))
    print(made.story.sentence)
    rows = made.regret.set_index("outcome").loc[["disability_average", "harms", "cost", "qaly"]]
    print(f"\nThe guideline beside these decisions, {args.twins} twins:")
    print(rows[["difference", "low", "high", "unit"]].round(3).to_string())
    print(f"\nTwins who fared worse than this patient: {made.luck['worse_off'].iloc[0]:.0f} of 100.")
    if len(made.decisions):
        top = made.decisions.iloc[0]
        worth = f"{top['worth']:+,.0f} USD"
        print(f"What mattered most: {_named(top['step'])} at visit {top['visit']} ({worth}).")
    _left_out(made)
    if args.page:
        from spinesim.view.case_room import page, pictures

        text = page.render(made, (pictures.timeline(made), pictures.twins(made)))
        try:
            args.page.write_text(text, encoding="utf-8")
        except OSError as wrong:
            raise SpinesimError(f"{args.page} cannot be written ({wrong.strerror}).") from None
        print(f"Written: {args.page}")
    return 0
