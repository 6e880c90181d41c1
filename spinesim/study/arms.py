"""The arms of a comparison, named, and the plans of every run of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway
from spinesim.study.simulation import Plan, plan, replications

Arms = Mapping[str, Pathway | str | Path] | Sequence[Pathway | str | Path]


def _named(pathways: object) -> dict[str, Pathway | str | Path]:
    """Arms by name; those of a plain sequence are named by themselves."""
    if isinstance(pathways, Mapping):
        return dict(pathways)
    if isinstance(pathways, str | Path | Pathway) or not isinstance(pathways, Iterable):
        raise SpinesimError(
            "compare takes two or more pathways: write compare(['conservative_first', 'early_imaging']) or "
            "{'name of the arm': pathway, ...}."
        )
    arms: dict[str, Pathway | str | Path] = {}
    for one in pathways:
        if not isinstance(one, str | Path | Pathway):
            raise SpinesimError(f"{str(one)[:40]!r} is no pathway: give a shipped name, a file or a Pathway.")
        file = isinstance(one, Path) or (isinstance(one, str) and one.endswith(".toml"))
        name = one.name if isinstance(one, Pathway) else Path(one).stem if file else str(one)
        if name in arms:
            raise SpinesimError(
                f"Two arms are called '{name}': name them, as in {{'usual': '{name}', 'changed': ...}}."
            )
        arms[name] = one
    return arms


def study_plans(pathways: Arms, *, runs: int = 1, **wishes: Any) -> list[Plan]:
    """Every arm and run of a comparison; the arms of one run stand together, as they share their draws."""
    pathways = _named(pathways)
    if not pathways:
        raise SpinesimError("Nothing to compare: give at least one pathway.")
    todo = [
        one
        for arm, pathway in pathways.items()
        for one in replications(plan(pathway, arm=arm, **wishes), runs)
    ]
    return sorted(todo, key=lambda one: one.run)
