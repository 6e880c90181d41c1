"""A number to set: slider and box, its unit, its published range in words, and the source behind it."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, Protocol

import anywidget
import traitlets

from spinesim.errors import SpinesimError
from spinesim.evidence import evidence
from spinesim.view.widgets.place import CSS, HERE

DECIMALS = 10
"""Enough for any step; takes 0.1 + 0.2 back to 0.3."""


class Published(Protocol):
    """What a published range gives, such as `spinesim.view.lab.spec.Published`."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def says(self) -> str: ...
    @property
    def source(self) -> list[str]: ...


class NumberWidget(anywidget.AnyWidget):
    """What the browser shows of a number; `number.js` draws it."""

    _esm = HERE / "number.js"
    _css = CSS

    name = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    low = traitlets.Float().tag(sync=True)
    high = traitlets.Float().tag(sync=True)
    step = traitlets.Float().tag(sync=True)
    whole = traitlets.Bool().tag(sync=True)
    value = traitlets.Union([traitlets.Int(), traitlets.Float()]).tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    published = traitlets.Any(None, allow_none=True).tag(sync=True)
    box_name = traitlets.Unicode().tag(sync=True)
    range_words = traitlets.Unicode().tag(sync=True)
    low_words = traitlets.Unicode().tag(sync=True)
    high_words = traitlets.Unicode().tag(sync=True)

    @traitlets.validate("value")
    def _keep_inside(self, proposal: Any) -> float:
        wanted = proposal["value"]
        if not is_number(wanted):
            raise traitlets.TraitError(f"{self.name}: {wanted!r} is no number.")
        inside = round(min(max(wanted, self.low), self.high), DECIMALS)
        return round(inside) if self.whole else float(inside)


class NumberControl:
    """A slider and a number box for one number, both with a name and always equal.

    The browser reports on release, on Enter, or a moment after the last key. Whatever is set stays within
    the range.

    Parameters
    ----------
    name : str
        What the number is.
    unit : str
        What it counts, said beside it.
    low, high, value, step : float
        Range, start and step, in `unit`; whole numbers make a control of whole numbers.
    about : str
        A sentence below it.
    published : Published, optional
        The range that papers give: drawn below the track, said in words, with its source one click away.
    """

    def __init__(
        self,
        name: str,
        unit: str,
        low: float,
        high: float,
        value: float,
        step: float = 1,
        *,
        about: str = "",
        published: Published | None = None,
    ) -> None:
        self.name, self.unit, self.low, self.high, self.step = name, unit, low, high, step
        self.published = None if published is None else _said(published, unit)
        span = f"{plain(low)} to {plain(high)} {unit}".rstrip()
        self.widget = NumberWidget(
            name=name,
            unit=unit,
            about=about,
            low=low,
            high=high,
            step=step,
            whole=all(float(number).is_integer() for number in (low, high, step, value)),
            value=value,
            published=self.published,
            box_name=f"{name}: type a number, {span}",
            range_words=span,
            low_words=plain(low),
            high_words=plain(high),
        )

    @property
    def value(self) -> Any:
        """The number now set, within the range; an int in a control of whole numbers.

        Raises
        ------
        SpinesimError
            On setting what is no number.
        """
        return int(self.widget.value) if self.widget.whole else float(self.widget.value)

    @value.setter
    def value(self, number: float) -> None:
        if not is_number(number):
            raise SpinesimError(f"{self.name}: {number!r} is no number.")
        self.widget.value = float(number)

    @property
    def disabled(self) -> bool:
        """Whether the control is switched off."""
        return bool(self.widget.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.widget.disabled = bool(off)

    @property
    def warning(self) -> str:
        """What is said of the number now set, if it lies beyond the published range."""
        if self.published is None or self.published["low"] <= self.value <= self.published["high"]:
            return ""
        return str(self.published["below" if self.value < self.published["low"] else "above"])

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the number changes."""
        self.widget.observe(call, "value")


def is_number(value: object) -> bool:
    """Whether it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value)


def plain(number: float) -> str:
    """A number as people write it: no trailing zeros, a thousands comma, a true minus."""
    return f"{round(number, DECIMALS):,.10f}".rstrip("0").rstrip(".").replace("-", "−")


def _said(published: Published, unit: str) -> dict[str, Any]:
    """A published range, ready for the browser: numbers, sentences and evidence cards."""
    low, high = published.low, published.high
    span = plain(low) if low == high else f"{plain(low)} to {plain(high)}"
    beyond = "the published range" if low != high else "the published figure"
    rest = "no study cited here stands behind such a value, so take the result as a what-if."
    ids = list(published.source)
    return {
        "low": low,
        "high": high,
        "words": f"Published {span} {unit}: {published.says}",
        "below": f"Below {beyond} ({span} {unit}): {rest}",
        "above": f"Above {beyond} ({span} {unit}): {rest}",
        "summary": f"{'Source' if len(ids) == 1 else 'Sources'} of the published range: {', '.join(ids)}",
        "cards": [evidence(one).card() for one in ids],  # type: ignore[union-attr]
    }
