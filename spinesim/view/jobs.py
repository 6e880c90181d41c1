"""One long piece of work at a time, in slices on the notebook's own event loop; the newest request wins.

No threads: work is a generator that gives the share done, and between two slices the loop answers clicks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from typing import Any

from spinesim.errors import SpinesimError

SLICE = 0.03
"""Longest time (seconds) between two looks at the event loop, steps of the work permitting."""

Work = Generator[float, None, Any]


def event_loop() -> asyncio.AbstractEventLoop | None:
    """The running event loop, or None outside one (plain Python, most tests)."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class LatestJob:
    """Runs the newest piece of work; an older one still running is dropped without a trace.

    Parameters
    ----------
    done : callable
        Called with what the work returns.
    progress : callable
        Called with the share done (0–1), at most once a slice.
    failed : callable
        Called with the exception, instead of `done`.
    """

    def __init__(
        self,
        done: Callable[[Any], None],
        progress: Callable[[float], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._done, self._progress, self._failed = done, progress, failed
        self._number = 0
        self._make: Callable[[], Work] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a request is waiting or running."""
        return self._make is not None

    def request(self, make: Callable[[], Work]) -> None:
        """Start `make()` soon and drop whatever was running; without an event loop, run it here and now."""
        self._number += 1
        self._make = make
        loop = event_loop()
        if loop is None:
            self.run_now()
        else:
            self._task = loop.create_task(self._slices(self._number, make))

    def run_now(self) -> None:
        """Finish the newest request before returning (does nothing if none is waiting)."""
        make, self._make = self._make, None
        if make is None:
            return
        self._number += 1
        work = make()
        try:
            while True:
                next(work)
        except StopIteration as end:
            self._settle(self._done, end.value)
        except Exception as fault:
            self._failed(fault)

    def cancel(self) -> bool:
        """Drop the newest request; tells whether there was one."""
        was_busy, self._make = self.busy, None
        self._number += 1
        return was_busy

    async def finished(self) -> None:
        """Wait until nothing is waiting or running."""
        while self.busy and self._task is not None:
            await asyncio.wait([self._task])

    def _settle(self, call: Callable[[Any], None], value: Any) -> None:
        try:
            call(value)
        except Exception as fault:
            self._failed(fault)

    async def _slices(self, number: int, make: Callable[[], Work]) -> None:
        await asyncio.sleep(0.001)  # lets the busy state reach the browser first
        if number != self._number:
            return
        work = make()
        began = time.perf_counter()
        try:
            while True:
                share = next(work)
                if time.perf_counter() - began > SLICE:
                    self._progress(share)
                    await asyncio.sleep(0.001)
                    began = time.perf_counter()
                    if number != self._number:
                        return
        except StopIteration as end:
            self._make = None
            self._settle(self._done, end.value)
        except Exception as fault:
            self._make = None
            self._failed(fault)
        finally:
            work.close()


def in_words(fault: Exception) -> str:
    """An exception as one sentence for the status line, never a traceback."""
    if isinstance(fault, SpinesimError):
        return str(fault)
    text = " ".join(str(fault).split())[:200]
    return (
        f"Something inside spinesim failed ({type(fault).__name__}: {text}). "
        "The picture still shows the last run; press Reset to start again."
    )
