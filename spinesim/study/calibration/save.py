"""A fit on disk: the log as JSON and the posterior draws as CSV, written whole or not at all."""

from __future__ import annotations

import io
import json
import math
import os
import platform
import secrets
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder
from spinesim.evidence.files import label, read_text
from spinesim.study.calibration.fit import Fit
from spinesim.study.calibration.identify import (
    draw_table,
    identifiability,
    parameter_table,
    shipped_jointly_inside,
    target_table,
)

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "emcee")
METHOD = (
    "mode by scipy.optimize.least_squares under common random numbers; polynomial surrogate "
    "(scikit-learn) on a Sobol design; emcee over it; draws checked on the model and weighed where it serves"
)


def fit_log(fit: Fit) -> dict[str, Any]:
    """Everything a reader needs to know of a fit, ready for JSON; no date, so the same fit is the same."""
    from spinesim import __version__

    calibration = fit.problem.calibration
    chains = fit.chains
    return _plain(
        {
            "name": fit.problem.name,
            "file": fit.problem.where,
            "method": METHOD,
            "versions": {"spinesim": __version__, "python": platform.python_version()}
            | {name: version(name) for name in LIBRARIES},
            "settings": calibration.model_dump(mode="json", exclude={"free"}),
            "seed": calibration.seed,
            "evidence": fit.problem.evidence.digest,
            "targets": [aim.log() for aim in fit.problem.aims],
            "misfit": {"shipped": fit.misfit(fit.shipped_model), "mode": fit.misfit(fit.mode_model)},
            "shipped_jointly_inside": shipped_jointly_inside(fit),
            "parameters": parameter_table(fit).to_dict("records"),
            "figures": target_table(fit).to_dict("records"),
            "identifiability": identifiability(fit),
            "surrogate": {
                "degree": fit.surrogate.degree,
                "rounds": fit.rounds,
                "error_typical": float((fit.checked_error**2).mean() ** 0.5),
                "error_worst": float(fit.checked_error.max()),
            },
            "posterior": {
                "rhat_worst": float(chains.rhat.max()),
                "autocorrelation_worst": float(chains.autocorrelation.max()),
                "chain_effective": chains.effective,
                "acceptance": chains.acceptance,
                "checked_on_model": fit.checked,
                "checked_effective": fit.effective,
                "weighed": fit.weighed,
            },
            "model_runs": fit.runs,
        }
    )


def write_fit(folder: str | Path, fit: Fit) -> dict[str, Any]:
    """Write ``NAME.csv`` and ``NAME.json`` into a folder; the log is returned.

    The log names the SHA-256 of the draws and is put in place last: whoever reads the two together sees
    either both of one fit or a refusal.

    Raises
    ------
    SpinesimError
        If the folder cannot be written.
    """
    target = Path(folder)
    name = fit.problem.name
    draws = draw_table(fit).to_csv(index=False, lineterminator="\n")
    log = fit_log(fit)
    log["draws"] = {"file": f"{name}.csv", "rows": len(fit.units), "sha256": _digest(draws)}
    text = json.dumps(log, indent=1, allow_nan=False) + "\n"
    try:
        target.mkdir(parents=True, exist_ok=True)
        ready = [(_scratch(target, part), target / part, body) for part, body in
                 ((f"{name}.csv", draws), (f"{name}.json", text))]  # fmt: skip
        try:
            for scratch, _, body in ready:
                scratch.write_text(body, encoding="utf-8", newline="\n")
            for scratch, final, _ in ready:
                os.replace(scratch, final)
        finally:
            for scratch, _, _ in ready:
                scratch.unlink(missing_ok=True)
    except OSError as error:
        raise SpinesimError(f"{folder} cannot be written ({error.strerror}); give another folder.") from None
    return log


def fits_folder() -> Path:
    """Where the shipped fits are."""
    return data_folder() / "calibrations" / "fits"


def saved_fits(folder: str | Path | None = None) -> list[str]:
    """Names of the saved fits, in order."""
    return sorted(path.stem for path in Path(folder or fits_folder()).glob("*.json"))


def load_fit(name: str, folder: str | Path | None = None) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read a saved fit.

    Returns
    -------
    log : dict
        As `fit_log` made it.
    draws : DataFrame
        Posterior draws, equally likely: a column a parameter (remainders too), in its own unit; a row can
        be given to `Evidence.change`.

    Raises
    ------
    SpinesimError
        If there is none, it is unreadable, or the two files do not belong together.
    """
    home = Path(folder or fits_folder())
    path = home / f"{name}.json"
    if not path.is_file():
        known = ", ".join(saved_fits(home)) or "none"
        raise SpinesimError(f"There is no saved fit '{name}' in {home} (known: {known}); fit it with "
                             "`spinesim calibrate`.")  # fmt: skip
    try:
        log = json.loads(read_text(path))
        text = read_text(home / f"{name}.csv")
        digest, rows = log["draws"]["sha256"], log["draws"]["rows"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise SpinesimError(f"{label(path)}: not the log of a fit; run the calibration again.") from None
    if _digest(text) != digest:
        raise SpinesimError(
            f"{label(path)}: the draws beside it are not those of this fit; run the calibration again."
        )
    draws = pd.read_csv(io.StringIO(text), dtype=str).astype(np.float64)  # to the bit, whatever pandas
    assert len(draws) == rows
    return log, draws


def load_posterior(name: str, folder: str | Path | None = None) -> pd.DataFrame:
    """Posterior draws of a saved fit; see `load_fit`."""
    return load_fit(name, folder)[1]


def _scratch(folder: Path, name: str) -> Path:
    return folder / f".{name}.{secrets.token_hex(4)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _plain(item: Any) -> Any:
    """Numbers rounded to what is meaningful (12 digits), NaN as null, NumPy types as Python's."""
    if isinstance(item, dict):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    if hasattr(item, "item"):
        item = item.item()
    if isinstance(item, float):
        return float(f"{item:.12g}") if math.isfinite(item) else None
    return item
