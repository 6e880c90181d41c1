"""Small parts of the forms: numbers with a name and a unit, a choice with 'my own file', a row of pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.view.controls import Choice, html, row

PLAIN = {"description_width": "initial"}
OWN_FILE = "my own file …"
FIT = {"width": "max-content", "max_width": "calc(100% - 20px)"}

LAB_STYLE = """<style>
.spinesim .spinesim-box { border: 1px solid var(--jp-border-color2, #ccc); border-radius: 4px;
  padding: 6px 10px 10px; margin: 4px 0; box-sizing: border-box; }
.spinesim .spinesim-resource { width: 130px; min-width: 130px; }
.spinesim .widget-text, .spinesim .widget-dropdown, .spinesim .widget-checkbox { margin: 2px 18px 2px 0; }
.spinesim .spinesim-box, .spinesim .spinesim-box .widget-box { max-width: 100%; }
.spinesim .widget-text > label, .spinesim .widget-dropdown > label { white-space: normal; height: auto;
  flex: 0 1 auto; max-width: 70%; }
.spinesim .spinesim-status:empty { border: 0; padding: 0; }
.spinesim .spinesim-small { height: auto; }
.spinesim .spinesim-small input { flex: 0 0 auto; width: 5.2em; }
.spinesim ul.spinesim-differences { margin: 0.2em 0 0.2em 1.2em; padding: 0; }
.spinesim .spinesim-scroll { overflow-x: auto; }
.spinesim .spinesim-heads li { margin: 0.2em 0; }
.spinesim table.spinesim-table.flow { width: auto; }
.spinesim table.spinesim-table.flow td, .spinesim table.spinesim-table.flow th { padding-right: 16px; }
</style>"""


def number(name: str, low: float, high: float, value: float, *, step: float = 1, tip: str = "") -> Any:
    """A box for one number that keeps within its range; whole numbers give a whole-number box."""
    whole = all(float(one).is_integer() for one in (low, high, value, step))
    made = (widgets.BoundedIntText if whole else widgets.BoundedFloatText)(
        value=int(value) if whole else value,
        min=int(low) if whole else low,
        max=int(high) if whole else high,
        step=step,
        description=f"{name}:",
        style=PLAIN,
        tooltip=tip or f"{name}, {low:g} to {high:g}",
        layout=widgets.Layout(**FIT),
    )
    made.add_class("spinesim-small")
    return made


def text(name: str, value: str = "", width: str = "min(360px, 96%)", hint: str = "") -> widgets.Text:
    """A line of text, told when it is left or on Enter."""
    return widgets.Text(
        value=value,
        description=f"{name}:",
        placeholder=hint,
        continuous_update=False,
        style=PLAIN,
        layout=widgets.Layout(width=width),
    )


def choice(name: str, options: Any, value: Any = None, width: str = "max-content") -> widgets.Dropdown:
    """A list to choose from."""
    made = widgets.Dropdown(
        options=options,
        description=f"{name}:",
        style=PLAIN,
        layout=widgets.Layout(width=width, max_width="calc(100% - 20px)"),
    )
    if value is not None:
        made.value = value
    return made


def tick(name: str, value: bool = False) -> widgets.Checkbox:
    """A box to tick."""
    return widgets.Checkbox(value=value, description=name, indent=False, layout=widgets.Layout(**FIT))


def button(name: str, call: Callable[[], Any], tip: str = "", style: str = "") -> widgets.Button:
    """A button as wide as its words."""
    made = widgets.Button(
        description=name, tooltip=tip or name, button_style=style, layout=widgets.Layout(width="auto")
    )
    made.on_click(lambda _: call())
    return made


class Pick:
    """A choice of what is shipped, or the path of a file.

    Parameters
    ----------
    name : str
    known : mapping of name to title
    value : str
        A shipped name, a path, or one of `first`.
    first : sequence of (title, value)
        Choices before the shipped ones.
    """

    def __init__(
        self, name: str, known: Mapping[str, str], value: str, first: tuple[tuple[str, str], ...] = ()
    ) -> None:
        options = [*first, *((f"{title} ({key})", key) for key, title in known.items()), (OWN_FILE, OWN_FILE)]
        self._known = {one for _, one in options}
        self.choice = choice(name, options)
        self.path = text("path of the file (.toml)", hint="my_clinic.toml", width="min(420px, 96%)")
        self._calls: list[Callable[[], Any]] = []
        self._quiet = False
        self.value = value
        self.choice.observe(self._chosen, "value")
        self.path.observe(self._chosen, "value")
        self.widget = row(self.choice, self.path)

    @property
    def value(self) -> str:
        """Shipped name or path."""
        return self.path.value.strip() if self.choice.value == OWN_FILE else str(self.choice.value)

    @value.setter
    def value(self, name: str) -> None:
        before = self.value if hasattr(self, "widget") else None
        self._quiet = True
        try:
            own = name not in self._known
            if own:
                self.path.value = name
            self.choice.value = OWN_FILE if own else name
        finally:
            self._quiet = False
        self._show()
        if before is not None and before != self.value:
            self._tell()

    def observe(self, call: Callable[[], Any]) -> None:
        """Call when another one is chosen."""
        self._calls.append(call)

    def _chosen(self, _: Any) -> None:
        self._show()
        if not self._quiet and self.value:
            self._tell()

    def _show(self) -> None:
        self.path.layout.display = "flex" if self.choice.value == OWN_FILE else "none"

    def _tell(self) -> None:
        for call in self._calls:
            call()


class Pages:
    """Radio buttons in a row, one page on show; a page is made when it is first looked at.

    Parameters
    ----------
    name : str
        Said before the buttons.
    """

    def __init__(self, name: str) -> None:
        self.buttons = Choice(name, [], radio=True)
        self._make: dict[str, Callable[[], widgets.Widget]] = {}
        self._made: dict[str, widgets.Widget] = {}
        self.place = widgets.VBox([], layout=widgets.Layout(width="100%"))
        self.widget = widgets.VBox([self.buttons.widget, self.place], layout=widgets.Layout(width="100%"))
        self.buttons.observe(self._turned)

    def show(self, pages: Sequence[tuple[str, str, Callable[[], widgets.Widget]]], on: str = "") -> None:
        """Put other pages in: key, words on the button, and what makes it.

        The page `on` is looked at, else the one looked at before if it is still there, else the first.
        """
        on = on or self.buttons.value or ""
        keys = [key for key, _, _ in pages]
        self._make, self._made = {}, {}
        self.buttons.change([(words, key) for key, words, _ in pages], on if on in keys else None)
        self._make = {key: make for key, _, make in pages}
        self._turned(None)

    @property
    def on(self) -> str:
        """Key of the page on show."""
        return self.buttons.value or ""

    def turn(self, key: str) -> None:
        """Look at another page."""
        self.buttons.value = key

    def _turned(self, _: Any) -> None:
        on = self.on
        if on not in self._make:
            self.place.children = ()
            return
        if on not in self._made:
            self._made[on] = self._make[on]()
        self.place.children = (self._made[on],)


def bullets(lines: list[str], kind: str = "spinesim-differences") -> str:
    """Plain sentences as an escaped list."""
    return f"<ul class='{kind}'>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def heading(words: str) -> widgets.HTML:
    """A heading between parts of the page."""
    return html(f"<h3>{escape(words)}</h3>")
