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
    """Changes of evidence by which this share gets a red flag that alarms, shows and can be operated on.

    It is cauda equina syndrome in the back and weakness or a pressed cord in the neck; a pattern whose data
    know neither has none.
    """
    kinds = {"lumbar": ("cauda_equina",), "cervical": ("weakness", "cord_compression")}
    sure = {f"serious.{kind}.alarms": 1.0 for kind in ("cauda_equina", "weakness", "cord_compression")}
    # a pressed cord shows on any scan before it declines: let it decline from the first day on
    sure |= {"imaging.serious_sensitivity": 1.0, "serious.cord_compression.onset_days": 0.5}
    mine = []
    for key, row in shipped_evidence().conditions.items():
        known = [f"{key}.serious.{kind}" for kind in kinds[row["region"]]]
        mine += [name for name in known if name in healthy][:1]
    assert len(mine) > len(CONDITIONS) - 3
    return lambda share: healthy | sure | dict.fromkeys(mine, share)


@pytest.fixture(scope="session")
def uptakes() -> Any:
    """Changes of evidence by which every offer is taken up with this probability."""
    known = [key for key in shipped_evidence().parameters if key.endswith("uptake")]
    assert len(known) > 10
    return lambda share: dict.fromkeys(known, share)
