"""The top of the lab: today's clinic and pathway, who comes, and how much is run."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from spinesim.clinic import ClinicSetting, load_clinic
from spinesim.clinic.resource import RESOURCES
from spinesim.clinical.mix import MIXES
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, data_folder
from spinesim.evidence.files import read_text, read_toml
from spinesim.pathway import Pathway, load_pathway
from spinesim.view.clinic_lab.fields import Pick, choice, number
from spinesim.view.clinic_lab.resources_part import SAID
from spinesim.view.clinic_lab.scenario_file import (
    FEWEST_PATIENTS,
    MOST_PATIENTS,
    MOST_RUNS,
    MOST_WARM_UP,
    MOST_YEARS,
    Wish,
)
from spinesim.view.controls import StatusLine, html, row

OWN_MIX = "the clinic's own mix"
MIX_NAMES = {"pain_clinic": "a pain clinic's mix", "primary_care": "a primary care mix"}


def titles(kind: str) -> dict[str, str]:
    """Name and title of what is shipped in a folder of data."""
    found = {}
    for path in sorted((data_folder() / kind).glob("*.toml")):
        found[path.stem] = str(read_toml(path, read_text(path)).get("title", path.stem))
    return found


def in_words(clinic: ClinicSetting) -> str:
    """A clinic in a few lines of safe HTML."""
    from spinesim.study.scenario_folder.clinic_diff import capacity

    lines = [
        f"{SAID[name]}: {capacity(name, getattr(clinic.resources, name))}"
        for name in RESOURCES
        if getattr(clinic.resources, name).staff != "ample"
    ]
    come = f" {clinic.arrivals.per_week:g} referrals a week." if clinic.arrivals else ""
    if clinic.arrivals and clinic.arrivals.backlog:
        come += f" {clinic.arrivals.backlog:,} people wait for a first visit on the first day."
    body = f" {'; '.join(lines)}." if lines else ""
    return f"<p>{escape(clinic.summary)}{escape(come)}</p><p class='spinesim-note'>{escape(body)}</p>"


class StartPart:
    """Choices that stand above all scenarios.

    Parameters
    ----------
    clinic, pathway : str
        Shipped name or path.
    condition : str, optional
        Left out: the clinic's own mix.
    wish : Wish
    evidence : Evidence
    other : callable
        Called when clinic or pathway is another.
    """

    def __init__(
        self,
        clinic: str,
        pathway: str,
        condition: str | None,
        wish: Wish,
        evidence: Evidence,
        other: Callable[[], None],
    ) -> None:
        self._other = other
        self.pathways = titles("pathways")
        self.pick_clinic = Pick("Today's clinic", titles("clinics"), clinic)
        self.pick_pathway = Pick("Pathway", self.pathways, pathway)
        mixes = [(OWN_MIX, ""), *((MIX_NAMES.get(mix, mix), mix) for mix in MIXES)]
        known = [(str(one["label"]), key) for key, one in evidence.conditions.items() if not one["mimic"]]
        self.mix = choice("Who comes", [*mixes, *known])
        self.summary, self.status = html(), StatusLine()
        self.clinic: ClinicSetting = load_clinic(clinic)
        self.pathway: Pathway = load_pathway(pathway)
        self.patients = number("Patients a run", FEWEST_PATIENTS, MOST_PATIENTS, wish.patients, step=100)
        self.runs = number("Runs", 1, MOST_RUNS, wish.runs)
        self.years = number("Years each is followed", 0.25, MOST_YEARS, wish.years, step=0.25)
        self.warm_up = number("Warm-up weeks", 0, MOST_WARM_UP, wish.warm_up_weeks)
        self.seed = number("Seed", 0, 999_999, wish.seed, tip="Same seed, same people and fate")
        self._set_mix(condition)
        self.pick_clinic.observe(self._chosen)
        self.pick_pathway.observe(self._chosen)
        self._describe()
        self.widget = widgets.VBox(
            [
                self.pick_clinic.widget,
                self.summary,
                row(self.pick_pathway.widget),
                row(self.mix),
                row(self.patients, self.runs, self.years, self.warm_up, self.seed),
                self.status.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )

    @property
    def wish(self) -> Wish:
        """How much is to be run."""
        return Wish(
            patients=self.patients.value,
            runs=self.runs.value,
            years=float(self.years.value),
            seed=self.seed.value,
            warm_up_weeks=self.warm_up.value,
        )

    @property
    def condition(self) -> str | None:
        """The case mix or condition; None for the clinic's own."""
        return self.mix.value or None

    def observe(self, call: Callable[[], Any]) -> None:
        """Call when a number or the mix changes."""
        for one in (self.mix, self.patients, self.runs, self.years, self.warm_up, self.seed):
            one.observe(lambda _: call(), "value")

    def set(self, clinic: str, pathway: str, condition: str | None, wish: Wish) -> None:
        """Put everything in at once.

        Raises
        ------
        SpinesimError
            If clinic, pathway or condition is not there; then nothing is changed.
        """
        made = load_clinic(clinic), load_pathway(pathway)
        self._check_mix(condition)
        self.clinic, self.pathway = made
        self._quietly(clinic, pathway)
        self._set_mix(condition)
        self.patients.value, self.runs.value, self.years.value = wish.patients, wish.runs, wish.years
        self.seed.value, self.warm_up.value = wish.seed, wish.warm_up_weeks
        self._describe()

    def _quietly(self, clinic: str, pathway: str) -> None:
        other, self._other = self._other, lambda: None
        try:
            self.pick_clinic.value, self.pick_pathway.value = clinic, pathway
        finally:
            self._other = other

    def _check_mix(self, condition: str | None) -> None:
        known = {value for _, value in self.mix.options}
        if condition and condition not in known:
            raise SpinesimError(
                f"No condition or case mix '{condition}' in this version; choose another one."
            )

    def _set_mix(self, condition: str | None) -> None:
        self._check_mix(condition)
        self.mix.value = condition or ""

    def _chosen(self) -> None:
        try:
            made = load_clinic(self.pick_clinic.value), load_pathway(self.pick_pathway.value)
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        self.status.say("")
        if made != (self.clinic, self.pathway):
            self.clinic, self.pathway = made
            self._describe()
            self._other()

    def _describe(self) -> None:
        self.summary.value = in_words(self.clinic)


def place_of(name: str) -> str:
    """A path made absolute, so that a saved file finds it; a shipped name stays."""
    return str(Path(name).expanduser().resolve()) if name.endswith(".toml") else name
