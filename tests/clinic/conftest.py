"""Small clinics to look into, and runs whose event tables are checked."""

from __future__ import annotations

from typing import Any

import pytest

import spinesim as ss
from spinesim.clinic import Clinic, load_clinic
from spinesim.clinical import draw_cohort
from spinesim.evidence import Draws, Evidence
from spinesim.study.simulation import shipped_evidence

CONDITIONS = tuple(ss.conditions())


@pytest.fixture(scope="session")
def build() -> Any:
    """A clinic not yet run: `build(pathway, condition, patients, weeks, ...)`."""

    def make(
        pathway: Any,
        condition: str = "disc_herniation",
        patients: int = 100,
        weeks: int = 26,
        *,
        seed: int = 5,
        setting: str = "ample",
        evidence: Evidence | None = None,
        kind: type[Clinic] = Clinic,
        draws: Any = None,
    ) -> Clinic:
        evidence = evidence or shipped_evidence()
        draws = draws or Draws(seed)
        pathway = ss.pathway(pathway) if isinstance(pathway, str) else pathway
        cohort = draw_cohort(evidence, draws, condition, patients)
        return kind(pathway, load_clinic(setting), cohort, evidence, draws, weeks)

    return make


@pytest.fixture(scope="session")
def healthy() -> Any:
    """Changes of evidence by which nobody has serious disease."""
    keys = [key for key in shipped_evidence().parameters if key.split(".")[1] == "serious"]
    assert len(keys) > len(CONDITIONS)
    return dict.fromkeys(keys, 0.0)


@pytest.fixture(scope="session")
def flags(healthy: Any) -> Any:
    """Changes of evidence by which this share gets cauda equina syndrome, and nobody another red flag."""
    return lambda share: healthy | {f"{key}.serious.cauda_equina": share for key in CONDITIONS}


@pytest.fixture(scope="session")
def uptakes() -> Any:
    """Changes of evidence by which every offer is taken up with this probability."""
    known = [key for key in shipped_evidence().parameters if key.endswith("uptake")]
    assert len(known) > 10
    return lambda share: dict.fromkeys(known, share)
