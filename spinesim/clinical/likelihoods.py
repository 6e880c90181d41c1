"""How likely each sign is in each pattern: ``signs.toml`` and the ``sign.*`` parameters as one table.

A sign depends on the pattern (row ``sign.<sign>.<condition>``) or, where it belongs to a hidden tissue, on
that (row ``sign.<sign>.<tissue>``); ``sign.<sign>.other`` is every other case. Red flags depend on serious
disease alone (``sign.<flag>.<kind>``, ``sign.<flag>.none``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from spinesim.clinical.people import SERIOUS, TISSUES, Flags, Floats
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

REGIONS = ("lumbar", "cervical")
KINDS = ("history", "examination", "flag")
SURE = 1e-9  # no sign is taken as certain, so that no single one can rule a pattern in or out for ever
AT_VISITS = ("progressive_weakness", "cord_signs")  # found at visits: rows of signs.csv, not of signs.toml


@dataclass(frozen=True)
class Sign:
    """One row of ``signs.toml``; `tag` is the hidden tissue it depends on, or empty."""

    key: str
    label: str
    kind: str
    region: str
    block: str
    derived: bool
    tag: str


@dataclass(frozen=True, eq=False)
class SignTable:
    """Probabilities of signs, after the switch ``exam.informative``.

    Attributes
    ----------
    keys, region : tuple of str
        The K conditions and where each has its pain.
    signs, flags : tuple of Sign
        The S signs of patterns; the red flags.
    without, tagged, given : array, shape (K, S)
        P(sign) in the condition without its tissue, with it, and over both.
    seen : bool array, shape (K, S)
        Whether the sign is looked for in the condition's region.
    flag_given : array, shape (1 + kinds of serious disease, flags)
        P(flag) without serious disease (row 0) and with each kind.
    """

    keys: tuple[str, ...]
    region: tuple[str, ...]
    signs: tuple[Sign, ...]
    flags: tuple[Sign, ...]
    without: Floats
    tagged: Floats
    given: Floats
    seen: Flags
    flag_given: Floats


def prevalence(evidence: Evidence, key: str, tag: str) -> float:
    """Share of people with this condition who have the tissue (or herniation) `tag`."""
    if tag == "herniation":
        return 1.0 if evidence.conditions[key].get("herniation") else 0.0
    name = f"{key}.{tag}"
    return evidence.value(name) if name in evidence else 0.0


@lru_cache(maxsize=8)
def sign_table(evidence: Evidence) -> SignTable:
    """Build the table.

    Raises
    ------
    SpinesimError
        For a row about an unknown sign or case, or a sign without its default row.
    """
    rows: dict[str, dict[str, float]] = {}
    for row, value in evidence.values("sign.").items():
        name, _, case = row.partition(".")
        rows.setdefault(name, {})[case] = value
    for name in rows:
        if name not in evidence.signs and name not in AT_VISITS:
            raise SpinesimError(
                f"data/parameters/signs.csv: sign.{name}.* is about no sign of data/signs.toml; "
                "add the sign there or remove the rows."
            )
    every = [_sign(evidence, key, rows.get(key, {})) for key in evidence.signs]
    signs = tuple(sign for sign in every if sign.kind != "flag")
    flags = tuple(sign for sign in every if sign.kind == "flag")
    keys = tuple(evidence.conditions)
    region = tuple(str(evidence.conditions[key]["region"]) for key in keys)
    shape = (len(keys), len(signs))
    without, tagged, given = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for s, sign in enumerate(signs):
        table = rows[sign.key]
        for k, key in enumerate(keys):
            without[k, s] = table.get(key, table["other"])
            tagged[k, s] = table[sign.tag] if sign.tag else without[k, s]
            share = prevalence(evidence, key, sign.tag) if sign.tag else 0.0
            given[k, s] = share * tagged[k, s] + (1 - share) * without[k, s]
    informative = evidence.value("exam.informative")
    for place in REGIONS:
        here = np.array([where == place for where in region])
        if here.any():
            mean = given[here].mean(axis=0)
            for part in (without, tagged, given):
                part[here] = mean + informative * (part[here] - mean)
    for part in (without, tagged, given):
        np.clip(part, SURE, 1 - SURE, out=part)
    seen = np.array([[sign.region in ("any", where) for sign in signs] for where in region], dtype=np.bool_)
    cases = ("none", *SERIOUS)
    flag_given = np.array([[rows[f.key].get(c, rows[f.key]["none"]) for f in flags] for c in cases])
    flag_given = np.clip(flag_given, SURE, 1 - SURE)
    return SignTable(
        keys, region, signs, flags, without, tagged, given, seen.reshape(shape), flag_given
    )  # fmt: skip


def _sign(evidence: Evidence, key: str, rows: dict[str, float]) -> Sign:
    """Read one sign and check its rows."""
    raw = evidence.signs[key]
    kind, region = str(raw.get("kind", "")), str(raw.get("region", ""))
    if kind not in KINDS or region not in (*REGIONS, "any"):
        raise SpinesimError(
            f"data/signs.toml [{key}]: kind must be one of {', '.join(KINDS)} and region one of "
            f"{', '.join(REGIONS)}, any; mend '{kind}' or '{region}'."
        )
    default = "none" if kind == "flag" else "other"
    if default not in rows:
        raise SpinesimError(f"data/parameters/signs.csv: sign.{key}.{default} is missing; add the row.")
    tissues = [tag for tag in ("herniation", *TISSUES) if tag in rows]
    known = {default, *(SERIOUS if kind == "flag" else (*tissues, *evidence.conditions))}
    if unknown := [case for case in rows if case not in known]:
        raise SpinesimError(
            f"data/parameters/signs.csv: sign.{key}.{unknown[0]} is about no condition, tissue or serious "
            "disease that this sign can have; mend its last word or remove the row."
        )
    if len(tissues) > 1:
        raise SpinesimError(
            f"data/parameters/signs.csv: sign.{key} depends on {' and '.join(tissues)}; keep one tissue."
        )
    block = str(raw.get("block", f"exam.{key}"))
    tag = tissues[0] if tissues and kind != "flag" else ""
    return Sign(key, str(raw.get("label", key)), kind, region, block, bool(raw.get("derived", False)), tag)
