"""How to read the figures, shown on a small real run (notebook 00)."""

from __future__ import annotations

import base64
from functools import partial
from html import escape
from typing import Any

from spinesim.view import plots, style, words
from spinesim.view.controls import STYLE, paragraphs
from spinesim.view.figure import picture_of

ONE, TAILORED = "one size for all", "tailored care"
PLANS = {ONE: "one_size_fits_all", TAILORED: "article_tailored"}
MIX = "pain_clinic"
FAN = """The thick line is the average. Half of all people lie inside the dark band, 80 of 100
inside the pale one. A wide fan means that people differ a lot, not that the average is
unsure. Pain goes from 0 (none) to 10 (the worst imaginable); lower is better."""
ICONS = """One mark is one person of a hundred. Shape and colour both tell what happened to them,
the most invasive first. Compare two arrays by counting, not by eye alone."""
INTERVAL = """The first number is what this run found. The interval is the range that fits the run:
with other people, drawn by the same rules, the answer would most likely lie in it. It
says how much is chance, not whether the model is right."""
NO_DIFFERENCE = """When an interval holds both fewer and more, we say ‘no clear difference’. And a
difference can be clear yet too small for anyone to notice: that is what the minimal
important change is for."""


class Guide:
    """A fan chart, an icon array and an interval, each with two sentences on how to read it.

    Parameters
    ----------
    patients : int
        People in the small run.
    seed : int
        The same seed gives the same people.
    source : module-like, optional
        What simulates; defaults to `spinesim`.
    """

    def __init__(self, patients: int = 400, seed: int = 7, source: Any = None) -> None:
        if source is None:
            import spinesim as source
        arms = {arm: source.pathway(name) for arm, name in PLANS.items()}
        self.patients, self.seed = patients, seed
        self.patterns = list(source.conditions().values())
        self.study = source.compare(arms, condition=MIX, patients=patients, years=1, seed=seed)

    def html(self) -> str:
        """The whole guide as one safe piece of HTML; every picture has its words as alt text."""
        fan, icons = self.study.fan("pain"), self.study.icons()
        regions = style.regions_of(self.study)
        said = words.sentences(self.study).set_index("outcome")["sentence"]
        intro = (
            f"The pictures below come from a small run made just now: {self.patients} simulated people of a "
            f"pain clinic, backs and necks mixed, seed {self.seed}. Each of them goes through two plans: "
            f"‘{ONE}’ (the same start, scan and injections for everybody) and ‘{TAILORED}’ (what the pattern "
            "and the person call for). Run it again and you get the same people."
        )
        parts = [
            STYLE,
            "<div class='spinesim'><div class='widget-html-content'>",
            paragraphs(intro),
            "<h3>A fan chart</h3>",
            paragraphs(FAN),
            _image(picture_of(lambda: plots.plot_fan(fan, "pain", regions=regions)), _fan_in_words(fan), 700),
            "<h3>An icon array</h3>",
            paragraphs(ICONS),
            *[
                _image(picture_of(partial(plots.plot_icons, icons, arm)), _icons_in_words(icons, arm), 820)
                for arm in PLANS
            ],
            "<h3>An interval</h3>",
            paragraphs(f"“{said['imaging']}.” {INTERVAL}", f"“{said['pain_12_months']}.” {NO_DIFFERENCE}"),
            "<h3>Who can be simulated</h3>",
            paragraphs(f"{len(self.patterns)} patterns of pain, alone or mixed as in a clinic:"),
            f"<ul>{''.join(f'<li>{escape(name)}</li>' for name in self.patterns)}</ul>",
            "</div></div>",
        ]
        return "".join(parts)

    def show(self) -> None:
        """Put the guide below the notebook cell."""
        from IPython.display import HTML, display

        display(HTML(self.html()))


def _fan_in_words(fan: Any) -> str:
    """What the fan chart shows, for those who cannot see it."""
    told = []
    for arm in PLANS:
        rows = fan.loc[fan["arm"] == arm]
        first, last = rows.iloc[0], rows.iloc[-1]
        told.append(
            f"Under {arm} mean pain falls from {first['mean']:.1f} to {last['mean']:.1f} of 10; "
            f"half the people end between {last['p25']:.1f} and {last['p75']:.1f}."
        )
    return " ".join(["Fan chart of pain over a year.", *told])


def _icons_in_words(icons: Any, arm: str) -> str:
    """The counts of one icon array."""
    counts = ", ".join(f"{n} {name}" for name, n in plots.counts_of(icons, arm).items())
    return f"A hundred people under {arm}: {counts}."


def _image(picture: bytes, text: str, width: int) -> str:
    data = base64.b64encode(picture).decode("ascii")
    look = f"width:100%;max-width:{width}px;background:white"
    return f"<img src='data:image/png;base64,{data}' alt='{escape(text, quote=True)}' style='{look}'>"
