"""Take a run along: the whole figure as a PNG, and its data as CSV files in a zip."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import ipywidgets as widgets
from PIL import Image

from spinesim import __version__
from spinesim.errors import SpinesimError
from spinesim.view.controls import Download, row
from spinesim.view.figure import DOTS, TILES
from spinesim.view.lab.share import setting_text
from spinesim.view.lab.shown import Shown
from spinesim.view.lab.spec import LessonFile

NOT_FOR_PATIENTS = "Simulated people, for teaching. Not for decisions about individual patients."
WIDEST = max(right for _, _, right, _ in TILES.values())
"""Pixels: pictures stand side by side while they fit into this."""


def whole_picture(shown: Shown) -> bytes:
    """All pictures of a run in reading order, as one PNG on white."""
    if not shown.pictures:
        raise SpinesimError("This run has no picture to export.")
    places, left, top, line = [], 0, 0, 0
    parts = [Image.open(io.BytesIO(one.png)) for one in shown.pictures]
    for part in parts:
        if left and left + part.width > WIDEST:
            left, top, line = 0, top + line, 0
        places.append((left, top))
        left, line = left + part.width, max(line, part.height)
    width = max(x + part.width for (x, _), part in zip(places, parts, strict=True))
    page = Image.new("RGB", (width, top + line), "white")
    for place, part in zip(places, parts, strict=True):
        page.paste(part, place)
    out = io.BytesIO()
    page.save(out, "png", dpi=(DOTS, DOTS))
    return out.getvalue()


def settings_text(lesson: LessonFile, shown: Shown) -> str:
    """What was run, so that it can be run again."""
    return "\n".join(
        [
            f"Lesson {lesson.id}: {lesson.title}",
            NOT_FOR_PATIENTS,
            f"spinesim {__version__}",
            f"Seed: {shown.settings['seed']}",
            "To set the lab like this again, paste this line into it:",
            setting_text(lesson, shown.settings),
            "",
            shown.summary,
            "",
            *(f"Picture {number}: {one.alt}" for number, one in enumerate(shown.pictures, 1)),
            "",
        ]
    )


def zipped(lesson: LessonFile, shown: Shown) -> bytes:
    """The tables as CSV files and the settings; the same run gives the same bytes."""
    out = io.BytesIO()
    files = {f"{name}.csv": frame.to_csv(index=False) for name, frame in shown.frames.items()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (files | {"settings.txt": settings_text(lesson, shown)}).items():
            entry = zipfile.ZipInfo(name)  # of a fixed date
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return out.getvalue()


class Export:
    """A button that makes the files of the run on show; they stay on offer until the next run."""

    def __init__(self, lesson: LessonFile, failed: Any) -> None:
        self.lesson, self._failed, self._shown = lesson, failed, None
        name = f"spinesim_{lesson.id}"
        self.button = widgets.Button(
            description="Export figure and data", disabled=True, layout=widgets.Layout(width="auto")
        )
        self.figure = Download("Save the figure (PNG)", f"{name}.png", "image/png")
        self.data = Download("Save the data (CSV files in a zip)", f"{name}.zip", "application/zip")
        self._offers = row(self.figure.widget, self.data.widget)
        self.widget = row(self.button, self._offers)
        self.button.on_click(lambda _: self.make())
        self._hide(True)

    def _hide(self, hidden: bool) -> None:
        self._offers.layout.display = "none" if hidden else "flex"
        self.figure.disabled = self.data.disabled = hidden

    def update(self, shown: Shown) -> None:
        """A new run: its files are made when asked for."""
        self._shown = shown
        self.button.disabled = False
        self._hide(True)

    def make(self) -> None:
        """Make the files of the run on show and offer them."""
        if self._shown is None:
            return
        try:
            self.figure.offer(whole_picture(self._shown))
            self.data.offer(zipped(self.lesson, self._shown))
        except Exception as fault:
            self._failed(fault)
        else:
            self._hide(False)
