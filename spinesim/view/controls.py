"""Controls that work with the keyboard and tell their name, a status line, and how a page of them looks."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.view.widgets import Choice, CopyText, Download, ImageBox, NumberControl, TextLine, Tick

__all__ = [
    "STYLE",
    "Choice",
    "CopyText",
    "Download",
    "ImageBox",
    "NumberControl",
    "StatusLine",
    "TextLine",
    "Tick",
    "html",
    "paragraphs",
    "row",
]

STYLE = """<style>
.spinesim { max-width: 1240px; padding-right: 14px; box-sizing: border-box; }
.spinesim .widget-html, .spinesim .widget-box { margin: 0; min-width: 0; }
.spinesim :where(.widget-box > .lm-Widget) { min-width: 0; max-width: 100%; }
.spinesim .widget-button { margin: 4px 8px 4px 0; }
.spinesim .widget-html-content { line-height: 1.5; font-size: 15px;
  color: var(--jp-content-font-color1, inherit); height: auto; white-space: normal; overflow: auto; }
.spinesim .widget-html-content p { margin: 0.25em 0; }
.spinesim .widget-html-content h3 { margin: 0.6em 0 0.2em; font-size: 17px; }
.spinesim .widget-label { font-size: 14px; overflow: visible; }
.spinesim :focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
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
