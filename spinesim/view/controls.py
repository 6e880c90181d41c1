"""Controls that work with the keyboard and tell their name: a slider with a number box, a status line."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets
import traitlets

STYLE = """<style>
.spinesim { max-width: 1240px; padding-right: 14px; box-sizing: border-box; }
.spinesim .widget-html, .spinesim .widget-box, .spinesim .widget-image { margin: 0; min-width: 0; }
.spinesim .widget-button { margin: 4px 8px 4px 0; }
.spinesim .spinesim-name { width: 250px; min-width: 250px; }
.spinesim .spinesim-name.long { width: 100%; }
.spinesim .widget-html-content { line-height: 1.5; font-size: 15px;
  color: var(--jp-content-font-color1, inherit); height: auto; white-space: normal; overflow: auto; }
.spinesim .widget-html-content p { margin: 0.25em 0; }
.spinesim .widget-html-content h3 { margin: 0.6em 0 0.2em; font-size: 17px; }
.spinesim .widget-label { font-size: 14px; overflow: visible; }
.spinesim .widget-image { max-width: 100%; height: auto; background: white; border-radius: 4px; }
.spinesim :focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
.spinesim .noUi-handle:focus { outline: 3px solid #0072B2; outline-offset: 2px; }
.spinesim table.spinesim-table { border-collapse: collapse; width: 100%; max-width: 1100px; }
.spinesim table.spinesim-table caption { text-align: left; font-weight: bold; padding: 0.4em 0; }
.spinesim table.spinesim-table th, .spinesim table.spinesim-table td { text-align: left; vertical-align: top;
  padding: 3px 10px 3px 0; overflow-wrap: break-word; background: none;
  border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.spinesim table.spinesim-table th small { font-weight: normal; }
.spinesim table.spinesim-table th small span { white-space: nowrap; }
.spinesim table.spinesim-table td.number { text-align: right; white-space: nowrap; }
.spinesim table.outcomes { table-layout: fixed; }
.spinesim table.outcomes col.name { width: 29%; }
.spinesim table.outcomes col.mean { width: 6.4em; }
.spinesim { container-type: inline-size; }
@container (max-width: 520px) { .spinesim table.spinesim-table th, .spinesim table.spinesim-table td {
  font-size: 12.5px; padding-right: 6px; line-height: 1.35; }
  .spinesim table.outcomes col.name { width: 31%; }
  .spinesim table.outcomes col.mean { width: 4.6em; } }
.spinesim .spinesim-status { border-left: 5px solid #009E73; padding: 2px 0 2px 10px; }
.spinesim .spinesim-status.busy { border-left: 5px double #E69F00; font-weight: bold; }
.spinesim .spinesim-status.error { border-left: 5px dashed #D55E00; }
.spinesim .spinesim-note { font-size: 14px; }
</style>"""


def html(text: str = "", **traits: Any) -> widgets.HTML:
    """An HTML widget as wide as its column; `text` must be safe already."""
    return widgets.HTML(value=text, **{"layout": widgets.Layout(width="100%"), **traits})


def paragraphs(*texts: str) -> str:
    """Plain texts as escaped paragraphs."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def row(*parts: widgets.Widget) -> widgets.Box:
    """Widgets side by side, wrapping where the page is narrow."""
    return widgets.Box(
        list(parts),
        layout=widgets.Layout(display="flex", flex_flow="row wrap", align_items="center", width="100%"),
    )


class NumberControl:
    """A slider and a number box for one number, always equal.

    The slider's handle has no accessible name in ipywidgets 8, so the box beside it carries one,
    with the unit and the range. The slider reports on release; the box on Enter or when left; both
    keep within the range.

    Parameters
    ----------
    name : str
        What the number is, shown before the slider.
    unit : str
        Said in the number box's name.
    low, high, step, value : float
        Range, step and start; whole numbers give whole-number widgets.
    """

    def __init__(self, name: str, unit: str, low: float, high: float, value: float, step: float = 1) -> None:
        whole = all(float(number).is_integer() for number in (low, high, step, value))
        slider, box = (
            (widgets.IntSlider, widgets.BoundedIntText)
            if whole
            else (widgets.FloatSlider, widgets.BoundedFloatText)
        )
        limits = {"min": low, "max": high, "step": step, "value": value}
        self.name = widgets.HTML(f"<p>{escape(name)}</p>")
        self.name.add_class("spinesim-name")
        if len(name) > 32:
            self.name.add_class("long")
        self.slider = slider(
            **limits,
            continuous_update=False,
            readout=False,
            layout=widgets.Layout(width="300px", max_width="96%"),
        )
        self.box = box(
            **limits,
            description=f"or type {unit}, {low:g} to {high:g}:",
            style={"description_width": "initial"},
            tooltip=f"{name}: {unit}",
            layout=widgets.Layout(width="max-content", max_width="96%"),
        )
        traitlets.link((self.slider, "value"), (self.box, "value"))
        self.widget = row(self.name, self.slider, self.box)

    @property
    def value(self) -> Any:
        """The number now set."""
        return self.slider.value

    @value.setter
    def value(self, number: float) -> None:
        self.slider.value = number

    @property
    def disabled(self) -> bool:
        """Whether the control is switched off."""
        return bool(self.slider.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.slider.disabled = self.box.disabled = off

    def observe(self, call: Any) -> None:
        """Call `call(change)` whenever the number changes."""
        self.slider.observe(call, "value")


class StatusLine:
    """A live region: what is happening, in words (also the text that stands for the picture)."""

    def __init__(self, text: str = "") -> None:
        self.widget = html()
        self.text, self.state = "", "ready"
        self.say(text)

    def say(self, text: str, state: str = "ready") -> None:
        """Show `text` (escaped); `state` is ready, busy or error."""
        self.text, self.state = text, state
        self.widget.value = (
            f"<p role='status' aria-live='polite' class='spinesim-status {state}'>{escape(text)}</p>"
        )
