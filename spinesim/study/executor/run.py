"""Run many jobs: what is kept is read, the rest is computed somewhere, and all come out in order."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from spinesim.errors import SpinesimError
from spinesim.study.executor.job import Executor, Job, Lost, Progress
from spinesim.study.executor.kept import Kept
from spinesim.study.executor.local import InProcess, Processes, check_workers

T = TypeVar("T")
KINDS = ("process", "processes", "dask")


def make_executor(kind: str | None = None, workers: int = 1, scheduler: str | None = None) -> Executor:
    """An executor by name.

    Parameters
    ----------
    kind : {"process", "processes", "dask"}, optional
        In this process, in several of this machine, or Dask `distributed`. Left out: Dask if there is a
        scheduler, several processes if `workers` is more than 1, else this process.
    workers : int
    scheduler : str, optional
        Address of a running Dask scheduler, such as ``tcp://10.0.0.1:8786``.
    """
    check_workers(workers)
    if kind is None:
        kind = "dask" if scheduler is not None else "processes" if workers > 1 else "process"
    if kind not in KINDS:
        raise SpinesimError(f"Unknown executor '{kind}': choose one of {', '.join(KINDS)}.")
    if scheduler is not None and kind != "dask":
        raise SpinesimError(f"A scheduler goes with executor dask, not with '{kind}'.")
    if kind == "dask":
        from spinesim.study.executor.cluster import DaskCluster

        return DaskCluster(workers, scheduler)
    if kind == "process" and workers > 1:
        raise SpinesimError(f"Executor 'process' is this process alone: ask for processes to use {workers}.")
    return Processes(workers) if kind == "processes" else InProcess()


@contextmanager
def running_on(executor: Executor | None, workers: int = 1) -> Iterator[Executor | None]:
    """The executor, or else `workers` processes, ended afterwards; None for one alone: this process."""
    check_workers(workers)
    if executor is not None or workers == 1:
        yield executor
        return
    with Processes(workers) as own:
        yield own


def execute(
    jobs: Sequence[Job[Any, T]],
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
) -> Iterator[T]:
    """Run jobs and yield what they return, in their order, whatever the executor.

    Parameters
    ----------
    jobs : sequence of Job
    executor : Executor, optional
        Default: this process.
    keep : Kept, optional
        Where finished work is kept; what is there already is not computed again.
    progress : callable, optional
        Called with the share done (0-1).

    Raises
    ------
    SpinesimError
        What a job raised; or workers, scheduler or folder are lost, with what was kept.
    KeyboardInterrupt
        With a sentence that says what was kept.
    """
    runner = executor or InProcess()
    held, todo = _sorted_out(jobs, keep)
    told = _rest(progress, held, len(jobs))
    missing, ready, done, kept = set(todo), dict[int, T](), held, held
    if progress and held:
        progress(held / len(jobs))
    arriving = runner.run([jobs[i] for i in todo], told) if todo else iter(())
    try:
        for i, job in enumerate(jobs):
            while i in missing and i not in ready:
                k, value = next(arriving)
                ready[todo[k]] = value
                done += 1
                kept += keep is not None and keep.put(jobs[todo[k]].key, value)
                if progress:
                    progress(done / len(jobs))
            if i == len(jobs) - 1:
                _round_off(arriving, keep)
            yield ready.pop(i) if i in missing else _kept(job, keep)
    except Lost as lost:
        raise SpinesimError(f"{lost} {kept_words(kept, len(jobs), keep)}") from None
    except KeyboardInterrupt:
        words = f" {kept_words(kept, len(jobs), keep)}" if len(jobs) > 1 else ""
        raise KeyboardInterrupt(f"stopped; nothing was written.{words}") from None
    finally:
        if isinstance(arriving, Generator):
            arriving.close()  # whoever stops early stops the workers too


def _round_off(arriving: Iterator[object], keep: Kept | None) -> None:
    """Let the executor end in good order, so that it may be used again, and say what there is to say."""
    for _ in arriving:
        raise AssertionError("an executor gave more than was asked for")
    if keep is not None:
        keep.tell()


def _sorted_out(jobs: Sequence[Job[Any, Any]], keep: Kept | None) -> tuple[int, list[int]]:
    """How many are kept already, and the positions of the rest; of several alike, the first."""
    if keep is None:
        return 0, list(range(len(jobs)))
    keep.begin()
    seen: set[str] = set()
    todo = []
    for i, job in enumerate(jobs):
        if job.key not in seen and not keep.has(job.key):
            todo.append(i)
        seen.add(job.key)
    return len(jobs) - len(todo), todo


def _kept(job: Job[Any, T], keep: Kept | None) -> T:
    """What was kept; computed here and now should the file have gone or be damaged after all."""
    assert keep is not None
    value: T | None = keep.get(job.key)
    if value is None:
        value = job.work(job.wish)
        keep.put(job.key, value)
    return value


def _rest(progress: Progress | None, held: int, of: int) -> Progress | None:
    """Progress of the whole, told by what was left to do."""
    return None if progress is None else lambda share: progress((held + share * (of - held)) / of)


def kept_words(kept: int, of: int, keep: Kept | None) -> str:
    """What is kept, and how to go on."""
    if keep is None:
        return "None of the finished runs is kept (see --keep)."
    return f"{kept} of {of} runs are kept in {keep.folder}: the same command goes on from there."
