"""The forms of the lab: today's clinic and up to three alternatives, and what Run would run of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.study.scenario import Scenario
from spinesim.study.simulation import shipped_evidence
from spinesim.view.clinic_lab import scenario_file
from spinesim.view.clinic_lab.asking import Ask, described
from spinesim.view.clinic_lab.changes import Changes, change_clinic, change_pathway
from spinesim.view.clinic_lab.fields import Pages, button, heading
from spinesim.view.clinic_lab.form import ScenarioForm
from spinesim.view.clinic_lab.presets import PRESETS
from spinesim.view.clinic_lab.scenario_file import KIND, MOST_ALTERNATIVES, TODAY, ScenarioFile, Wish
from spinesim.view.clinic_lab.start_part import StartPart, place_of
from spinesim.view.controls import row


class ScenariosPart:
    """Today's clinic in forms, and what each alternative changes about it.

    Parameters
    ----------
    clinic, pathway : str
        Shipped name or path.
    wish : Wish
    say : callable
        Told, as the status line, what could not be done.
    """

    def __init__(self, clinic: str, pathway: str, wish: Wish, say: Callable[[str, str], None]) -> None:
        self._say = say
        self.evidence = shipped_evidence()
        self.start = StartPart(clinic, pathway, None, wish, self.evidence, self._other_clinic)
        self.alternatives: list[ScenarioForm] = []
        self.presets = {name: button(name, partial(self.add_preset, name)) for name in PRESETS}
        self.empty_button = button("Another alternative", self.add_empty)
        self.remove_button = button("Remove this one", self.remove)
        self.edit = Pages("Form of:")
        self.edit.buttons.observe(lambda _: self._may())
        self.today = self._form(Changes(name=TODAY), named=False)
        self._lay_out()
        self.widget = widgets.VBox(
            [
                heading("1. Today's clinic"),
                self.start.widget,
                heading("2. Alternatives"),
                row(*self.presets.values(), self.empty_button),
                self.edit.widget,
                row(self.remove_button),
            ],
            layout=widgets.Layout(width="100%"),
        )

    def _base(self) -> tuple[Any, Any]:
        """Clinic and pathway of today, with what was changed about them."""
        changes = self.today.changes
        return change_clinic(self.start.clinic, changes), change_pathway(self.start.pathway, changes)

    def _form(self, changes: Changes, named: bool = True) -> ScenarioForm:
        clinic, pathway = self._base() if named else (self.start.clinic, self.start.pathway)
        form = ScenarioForm(
            clinic,
            pathway,
            changes,
            self.evidence,
            self.start.pathways,
            lambda: self._changed(form),
            named,
        )
        self._describe(form)
        return form

    def _describe(self, form: ScenarioForm) -> None:
        try:
            changes = form.changes
            made = change_clinic(form.clinic, changes), change_pathway(form.pathway, changes)
        except SpinesimError as wrong:
            form.tell(None, str(wrong))
            return
        form.tell([*described((form.clinic, form.pathway), made), *form.resources.limited_by_rooms()])

    def _changed(self, form: ScenarioForm) -> None:
        self._describe(form)
        if form is self.today:
            self._rebase()
        else:
            self._labels()

    def _other_clinic(self) -> None:
        """Another clinic or pathway: what was changed about the old one is put on the new one, if it fits."""
        kept = Changes(name=TODAY)
        self.today = self._form(kept, named=False)
        self._rebase()

    def _rebase(self) -> None:
        """Today's clinic is another: each alternative keeps its differences from it."""
        made = []
        for old in self.alternatives:
            try:
                made.append(self._form(old.changes))
            except SpinesimError as wrong:
                self._say(str(wrong), "error")
                return
        self.alternatives = made
        self._lay_out()

    def add(self, changes: Changes) -> None:
        """Add an alternative and look at it."""
        if len(self.alternatives) >= MOST_ALTERNATIVES:
            self._say(
                f"There are {MOST_ALTERNATIVES} alternatives already: remove one to add another.", "error"
            )
            return
        names = [self._name(form) for form in self.alternatives]
        name, n = changes.name, 2
        while name in (*names, TODAY):
            name, n = f"{changes.name} ({n})", n + 1
        self.alternatives.append(self._form(changes.model_copy(update={"name": name})))
        self._lay_out(on=str(len(self.alternatives)))

    def add_preset(self, name: str) -> None:
        """Add one of the ready-made alternatives."""
        try:
            self.add(PRESETS[name](*self._base()))
        except SpinesimError as wrong:
            self._say(str(wrong), "error")

    def add_empty(self) -> None:
        """Add an alternative in which nothing is changed yet."""
        try:
            self.add(Changes(name="My alternative"))
        except SpinesimError as wrong:
            self._say(str(wrong), "error")

    def remove(self) -> None:
        """Remove the alternative on show."""
        if self.edit.on.isdecimal() and self.edit.on != "0":
            del self.alternatives[int(self.edit.on) - 1]
            self._lay_out(on=str(len(self.alternatives)))

    @staticmethod
    def _name(form: ScenarioForm) -> str:
        return form.name.value.strip()

    def _lay_out(self, on: str = "") -> None:
        forms = [("0", "Today's clinic", self.today)]
        forms += [(str(i), f"{i}. {self._name(form)}", form) for i, form in enumerate(self.alternatives, 1)]
        self.edit.show([(key, label, partial(getattr, form, "widget")) for key, label, form in forms], on)
        self._may()

    def _labels(self) -> None:
        """Names on the buttons, without disturbing the page on show."""
        now = [("Today's clinic", "0")]
        now += [(f"{i}. {self._name(form)}", str(i)) for i, form in enumerate(self.alternatives, 1)]
        if tuple(now) != tuple(self.edit.buttons.options):
            self._lay_out()

    def _may(self) -> None:
        full = len(self.alternatives) >= MOST_ALTERNATIVES
        for one in (*self.presets.values(), self.empty_button):
            one.disabled = full
        self.remove_button.disabled = self.edit.on in ("", "0")

    @property
    def file(self) -> ScenarioFile:
        """All that is set, as it would be saved.

        Raises
        ------
        SpinesimError
            If something that is set cannot be.
        """
        return scenario_file.checked(
            kind=KIND,
            clinic=place_of(self.start.pick_clinic.value),
            clinic_digest=scenario_file.digest(self.start.clinic),
            pathway=place_of(self.start.pick_pathway.value),
            condition=self.start.condition,
            wish=self.start.wish,
            today=self.today.changes,
            alternatives=tuple(form.changes for form in self.alternatives),
        )

    @property
    def ask(self) -> Ask:
        """What Run would run.

        Raises
        ------
        SpinesimError
            One sentence, if it cannot.
        """
        file, base = self.file, self._base()
        scenarios, differences = [Scenario(TODAY, base[1], base[0])], {}
        for changes in file.alternatives:
            made = change_clinic(base[0], changes), change_pathway(base[1], changes)
            scenarios.append(Scenario(changes.name, made[1], made[0]))
            differences[changes.name] = described(base, made)
        return Ask(file, scenarios, differences)

    def load(self, file: ScenarioFile) -> str:
        """Put a saved file in; returns what a person should know about it.

        Raises
        ------
        SpinesimError
            If it cannot be put in; then everything stays as it was.
        """
        before = (self.start.pick_clinic.value, self.start.pick_pathway.value, self.start.condition)
        wish, kept = self.start.wish, (self.today, self.alternatives)
        self.start.set(file.clinic, file.pathway, file.condition, file.wish)
        try:
            self.today = self._form(file.today.model_copy(update={"name": TODAY}), named=False)
            self.alternatives = [self._form(one) for one in file.alternatives]
            _ = self.ask
        except SpinesimError:
            self.start.set(*before, wish)
            self.today, self.alternatives = kept
            raise
        self._lay_out()
        same = file.clinic_digest in ("", scenario_file.digest(self.start.clinic))
        return "" if same else f" The clinic '{self.start.clinic.title}' has changed since this was saved."
