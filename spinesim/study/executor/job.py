"""One piece of work, and what it takes to run many of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from spinesim.errors import SpinesimError

W = TypeVar("W")
T = TypeVar("T")
Progress = Callable[[float], None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Job(Generic[W, T]):
    """`work(wish)`, somewhere.

    Attributes
    ----------
    key : str
        Says everything that decides the numbers (see `content_key`): the same key, the same bits.
    work : callable
        A function at the top of a module of spinesim, so that another process finds it by name.
    wish : object
        What it works on; travels to other processes.
    tells : bool
        Whether `work` takes a second argument, a `Progress`, when it runs in this process.
    """

    key: str
    work: Callable[..., T]
    wish: W
    tells: bool = False


class Executor(Protocol):
    """Where jobs run. The numbers do not depend on it."""

    workers: int
    say: Say

    def run(self, jobs: Sequence[Job[Any, Any]], progress: Progress | None) -> Iterator[tuple[int, Any]]:
        """Yield (position in `jobs`, what it returned) as jobs finish, in any order.

        The oldest unfinished job is never more than a bounded number of jobs behind the newest one begun,
        so that what waits to be yielded in order stays small. `progress` is told the share done of the
        jobs that tell it; what finished is counted by the caller.
        """
        ...

    def close(self) -> None:
        """End every process it began; it may be used again."""
        ...


class Lost(SpinesimError):
    """Workers or their scheduler are gone; whoever catches it says what was kept."""


def warn(text: str) -> None:
    """Say something that a person should know, but that stops nothing."""
    warnings.warn(text, RuntimeWarning, stacklevel=2)


class Closing:
    """`with` for executors."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process it began."""
