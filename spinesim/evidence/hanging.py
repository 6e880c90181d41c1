"""Who uses what: pathways and claims read as plain tables, so that this room knows neither room above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spinesim.evidence.files import read_text, read_toml

__all__ = ["ClaimTable", "Users", "claim_table", "claim_tables", "users"]

ClaimTable = Mapping[str, Any]
Users = Mapping[str, list[str]]


def claim_tables(folder: Path) -> dict[str, ClaimTable]:
    """The claims beside the evidence, by id, as written."""
    return {path.stem: _table(path) for path in sorted((folder / "claims").glob("*.toml"))}


def claim_table(folder: Path, name: str) -> ClaimTable | None:
    """One claim (``b7`` too); None if there is no such file."""
    if not name.isalnum():
        return None
    path = folder / "claims" / f"{name.upper()}.toml"
    return _table(path) if path.is_file() else None


def parts(claim: ClaimTable) -> Iterator[ClaimTable]:
    """The claim itself, its arms, its off switch and its further checks."""
    yield claim
    yield from claim.get("arm", ())
    yield claim.get("off", {})
    yield from claim.get("also", ())


def named_by(claim: ClaimTable) -> list[str]:
    """Ids of the parameters a claim changes or switches off, and of the figures it cites."""
    found: list[str] = []
    for part in parts(claim):
        found += [*part.get("parameters", {}), *part.get("source", ()), *part.get("expect_source", ())]
    return list(dict.fromkeys(found))


def users(folder: Path) -> Users:
    """By id of a parameter or figure: ``claim B7`` that names it, ``pathway sciatica`` that cites it or
    offers the step whose uptake it is.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, claim in claim_tables(folder).items():
        for name in named_by(claim):
            found[name].append(f"claim {key}")
    for path in sorted((folder / "pathways").glob("*.toml")):
        for rule in _table(path).get("rule", ()):
            offered = [rule["uptake"]] if "uptake" in rule else [f"{one}.uptake" for one in rule["offer"]]
            for name in (*rule.get("reference", ()), *offered):
                if f"pathway {path.stem}" not in found[name]:
                    found[name].append(f"pathway {path.stem}")
    return found


def _table(path: Path) -> dict[str, Any]:
    return read_toml(path, read_text(path))
