"""What is behind served pages: so many kernels at once, none told the token, none left behind by its page."""

from __future__ import annotations

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
    _starting = 0

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """Start the kernel of a page.

        Raises
        ------
        HTTPError
            503 with one sentence if as many pages are open as may be.
        """
        if len(self) + self._starting >= self.most_pages:
            raise HTTPError(
                503, reason=f"{self.most_pages} pages are open, as many as may be: close one, then load again"
            )
        env = options.get("env") or {}
        for name, clean in (("QUERY_STRING", without_token), ("VOILA_REQUEST_URL", _cleaned)):
            if name in env:
                env[name] = clean(env[name])
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
