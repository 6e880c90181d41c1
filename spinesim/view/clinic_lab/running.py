"""A long study in worker processes, fed by a thread, so that the notebook stays alive and Cancel works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from spinesim.study.executor import Executor, Processes, Progress

CLOSE_AGAIN = 0.05
"""Seconds between two attempts to end the workers: a run may be cancelled before they began."""

Work = Callable[[Executor, Progress], Any]


class Cancelled(Exception):
    """The person cancelled."""


class BackgroundRun:
    """`work(executor, progress)` in a thread of its own, begun by `start`.

    The thread only computes: it sets no widget. Whoever began it looks at `share` and `done` now and then.

    Parameters
    ----------
    workers : int
        Processes.
    """

    def __init__(self, workers: int = 2) -> None:
        self.share = 0.0
        self.value: Any = None
        self.error: Exception | None = None
        self.notes: list[str] = []
        self.began = time.monotonic()
        self._stop = threading.Event()
        self.executor = Processes(workers, say=self.say)
        self._thread = threading.Thread(name="not begun")
        self.seconds = 0.0

    def start(self, work: Work) -> None:
        """Begin.

        Parameters
        ----------
        work : callable
            Gets an executor and a function to tell the share done (0-1); what it returns is `value`.
        """
        self.began = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(work,), name="spinesim study", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether there is a value, an error, or nothing more to come."""
        return self._stop.is_set() or not self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called before it was done."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """End workers and thread; returns at once."""
        if not self.done:
            self._stop.set()
            threading.Thread(target=self._end, name="spinesim cancel", daemon=True).start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread itself (also a cancelled one); tells whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _end(self) -> None:
        while self._thread.is_alive():
            self.executor.close()
            self._thread.join(CLOSE_AGAIN)
        self.executor.close()

    def _run(self, work: Work) -> None:
        try:
            self.value = work(self.executor, self._progress)
        except Cancelled:
            pass
        except Exception as wrong:
            if not self._stop.is_set():  # workers that were ended from here die with all sorts of words
                self.error = wrong
        finally:
            self.seconds = time.monotonic() - self.began
            self.executor.close()

    def _progress(self, share: float) -> None:
        self._look()
        self.share = max(self.share, min(1.0, share))

    def say(self, text: str) -> None:
        """Something a person should know once it is done."""
        self._look()  # a worker that was ended on purpose is not replaced
        self.notes.append(text)

    def _look(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def seconds_left(self) -> float | None:
        """As tqdm reckons: what is left takes as long as what was done; None before there is anything."""
        if self.share <= 0:
            return None
        return (time.monotonic() - self.began) * (1 - self.share) / self.share


def said_time(seconds: float) -> str:
    """A time left, as people say it.

    >>> said_time(3.2), said_time(75), said_time(4000)
    ('about 3 s', 'about 1 min 15 s', 'about 1 h 7 min')
    """
    whole = max(1, round(seconds))
    if whole < 60:
        return f"about {whole} s"
    if whole < 3_600:
        return f"about {whole // 60} min {whole % 60} s"
    return f"about {whole // 3_600} h {whole % 3_600 // 60} min"
