"""A clinic of one's own: the file is read once, into memory, and only what was fitted comes out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from spinesim.clinic.setting import Arrivals, ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.evidence.load import data_folder
from spinesim.evidence.models import complaint
from spinesim.study.own_data.cells import SMALL, about, check_small
from spinesim.study.own_data.check import Referrals, check
from spinesim.study.own_data.fit import Fitted, fit
from spinesim.study.own_data.read import Cells, read_cells
from spinesim.study.own_data.tables import pictures, waits
from spinesim.study.own_data.write import clinic_toml, write_clinic
from spinesim.study.simulation import shipped_evidence

NOT_FITTED = ("no_show.reference_days", "cancel.notice_days")


@dataclass(frozen=True)
class Imported:
    """A clinic fitted to a file, with nothing of any one patient in it.

    Attributes
    ----------
    clinic : ClinicSetting
        The base clinic with its own arrivals, mix and attendance.
    fits : DataFrame
        parameter, value, low, high (95 %), n (rounded to 5), how, flag.
    waits : DataFrame
        By step: what the simulated clinic should reproduce (`tables.waits`), days.
    plots : mapping of str to DataFrame
        The tables behind `view.own_data.plot_import`.
    notes : tuple of str
        What was not fitted, and why.
    """

    clinic: ClinicSetting
    fits: pd.DataFrame
    waits: pd.DataFrame
    plots: Mapping[str, pd.DataFrame] = field(repr=False)
    notes: tuple[str, ...]

    def toml(self) -> str:
        """The clinic file."""
        return clinic_toml(self.clinic)

    def write(self, path: str | Path, force: bool = False) -> Path:
        """Write the clinic file.

        Raises
        ------
        SpinesimError
            If the place will not take it.
        """
        return write_clinic(self.clinic, path, force)


def import_referrals(
    path: str | Path,
    base: ClinicSetting,
    *,
    small_cells: int = SMALL,
    name: str | None = None,
    today: datetime.date | None = None,
) -> Imported:
    """Check a clinic's own table and fit a clinic to it.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns of ``data/templates/referrals.csv``.
    base : ClinicSetting
        Where staff, rooms, sessions and everything not fitted come from.
    small_cells : int
        Counts of 1 to this are left out of everything that comes out.
    name : str, optional
        Of the new clinic; left out: the base's with "_own" after it.
    today : date, optional
        For the file's source line, and for days in the future.

    Raises
    ------
    SpinesimError
        One sentence naming file, line, column and remedy. It repeats nothing that may identify anyone.
    """
    small = check_small(small_cells)
    now = today or datetime.date.today()
    cells = read_cells(path)
    _not_the_form(cells)
    data = check(cells, now)
    evidence = shipped_evidence()
    numbers = {key: evidence.value(key) for key in NOT_FITTED if key in evidence.parameters} | base.numbers
    fitted = fit(data, small, numbers, Path(path).name)
    return Imported(
        clinic=_clinic(base, fitted, name or f"{base.name}_own", source(data, small, now)),
        fits=fitted.table(),
        waits=waits(data, small),
        plots=pictures(data, fitted, small),
        notes=(*(_kept(note, base, fitted) for note in fitted.notes), *_inert(base, fitted)),
    )


def _not_the_form(cells: Cells) -> None:
    """Refuse the form as it was written: its rows are made up."""
    form = read_cells(data_folder() / "templates" / "referrals.csv")
    if cells.header == form.header and all(row in cells.rows for row in form.rows):
        raise SpinesimError(
            f"{cells.name}: the template's {len(form.rows)} made-up rows are in it; delete them and fill in "
            "your own appointments."
        )


def _kept(note: str, base: ClinicSetting, fitted: Fitted) -> str:
    """A note on months that were not fitted, with where the clinic file's months are from."""
    if not note.startswith("by_month was not fitted") or "by_month" in fitted.arrivals:
        return note
    return f"{note.removesuffix('.')}; kept from {base.name}."


def source(data: Referrals, small: int, today: datetime.date) -> str:
    """One line for the report: how many, from when to when (months only), on which day."""
    first = data.rows[(data.rows["step"] == "intake") & ~data.rows["rebooked"]]
    when = f"{int((first['referred'].max() - first['referred'].min()) // 7)} weeks"
    if data.monday is not None:
        ends = [
            data.monday + datetime.timedelta(days=int(day)) for day in first["referred"].agg(["min", "max"])
        ]
        when = "–".join(f"{day:%Y-%m}" for day in ends)
    return f"fitted from about {about(len(first), small):,.0f} referrals, {when}, on {today}"


def _clinic(base: ClinicSetting, fitted: Fitted, name: str, words: str) -> ClinicSetting:
    """The base clinic with what was fitted, checked as any clinic file is."""
    old = base.arrivals.model_dump() if base.arrivals else {}
    wanted = base.model_dump() | {
        "name": name,
        "title": f"{base.title}, own data",
        "source": words,
        "arrivals": old | fitted.arrivals,
        "numbers": base.numbers | fitted.numbers,
        "mix": fitted.mix or base.mix,
    }
    try:
        Arrivals.model_validate(wanted["arrivals"])
        return ClinicSetting.model_validate(wanted)
    except ValidationError as wrong:
        raise SpinesimError(f"What was fitted makes no clinic: {complaint(wrong, ClinicSetting)}") from None


def _inert(base: ClinicSetting, fitted: Fitted) -> list[str]:
    """What was fitted but is switched off in the base clinic."""
    switches = {"no_show": base.behaviour.no_show, "cancel": base.behaviour.cancelling}
    off = [
        key for key, on in switches.items() if not on and any(n.startswith(f"{key}.") for n in fitted.numbers)
    ]
    if not off:
        return []
    what = " and ".join(off)
    return [
        f"The clinic '{base.name}' has {what} switched off in [behaviour]: what was fitted rests until then."
    ]
