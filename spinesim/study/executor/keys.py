"""Content keys: a name for a result that says everything that decides its bits."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from spinesim.evidence import Evidence
from spinesim.pathway import Pathway

if TYPE_CHECKING:
    from spinesim.study.simulation import Plan

ONLY_SHOWS = ("cli", "view")  # rooms that decide no number
LIBRARIES = ("numpy", "scipy", "pandas", "simpy")


def _read_sources() -> str:
    """SHA-256 of every source file of spinesim that may decide a number."""
    root = Path(__file__).parents[2]
    content = sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in ONLY_SHOWS:
            content.update(f"{inside.as_posix()}\0".encode())
            content.update(sha256(path.read_bytes()).digest())
    return content.hexdigest()


_SOURCES = _read_sources()  # when this is imported, not at the first key: what runs is what was read then


def source_digest() -> str:
    """SHA-256 of the source files this process began with."""
    return _SOURCES


@lru_cache(maxsize=1)
def surroundings() -> str:
    """Code, libraries and kind of machine: elsewhere the last bits may differ."""
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    return ", ".join([source_digest(), f"Python {sys.version_info[:2]}", platform.machine(), *libraries])


def content_key(kind: str, *parts: object) -> str:
    """Return a name (64 hex digits) of what `kind` of work gives on `parts`, the same in every process.

    Parameters
    ----------
    kind : str
        What is computed, such as ``"results"``.
    *parts : object
        Everything it depends on: numbers, texts, arrays, tuples, mappings, evidence, pathways, clinics,
        plans and other dataclasses.
    """
    return sha256(f"{surroundings()}\n{kind}\n{_said(parts)}".encode()).hexdigest()


def plan_key(plan: Plan, kind: str = "results") -> str:
    """The key of a plan: two plans with the same key give the same numbers. The arm's name is left out."""
    return content_key(kind, plan)


def _said(part: object) -> str:
    """A part in words that differ whenever it differs; 1, 1.0, True and "1" are all told apart."""
    from spinesim.study.simulation import Plan  # it builds on this package

    if part is None or isinstance(part, bool | int | float | str | bytes):
        return f"{type(part).__name__}:{part!r}"
    if isinstance(part, np.generic | np.ndarray):
        array = np.ascontiguousarray(part)
        if array.dtype == object:
            raise TypeError("an array of objects cannot be part of a content key")
        return f"array:{array.dtype.str}{array.shape}{sha256(array.tobytes()).hexdigest()}"
    if isinstance(part, Evidence | Pathway):
        return f"{type(part).__name__}:{part.digest}"
    if isinstance(part, BaseModel):
        return f"{type(part).__name__}:{part.model_dump_json()}"
    if isinstance(part, Mapping):
        inner = sorted(f"{_said(key)}={_said(value)}" for key, value in part.items())
        return f"map({','.join(inner)})"
    if isinstance(part, tuple | list):
        return f"({','.join(_said(one) for one in part)})"
    if isinstance(part, Path):
        return f"path:{part.as_posix()!r}"
    if is_dataclass(part) and not isinstance(part, type):
        unsaid = {"arm"} if isinstance(part, Plan) else set()  # an arm's name decides no number
        names = [field.name for field in fields(part) if field.name not in unsaid]
        inner = [f"{name}={_said(getattr(part, name))}" for name in names]
        return f"{type(part).__name__}({','.join(inner)})"
    raise TypeError(f"a {type(part).__name__} cannot be part of a content key")
