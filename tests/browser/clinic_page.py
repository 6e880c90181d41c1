"""Lesson 11 in one browser page, in JupyterLab or served by Voilà, driven as a clinic lead drives it."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lab_page import ROOT, RUN_ALL

LESSON = "11_clinic_lead.ipynb"
OUTSIDE = ("favicon", "fontawesome", "net::ERR_", "cdn.jsdelivr.net")
"""Complaints that are not ours: Voilà's page asks a public network for icons, and tests may have none."""
WIDE = """() => [...document.querySelectorAll('.spinesim, .spinesim .widget-box')]
    .filter(part => part.scrollWidth > part.clientWidth + 2)
    .map(part => `${part.scrollWidth} > ${part.clientWidth}: ${part.innerText.slice(0, 80)}`)"""


def _with_port(options: tuple[str, ...]) -> tuple[str, ...]:
    """A port of its own, so that tests side by side do not reach for the same first free one."""
    if "--port" in options:
        return options
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return (*options, "--port", str(trial.getsockname()[1]))


class Served:
    """``spinesim serve`` in a process of its own; its every setting in `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        places = {
            name: str(folder / name.lower())
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        places["SPINESIM_PROGRESS"] = str(folder / "my_progress.json")
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        self.errors = (folder / "serve.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "spinesim", "serve", *_with_port(options)],
            env={**os.environ, **places, "PYTHONPATH": path, "JUPYTER_PREFER_ENV_PATH": "1"},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        self.said, self.url = "", ""

    def wait(self, seconds: float = 60) -> str:
        """The address it prints, once it answers."""
        assert self.process.stdout is not None
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.url:
            if select.select([self.process.stdout], [], [], 0.5)[0]:
                self.said += os.read(self.process.stdout.fileno(), 4096).decode()
            found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", self.said)
            self.url = found[0] if found else ""
            assert self.process.poll() is None, self.said
        assert self.url, "no address was printed"
        return self.url

    def close(self) -> None:
        """End it as Ctrl-C would, and the kernels with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


class ClinicPage:
    """The lab on a page."""

    def __init__(self, browser: Any, url: str, width: int, height: int = 1_400) -> None:
        self.faults: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.on("pageerror", lambda fault: self.faults.append(f"page: {fault}"))
        self.page.on("console", self._listen)
        self.page.set_default_timeout(90_000)
        self.page.goto(url)

    def _listen(self, message: Any) -> None:
        text = f"console: {message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not any(name in text for name in OUTSIDE):
            self.faults.append(text)

    def run_cells(self) -> None:
        """In JupyterLab: run every cell."""
        self.page.wait_for_function("() => window.jupyterapp !== undefined")
        self.page.evaluate(RUN_ALL)

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def radio(self, name: str) -> Any:
        return self.page.get_by_role("radio", name=name, exact=True)

    def done(self, other_than: str = "") -> str:
        """Wait for a finished run other than the one described; its status line."""
        self.page.wait_for_function(
            """other => [...document.querySelectorAll('.spinesim-status')]
            .some(one => one.innerText.startsWith('Done') && one.innerText !== other)""",
            arg=other_than,
        )
        return str(self.page.locator(".spinesim-status", has_text=re.compile("^Done")).inner_text())

    def resize(self, width: int) -> None:
        """A window of another width."""
        self.page.set_viewport_size({"width": width, "height": self.page.viewport_size["height"]})
        self.page.wait_for_timeout(300)

    def too_wide(self) -> list[str]:
        """Boxes that do not fit into the page."""
        return list(self.page.evaluate(WIDE))

    def picture(self, path: Path) -> None:
        """What the window shows (JupyterLab scrolls inside the page); Voilà's page is taken whole."""
        self.page.screenshot(path=path, full_page=True)
