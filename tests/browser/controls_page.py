"""A page with one control of each kind, in JupyterLab and as a Voilà page of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from lab_page import ROOT

from spinesim.cli.serve import policy

CELL = """
import io
from types import SimpleNamespace
import ipywidgets
from matplotlib.figure import Figure
from spinesim.evidence import evidence
from spinesim.view.controls import *

some = [next(iter(evidence().figures))]
published = SimpleNamespace(low=4, high=6, says="wait this long with a scan.", source=some)
scan = NumberControl("MRI scan from week", "weeks", 0, 12, 5, about="In <your> plan.", published=published)
pain = NumberControl("Pain at 12 months, higher (or, below 0, lower) by", "points of 10", -3.0, 3.0, 0.0, 0.1)
never = Tick("no routine scan at all (never)")
never.observe(lambda _: setattr(scan, "disabled", never.value))
who = Choice("Who comes", ["Lumbar strain", "Disc herniation with sciatica", "Facet joint pain"])
look = Choice("Look at", [("Waits", "waits"), ("Money", "money")], radio=True)
line = TextLine("Setting of a colleague", hint="spinesim 02: …")
copy = CopyText("spinesim 02: people=Lumbar strain; imaging=3", "This setting")
save = Download("Save the numbers", "numbers.csv", "text/csv", b"week,pain\\n0,6\\n")
image = ImageBox(600)
heard, said = [], StatusLine("heard nothing")


def draw(_=None):
    figure, out = Figure(figsize=(6, 2)), io.BytesIO()
    figure.subplots().barh(["weeks"], [scan.value])
    figure.savefig(out, format="png")
    image.show(out.getvalue(), f"A bar of {scan.value} weeks")


def tell(_):
    heard.append((scan.value, pain.value, who.value, look.value, never.value, line.value))
    said.say(f"{len(heard)}: {heard[-1]}")


scan.observe(draw)
for one in (scan, pain, never, who, look, line):
    one.observe(tell)
draw()
parts = [scan, pain, never, who, look, line, copy, save]
page = ipywidgets.VBox(
    [html(STYLE), *(one.widget for one in parts), row(image.widget), said.widget],
    layout=ipywidgets.Layout(width="100%"),
)
page.add_class("spinesim")
page
"""


def write(folder: Path) -> Path:
    """Write the page's notebook."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Controls"), nbformat.v4.new_code_cell(CELL)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    path = folder / "controls.ipynb"
    nbformat.write(notebook, path)
    return path


class Voila:
    """The page as Voilà serves it, under the content security policy of ``spinesim serve``."""

    def __init__(self, folder: Path, theme: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        headers = {"Content-Security-Policy": policy(port)}
        (folder / "voila.json").write_text(json.dumps({"Voila": {"tornado_settings": {"headers": headers}}}))
        places = {
            name: str(folder / name.lower())
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        self.url = f"http://127.0.0.1:{port}/"
        self.log = (folder / "voila.log").open("wb")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "voila",
                str(write(folder)),
                "--no-browser",
                f"--port={port}",
                f"--theme={theme}",
                "--token=",
            ],
            env={**os.environ, **places, "PYTHONPATH": path, "JUPYTER_PREFER_ENV_PATH": "1"},
            cwd=folder,
            stdout=self.log,
            stderr=self.log,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        self.close()
        raise RuntimeError("Voilà did not start:\n" + (folder / "voila.log").read_text("utf-8")[-2_000:])

    def close(self) -> None:
        """End it as Ctrl-C would, and the kernels with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
