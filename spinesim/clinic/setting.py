"""A clinic as data: who and what it has, read from ``data/clinics/*.toml``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spinesim.evidence import load_model


class Resource(BaseModel):
    """Identical servers (people or rooms) and the hours each is open in a week."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    servers: Annotated[int, Field(ge=1, le=10_000)] | Literal["ample"]
    hours_per_week: Annotated[float, Field(gt=0, le=168, allow_inf_nan=False)]

    @property
    def capacity(self) -> float:
        """Servers at work at once; infinite when ample."""
        return math.inf if self.servers == "ample" else self.servers

    def slot_days(self, minutes: float) -> float:
        """Days a slot of `minutes` takes of one server, its opening hours spread over the week."""
        return minutes / 60 / self.hours_per_week * 7


class Resources(BaseModel):
    """What patients can be waiting for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    physician: Resource
    physiotherapy: Resource
    psychology: Resource
    imaging: Resource
    injection: Resource
    ablation: Resource
    theatre: Resource


class ClinicSetting(BaseModel):
    """One clinic. Without `arrivals_per_week` everyone has the first visit on day 0."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    title: str
    summary: str = ""
    arrivals_per_week: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None
    resources: Resources


def load_clinic(name_or_path: str | Path) -> ClinicSetting:
    """Read a clinic by shipped name or by path.

    Raises
    ------
    SpinesimError
        One sentence naming file and key.
    """
    return load_model(name_or_path, ClinicSetting, "clinic")
