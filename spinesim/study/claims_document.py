"""The claims' section in a Markdown file: every check, and the contested ones under each stance."""

from __future__ import annotations

import math

import pandas as pd

from spinesim.study.claims_file import BASE, STANCES
from spinesim.study.claims_table import PASSES
from spinesim.study.claims_text import counted
from spinesim.study.document import markdown

NAME = "claims"
HEAD = ("id", "claim", "outcome", "effect", "expected", "off", "verdict")


def section(table: pd.DataFrame) -> str:
    """The text between the markers, from what `run_claims` returns for all claims and stances."""
    base = table[table["stance"] == BASE]
    parts = [
        "Written by `spinesim claims --document`; do not edit by hand.",
        f"**{counted(base)}**",
        markdown(HEAD, [_row(one) for _, one in base.iterrows()]),
        "### The contested ones under each stance",
        markdown(("id", "claim", *STANCES), _contested(table)),
    ]
    return "\n\n".join(parts)


def _row(one: pd.Series) -> tuple[str, ...]:
    expected = f"{_size(one['expected_low'])} to {_size(one['expected_high'])}"
    return (
        str(one["id"]), str(one["claim"]), str(one["outcome"]), _effect(one), expected,
        "" if math.isnan(one["off_effect"]) else f"{one['off_effect']:.2f}", _verdict(one),
    )  # fmt: skip


def _contested(table: pd.DataFrame) -> list[tuple[str, ...]]:
    rows = []
    for (name, claim), mine in table.groupby(["id", "claim"], sort=False):
        by = {one["stance"]: one for _, one in mine.iterrows()}
        if len(by) > 1:
            cells = (f"{_effect(by[stance])}, {_verdict(by[stance])}" for stance in STANCES)
            rows.append((str(name), str(claim), *cells))
    return rows


def _verdict(one: pd.Series) -> str:
    return str(one["verdict"]) if one["verdict"] in PASSES else f"**{one['verdict']}**"


def _effect(one: pd.Series) -> str:
    return f"{_size(one['effect'])} ({_size(one['low'])} to {_size(one['high'])})"


def _size(value: float) -> str:
    """Two decimals for small numbers, fewer for large ones.

    >>> _size(0.123), _size(25.04), _size(1684.2)
    ('0.12', '25.0', '1,684')
    """
    places = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{places}f}"
