"""A picture with words for those who cannot see it, changed without flicker."""

from __future__ import annotations

import anywidget
import ipywidgets as widgets
import traitlets

from spinesim.view.widgets.place import CSS, HERE


class ImageWidget(anywidget.AnyWidget):
    """What the browser shows of a picture; `image.js` draws it."""

    _esm = HERE / "image.js"
    _css = CSS

    png = traitlets.Bytes(b"").tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)


class ImageBox:
    """A place for a picture, as wide as its column and at most `width`.

    Parameters
    ----------
    width : int
        Natural width of the pictures, pixels; beside others in a row it shrinks with them.
    alt : str
        What the picture shows, in words.
    """

    def __init__(self, width: int, alt: str = "") -> None:
        self.widget = ImageWidget(
            alt=alt,
            width=width,
            layout=widgets.Layout(
                flex=f"{width} 1 {0.6 * width:.0f}px", width="100%", max_width=f"{width}px"
            ),
        )

    @property
    def png(self) -> bytes:
        """The picture on show; empty where there is none."""
        return bytes(self.widget.png)

    @property
    def alt(self) -> str:
        """Its words."""
        return str(self.widget.alt)

    def show(self, png: bytes, alt: str) -> None:
        """Put another picture on show, with its words; no bytes clear the place."""
        with self.widget.hold_sync():  # one message: never a new picture with the old words
            self.widget.alt = alt
            self.widget.png = png
