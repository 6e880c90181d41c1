"""The kernels behind served pages: so many at once, and none is told the token."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Int

KEPT = ("setting",)
"""What of a page's address its kernel may know."""


def without_token(query: str) -> str:
    """The query of an address with nothing in it but a setting."""
    asked = parse_qs(query)
    return urlencode({name: asked[name][0] for name in KEPT if name in asked})


class ServedKernels(AsyncMappingKernelManager):  # type: ignore[misc]
    """Jupyter's kernels, with a limit; Jupyter itself has none."""

    most_pages = Int(20, min=1, help="Most pages (kernels) at once.").tag(config=True)
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
        for name in ("QUERY_STRING", "VOILA_REQUEST_URL"):
            if name in env:
                env[name] = _cleaned(env[name]) if name.endswith("URL") else without_token(env[name])
        self._starting += 1
        try:
            return str(await super().start_kernel(**options))
        finally:
            self._starting -= 1


def _cleaned(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=without_token(parts.query)))
