"""Feed a pool of workers from `concurrent.futures`, or one that looks like it, a bounded number at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import Executor as Pool
from functools import partial
from math import ceil
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.study.executor.job import Job
from spinesim.study.executor.keys import source_digest

CHUNK_SECONDS = 1.0
"""Shorter work is sent in chunks of about this long: sending costs some 15 ms, most of it the evidence."""

MOST_IN_CHUNK = 500
AHEAD = 2  # chunks in flight for each worker: one at work, one waiting at its door
LOOK_UP = 0.5  # seconds between two looks at Ctrl-C and at whether the pool still lives

Work = tuple[Callable[..., Any], object]
Done = tuple[list[Any], float, BaseException | None]


def run_chunk(chunk: Sequence[Work]) -> Done:
    """What a worker does: run each, and stop at the first that fails.

    Returns
    -------
    tuple of (list, float, exception or None)
        What came out, the seconds it took, and why it stopped.
    """
    start, values = time.perf_counter(), []
    try:
        for work, wish in chunk:
            values.append(work(wish))
    except Exception as wrong:
        return values, time.perf_counter() - start, wrong
    return values, time.perf_counter() - start, None


def own_chunk(sources: str, chunk: Sequence[Work]) -> Done:
    """`run_chunk` by a worker of this machine, refused if the code was edited since the run began."""
    if source_digest() != sources:
        return (
            [],
            0.0,
            SpinesimError(
                "spinesim's own files were changed since this program began; what was finished is kept: run "
                "the same command again (a notebook after restarting its kernel, a page after reloading it)."
            ),
        )
    return run_chunk(chunk)


class Stream:
    """Jobs on their way through a pool.

    Parameters
    ----------
    pool : concurrent.futures.Executor
    jobs : sequence of Job
    workers : int
    send : callable, optional
        What a worker calls with a chunk; by default `own_chunk`.
    alive : callable
        Raises when the pool is gone although its futures do not say so.
    """

    def __init__(
        self,
        pool: Pool,
        jobs: Sequence[Job[Any, Any]],
        workers: int,
        send: Callable[[Sequence[Work]], Done] | None = None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.pool, self.jobs, self.workers, self.alive = pool, jobs, workers, alive
        self.send = send or partial(own_chunk, source_digest())
        self.waiting = deque(range(len(jobs)))
        self.flying: dict[Future[Done], list[int]] = {}
        self.seconds, self.finished = 0.0, 0
        self.wrong: tuple[int, BaseException] | None = None

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield (position, value) as jobs finish.

        When one fails, nothing new is sent; what was sent before it, and what is at work, still comes out.
        Then the failure of the earliest job is raised, as if they had run one after the other.
        """
        while self.waiting or self.flying:
            self._submit()
            self.alive()
            landed, _ = wait(self.flying, timeout=LOOK_UP, return_when=FIRST_COMPLETED)
            # what ended well first, so that nothing finished is lost with what did not
            for future in sorted(landed, key=lambda one: one.cancelled() or one.exception() is not None):
                chunk = self.flying.pop(future)
                values, seconds, wrong = future.result()
                self.seconds += seconds
                self.finished += len(values)
                yield from zip(chunk, values, strict=False)
                if wrong is not None:
                    self._stop(chunk[len(values)], wrong)
        if self.wrong is not None:
            raise self.wrong[1]

    def _stop(self, failed: int, wrong: BaseException) -> None:
        """Send nothing more, and take back what comes after the failure and no worker has begun."""
        if self.wrong is None or failed < self.wrong[0]:
            self.wrong = failed, wrong
        self.waiting.clear()
        # The oldest are at work; the standard library refuses to take those back, Dask would drop them.
        for future, chunk in list(self.flying.items())[self.workers :]:
            if chunk[0] > failed and future.cancel():
                del self.flying[future]

    def cancel(self) -> None:
        """Take back what no worker has begun."""
        for future in self.flying:
            future.cancel()

    def _size(self) -> int:
        """Jobs in the next chunk: about a second's worth, and a fair share of what is left."""
        if not self.finished:
            return 1
        worth = ceil(CHUNK_SECONDS * self.finished / max(self.seconds, 1e-6))
        return max(1, min(worth, MOST_IN_CHUNK, len(self.waiting) // (AHEAD * self.workers)))

    def _submit(self) -> None:
        """Fill the pool, unless the oldest unfinished job would fall too far behind."""
        while self.waiting and len(self.flying) < AHEAD * self.workers:
            size = self._size()
            oldest = min((chunk[0] for chunk in self.flying.values()), default=self.waiting[0])
            if self.waiting[0] - oldest >= 4 * AHEAD * self.workers * size:
                return
            chunk = [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]
            work = [(self.jobs[i].work, self.jobs[i].wish) for i in chunk]
            self.flying[self.pool.submit(self.send, work)] = chunk
