"""In this process, or in several of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from spinesim.errors import SpinesimError
from spinesim.study.executor.job import Closing, Job, Lost, Progress, Say, warn
from spinesim.study.executor.stream import Stream

T = TypeVar("T")
MOST_WORKERS = 256
MOST_RESTARTS = 5
GUARD = "a script of your own must start under 'if __name__ == \"__main__\":'"


def check_workers(workers: object) -> int:
    """A number of processes, or a `SpinesimError`."""
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= MOST_WORKERS:
        raise SpinesimError(f"workers is {workers}; give a whole number from 1 to {MOST_WORKERS}.")
    return workers


class InProcess(Closing):
    """One after the other, here; the default."""

    workers = 1

    def __init__(self, say: Say = warn) -> None:
        self.say = say

    def run(self, jobs: Sequence[Job[Any, Any]], progress: Progress | None) -> Iterator[tuple[int, Any]]:
        """See `Executor.run`."""
        for i, job in enumerate(jobs):
            if job.tells and progress is not None:
                yield i, job.work(job.wish, _part(progress, i, len(jobs)))
            else:
                yield i, job.work(job.wish)


def _part(progress: Progress, i: int, of: int) -> Progress:
    """Progress of the whole, told by its i-th part."""
    return lambda share: progress((i + share) / of)


class _Pool(ProcessPoolExecutor):
    """The standard library's pool, with one name for what it raises when it breaks while being asked."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        try:
            return super().submit(fn, *args, **kwargs)
        except OSError as wrong:
            if getattr(self, "_broken", False):  # its pipes are closed: a worker died just now
                raise BrokenProcessPool(str(wrong)) from None
            raise SpinesimError(f"No process could be started ({wrong}); run with fewer workers.") from None


def _alive(pool: ProcessPoolExecutor) -> None:
    """Raise when the thread that hears of dead workers has itself died of one."""
    manager = getattr(pool, "_executor_manager_thread", None)
    if manager is not None and not manager.is_alive():
        raise BrokenProcessPool("its manager is gone")


class Processes(Closing):
    """Several processes of this machine, by the standard library.

    A worker that dies takes its pool with it; the missing work goes to a fresh pool, a few times.

    Parameters
    ----------
    workers : int
    say : callable
        Told, in one sentence, when a worker died.
    """

    def __init__(self, workers: int = 2, say: Say = warn) -> None:
        self.workers, self.say = check_workers(workers), say
        self._pool: ProcessPoolExecutor | None = None

    def run(self, jobs: Sequence[Job[Any, Any]], progress: Progress | None) -> Iterator[tuple[int, Any]]:
        """See `Executor.run`."""
        if len(jobs) == 1 and self._pool is None:
            yield from InProcess(self.say).run(jobs, progress)
            return
        left, restarts, before = list(range(len(jobs))), 0, 0
        while left:
            order = list(left)
            try:
                pool = self._ready(len(order))
                stream = Stream(pool, [jobs[i] for i in order], self.workers, alive=partial(_alive, pool))
                for k, value in stream:
                    left.remove(order[k])
                    yield order[k], value
            except BrokenProcessPool:
                self.close()
                restarts += 1
                in_vain = restarts > 1 and len(left) == before  # nothing finished since the last death
                before = len(left)
                if in_vain or restarts > MOST_RESTARTS:
                    raise Lost(
                        "A worker process died again and again (out of memory, or ended from outside): run "
                        f"with fewer workers or patients; {GUARD}."
                    ) from None
                self.say(f"A worker process died; {len(left)} of {len(jobs)} jobs go to fresh ones.")
            except BaseException:
                self.close()
                raise

    def _ready(self, jobs: int) -> ProcessPoolExecutor:
        """The pool, with as many of its processes begun as there are jobs for."""
        if self._pool is None:
            fresh = multiprocessing.get_context("spawn")  # forking a process that has threads can hang it
            self._pool = _Pool(self.workers, mp_context=fresh, initializer=_begin)
            with deaf():
                for _ in range(min(self.workers, jobs)):
                    self._pool.submit(
                        os.getpid
                    )  # a process begins when something is asked for and none is idle
        return self._pool

    def close(self) -> None:
        """End the processes, whatever they are at."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # None of these is public before Python 3.14; shutdown forgets them, so they are read before it.
        processes = list((getattr(pool, "_processes", None) or {}).values())
        manager = getattr(pool, "_executor_manager_thread", None)
        answers = getattr(getattr(pool, "_result_queue", None), "_writer", None)
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(5)
        if answers is not None:  # a worker ended in the middle of an answer: its reader would wait for ever
            with suppress(OSError):
                answers.close()
        if manager is not None:  # left alone, it closes its pipes while Python's exit still writes to them
            manager.join(5)


def _begin() -> None:
    """A worker leaves Ctrl-C to its parent, and goes when the parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive_no, args=(parent,), daemon=True).start()


def _outlive_no(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def deaf() -> Iterator[None]:
    """Begin processes that do not hear Ctrl-C, not even while they import: it is the parent's to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
