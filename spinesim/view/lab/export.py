"""The run on show as files to keep: one picture, and a zip of its tables."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from itertools import accumulate, islice

import ipywidgets as widgets
from PIL import Image

from spinesim import __version__
from spinesim.view.controls import Download, row
from spinesim.view.lab.shown import Picture, Shown, in_rows

NOT_FOR_PATIENTS = "Simulated people, for teaching. Not for decisions about individual patients."


class Export:
    """A button that offers the run on show as downloads; a newer run takes the old ones away."""

    def __init__(self, name: str, shown: Callable[[], Shown | None], setting: Callable[[], str]) -> None:
        self._shown, self._setting = shown, setting
        self.button = widgets.Button(
            description="Export figure and data", disabled=True, layout=widgets.Layout(width="auto")
        )
        self.figure = Download("Figure (PNG)", f"{name}.png", "image/png")
        self.data = Download("Data (CSV files in a zip)", f"{name}.zip", "application/zip")
        self._place = row()
        self.widget = row(self.button, self._place)
        self.button.on_click(lambda _: self.offer())

    def ready(self) -> None:
        """There is a new run: the old downloads go."""
        self.button.disabled, self._place.children = False, ()

    def offer(self) -> None:
        """Make the files and put their links on show."""
        shown = self._shown()
        if shown is None:
            return
        self.figure.offer(joined(shown.pictures))
        self.data.offer(zipped(shown, self._setting()))
        self._place.children = (self.figure.widget, self.data.widget)


def joined(pictures: tuple[Picture, ...]) -> bytes:
    """Pictures as one PNG, in the rows they have on the page."""
    images = iter([Image.open(io.BytesIO(picture.png)).convert("RGB") for picture in pictures])
    rows = [list(islice(images, many)) for many in in_rows([picture.width for picture in pictures])]
    heights = [max(one.height for one in line) for line in rows]
    canvas = Image.new("RGB", (max(sum(one.width for one in line) for line in rows), sum(heights)), "white")
    for line, top in zip(rows, accumulate([0, *heights]), strict=False):
        for image, left in zip(line, accumulate([0, *(one.width for one in line)]), strict=False):
            canvas.paste(image, (left, top))
    out = io.BytesIO()
    canvas.save(out, "png")
    return out.getvalue()


def zipped(shown: Shown, setting: str) -> bytes:
    """The tables of a run as CSV files, and a text that says what was run."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, frame in shown.frames.items():
            folder.writestr(f"{name}.csv", frame.to_csv(index=False))
        folder.writestr(
            "settings.txt", f"{setting}\nspinesim {__version__}\n{shown.summary}\n{NOT_FOR_PATIENTS}\n"
        )
    return out.getvalue()
