"""Case mixes: which pain patterns people bring, and in what shares."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable, Mapping

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

MIXES = ("pain_clinic", "primary_care")
ROUNDING = 1e-6

Mix = str | Mapping[str, float]


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """``; did you mean 'x'`` or ``; choose one of x, y``: the remedy for an unknown word."""
    words = list(known)
    close = difflib.get_close_matches(str(word), words, n=2, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close)
    return f"choose one of {', '.join(words)}"


def case_mix(evidence: Evidence, mix: Mix) -> dict[str, float]:
    """Share of each condition, summing to 1, in the order of ``data/conditions.toml``.

    Parameters
    ----------
    evidence : Evidence
    mix : str or mapping of str to float
        A condition (everyone has it), ``pain_clinic`` or ``primary_care`` (parameters ``case_mix.*``), or
        weights by condition, which need not sum to 1.

    Raises
    ------
    SpinesimError
        For an unknown condition, an impossible weight, or a shipped mix that does not sum to 1.
    """
    if isinstance(mix, str):
        if mix in evidence.conditions:
            return {mix: 1.0}
        if mix not in MIXES:
            raise SpinesimError(f"Unknown condition '{mix[:60]}': {_meant(mix, evidence)}.")
        shares = evidence.values(f"case_mix.{mix}.")
        where = f"data/parameters/people.csv: case_mix.{mix}"
        for key in evidence.conditions:
            if key not in shares:
                raise SpinesimError(
                    f"data/parameters/people.csv: the row 'case_mix.{mix}.{key}' is missing; add it, with 0 "
                    "if nobody there has this condition."
                )
        total = math.fsum(shares.values())
        if abs(total - 1) > ROUNDING:
            raise SpinesimError(f"{where}: the shares sum to {total:.4g}; make them sum to 1.")
    elif isinstance(mix, Mapping):
        shares, where = {key: _weight(key, weight) for key, weight in mix.items()}, "The case mix"
        total = math.fsum(shares.values())
        if not 0 < total < math.inf:
            raise SpinesimError("The case mix gives nobody any condition; give at least one weight above 0.")
    else:
        raise SpinesimError(
            f"A case mix is a condition's name, {' or '.join(MIXES)}, or weights by condition, "
            f"not {str(mix)[:40]!r}."
        )
    for key in shares:
        if key not in evidence.conditions:
            raise SpinesimError(
                f"{where} names no condition '{key}'; {did_you_mean(key, evidence.conditions)}."
            )
    return {key: shares[key] / total for key in evidence.conditions if shares.get(key, 0) > 0}


def _meant(word: str, evidence: Evidence) -> str:
    """The remedy for an unknown condition; words of the labels ("sciatica") count too."""
    asked = word.strip().lower().replace("_", " ")
    found = [
        key for key, row in evidence.conditions.items()
        if len(asked) > 2 and asked in str(row.get("label", "")).lower()
    ]  # fmt: skip
    if found:
        return "did you mean " + " or ".join(f"'{key}'" for key in found[:3])
    return did_you_mean(word, [*evidence.conditions, *MIXES])


def _weight(key: object, weight: object) -> float:
    """One weight as a float, or what is wrong with it."""
    real = isinstance(weight, numbers.Real) and not isinstance(weight, bool)
    if not real or not math.isfinite(weight) or weight < 0:  # type: ignore[arg-type, operator]
        raise SpinesimError(
            f"The case mix gives '{key}' the weight {str(weight)[:20]}; give a number of 0 or above."
        )
    return float(weight)  # type: ignore[arg-type]
