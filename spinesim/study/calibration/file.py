"""What a calibration file says: which numbers are free, between which bounds, and to what they are fitted.

See ``data/calibrations/README.md`` for every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, data_folder, load_model
from spinesim.evidence.files import label

FloatArray = npt.NDArray[np.float64]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Bounds = tuple[Finite, Finite]

SHARES_ADD = 1e-6
"""How far from 1 the shipped shares of a remainder may add up."""
SHARE = ".share"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prior(_Strict):
    """What is held to be plausible before the fit: a normal inside `bounds`, with the reason for it."""

    bounds: Bounds
    mean: Finite
    sd: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    because: Annotated[str, Field(min_length=10)]


def _kind(item: object) -> str:
    """Which of the two ways a free parameter is written, so that a complaint is about that one."""
    return "prior" if isinstance(item, Prior | dict) else "bounds"


Free = Annotated[
    Annotated[Bounds, Tag("bounds")] | Annotated[Prior, Tag("prior")],
    Discriminator(_kind),
]


class Calibration(_Strict):
    """What is fitted to what; every key is explained in ``data/calibrations/README.md``.

    Attributes
    ----------
    trials : list of str
        Trials of role calibration, by shipped name or path.
    last_week : int
        No figure after this week is fitted.
    free : dict
        Parameter id to bounds (uniform prior), or to a table with `bounds`, `mean`, `sd`, `because`.
    remainder : dict
        A share, and the other shares of the same people: it is 1 minus their sum.
    sd_within : float
        A model SD off by this factor weighs as much as a mean at the edge of its band.
    correlation : float
        Between the paper's errors at two weeks of one series (the same people were measured twice).
    patients, seed : int
        Simulated people an arm and a run; chance.
    draws, design, most_rounds : int
        Posterior draws kept (and checked on the model); runs of the first design; how often the surrogate
        may be improved with the checked draws.
    """

    trials: list[str] = Field(min_length=1)
    last_week: Annotated[int, Field(ge=0, strict=True)]
    free: dict[str, Free] = Field(min_length=1)
    remainder: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    sd_within: Annotated[float, Field(gt=1, allow_inf_nan=False)] = 1.25
    correlation: Annotated[float, Field(ge=0, le=0.99)] = 0.0
    patients: Annotated[int, Field(ge=100, le=20_000, strict=True)] = 2_000
    seed: Annotated[int, Field(ge=0, strict=True)] = 1
    draws: Annotated[int, Field(ge=100, le=10_000, strict=True)] = 400
    design: Annotated[int, Field(ge=32, le=16_384, strict=True)] = 128
    most_rounds: Annotated[int, Field(ge=1, le=10, strict=True)] = 3

    @field_validator("trials")
    @classmethod
    def _once(cls, trials: list[str]) -> list[str]:
        if len(set(trials)) < len(trials):
            raise ValueError("names a trial twice: its figures would count double")
        return trials

    @field_validator("free")
    @classmethod
    def _reversed(cls, free: dict[str, Free]) -> dict[str, Free]:
        for key, one in free.items():
            low, high = one.bounds if isinstance(one, Prior) else one
            if not low < high:
                raise ValueError(f"the bounds of '{key}' are [{low:g}, {high:g}]: write the lower one first")
            if isinstance(one, Prior) and not low <= one.mean <= high:
                raise ValueError(f"the mean of '{key}' ({one.mean:g}) is outside its bounds")
        return free

    @model_validator(mode="after")
    def _remainders(self) -> Calibration:
        seen: set[str] = set()
        for rest, others in self.remainder.items():
            if rest in self.free:
                raise ValueError(f"'{rest}' is both free and a remainder: remove it from one of the two")
            parts = [rest, *others]
            twice = next((key for key in parts if parts.count(key) > 1 or key in seen), None)
            if twice:
                raise ValueError(f"[remainder] names '{twice}' twice: each share completes one sum, once")
            seen.update(parts)
        return self

    @property
    def bounds(self) -> FloatArray:
        """Lower and upper bound of every free parameter, shape (2, parameters)."""
        pairs = [one.bounds if isinstance(one, Prior) else one for one in self.free.values()]
        return np.asarray(pairs, dtype=np.float64).T

    @property
    def names(self) -> list[str]:
        """Every parameter that is fitted: the free ones, then the remainders."""
        return [*self.free, *self.remainder]


def load_calibration(name_or_path: str | Path) -> Calibration:
    """Read a calibration by shipped name or path; errors are one sentence naming file and key."""
    return load_model(name_or_path, Calibration, "calibration")


def calibration_path(name_or_path: str | Path) -> Path:
    """The file a name stands for."""
    path = Path(name_or_path)
    return path if path.suffix == ".toml" else data_folder() / "calibrations" / f"{path}.toml"


def check_parameters(calibration: Calibration, evidence: Evidence, where: str) -> None:
    """Refuse what cannot be fitted in this evidence.

    Parameters
    ----------
    where : str
        The file, for messages.

    Raises
    ------
    SpinesimError
        One sentence: an unknown parameter, a bound its unit does not permit, a shipped value outside the
        bounds, or shares that cannot sum to 1.
    """
    low, high = calibration.bounds
    for key, least, most in zip(calibration.free, low, high, strict=True):
        if key not in evidence:
            _unknown(where, "free", key, evidence)
        for bound in (least, most):
            try:
                evidence[key].with_value(float(bound))
            except SpinesimError as error:
                reason = str(error).removeprefix(f"row '{key}', column value: ")
                raise SpinesimError(f"{where}, key 'free.{key}', bound {bound:g}: {reason}") from None
        value = evidence.value(key)
        if not least <= value <= most:
            raise SpinesimError(
                f"{where}, key 'free.{key}': the value in data/parameters ({value:g}) lies outside the "
                f"bounds [{least:g}, {most:g}]; widen them or mend the value."
            )
    for rest, others in calibration.remainder.items():
        for key in (rest, *others):
            if key not in evidence:
                _unknown(where, f"remainder.{rest}", key, evidence)
        _check_shares(calibration, evidence, where, rest, others)
    completed = {key for rest, others in calibration.remainder.items() for key in (rest, *others)}
    for key in calibration.free:
        if key.endswith(SHARE) and ".course." in key and key not in completed:
            raise SpinesimError(
                f"{where}, key 'free.{key}': no [remainder] names it, so the shares would not sum to 1; "
                "add the share that takes up the rest."
            )


def _check_shares(
    calibration: Calibration, evidence: Evidence, where: str, rest: str, others: list[str]
) -> None:
    if not any(key in calibration.free for key in others):
        raise SpinesimError(f"{where}, key 'remainder.{rest}': none of its shares is free; remove it.")
    total = evidence.value(rest) + sum(evidence.value(key) for key in others)
    if abs(total - 1) > SHARES_ADD:
        raise SpinesimError(
            f"{where}, key 'remainder.{rest}': the shares in data/parameters sum to {total:g}, not 1; "
            "name every share of the condition."
        )


def _unknown(where: str, key: str, name: str, evidence: Evidence) -> None:
    try:
        evidence[name]
    except SpinesimError as error:
        raise SpinesimError(f"{where}, key '{key}': {str(error)[:1].lower()}{str(error)[1:]}") from None


def completed(calibration: Calibration, evidence: Evidence, values: FloatArray) -> dict[str, float]:
    """The free values and the remainders they leave; a remainder below 0 shows that they do not fit.

    Parameters
    ----------
    values : ndarray, shape (parameters,)
        In the parameters' own units, in the order of `calibration.free`.
    """
    changes: dict[str, float] = dict(zip(calibration.free, map(float, values), strict=True))
    for rest, others in calibration.remainder.items():
        changes[rest] = 1 - sum(changes.get(key, evidence.value(key)) for key in others)
    return changes


def feasible(calibration: Calibration, evidence: Evidence, values: FloatArray) -> npt.NDArray[np.bool_]:
    """Which rows leave every remainder at 0 or above; `values` has shape (rows, parameters)."""
    fits = np.ones(len(values), dtype=bool)
    column = {key: i for i, key in enumerate(calibration.free)}
    for others in calibration.remainder.values():
        total = sum(values[:, column[k]] if k in column else evidence.value(k) for k in others)
        fits &= total <= 1
    return fits


def shown(path: str | Path) -> str:
    """A calibration as messages name it: ``calibrations/acute_lbp_cohorts.toml``."""
    return label(calibration_path(path))


def prior_terms(calibration: Calibration) -> Mapping[int, tuple[float, float]]:
    """Mean and SD of the normal priors, by position among the free parameters."""
    return {
        i: (one.mean, one.sd) for i, one in enumerate(calibration.free.values()) if isinstance(one, Prior)
    }
