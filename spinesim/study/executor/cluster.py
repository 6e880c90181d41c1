"""Dask `distributed`: workers of this machine, or of a scheduler that runs elsewhere."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import Executor as Pool
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from spinesim.errors import SpinesimError
from spinesim.study.executor.job import Closing, Job, Lost, Progress, Say, warn
from spinesim.study.executor.keys import source_digest, surroundings
from spinesim.study.executor.local import GUARD, check_workers, deaf
from spinesim.study.executor.stream import Done, Stream, Work, own_chunk, run_chunk

T = TypeVar("T")
ANSWER_SECONDS = 8  # how long a scheduler may take to answer, and to have a worker
ALONE_SECONDS = 30  # how long a scheduler may be without any worker before the run gives up
ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]@]+):(\d{1,5})")
LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")


def fingerprint() -> str:
    """Code, libraries and data here."""
    from spinesim.evidence.lookup import shipped

    return f"{surroundings()}, data {shipped().digest}"


def checked_chunk(expected: str, chunk: Sequence[Work]) -> Done:
    """`run_chunk`, refused by a worker (it may have joined late) whose numbers could differ."""
    if fingerprint() != expected:
        return [], 0.0, SpinesimError(_differs("this run's scheduler"))
    return run_chunk(chunk)


def check_address(scheduler: str) -> str:
    """An address that a scheduler can have, or a `SpinesimError`."""
    found = ADDRESS.fullmatch(scheduler) if isinstance(scheduler, str) else None
    if found is None or not 1 <= int(found[3]) <= 65_535:
        raise SpinesimError(
            f"'{scheduler}' is no address of a Dask scheduler; write --scheduler tcp://HOST:PORT, e.g. "
            "tcp://10.0.0.1:8786 (tls:// for an encrypted one)."
        )
    return scheduler


async def _knock(scheduler: str) -> None:
    """See whether something at this address speaks Dask's language.

    A `Client` that fails to connect lives on, and complains on the screen when it is swept up.
    """
    from distributed.comm import connect
    from distributed.security import Security

    comm = await connect(scheduler, ANSWER_SECONDS, **Security().get_connection_args("client"))
    comm.abort()


def _differs(where: str) -> str:
    return (
        f"A worker of {where} has another spinesim, data folder, Python or libraries than this machine, so "
        "its numbers could differ: install the same version there."
    )


class _Pool(Pool):
    """A Dask client as a pool of `concurrent.futures`.

    Dask has one (`Client.get_executor`), but it asks whether a future is well *after* it has the value: a
    worker that dies in between makes it take the value for an error.
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        asked, answer = self.client.submit(fn, *args, pure=False, **kwargs), Future[T]()
        answer.add_done_callback(lambda one: asked.cancel() if one.cancelled() else None)
        self.client.loop.add_callback(_carry, asked, answer)
        return answer


async def _carry(asked: Any, answer: Future[T]) -> None:
    """Wait for Dask's future, and hand on what comes of it."""
    try:
        settle = partial(answer.set_result, await asked)
    except asyncio.CancelledError:  # the client goes
        settle = partial(answer.set_exception, CancelledError())
    except BaseException as wrong:
        settle = partial(answer.set_exception, wrong)
    if answer.set_running_or_notify_cancel():
        settle()


class DaskCluster(Closing):
    """Dask workers.

    A worker that dies is replaced and its work done again by Dask itself; without its scheduler the run
    ends with one sentence.

    Parameters
    ----------
    workers : int
        Single-thread processes of a cluster on this machine; with a scheduler, it has its own.
    scheduler : str, optional
        Address of a running scheduler, such as ``tcp://10.0.0.1:8786``.
    say : callable
        Told what a person should know.
    """

    def __init__(self, workers: int = 2, scheduler: str | None = None, say: Say = warn) -> None:
        self.workers, self.say = check_workers(workers), say
        self.scheduler = None if scheduler is None else check_address(scheduler)
        self._cluster: Any = None
        self._client: Any = None
        self._levels: dict[str, int] = {}
        self._looked = self._peopled = 0.0

    @property
    def _where(self) -> str:
        return f"the scheduler at {self.scheduler}" if self.scheduler else "the Dask cluster of this machine"

    def run(self, jobs: Sequence[Job[Any, Any]], progress: Progress | None) -> Iterator[tuple[int, Any]]:
        """See `Executor.run`."""
        client = self._ready()
        from distributed import KilledWorker

        stream = Stream(_Pool(client), jobs, self.workers, self._send(), self._alive)
        try:
            yield from stream
        except (CancelledError, OSError) as gone:
            if isinstance(gone, SpinesimError):
                raise
            self.close()
            raise Lost(f"Lost {self._where}.") from None
        except KilledWorker:
            self.close()
            raise Lost(
                "A piece of work ended worker after worker (out of memory?): run with fewer patients."
            ) from None
        except BaseException:
            stream.cancel()
            self.close()
            raise

    def _send(self) -> Callable[[Sequence[Work]], Done]:
        """What a worker calls; those of this machine have this data anyway."""
        return (
            partial(checked_chunk, fingerprint()) if self.scheduler else partial(own_chunk, source_digest())
        )

    def _ready(self) -> Any:
        """A client whose workers have this code and data."""
        if self._client is None:
            import dask

            dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
            self._hush()
            try:
                with deaf():
                    self._client = self._connected() if self.scheduler else self._own()
                if self.scheduler:
                    self._check_workers()
            except BaseException:
                self.close()
                raise
        return self._client

    def _own(self) -> Any:
        from distributed import Client, LocalCluster

        try:
            self._cluster = LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
            return Client(self._cluster, set_as_default=False)
        except (OSError, RuntimeError) as wrong:
            why = " ".join(str(wrong).split())[:120]
            raise SpinesimError(
                f"No Dask cluster could be started here ({why}); use executor processes, and {GUARD}."
            ) from None

    def _connected(self) -> Any:
        from distributed import Client

        assert self.scheduler is not None
        try:
            with ThreadPoolExecutor(1) as aside:  # a notebook runs a loop of its own in this thread
                aside.submit(asyncio.run, _knock(self.scheduler)).result()
            return Client(self.scheduler, timeout=ANSWER_SECONDS, set_as_default=False)
        except Exception as wrong:  # whatever a wrong address makes its readers raise
            known = isinstance(wrong, OSError | ValueError) and str(wrong)
            why = " ".join(str(wrong).split())[:80] if known else "nothing there speaks its language"
            raise SpinesimError(
                f"No Dask scheduler answers at {self.scheduler} ({why}); start one with `dask scheduler` and "
                "give its address as --scheduler tcp://HOST:8786."
            ) from None

    def _check_workers(self) -> None:
        """Refuse a scheduler without workers, or with workers that have other code or data."""
        try:
            self._client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except TimeoutError:
            raise SpinesimError(
                f"The scheduler at {self.scheduler} has no workers; start some with "
                f"`dask worker {self.scheduler}`."
            ) from None
        self.workers = max(1, sum(self._client.nthreads().values()))
        try:
            prints = self._client.run(fingerprint)
        except Exception:  # a worker without spinesim cannot even read the question
            prints = {"": None}
        if any(one != fingerprint() for one in prints.values()):
            raise SpinesimError(_differs(self._where))

    def _alive(self) -> None:
        """Raise when the scheduler is gone, or has been without workers for long."""
        if self._client.status != "running":
            raise Lost(f"Lost {self._where}.")
        now = time.monotonic()
        if now - self._looked > ANSWER_SECONDS:
            if self._looked == 0 or self._client.nthreads():
                self._peopled = now
            self._looked = now
            if now - self._peopled > ALONE_SECONDS:
                raise Lost(f"All workers of {self._where} are gone.")

    def close(self) -> None:
        """Leave the scheduler; end a cluster of our own."""
        client, self._client = self._client, None
        cluster, self._cluster = self._cluster, None
        with suppress(Exception):  # what is lost cannot be closed in good order
            if client is not None:
                client.close(timeout=2)
        with suppress(Exception):
            if cluster is not None:
                cluster.close(timeout=5)
        self._hush(False)

    def _hush(self, quiet: bool = True) -> None:
        """Keep Dask's own log off the screen while it works for us: what matters is said in a sentence."""
        import distributed  # noqa: F401  (sets its loggers up when first imported)

        for name in LOGGERS:
            logger = logging.getLogger(name)
            if quiet:
                self._levels.setdefault(name, logger.level)
                logger.setLevel(logging.CRITICAL + 1)
            elif name in self._levels:
                logger.setLevel(self._levels.pop(name))
