"""One condition of a rule on one observed fact, as read from a file."""

from __future__ import annotations

import math
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from spinesim.pathway.settings import a_number
from spinesim.pathway.vocabulary import (
    BOOLEANS,
    CRITERIA,
    LONGEST_LINE,
    NUMBERS,
    TEXTS,
    nearest,
    plain,
    said,
)

Sense = Literal["at_least", "at_most", "is"]
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_NOT_A_NUMBER = 'has the wrong type: write a number or "$" and the name of a setting'


class Criterion(BaseModel):
    """One condition on one observed fact.

    Attributes
    ----------
    fact
        A field of ``Facts``.
    sense
        ``at_least`` or ``at_most`` for numbers, ``is`` for yes/no facts and texts.
    value
        The threshold in the fact's unit or ``"$setting"``; a truth value; the text that is asked for.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    fact: str
    sense: Sense
    value: bool | float | str

    @property
    def key(self) -> str:
        """The criterion's key in the file, such as ``pain_at_least``."""
        return self.fact if self.sense == "is" else f"{self.fact}_{self.sense}"

    @property
    def setting(self) -> str | None:
        """The setting this criterion refers to, if any."""
        return self.value[1:] if isinstance(self.value, str) and self.sense != "is" else None


def read_criterion(key: object, value: object) -> Criterion:
    """Turn one entry of ``when`` into a criterion.

    Parameters
    ----------
    key, value
        As in the file, e.g. ``"pain_at_least"`` and ``4``.

    Returns
    -------
    Criterion

    Raises
    ------
    ValueError
        One sentence naming ``when.<key>`` and the remedy.
    """
    where = f"when.{key}" if isinstance(key, str) and key.isprintable() else f"when.{said(key)}"
    if key not in CRITERIA or not isinstance(key, str):
        raise ValueError(f"{where} {_no_criterion(key)}")
    if key in TEXTS:
        return Criterion(fact=key, sense="is", value=_text(where, key, value))
    if key in BOOLEANS:
        if not isinstance(value, bool):
            raise ValueError(f"{where} = {said(value)} has the wrong type: write true or false")
        return Criterion(fact=key, sense="is", value=value)
    sense: Sense = "at_least" if key.endswith("_at_least") else "at_most"
    fact = key.removesuffix(f"_{sense}")
    if isinstance(value, str):
        if not value.startswith("$") or not value[1:]:
            raise ValueError(f"{where} = {said(value)} {_NOT_A_NUMBER}")
        return Criterion(fact=fact, sense=sense, value=value)
    return Criterion(fact=fact, sense=sense, value=_threshold(where, fact, value))


def _no_criterion(key: object) -> str:
    """Why a key is no criterion and what to write instead."""
    if key in NUMBERS:
        return f"is not a criterion: write {key}_at_least or {key}_at_most"
    stem = str(key).removesuffix("_at_least").removesuffix("_at_most")
    if stem in BOOLEANS:
        return f"is not a criterion: write {stem} = true or {stem} = false"
    if stem in TEXTS:
        return f"is not a criterion: write {stem} = {_examples(stem)}"
    return (
        f"is not a known criterion{nearest(key, CRITERIA)}; use <number>_at_least or "
        f"<number>_at_most with {', '.join(NUMBERS)}, or true/false for {', '.join(BOOLEANS)}, "
        f"or a text for {', '.join(TEXTS)}"
    )


def _examples(fact: str) -> str:
    """What may be written for a text fact."""
    return " or ".join(f'"{word}"' for word in TEXTS[fact]) or 'the key of a condition such as "facet_pain"'


def _text(where: str, fact: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} = {said(value)} has the wrong type: write {_examples(fact)}")
    known = TEXTS[fact]
    if known and value not in known:
        raise ValueError(
            f"{where} = {said(value)} is not known{nearest(value, known)}: write {_examples(fact)}"
        )
    if not _KEY.fullmatch(value) or len(value) > LONGEST_LINE:
        raise ValueError(
            f"{where} = {said(value)} is not allowed: write {_examples(fact)}, in small letters, digits and _"
        )
    return value


def _threshold(where: str, fact: str, value: object) -> float:
    bounds = NUMBERS[fact]
    number = a_number(value)
    if number is None:
        raise ValueError(f"{where} = {said(value)} {_NOT_A_NUMBER}")
    span = f"{fact} runs from {plain(bounds.low)} to {plain(bounds.high)} ({bounds.unit})"
    if not math.isfinite(number):
        raise ValueError(f"{where} = {said(value)} is not a finite number; {span}")
    if not bounds.low <= number <= bounds.high:
        raise ValueError(f"{where} = {plain(number)} is out of range; {span}")
    if bounds.whole and number != int(number):
        raise ValueError(f"{where} = {plain(number)} must be a whole number; it counts {bounds.unit}")
    return float(number) + 0.0
