"""Money has a year: prices are read in the money of their own year and kept in that of the base year.

A unit such as ``USD 2009`` or ``USD 2025 per mile`` says currency and year. ``data/parameters/prices.csv``
holds the price index and the base year. What a user enters later therefore counts as of the base year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spinesim.errors import SpinesimError
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.ranges import money

if TYPE_CHECKING:
    from collections.abc import MutableMapping

BASE_YEAR = "money.base_year"
INDEX = "money.index."
CURRENCIES = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "JPY", "SEK", "NOK", "DKK"})
SIGNS = ("$", "€", "£")
"""How an amount of money may begin, so that one without a year is found."""
WHERE = "data/parameters/prices.csv"
NEEDED = (
    BASE_YEAR, "discount.costs", "discount.health", "payer.copayment", "travel.miles", "travel.mile_price",
    "attendance.minutes", "wage.hour", "productivity.hours_per_day", "productivity.counted", "threshold.low",
    "threshold.base", "threshold.high", "decision.people_per_year", "decision.years", "utility.residual_sd",
)  # fmt: skip


def to_base_year(parameters: MutableMapping[str, Parameter]) -> None:
    """Bring every amount of money to the base year, in place; nothing if no base year is given.

    Value and bounds are multiplied by index(base year) / index(own year); the notes keep what was read.

    Raises
    ------
    SpinesimError
        If the index lacks a year, or amounts are in several currencies.
    """
    if BASE_YEAR not in parameters:
        return
    base = round(parameters[BASE_YEAR].value)
    currencies: dict[str, str] = {}
    for key, one in list(parameters.items()):
        found = money(one.unit)
        if found is None:
            continue
        currency, year, per = found
        currencies.setdefault(currency, key)
        if year == base:
            continue
        factor = _index(parameters, base, key) / _index(parameters, year, key)
        read = f"{one.value:,g} {one.unit} as read, times {factor:.4f} for prices since"
        parameters[key] = replace(
            one,
            value=one.value * factor,
            low=None if one.low is None else one.low * factor,
            high=None if one.high is None else one.high * factor,
            unit=f"{currency} {base}{per}",
            notes=f"{one.notes}; {read}" if one.notes else read,
        )
    if len(currencies) > 1:
        (first, here), (second, there) = list(currencies.items())[:2]
        raise SpinesimError(
            f"data/parameters: the row '{here}' is in {first}, but '{there}' in {second}; "
            "give all amounts in one currency."
        )


def check_dated(parameters: Mapping[str, Parameter]) -> None:
    """Refuse a price whose unit does not say currency and year, or a table that lacks what value needs.

    Raises
    ------
    SpinesimError
        Naming the row, and what would be right.
    """
    for key in NEEDED:
        if key not in parameters:
            raise SpinesimError(f"{WHERE}: the row '{key}' is missing; add it.")
    dated = [found for one in parameters.values() if (found := money(one.unit)) is not None]
    currencies = CURRENCIES | {currency for currency, _, _ in dated}
    for key in parameters:
        unit = parameters[key].unit.strip()
        amount = (
            key.endswith("price")
            or key.startswith(("threshold.", "wage."))
            or unit.split(" ")[0].upper() in currencies
        )
        if (amount or unit[:1] in SIGNS) and money(unit) is None:
            raise SpinesimError(
                f"data/parameters: the row '{key}', column unit: '{parameters[key].unit}' does not say of "
                f"which year; write for example 'USD {parameters[BASE_YEAR].value:g}{_per(unit)}'."
            )


def _per(unit: str) -> str:
    """The end of a unit such as ``USD per mile``: `` per mile``."""
    _, per, what = unit.partition(" per ")
    return per + what


def read_once(key: str) -> bool:
    """Whether a parameter is used up when the files are read, so that changing it later would do nothing."""
    return key == BASE_YEAR or key.startswith(INDEX)


def _index(parameters: Mapping[str, Parameter], year: int, needed_by: str) -> float:
    key = f"{INDEX}{year}"
    if key not in parameters:
        raise SpinesimError(
            f"{WHERE}: the row '{key}' is missing, which the price '{needed_by}' needs; add it."
        )
    value = parameters[key].value
    if value <= 0:
        raise SpinesimError(f"{WHERE}: the row '{key}', column value: must be above 0; mend the number.")
    return value
