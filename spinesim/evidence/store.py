"""What was read, held together: `Evidence`, looked up by id, copied with `change`, never altered."""

from __future__ import annotations

import difflib
import json
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import Figure
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.prices import read_once

Item = TypeVar("Item")


class Named(dict[str, Item]):
    """A dict whose missing key is an error for people, naming near matches."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def __missing__(self, key: str) -> Item:
        raise SpinesimError(f"There is no {self.what} '{key}'; {near(key, self)}.")

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.what, dict(self))


def named(what: str, items: dict[str, Item]) -> Named[Item]:
    """Return a fresh `Named` holding the same items."""
    copy = Named[Item](what)
    copy.update(items)
    return copy


def near(key: object, known: Mapping[str, object]) -> str:
    """Return the remedy for an unknown id: the ids most like it."""
    close = difflib.get_close_matches(str(key), known, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close)
    return "see data/parameters and data/evidence for the ids"


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything the model knows, with sources; never altered, only copied with `change`.

    Attributes
    ----------
    folder : Path
        Where it was read.
    conditions, treatments, signs : dict
        Parsed ``conditions.toml``, ``treatments.toml`` and ``signs.toml``.
    taken : str
        The stance taken: ``base``, ``sceptical``, ``hopeful`` or ``article``.
    """

    folder: Path
    conditions: dict[str, Any] = field(repr=False)
    treatments: dict[str, Any] = field(repr=False)
    _parameters: Named[Parameter] = field(repr=False)
    _figures: Named[Figure] = field(repr=False)
    _content: str = field(repr=False)
    _changes: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, dict[str, float]] = field(default_factory=dict, init=False, repr=False)
    """Answers of `values` by prefix: looking through every id each time is slow."""
    taken: str = "base"
    _moved: dict[str, float] = field(default_factory=dict)
    _shipped: Evidence | None = field(default=None, repr=False)
    signs: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: str) -> Parameter:
        """Return one parameter; an unknown id is a `SpinesimError` naming near matches."""
        return self._parameters[key]

    def __contains__(self, key: object) -> bool:
        return key in self._parameters

    def __len__(self) -> int:
        return len(self._parameters)

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """All parameters by id, in the order of the file, read-only."""
        return MappingProxyType(self._parameters)

    @property
    def figures(self) -> Mapping[str, Figure]:
        """All published figures by id, read-only; an unknown id names near matches."""
        return MappingProxyType(self._figures)

    def value(self, key: str) -> float:
        """Return the value of one parameter, in its unit.

        Raises
        ------
        SpinesimError
            If there is no such parameter; near matches are named.
        """
        return self._parameters[key].value

    def values(self, prefix: str) -> dict[str, float]:
        """Return the value of every parameter whose id starts with `prefix`, by the rest of the id.

        Parameters
        ----------
        prefix : str
            For example ``"lumbar_strain."``, with its dot.

        Returns
        -------
        dict of str to float
            Empty if there is none.
        """
        if prefix not in self._asked:
            start = len(prefix)
            self._asked[prefix] = {
                key[start:]: one.value for key, one in self._parameters.items() if key.startswith(prefix)
            }
        return dict(self._asked[prefix])

    def numbers(self) -> dict[str, float]:
        """Return the value of every parameter by id, in its unit: a fresh dict, quick to read from."""
        return {key: one.value for key, one in self._parameters.items()}

    def unconfirmed(self) -> list[str]:
        """Return the ids of parameters never checked at their source, assumptions among them."""
        return [key for key, parameter in self._parameters.items() if parameter.unconfirmed]

    def change(self, values: Mapping[str, float]) -> Evidence:
        """Return new evidence with some values replaced; their intervals are dropped.

        Parameters
        ----------
        values : mapping of str to float
            New value by parameter id, in the parameter's unit.

        Raises
        ------
        SpinesimError
            If an id is unknown, or a value is not a finite number or not one its unit permits.
        """
        changed = named(self._parameters.what, self._parameters)
        for key, value in values.items():
            number = _finite(key, value)
            try:
                changed[key] = changed[key].with_value(number)
            except SpinesimError as error:
                raise SpinesimError(f"change: {error}") from None
            if read_once(key):
                raise SpinesimError(
                    f"change: '{key}' is used when the files are read, so changing it now would do nothing; "
                    "edit data/parameters/prices.csv, and every price follows."
                )
        merged = self._changes | {key: changed[key].value for key in values}
        return replace(self, _parameters=changed, _changes=merged, _shipped=self.shipped)

    def stance(self, name: str) -> Evidence:
        """Return the evidence as another reader of the same papers would have it.

        Parameters
        ----------
        name : str
            ``sceptical`` or ``hopeful``: disputed questions settled against or for treatment, published
            intervals at the end that favours it less or more; ``article``: the figures of the clinic's
            own article where it gives one; ``base``: as shipped.

        Returns
        -------
        Evidence
            `changes` names what moved. It replaces a stance taken before; numbers changed by the user
            stay theirs.

        Raises
        ------
        SpinesimError
            If there is no such stance, or ``stances.toml`` is faulty.
        """
        from spinesim.evidence.stances import take  # here, since it needs this module and pydantic

        origin = self.shipped
        moved = take(origin, name)
        if name != "base":
            parameters = named(origin._parameters.what, origin._parameters)
            parameters.update(moved)
            values = {key: parameter.value for key, parameter in moved.items()}
            origin = replace(origin, _parameters=parameters, taken=name, _moved=values, _shipped=origin)
        return origin.change(self._changes) if self._changes else origin

    @property
    def shipped(self) -> Evidence:
        """The evidence as it was read, before any stance or change."""
        return self._shipped or self

    @property
    def changes(self) -> Mapping[str, float]:
        """Every value that differs from the files by a stance or by `change`, by parameter id."""
        return MappingProxyType(self._moved | self._changes)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the files read and of every change made since (caches ask often)."""
        if not self.changes:
            return self._content
        changes = json.dumps(sorted((key, value.hex()) for key, value in self.changes.items()))
        return sha256(f"{self._content}{changes}".encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Evidence) and self.digest == other.digest


def _finite(key: str, value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) or not isinstance(value, numbers.Real) else float(value)
    except OverflowError:
        raise SpinesimError(f"change: the value for '{key}' is too large; give a smaller number.") from None
    if not math.isfinite(number):
        raise SpinesimError(f"change: the value for '{key}' must be a finite number, not {value!r}.")
    return number
