"""Blocks of parameters that are drawn together: each turns named uniforms into values.

A block knows its independent uniforms (`dims`), the parameters it moves (`ids`), the values at given
uniforms (`values`), and how one of them is moved alone or all together (`moves`), for one-way analyses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spinesim.evidence import Evidence, Parameter
from spinesim.evidence.ranges import limits

Floats = npt.NDArray[np.float64]
Values = dict[str, Floats]
Move = tuple[str, tuple[str, ...], Callable[[float], dict[str, float]]]
"""Name, the parameters that move, and their values at one uniform (0-1)."""
EDGE = 2.0**-53
"""Nearest to 0 and 1 that a uniform may come."""


class Block(Protocol):
    """What every block offers."""

    @property
    def name(self) -> str: ...
    @property
    def dims(self) -> tuple[str, ...]: ...
    @property
    def ids(self) -> tuple[str, ...]: ...
    def values(self, u: Mapping[str, Floats]) -> Values: ...
    def moves(self, together: bool) -> list[Move]: ...


def quantile(parameter: Parameter, u: Floats) -> Floats:
    """`Parameter.ppf`, kept to what the unit permits (the distribution given that it lies there)."""
    low, high = limits(parameter.unit)
    u = np.clip(u, EDGE, 1 - EDGE)
    if parameter.kind not in ("fixed", "beta") and (math.isfinite(low) or math.isfinite(high)):
        below, upto = (float(parameter.distribution.cdf(end)) for end in (low, high))
        if below > 0 or upto < 1:
            u = np.clip(below + u * (upto - below), EDGE, 1 - EDGE)
    return np.clip(parameter.ppf(u), low, high)


def _at(parameter: Parameter) -> Callable[[float], dict[str, float]]:
    return lambda u: {parameter.id: float(quantile(parameter, np.array([u]))[0])}


@dataclass(frozen=True)
class Single:
    """One parameter that varies alone."""

    parameter: Parameter

    @property
    def name(self) -> str:
        return self.parameter.id

    @property
    def dims(self) -> tuple[str, ...]:
        return (self.parameter.id,)

    ids = dims

    def values(self, u: Mapping[str, Floats]) -> Values:
        return {self.name: quantile(self.parameter, u[self.name])}

    def moves(self, together: bool) -> list[Move]:
        return [(self.name, self.ids, _at(self.parameter))]


@dataclass(frozen=True)
class Alike:
    """Parameters with one common factor: each two correlate by `rho` on the normal scale.

    `factor` names the common uniform where it is not the block's own name (a part of a group).
    """

    name: str
    parameters: tuple[Parameter, ...]
    rho: float
    factor: str = ""

    @property
    def common(self) -> str:
        return f"common.{self.factor or self.name}"

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.parameters)

    @property
    def dims(self) -> tuple[str, ...]:
        return (self.common, *(self.ids if self.rho < 1 else ()))

    def values(self, u: Mapping[str, Floats]) -> Values:
        if self.rho == 1:
            return {one.id: quantile(one, u[self.common]) for one in self.parameters}
        from scipy.special import ndtr, ndtri

        shared = math.sqrt(self.rho) * ndtri(u[self.common])
        own = math.sqrt(1 - self.rho)
        return {one.id: quantile(one, ndtr(shared + own * ndtri(u[one.id]))) for one in self.parameters}

    def moves(self, together: bool) -> list[Move]:
        if not together:
            return [(one.id, (one.id,), _at(one)) for one in self.parameters]
        ones = [_at(one) for one in self.parameters]
        return [(self.name, self.ids, lambda u: {k: v for one in ones for k, v in one(u).items()})]


@dataclass(frozen=True, eq=False)
class Linked:
    """Parameters linked by pairs; `low` is the triangular root of their correlation matrix."""

    name: str
    parameters: tuple[Parameter, ...]
    low: Floats

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.parameters)

    dims = ids

    def values(self, u: Mapping[str, Floats]) -> Values:
        from scipy.special import ndtr, ndtri

        z = self.low @ np.stack([ndtri(np.clip(u[key], EDGE, 1 - EDGE)) for key in self.ids])
        return {one.id: quantile(one, ndtr(row)) for one, row in zip(self.parameters, z, strict=True)}

    def moves(self, together: bool) -> list[Move]:
        return [(one.id, (one.id,), _at(one)) for one in self.parameters]


@dataclass(frozen=True)
class Shares:
    """Shares that sum to 1: a Dirichlet with mean `base` worth `people`; `rows` move together."""

    name: str
    keys: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    base: tuple[tuple[float, ...], ...]
    people: float

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key for row in self.rows for key in row)

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(f"{self.name}.{key}" for key in self.keys)

    def values(self, u: Mapping[str, Floats]) -> Values:
        from scipy.special import gammaincinv

        found: Values = {}
        for ids, base in zip(self.rows, self.base, strict=True):
            weights = np.stack(
                [
                    gammaincinv(self.people * share, u[dim]) if share > 0 else np.zeros_like(u[dim])
                    for dim, share in zip(self.dims, base, strict=True)
                ]
            )
            found |= dict(zip(ids, to_one(weights), strict=True))
        return found

    def moves(self, together: bool) -> list[Move]:
        """One share at a time, the others giving or taking in proportion."""
        return [
            (f"{self.name}: {key.replace('_', ' ')}", tuple(row[k] for row in self.rows), self._move(k))
            for k, key in enumerate(self.keys)
            if any(0 < base[k] < 1 for base in self.base)
        ]

    def _move(self, k: int) -> Callable[[float], dict[str, float]]:
        def move(u: float) -> dict[str, float]:
            from scipy.special import betaincinv

            found: dict[str, float] = {}
            for ids, base in zip(self.rows, self.base, strict=True):
                share = float(betaincinv(self.people * base[k], self.people * (1 - base[k]), u))
                rest = (1 - share) / (1 - base[k])
                weights = np.array([[share if i == k else rest * b] for i, b in enumerate(base)])
                found |= {key: float(v[0]) for key, v in zip(ids, to_one(weights), strict=True)}
            return found

        return move


def to_one(weights: Floats) -> Floats:
    """Weights (K, n) as shares that sum to 1: the largest takes what rounding leaves."""
    shares = weights / weights.sum(axis=0)
    largest = shares.argmax(axis=0)
    columns = np.arange(shares.shape[1])
    kept = shares.copy()
    kept[largest, columns] = 0
    shares[largest, columns] = 1 - np.array([math.fsum(column) for column in kept.T.tolist()])
    return np.asarray(shares)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Parameters fitted together: one row of the fit's draws, ordered along their main direction."""

    name: str
    ids: tuple[str, ...]
    draws: Floats = field(repr=False)
    """Shape (rows, K), ordered."""

    @property
    def dims(self) -> tuple[str, ...]:
        return (f"fit.{self.name}",)

    def values(self, u: Mapping[str, Floats]) -> Values:
        rows = np.minimum((u[self.dims[0]] * len(self.draws)).astype(int), len(self.draws) - 1)
        return {key: self.draws[rows, k] for k, key in enumerate(self.ids)}

    def moves(self, together: bool) -> list[Move]:
        """All along their main direction: one alone would no longer fit."""
        return [(f"fit {self.name}", self.ids, lambda u: {k: float(v[0]) for k, v in self._one(u).items()})]

    def _one(self, u: float) -> Values:
        """The mean of the rows near a centile, so that one odd row does not stand for it."""
        near = max(len(self.draws) // 20, 1)
        order = min(int(u * len(self.draws)), len(self.draws) - 1)
        first = min(max(order - near // 2, 0), len(self.draws) - near)
        mean = self.draws[first : first + near].mean(axis=0, keepdims=True)
        return {key: mean[:, k] for k, key in enumerate(self.ids)}


def along_main_direction(draws: Floats) -> Floats:
    """Rows ordered by their first principal component (each column scaled to SD 1)."""
    spread = draws.std(axis=0)
    scaled = (draws - draws.mean(axis=0)) / np.where(spread > 0, spread, 1)
    direction = np.linalg.svd(scaled, full_matrices=False)[2][0]
    if direction[np.abs(direction).argmax()] < 0:
        direction = -direction  # the sign of a component is arbitrary: its largest part counts upwards
    return np.asarray(draws[np.argsort(scaled @ direction, kind="stable")])


def people_of(evidence: Evidence, ids: tuple[str, ...]) -> float:
    """The Dirichlet's concentration at which the variances of all shares sum to those of their intervals."""
    shares = [evidence[key] for key in ids if evidence[key].sample_sd > 0]
    wanted = sum(one.sample_sd**2 for one in shares)
    return max(sum(one.value * (1 - one.value) for one in shares) / wanted - 1, 1.0)
