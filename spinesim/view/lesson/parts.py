"""Small parts that the pages of a lesson share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

PROJECTOR = "<style>.spinesim-projector { zoom: 1.35; }</style>"
"""On a wall everything is a third larger, pictures too."""


def button(name: str, call: Callable[[], Any], tip: str = "", style: str = "") -> widgets.Button:
    """A button as wide as its words."""
    made = widgets.Button(
        description=name, tooltip=tip or name, button_style=style, layout=widgets.Layout(width="auto")
    )
    made.on_click(lambda _: call())
    return made


def column(*parts: widgets.Widget) -> widgets.VBox:
    """Widgets below each other."""
    return widgets.VBox(list(parts), layout=widgets.Layout(width="100%"))


def visible(widget: widgets.Widget, on: bool) -> None:
    """Show or hide a widget."""
    widget.layout.display = None if on else "none"
