"""Which parameters are uncertain together: ``data/correlations.toml``, read strictly."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, load_model
from spinesim.evidence.files import label
from spinesim.evidence.references import check_reference

FILE = "correlations.toml"
ROUNDING = 1e-6
"""Shares that miss a sum of 1 by less are taken to sum to 1, as the model does."""
TINY = 1e-9
Floats = npt.NDArray[np.float64]
Words = Annotated[str, Field(min_length=1)]
Rho = Annotated[float, Field(ge=-1, le=1, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Entry(_Strict):
    source: Words
    why: Words


class _Shares(_Entry):
    name: Words
    parameters: Annotated[list[str], Field(min_length=1)]
    people: Annotated[float, Field(gt=0, strict=True)] | None = None


class _Ladder(_Entry):
    name: Words
    parameters: Annotated[list[str], Field(min_length=1)]


class _Group(_Entry):
    name: Words | None = None
    parameters: Annotated[list[str], Field(min_length=1)] | None = None
    each: Words | None = None
    rho: Share


class _Pair(_Entry):
    parameters: Annotated[list[str], Field(min_length=2, max_length=2)]
    rho: Rho


class _File(_Strict):
    shares: list[_Shares] = []
    ladder: list[_Ladder] = []
    group: list[_Group] = []
    pair: list[_Pair] = []


@dataclass(frozen=True)
class Shares:
    """Shares that sum to 1. `keys` names the K shares; each of `rows` holds their K ids; `people` or None."""

    name: str
    keys: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    people: float | None


@dataclass(frozen=True)
class Alike:
    """Parameters of which each two correlate by `rho` (1: a ladder, one luck for all)."""

    name: str
    members: tuple[str, ...]
    rho: float


@dataclass(frozen=True, eq=False)
class Paired:
    """Parameters linked by pairs; `matrix` is their correlation, (K, K), in the order of the file."""

    name: str
    members: tuple[str, ...]
    matrix: Floats


@dataclass(frozen=True)
class Joint:
    """All of ``correlations.toml``, checked; every parameter stands in one place at most."""

    shares: tuple[Shares, ...] = ()
    alike: tuple[Alike, ...] = ()
    paired: tuple[Paired, ...] = ()


def load_joint(evidence: Evidence, path: str | Path | None = None) -> Joint:
    """Read and check what moves together.

    Parameters
    ----------
    evidence : Evidence
        What the ids must name.
    path : str or path, optional
        Defaults to ``correlations.toml`` beside the evidence; a folder without one has no correlations.

    Raises
    ------
    SpinesimError
        One sentence naming file, entry and remedy: an unknown id or source, a correlation that is none, an
        impossible set of correlations, shares that do not sum to 1, a parameter in two places.
    """
    chosen = Path(path) if path is not None else evidence.folder / FILE
    if path is None and not chosen.is_file():
        return Joint()
    return _read(chosen, chosen.stat().st_mtime_ns if chosen.is_file() else 0, evidence.shipped)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, evidence: Evidence) -> Joint:
    read = load_model(path, _File, "correlations file")
    where = label(path)
    if not (read.shares or read.ladder or read.group or read.pair):
        raise SpinesimError(
            f"{where} holds no [[shares]], [[ladder]], [[group]] or [[pair]]; restore the file that ships."
        )
    seen: dict[str, str] = {}
    shares = tuple(_shares(where, one, evidence, seen) for one in read.shares)
    alike: list[Alike] = []
    for rung in read.ladder:
        members = _claim(where, rung.name, rung.parameters, evidence, seen)
        alike.append(Alike(rung.name, members, 1.0))
    for group in read.group:
        alike += _groups(where, group, evidence, seen)
    paired = _pairs(where, read.pair, evidence, seen)
    entries: list[tuple[str, _Entry]] = [(one.name, one) for one in read.shares]
    entries += [(one.name, one) for one in read.ladder]
    entries += [(one.name or one.each or "", one) for one in read.group]
    entries += [(" and ".join(one.parameters), one) for one in read.pair]
    for name, entry in entries:
        cited = [part.strip() for part in entry.source.split(";") if part.strip() != "assumption"]
        check_reference(f"{where} [{name}]: 'source'", cited, evidence.figures)
    names = [one.name for one in shares] + [one.name for one in alike] + [one.name for one in paired]
    for name in names:
        if names.count(name) > 1:
            raise SpinesimError(f"{where}: two entries are called '{name}'; rename one of them.")
    return Joint(shares, tuple(alike), paired)


def _claim(
    where: str, name: str, patterns: Iterable[str], evidence: Evidence, seen: dict[str, str]
) -> tuple[str, ...]:
    """The ids that patterns name, each once, and in no other entry."""
    found: list[str] = []
    for pattern in patterns:
        if "*" in pattern:
            here = fnmatch.filter(evidence.parameters, pattern)
            if not here:
                raise SpinesimError(
                    f"{where} [{name}]: no parameter is called like '{pattern}'; mend the pattern."
                )
        else:
            try:
                evidence[pattern]
            except SpinesimError as error:
                raise SpinesimError(f"{where} [{name}]: {error}") from None
            here = [pattern]
        found += here
    for key in found:
        if key in seen:
            raise SpinesimError(
                f"{where} [{name}]: '{key}' is named in [{seen[key]}] too; keep one of the two."
            )
        seen[key] = name
    return tuple(found)


def _shares(where: str, one: _Shares, evidence: Evidence, seen: dict[str, str]) -> Shares:
    rows: list[tuple[str, ...]] = []
    keys: list[tuple[str, ...]] = []
    for pattern in one.parameters:
        if pattern.count("*") != 1:
            raise SpinesimError(
                f"{where} [{one.name}]: '{pattern}' must hold one *, which stands for the shares; mend it."
            )
        members = _claim(where, one.name, [pattern], evidence, seen)
        total = math.fsum(evidence.value(key) for key in members)
        if abs(total - 1) > ROUNDING:
            raise SpinesimError(
                f"{where} [{one.name}]: {pattern} sum to {total:.4g}, not 1; mend the pattern or the shares."
            )
        before, after = pattern.split("*")
        rows.append(members)
        keys.append(tuple(key[len(before) : len(key) - len(after)] for key in members))
    if any(other != keys[0] for other in keys):
        raise SpinesimError(
            f"{where} [{one.name}]: the patterns have different shares; make two entries of them."
        )
    if one.people is None and not any(evidence[key].sample_sd > 0 for key in rows[0]):
        raise SpinesimError(
            f"{where} [{one.name}]: no row has an interval, so 'people' is needed; say how many the shares "
            "are worth."
        )
    return Shares(one.name, keys[0], tuple(rows), one.people)


def _groups(where: str, group: _Group, evidence: Evidence, seen: dict[str, str]) -> list[Alike]:
    if (group.each is None) == (group.parameters is None):
        raise SpinesimError(
            f"{where} [[group]] {group.name or ''}: give either 'parameters' (with a 'name') or 'each'."
        )
    if group.parameters is not None:
        if group.name is None:
            raise SpinesimError(f"{where} [[group]]: 'name' is missing; add it.")
        return [Alike(group.name, _claim(where, group.name, group.parameters, evidence, seen), group.rho)]
    each = group.each or ""
    if each.count("{}") != 1:
        raise SpinesimError(f"{where} [[group]] each = '{each}': must hold one {{}}; mend it.")
    form = re.compile(re.escape(each).replace(r"\{\}", r"([^.]+)").replace(r"\*", ".*"))
    words = dict.fromkeys(found[1] for key in evidence.parameters if (found := form.fullmatch(key)))
    if not words:
        raise SpinesimError(f"{where} [[group]] each = '{each}': names no parameter; mend it.")
    names = {each.replace("{}", word): word for word in words}
    return [Alike(name, _claim(where, name, [name], evidence, seen), group.rho) for name in names]


def _pairs(where: str, pairs: list[_Pair], evidence: Evidence, seen: dict[str, str]) -> tuple[Paired, ...]:
    """Pairs that share parameters become one correlation matrix, which must be possible."""
    rho: dict[frozenset[str], float] = {}
    parts: list[list[str]] = []
    for pair in pairs:
        a, b = pair.parameters
        name = f"{a} and {b}"
        if a == b or frozenset((a, b)) in rho:
            raise SpinesimError(f"{where} [[pair]] {name}: given twice, or with itself; remove one.")
        rho[frozenset((a, b))] = pair.rho
        touched = [part for part in parts if a in part or b in part]
        merged = [key for part in touched for key in part]
        new = [key for key in (a, b) if key not in merged]
        _claim(where, f"pair {name}", new, evidence, seen)
        parts = [part for part in parts if part not in touched] + [merged + new]
    found = []
    for part in parts:
        matrix = np.array([[1.0 if a == b else rho.get(frozenset((a, b)), 0.0) for a in part] for b in part])
        if np.linalg.eigvalsh(matrix).min() < -TINY:
            raise SpinesimError(
                f"{where} [[pair]]: the correlations among {', '.join(part)} cannot all hold (the matrix is "
                "not positive semidefinite; a pair not named counts as 0); bring them nearer to 0."
            )
        found.append(Paired(f"pair {' and '.join(part)}", tuple(part), matrix))
    return tuple(found)


def root(matrix: Floats) -> Floats:
    """Lower triangular L with L L' = matrix, also where `matrix` is only semidefinite.

    Triangular, so that a parameter put last changes nothing of the others.
    """
    size = len(matrix)
    low = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            left = matrix[i, j] - low[i, :j] @ low[j, :j]
            if i == j:
                low[i, i] = math.sqrt(max(left, 0.0))
            elif low[j, j] > math.sqrt(TINY):
                low[i, j] = left / low[j, j]
    return low
