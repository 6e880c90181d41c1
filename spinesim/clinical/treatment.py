"""A treatment as data: an entry of ``data/treatments.toml`` and the parameters that begin with its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spinesim.evidence import Evidence

EXERCISE = "physiotherapy"
"""The relief that every exercise course fills, whatever its form."""


@dataclass(frozen=True)
class Treatment:
    """One entry of ``data/treatments.toml`` with its parameters.

    Attributes
    ----------
    step, kind, resource : str
        Name; talk, tablets, course, test, procedure, operation, referral or discharge; what it occupies.
    share : bool
        Whether relief is a share of pain rather than NRS points.
    works_when : str or None
        Tissue that must be there.
    context : bool
        Whether the context of being treated comes on top (the effect figure is net of sham).
    harms, stops : tuple of str
        Harms it can cause; serious diseases it stops.
    numbers : mapping
        Parameters ``<step>.<name>`` by name.
    region : str or None
        Where it can be done at all: ``lumbar`` or ``cervical``; None anywhere.
    """

    step: str
    kind: str
    resource: str
    share: bool
    works_when: str | None
    context: bool
    harms: tuple[str, ...]
    stops: tuple[str, ...]
    numbers: Mapping[str, float]
    region: str | None = None

    def get(self, name: str, default: float = 0.0) -> float:
        """One of its parameters; a missing one means no such effect."""
        return self.numbers.get(name, default)

    @property
    def exercises(self) -> bool:
        """Whether its sessions fill the exercise slot."""
        return "dose" in self.numbers


def read_treatments(evidence: Evidence) -> dict[str, Treatment]:
    """Every treatment the data folder describes, by step."""

    def read(step: str, row: Mapping[str, Any]) -> Treatment:
        return Treatment(
            step=step,
            kind=str(row["kind"]),
            resource=str(row["resource"]),
            share=row.get("relief") == "share",
            works_when=row.get("works_when"),
            context=bool(row.get("context", False)),
            harms=tuple(row.get("harms", ())),
            stops=tuple(row.get("stops", ())),
            numbers=evidence.values(f"{step}."),
            region=row.get("region"),
        )

    return {step: read(step, row) for step, row in evidence.treatments.items()}


EFFECTS = (
    "limb_relief", "axial_relief", "success", "fear", "adherence", "conditioning", "conditioning_loss",
    "sleep", "calm", "habits", "maintenance", "wound", "scar", "active_days", "follows_tolerance",
)  # fmt: skip
"""Parameters of a treatment that do something to pain, function or habits; at 0 they do nothing."""

LOADS = ("load", "flare_load")
"""Activity as a share of the usual; at 1 nothing changes."""


def without_effects(evidence: Evidence, context: bool = True) -> Evidence:
    """The same evidence with every treatment's effect at 0: what is left is the natural course.

    Parameters
    ----------
    evidence : Evidence
    context : bool
        Whether the context of being treated (placebo response) goes on working.

    Returns
    -------
    Evidence
        Offers, waits, harms and costs are as before.
    """
    wanted = {f"{step}.{name}": 0.0 for step in evidence.treatments for name in EFFECTS}
    wanted |= {f"{step}.{name}": 1.0 for step in evidence.treatments for name in LOADS}
    silent = {key: value for key, value in wanted.items() if key in evidence}
    if not context:
        silent["context.relief"] = 0.0
    return evidence.change(silent)
