"""A disputed question and the values different readers of the evidence would use: `Dispute`, `Choice`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spinesim.evidence.figures import UNCONFIRMED
from spinesim.evidence.parameters import Parameter

__all__ = ["STANCES", "Choice", "Dispute"]

STANCES = ("sceptical", "base", "hopeful", "article")


@dataclass(frozen=True)
class Choice:
    """One side's value of a parameter, and what it rests on.

    Attributes
    ----------
    value : float
        In the parameter's unit.
    source : str
        Evidence ids separated by ``;``, ``assumption``, or ``article`` with the claim's id.
    certainty : str
        The least of the figures cited; ``assumption`` without one.
    studies, unchecked : tuple of str
        Names of the studies, and the evidence ids never checked at their source.
    """

    value: float
    source: str
    note: str
    certainty: str
    studies: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    def card(self) -> str:
        """Return value and what it rests on in one line, flagged where nobody checked it."""
        words = [f"{self.value:g}"]
        if self.source.startswith("article"):
            words.append(f"the clinic's article, claim {self.source.removeprefix('article').strip()}")
        elif self.source.startswith("calibrated:"):
            words.append(f"fitted to {self.source.removeprefix('calibrated:')}")
        if self.studies:
            words.append("; ".join(self.studies))
        if "assumption" in self.source.split(";") or self.certainty == "assumption":
            words.append("ASSUMPTION" if self.studies else "ASSUMPTION: no published figure")
        if self.unchecked:
            words.append(f"{UNCONFIRMED} ({', '.join(self.unchecked)})")
        elif not self.studies:
            words.append("UNCONFIRMED")
        return " | ".join([*words, self.note] if self.note else words)


@dataclass(frozen=True)
class Dispute:
    """A question on which trials, readers or the clinic's article differ.

    Attributes
    ----------
    id, question : str
    claims : tuple of str
        Claims of the article it bears on.
    parameters : tuple of Parameter
        What the answer moves, as shipped.
    values : mapping
        By parameter id, then by stance: a `Choice`; without ``article`` where that gives no figure.
    """

    id: str
    question: str
    claims: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    values: Mapping[str, Mapping[str, Choice]]

    def card(self) -> str:
        """Return the question, the model's value, the article's where it differs, and either side's."""
        lines = [self.id, self.question]
        if self.claims:
            lines.append(f"claims of the article: {', '.join(self.claims)}")
        for parameter in self.parameters:
            sides = self.values[parameter.id]
            base, article = sides["base"], sides.get("article")
            lines += ["", f"{parameter.quantity}: {parameter.id}, in {parameter.unit}"]
            lines.append(f"  the model:   {base.card()}")
            if article is None:
                lines.append("  the article: gives no figure")
            elif article.value == base.value:
                lines.append(f"  the article: {article.card()} | as the model")
            else:
                lines.append(f"  the article: {article.card()}")
            lines.append(f"  sceptical:   {sides['sceptical'].card()}")
            lines.append(f"  hopeful:     {sides['hopeful'].card()}")
        return "\n".join(lines)
