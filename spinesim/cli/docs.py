"""``spinesim docs``: build the notebooks from their sources, the right answers, and the course as a site."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    from spinesim.study.executor import Executor, Progress

STALE = 1


def add(commands: Any) -> None:
    """Add the command to a parser."""
    command = commands.add_parser(
        "docs",
        help="build the course: notebooks from their sources, and a site to read",
        description="Build the course. --notebooks: the lessons, the facilitator's notebooks and guides from "
        "notebooks/source. --answers: the right answers of all lessons at their default settings. --out: a "
        "site that can be read, and slider pages that can be moved, before anything is installed.",
    )
    command.add_argument(
        "--notebooks", action="store_true", help="build what is in notebooks/ from its source"
    )
    command.add_argument(
        "--answers", action="store_true", help="compute notebooks/facilitator/answers.md (a minute or two)"
    )
    command.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NN",
        help="only this lesson (may be given more than once)",
    )
    command.add_argument(
        "--out", dest="site", type=Path, metavar="FOLDER", help="write the site here (a new or empty folder)"
    )
    command.add_argument(
        "--scenarios",
        type=int,
        metavar="N",
        help="with --out: scenarios of a slider page, at most (default: 24)",
    )
    command.add_argument("--workers", type=int, default=1, help="processes to use (default: 1)")
    command.add_argument("--force", action="store_true", help="with --out: replace a site that is there")
    command.add_argument("--quiet", action="store_true", help="no progress bar")
    command.add_argument(
        "--check", action="store_true", help="with --notebooks or --answers: only say what is not up to date"
    )


def docs(args: argparse.Namespace) -> int:
    """Build what was asked for."""
    if not (args.notebooks or args.answers or args.site):
        raise SpinesimError(
            "Say what to build: `spinesim docs --notebooks`, `spinesim docs --answers` or "
            "`spinesim docs --out site/`."
        )
    if args.site is not None:
        from spinesim.course.site import check_site

        check_site(args.site, args.force)
    state = 0
    if args.notebooks:
        state |= _notebooks(args.check, args.only)
    if args.answers:
        state |= _answers(args)
    if args.site is not None:
        _site(args)
    return state


@contextmanager
def _many(args: argparse.Namespace) -> Iterator[tuple[Executor, Progress]]:
    """Processes and a progress bar, ended afterwards."""
    from spinesim.cli.running import bar
    from spinesim.study.executor import make_executor

    with bar(args.quiet) as (progress, say):
        executor = make_executor(workers=args.workers)
        executor.say = say
        try:
            yield executor, progress
        finally:
            executor.close()


def _site(args: argparse.Namespace) -> None:
    from spinesim.course.play import MOST
    from spinesim.course.site import build_site

    most = MOST if args.scenarios is None else args.scenarios
    with _many(args) as (executor, progress):
        made = build_site(
            args.site,
            only=args.only,
            scenarios=most,
            executor=executor,
            progress=progress,
            force=args.force,
        )
    for line in made.warnings:
        print(f"Sphinx: {line}")
    print(f"Written: {made.folder}/index.html, {made.lessons} lessons, {made.sliders} slider pages in play/.")


def _answers(args: argparse.Namespace) -> int:
    from spinesim.course.answers import is_stale, write_answers

    if args.check:
        old = is_stale()
        print(
            "The answers are not those of today's lessons: spinesim docs --answers"
            if old
            else "Answers: as now."
        )
        return STALE if old else 0
    with _many(args) as (executor, progress):
        print(f"Written: {write_answers(executor=executor, progress=progress)}")
    return 0


def _notebooks(check: bool, only: list[str]) -> int:
    from spinesim.course.notebooks import orphans, stale, write_all

    changed, alone = stale(only=only) if check else write_all(only=only), orphans()
    for path in changed:
        print(f"notebooks/{path} is not as its source" if check else f"Written: notebooks/{path}")
    for path in alone:
        print(f"notebooks/{path} has no source in notebooks/source: remove it, or write one")
    if not changed and not alone:
        print("Every notebook and guide is as its source.")
    elif changed and check:
        print("Build them: spinesim docs --notebooks")
    return STALE if alone or (check and changed) else 0
