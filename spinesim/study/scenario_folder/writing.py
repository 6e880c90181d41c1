"""Write the folder of a scenario study: whole or not at all."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.pathway.diff import diff
from spinesim.study.files import check_folder, manifest, write_folder
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.scenario_folder.clinic_diff import clinic_diff
from spinesim.study.scenario_folder.plain import own_changes, scenarios
from spinesim.study.scenario_folder.reading import FORMAT, KIND
from spinesim.study.scenario_folder.rests_on import rests_on
from spinesim.study.scenario_folder.tables import tables
from spinesim.study.simulation import Plan

if TYPE_CHECKING:
    from spinesim.study.compare import Study

LIBRARIES = ("numpy", "scipy", "pandas", "simpy", "pydantic", "matplotlib")
LONGEST_QUESTION = 2_000


def write(
    study: Study,
    plans: Sequence[Plan],
    out: str | Path,
    force: bool = False,
    question: str = "",
    *,
    title: str = "",
    command: str = "",
    seconds: float | None = None,
    events: bool = False,
    more: Mapping[str, pd.DataFrame] | None = None,
) -> Path:
    """Write everything a report needs of a scenario study; the folder appears only when complete.

    Parameters
    ----------
    study : Study
    plans : sequence of Plan
        Those it was run from; the first arm is the reference, today's clinic.
    out : str or Path
        A new or empty folder.
    force : bool
        Replace spinesim results already there.
    question, title : str
        What the meeting asks, and what the report is called.
    command : str
        The command that made it, for the report; left out for a study made in Python or in the lab.
    seconds : float, optional
        How long the runs took.
    events : bool
        Write the event log of every arm and run too (large).
    more : mapping of str to DataFrame, optional
        Further tables by the name of their file, such as ``extra_slot``; none may take the name of another.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SpinesimError
        As `spinesim.study.files.check_folder`, before anything is computed; or if the plans are not those
        of the study.
    """
    check_folder(out, force)
    known = list(dict.fromkeys(one.arm for one in plans))
    if known != study.arms:
        raise SpinesimError(
            f"The plans are for {', '.join(known)}, the study has {', '.join(study.arms)}; give its "
            f"own plans."
        )
    made = tables(study)
    made["assumptions"], made["evidence"] = rests_on(plans)
    if events:
        made["events"] = study.events()
    for name, table in (more or {}).items():
        if name in made:
            raise SpinesimError(f"A table called '{name}' is there already; give it another name.")
        made[name] = table
    rows = {name: len(table) for name, table in made.items()}
    told = _told(study, list(plans)) | {
        "tables": rows,
        "question": " ".join(question.split())[:LONGEST_QUESTION],
        "title": " ".join(title.split())[:LONGEST_QUESTION],
        "command": command,
        "seconds": seconds,
    }
    return write_folder(out, made, told, force)


def _told(study: Study, plans: list[Plan]) -> dict[str, Any]:
    """The manifest: what was run, with what, and what differs between the arms, in words."""
    first = plans[0]
    arms = {one.arm: one for one in reversed(plans)}
    known = first.evidence
    threshold = known["threshold.base"]
    changed = {
        arm: {
            "pathway": diff(first.pathway, one.pathway),
            "clinic": clinic_diff(first.clinic, one.clinic, known),
        }
        for arm, one in arms.items()
        if arm != first.arm
    }
    return manifest(plans) | {
        "kind": KIND,
        "format": FORMAT,
        "person": dict(first.person),
        "eligibility": dict(first.eligibility),
        "warm_up": first.warm_up,
        "scenarios": scenarios(plans),
        "changed": {arm: changed[arm] for arm in study.arms[1:]},
        "versions": _versions(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count() or 1} processors",
        "evidence": {
            "sha256": known.digest,
            "stance": known.taken,
            "changes": own_changes(first),
            "parameters": len(known),
        },
        "intervals": f"95 % t intervals over {'people of one run' if study.runs == 1 else 'runs'}",
        "outcomes": {key: outcome.unit for key, outcome in OUTCOMES.items()},
        "important": {
            scale: size
            for scale in ("pain", "disability")
            if (size := study.minimal_important(scale)) is not None
        },
        "threshold": {"value": threshold.value, "unit": threshold.unit},
        "money": known["visit.price"].unit,
        "regions": sorted({str(x) for run in study.results[first.arm] for x in run.patients["region"]}),
    }


def _versions() -> dict[str, str]:
    from spinesim import __version__

    found = {"python": platform.python_version(), "spinesim": __version__}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
