"""A list or radio buttons to choose from, a tick box, and a line of text: one small interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from spinesim.errors import SpinesimError
from spinesim.view.widgets.place import CSS, HERE


class FieldWidget(anywidget.AnyWidget):
    """What the browser shows of a field; `field.js` draws it. The value of a list is a place in it."""

    _esm = HERE / "field.js"
    _css = CSS

    kind = traitlets.Enum(("list", "radio", "tick", "text")).tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    width = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Any().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)


class _Field:
    """What choice, tick box and text line share."""

    def __init__(self, kind: str, name: str, value: Any, about: str = "", **traits: Any) -> None:
        self.name = name
        self.widget = FieldWidget(kind=kind, name=name, value=value, about=about, **traits)

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return bool(self.widget.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.widget.disabled = bool(off)

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the value changes; read the new one from `.value`."""
        self.widget.observe(call, "value")


class Choice(_Field):
    """One of several.

    Parameters
    ----------
    name : str
        What is chosen.
    options : sequence of str or of (words, value)
        What there is to choose from.
    value : object, optional
        What is chosen at first; the first one if left out.
    about : str
        A sentence below it.
    radio : bool
        Radio buttons side by side instead of a list.
    """

    def __init__(
        self,
        name: str,
        options: Sequence[str | tuple[str, Any]],
        value: Any = None,
        about: str = "",
        *,
        radio: bool = False,
    ) -> None:
        super().__init__("radio" if radio else "list", name, 0, about)
        self._values: list[Any] = []
        self._set(options, value)

    @property
    def options(self) -> list[tuple[str, Any]]:
        """Words and value of each option."""
        return list(zip(self.widget.options, self._values, strict=True))

    def change(self, options: Sequence[str | tuple[str, Any]], value: Any = None) -> None:
        """Offer others; what was chosen stays chosen if it is among them and `value` is left out."""
        before = self.value
        self._set(options, before if value is None else value, strict=value is not None)

    def _set(self, options: Sequence[str | tuple[str, Any]], value: Any, strict: bool = True) -> None:
        pairs = [(one, one) if isinstance(one, str) else one for one in options]
        values = [one for _, one in pairs]
        if strict and value is not None and value not in values:
            raise SpinesimError(self._refusal(value, [words for words, _ in pairs]))
        self._values = values
        with self.widget.hold_sync(), self.widget.hold_trait_notifications():
            self.widget.options = [words for words, _ in pairs]
            self.widget.value = values.index(value) if value in values else 0

    def _refusal(self, value: Any, known: list[str]) -> str:
        return f"{self.name}: '{value}' is none of {'; '.join(known)}."

    @property
    def value(self) -> Any:
        """What is chosen; None where there is nothing to choose.

        Raises
        ------
        SpinesimError
            On setting what is not offered.
        """
        place = self.widget.value
        return self._values[place] if 0 <= place < len(self._values) else None

    @value.setter
    def value(self, wanted: Any) -> None:
        if wanted not in self._values:
            raise SpinesimError(self._refusal(wanted, list(self.widget.options)))
        self.widget.value = self._values.index(wanted)


class Tick(_Field):
    """A box to tick.

    Parameters
    ----------
    name : str
        What is true when it is ticked.
    value : bool
    about : str
        A sentence below it.
    """

    def __init__(self, name: str, value: bool = False, about: str = "") -> None:
        super().__init__("tick", name, bool(value), about)

    @property
    def value(self) -> bool:
        """Whether it is ticked."""
        return bool(self.widget.value)

    @value.setter
    def value(self, on: bool) -> None:
        self.widget.value = bool(on)


class TextLine(_Field):
    """A line of text, told on Enter or when left.

    Parameters
    ----------
    name : str
        What is asked for.
    value : str
    width : str
        As in CSS; never wider than its column.
    about, hint : str
        A sentence below it, and grey words inside while it is empty.
    """

    def __init__(
        self, name: str, value: str = "", width: str = "30em", about: str = "", hint: str = ""
    ) -> None:
        super().__init__("text", name, value, about, width=width, hint=hint)

    @property
    def value(self) -> str:
        """What is written."""
        return str(self.widget.value)

    @value.setter
    def value(self, text: str) -> None:
        self.widget.value = str(text)
