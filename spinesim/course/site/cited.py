"""The evidence that the course cites, as one page to look up, and links to it from where an id stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from spinesim.evidence import Evidence
from spinesim.evidence.figures import Figure, amount
from spinesim.evidence.parameters import Parameter

_CODE = re.compile(r"(?<!`)`([a-z][a-z0-9_.]+)`(?!`)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
HEADS = ("id", "figure", "study")


def cited(texts: Iterable[str], known: Evidence) -> list[str]:
    """Ids of figures and parameters that stand in backticks, in alphabetical order."""
    found = {name for text in texts for name in _CODE.findall(text)}
    return sorted(name for name in found if name in known.figures or name in known)


def linked(text: str, known: Evidence, up: str = "../") -> str:
    """The text with every known id in backticks linked to its row; fenced blocks stay as they are."""

    def link(match: re.Match[str]) -> str:
        name = match[1]
        if name not in known.figures and name not in known:
            return match[0]
        return f'<a href="{up}evidence.html#{name}"><code>{name}</code></a>'

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _CODE.sub(link, part) for part in parts)


def page(ids: Iterable[str], known: Evidence) -> str:
    """The page, as Markdown with a table in HTML, so that each row has an address of its own."""
    rows = [_row(known.figures.get(name) or known[name]) for name in ids]
    heads = "".join(f"<th scope='col'>{head}</th>" for head in HEADS)
    return (
        "# Evidence that the lessons cite\n\n"
        "Figures as published, and the numbers the model makes of them. In the program, "
        "`spinesim evidence ID` shows any of these in full, and all others.\n\n"
        "<div class='table-wrapper'><table class='docutils'>"
        f"<caption>Cited figures and parameters</caption><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _row(one: Figure | Parameter) -> str:
    figure = escape(amount(one.value, one.low, one.high, one.interval, one.unit))
    whom = f" In {escape(one.population)}." if isinstance(one, Figure) and one.population else ""
    study = one.study if isinstance(one, Figure) else "; ".join(one.studies) or one.source
    unsure = "" if one.checked else " Not checked at its source."
    breakable = one.id.replace("_", "_<wbr>").replace(".", ".<wbr>")
    return (
        f"<tr id='{one.id}'><th scope='row'><code>{breakable}</code></th>"
        f"<td>{escape(one.quantity)}: <strong>{figure}</strong>.{whom}</td>"
        f"<td>{escape(study)}. Certainty: {escape(one.certainty)}.{unsure}</td></tr>\n"
    )
