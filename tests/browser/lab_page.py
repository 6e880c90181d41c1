"""JupyterLab on the loopback with a lesson open in a headless browser, for the tests and the benchmark."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
LESSON = "02_imaging_timing.ipynb"
QUIET = {"fetchNews": "false", "checkForUpdates": False}
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  while (!app.shell.currentWidget?.context) await new Promise(r => setTimeout(r, 50));
  const { context, sessionContext } = app.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
  await app.commands.execute('notebook:run-all-cells');
}"""
PICTURE = ".spinesim img.widget-image"


class LabServer:
    """JupyterLab in a process of its own, without a token, on the loopback, its every setting in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LabServer:
        shutil.copytree(ROOT / "notebooks", self.notebooks, ignore=shutil.ignore_patterns(".*"))
        settings = self.folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET), "utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        places = {
            name: str(self.folder / name.lower())
            for name in (
                "JUPYTER_CONFIG_DIR",
                "JUPYTER_DATA_DIR",
                "JUPYTER_RUNTIME_DIR",
                "IPYTHONDIR",
                "JUPYTERLAB_WORKSPACES_DIR",
            )
        }
        environment = {
            **os.environ,
            **places,
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        }
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--ServerApp.allow_root=True",
            f"--ServerApp.root_dir={self.notebooks}",
            "--LabApp.expose_app_in_browser=True",
        ]
        self._log = (self.folder / "jupyterlab.log").open("wb")
        self._process = subprocess.Popen(
            command, env=environment, cwd=self.notebooks, stdout=self._log, stderr=subprocess.STDOUT
        )
        self.url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/api", timeout=2).close()
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError(
            "JupyterLab did not start:\n" + (self.folder / "jupyterlab.log").read_text("utf-8")[-2000:]
        )

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.end_kernels()
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def end_kernels(self) -> None:
        """Delete every session, so that idle kernels do not pile up."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/sessions", timeout=5) as answer:
                sessions = json.load(answer)
            for session in sessions:
                request = urllib.request.Request(f"{self.url}/api/sessions/{session['id']}", method="DELETE")
                urllib.request.urlopen(request, timeout=5).close()
        except OSError:
            pass


class LessonPage:
    """The lesson in one browser page, driven as a learner drives it."""

    def __init__(self, browser: Any, server: LabServer, width: int = 1400, height: int = 1000) -> None:
        self.errors: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.on("pageerror", lambda fault: self.errors.append(f"page: {fault}"))
        self.page.on("console", self._listen)
        self.page.set_default_timeout(60_000)
        self.page.goto(f"{server.url}/lab/tree/{LESSON}?reset")
        self.page.wait_for_function("() => window.jupyterapp !== undefined")

    def _listen(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def run_all(self) -> None:
        """Run every cell, once the kernel truly answers."""
        self.page.evaluate(RUN_ALL)
        self.lock_button.wait_for()

    @property
    def lock_button(self) -> Any:
        return self.page.get_by_role("button", name="Lock in my prediction")

    @property
    def status(self) -> str:
        """The lab's status line (the second: the first is the prediction's)."""
        return str(self.page.locator(".spinesim-status").nth(1).inner_text())

    @property
    def source(self) -> str:
        """Addresses of the picture's tiles; they change with each new picture."""
        return " ".join(self.page.locator(PICTURE).evaluate_all("all => all.slice(0, 4).map(one => one.src)"))

    def wait_done(self, other_than: str = "") -> str:
        """Wait until the status line says that a run other than the one described is done."""
        self.page.wait_for_function(
            """other => { const all = document.querySelectorAll('.spinesim-status');
            return all.length > 1 && all[1].innerText.startsWith('Done') && all[1].innerText !== other; }""",
            arg=other_than,
        )
        return self.status

    def lock(self) -> str:
        """Lock in the prediction by keyboard and wait for the first picture."""
        self.lock_button.focus()
        self.page.keyboard.press("Enter")
        text = self.wait_done()
        self.page.wait_for_function(f"() => document.querySelector('{PICTURE}')?.naturalWidth > 0")
        return text

    def handle(self, name: str) -> Any:
        """The handle of the slider called `name`."""
        line = self.page.locator(".spinesim .widget-box", has=self.page.get_by_text(name, exact=True))
        return line.last.locator(".noUi-handle")
