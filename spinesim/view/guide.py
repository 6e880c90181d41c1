"""How to read the figures, shown on a small real run (notebook 00)."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from spinesim.view import plots, words
from spinesim.view.controls import STYLE, paragraphs
from spinesim.view.figure import picture_of
from spinesim.view.lab import USUAL

EARLY = "early MRI"


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

    def __init__(self, patients: int = 300, seed: int = 7, source: Any = None) -> None:
        if source is None:
            import spinesim as source
        usual = source.pathway("conservative_first")
        early = usual.change(imaging_after_weeks=1)
        self.patients, self.seed = patients, seed
        self.study = source.compare({USUAL: usual, EARLY: early}, condition="lumbar_strain", patients=patients,
                                    years=1, seed=seed)

    def html(self) -> str:
        """The whole guide as one safe piece of HTML; every picture has its words as alt text."""
        fan, icons = self.study.fan("pain"), self.study.icons()
        usual = fan.loc[fan["arm"] == USUAL]
        last = usual.iloc[-1]
        counts = plots.counts_of(icons, EARLY)
        differences = words.sentences(self.study).set_index("outcome")["sentence"]
        fan_words = (f"Fan chart of pain over a year. Under usual care mean pain falls from {usual['mean'].iloc[0]:.1f} "
                     f"to {last['mean']:.1f} of 10; half the people end between {last['p25']:.1f} and {last['p75']:.1f}.")
        icon_words = "A hundred people under early MRI: " + ", ".join(f"{n} {name}" for name, n in counts.items()) + "."
        return "".join([
            STYLE, "<div class='spinesim'><div class='widget-html-content'>",
            paragraphs(f"The pictures below come from a small run made just now: {self.patients} simulated people with "
                       f"acute back pain, seed {self.seed}. Run it again and you get the same people."),
            "<h3>A fan chart</h3>",
            paragraphs("The thick line is the average. Half of all people lie inside the dark band, 80 of 100 inside "
                       "the pale one. A wide fan means that people differ a lot, not that the average is unsure. "
                       "Pain goes from 0 (none) to 10 (the worst imaginable); lower is better."),
            _image(picture_of(lambda: plots.plot_fan(fan, "pain")), fan_words, 700),
            "<h3>An icon array</h3>",
            paragraphs("One mark is one person of a hundred. Shape and colour both tell what happened to them, the "
                       "most invasive first. Compare two arrays by counting, not by eye alone."),
            _image(picture_of(lambda: plots.plot_icons(icons, EARLY)), icon_words, 800),
            "<h3>An interval</h3>",
            paragraphs(f"“{differences['imaging']}.” The first number is what this run found. The interval is the range "
                       "that fits the run: with other people, drawn by the same rules, the answer would most likely lie in it. It says "
                       "how much is chance, not whether the model is right.",
                       f"“{differences['pain_12_months']}.” When an interval holds both fewer and more, we say ‘no clear "
                       "difference’. And a difference can be clear yet too small for anyone to notice: that is what the "
                       "minimal important change is for."),
            "</div></div>"])

    def show(self) -> None:
        """Put the guide below the notebook cell."""
        from IPython.display import HTML, display

        display(HTML(self.html()))


def _image(picture: bytes, text: str, width: int) -> str:
    data = base64.b64encode(picture).decode("ascii")
    return (f"<img src='data:image/png;base64,{data}' alt='{escape(text, quote=True)}' "
            f"style='width:100%;max-width:{width}px;background:white'>")
