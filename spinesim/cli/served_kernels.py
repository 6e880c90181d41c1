"""What is behind served pages: so many kernels, one warmed ahead, none told the token, none left behind."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets import Float, Int
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

KEPT = ("setting",)
"""What of a page's address its kernel may know."""

AHEAD = "import spinesim.view.lab.plans, spinesim.evidence.lookup as _read; _read.shipped()"
"""What a kernel does before a page asks for it: most of the time until the first picture is this."""
ANSWER_SECONDS = 60  # for a kernel to be ready, and to take its environment
SOON = 1.0  # seconds from a closed page to the next warm kernel; a server that ends starts none


def without_token(query: str) -> str:
    """The query of an address with nothing in it but a setting."""
    asked = parse_qs(query)
    return urlencode({name: asked[name][0] for name in KEPT if name in asked})


def _cleaned(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=without_token(parts.query)))


class ServedKernels(AsyncMappingKernelManager):  # type: ignore[misc]
    """Jupyter's kernels, with a limit; Jupyter itself has none."""

    most_pages = Int(20, min=1, help="Most pages (kernels) at once.").tag(config=True)
    grace = Float(30.0, min=0, help="Seconds a page may be away before its kernel is ended.").tag(config=True)
    refill = Float(30.0, min=0, help="Seconds from a page to the next kernel warmed ahead.").tag(config=True)
    _starting = 0
    _spare: asyncio.Future[str] | None = None

    def warm_up(self) -> None:
        """Start a kernel for the next page, unless as many run as may be."""
        if self._spare is None and len(self) + self._starting < self.most_pages:
            lines = [f"--IPKernelApp.exec_lines={AHEAD}"]
            self._spare = asyncio.ensure_future(
                self._start(kernel_name="python3", path="", env=dict(os.environ), extra_arguments=lines)
            )

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """Start the kernel of a page, or take the one that waits for it.

        Raises
        ------
        HTTPError
            503 with one sentence if as many pages are open as may be.
        """
        env = options.get("env") or {}
        for name, clean in (("QUERY_STRING", without_token), ("VOILA_REQUEST_URL", _cleaned)):
            if name in env:
                env[name] = clean(env[name])
        spare, self._spare = self._spare, None
        if spare is not None:
            IOLoop.current().call_later(self.refill, self.warm_up)
            if name := await self._taken(spare, env):
                return name
        if len(self) + self._starting >= self.most_pages:
            raise HTTPError(
                503, reason=f"{self.most_pages} pages are open, as many as may be: close one, then load again"
            )
        return await self._start(**options)

    async def _taken(self, spare: asyncio.Future[str], env: dict[str, str]) -> str:
        """The kernel that waited, told what a fresh one has in its environment; "" if it is no more."""
        name = ""
        try:
            name = await spare
            kernel: Any = self.get_kernel(name)
            client = kernel.client()
            client.start_channels()
            try:
                await client.wait_for_ready(timeout=ANSWER_SECONDS)
                new = {key: value for key, value in env.items() if os.environ.get(key) != value}
                code = f"import os; os.environ.update({json.dumps(new)})"
                answer = await client.execute(code, silent=True, reply=True, timeout=ANSWER_SECONDS)
                if answer["content"]["status"] != "ok":
                    raise RuntimeError(answer["content"])
            finally:
                client.stop_channels()
        except Exception:  # ended for idleness, or killed: the page starts its own
            with suppress(Exception):
                await self.shutdown_kernel(name)
            return ""
        return name

    async def shutdown_kernel(self, kernel_id: str, now: bool = False, restart: bool = False) -> None:  # type: ignore[override]
        """End a kernel, and warm one for the next page, unless it is the warm one that nobody took."""
        spare = self._spare
        if spare is not None and spare.done() and not spare.exception() and spare.result() == kernel_id:
            self._spare = None
        else:
            IOLoop.current().call_later(SOON, self.warm_up)
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)

    async def _start(self, **options: Any) -> str:
        self._starting += 1
        try:
            return str(await super().start_kernel(**options))
        finally:
            self._starting -= 1

    def notify_disconnect(self, kernel_id: str) -> None:
        """A page went away: if it does not come back (a crashed browser says no farewell), end its kernel."""
        super().notify_disconnect(kernel_id)
        IOLoop.current().call_later(self.grace, self._end_if_left, kernel_id)

    async def _end_if_left(self, kernel_id: str) -> None:
        if kernel_id in self and not self._kernel_connections.get(kernel_id):
            await self.shutdown_kernel(kernel_id)


class Farewell(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a page that is closed, in the middle of a run or not.

    Voilà's page asks for it without the word against cross-site requests, so Jupyter would refuse it. Its
    origin, its cookie and the kernel's name, which no other page knows, stand for that word here.
    """

    def check_xsrf_cookie(self) -> None:
        """Refuse only what comes from another page."""
        if not self.check_origin():
            raise HTTPError(403)


class ServedVoila(Voila):  # type: ignore[misc]
    """Voilà, with our farewell before its own."""

    def init_handlers(self) -> list[Any]:
        """Handlers, the first that fits is taken."""
        return [(rf"{self.server_url}voila/api/shutdown/(.*)", Farewell), *super().init_handlers()]
