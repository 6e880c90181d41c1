"""What every command that simulates shares: where it runs, what it keeps, how it shows progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spinesim.study.executor import Executor, Kept, Progress


def add_running(parser: argparse.ArgumentParser) -> None:
    """Add --executor, --workers, --scheduler, --keep, --no-keep and --quiet."""
    from spinesim.cli.parser import number  # it uses this module

    where = parser.add_argument_group("where it runs (the numbers do not change)")
    where.add_argument("--workers", type=number, default=1, help="processes to use (default: 1)")
    where.add_argument(
        "--executor",
        choices=("process", "processes", "dask"),
        help="this process, several of this machine, or Dask (default: by --workers)",
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a running Dask scheduler, e.g. tcp://10.0.0.1:8786 (with dask alone: workers of this machine)",
    )
    kept = where.add_mutually_exclusive_group()
    kept.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="where finished runs are kept, so that the same command goes on after a stop (default: this "
        "user's cache, or SPINESIM_KEEP, when there is more than one run)",
    )
    kept.add_argument("--no-keep", action="store_true", help="keep nothing")
    where.add_argument("--quiet", action="store_true", help="no progress bar")


@contextmanager
def running(
    args: argparse.Namespace, many: bool = True
) -> Iterator[tuple[Executor | None, Kept | None, Progress]]:
    """The executor, the kept work and the progress bar that were asked for.

    Parameters
    ----------
    args : Namespace
        With the options of `add_running`.
    many : bool
        Whether there is enough to do for finished work to be kept without being asked.
    """
    from spinesim.study.executor import Kept, make_executor

    with bar(args.quiet) as (progress, say):
        executor = make_executor(args.executor, args.workers, args.scheduler)
        executor.say = say
        keep = None
        if args.keep is not None or (many and not args.no_keep):
            keep = Kept(args.keep, say=say)
            keep.begin()  # refuses a folder that cannot be written before anything is computed
        try:
            yield executor, keep, progress
        except KeyboardInterrupt as stop:
            if stop.args or keep is None or keep.given_up:
                raise
            raise KeyboardInterrupt(
                f"stopped; nothing was written. {keep.read + keep.written} finished runs are kept in "
                f"{keep.folder}: the same command goes on from there."
            ) from None
        finally:
            executor.close()


@contextmanager
def bar(quiet: bool) -> Iterator[tuple[Callable[[float], None], Callable[[str], None]]]:
    """A progress bar fed with shares done (0-1), and a way to say something that does not tear it."""
    from tqdm import tqdm

    shape = "{l_bar}{bar}| {elapsed}<{remaining}"
    with tqdm(total=100, unit="%", leave=False, disable=quiet or None, bar_format=shape) as shown:

        def progress(share: float) -> None:
            shown.update(100 * share - shown.n)

        yield progress, lambda text: tqdm.write(f"spinesim: {text}", file=sys.stderr)
