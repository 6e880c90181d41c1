"""What a learner takes along: a text to copy and a file to save."""

from __future__ import annotations

import anywidget
import traitlets

from spinesim.view.widgets.place import CSS, HERE


class CopyWidget(anywidget.AnyWidget):
    """What the browser shows of a text to copy; `copy.js` draws it."""

    _esm = HERE / "copy.js"
    _css = CSS

    name = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)


class CopyText:
    """A text that can be read and copied, not changed.

    Parameters
    ----------
    text : str
    name : str
        What the text is.
    """

    def __init__(self, text: str = "", name: str = "Text to copy") -> None:
        self.widget = CopyWidget(name=name, text=text)

    @property
    def text(self) -> str:
        """The text."""
        return str(self.widget.text)

    @text.setter
    def text(self, text: str) -> None:
        self.widget.text = text


class DownloadWidget(anywidget.AnyWidget):
    """What the browser shows of a file to save; `download.js` draws it."""

    _esm = HERE / "download.js"
    _css = CSS

    label = traitlets.Unicode().tag(sync=True)
    filename = traitlets.Unicode().tag(sync=True)
    mime = traitlets.Unicode().tag(sync=True)
    content = traitlets.Bytes(b"").tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)


class Download:
    """A link that saves a file made in the kernel; switched off while there is nothing to save.

    Parameters
    ----------
    label : str
        Words on the link.
    filename, mime : str
        Name offered, and kind of file, such as ``text/csv``.
    content : bytes
        What is saved.
    """

    def __init__(self, label: str, filename: str, mime: str, content: bytes = b"") -> None:
        self.widget = DownloadWidget(label=label, filename=filename, mime=mime, content=content)

    @property
    def content(self) -> bytes:
        """What is saved."""
        return bytes(self.widget.content)

    def offer(self, content: bytes, filename: str | None = None) -> None:
        """Offer other bytes, under another name if one is given."""
        with self.widget.hold_sync():
            self.widget.filename = filename or self.widget.filename
            self.widget.content = content

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return bool(self.widget.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.widget.disabled = bool(off)
