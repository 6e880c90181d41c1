"""The scenario lab: today's clinic beside up to three alternatives, for a clinic lead before a meeting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.study.simulation import Plan
from spinesim.view.clinic_lab import scenario_file
from spinesim.view.clinic_lab.asking import Ask, Shown, simulate
from spinesim.view.clinic_lab.facts import setting_text
from spinesim.view.clinic_lab.fields import LAB_STYLE, button, heading
from spinesim.view.clinic_lab.keep_part import KeepPart
from spinesim.view.clinic_lab.results_part import ResultsPart
from spinesim.view.clinic_lab.running import BackgroundRun, said_time
from spinesim.view.clinic_lab.scenario_file import ScenarioFile, Wish
from spinesim.view.clinic_lab.scenarios_part import ScenariosPart
from spinesim.view.controls import STYLE, StatusLine, html, row
from spinesim.view.jobs import event_loop, in_words

LOOK = 0.15
"""Seconds between two looks at a run under way."""


class ClinicLab:
    """Forms, a run in worker processes, and results, for one question: what if we change the clinic?

    Parameters
    ----------
    clinic, pathway : str
        Shipped name or path of a file.
    patients, runs, years, seed, warm_up_weeks
        See `Wish`.
    presets : tuple of str
        Ready-made alternatives to begin with: keys of `presets.PRESETS`.
    workers : int
        Processes.
    source : callable, optional
        What simulates, for tests: as `asking.simulate`.
    """

    def __init__(
        self,
        clinic: str = "community",
        pathway: str = "article_tailored",
        *,
        patients: int = 300,
        runs: int = 4,
        years: float = 1,
        seed: int = 7,
        warm_up_weeks: int = 0,
        presets: tuple[str, ...] = (),
        workers: int = 2,
        source: Callable[..., Shown] = simulate,
    ) -> None:
        self.workers, self._simulate = workers, source
        self.status = StatusLine("Ready: add an alternative, then press Run.")
        wish = Wish(patients=patients, runs=runs, years=years, seed=seed, warm_up_weeks=warm_up_weeks)
        self.scenarios = ScenariosPart(clinic, pathway, wish, self.status.say)
        for name in presets:
            self.scenarios.add_preset(name)
        self.start = self.settings
        self.results = ResultsPart()
        self.keep = KeepPart(self.save, self.open, self.write, self.report)
        self.shown: Shown | None = None
        self._written: dict[Path, Shown] = {}
        self.last_error: Exception | None = None
        self.on_done: list[Callable[[], None]] = []
        self._running: BackgroundRun | None = None
        self._watching: asyncio.Task[None] | None = None
        self.run_button = button("Run", self.run, "Run today's clinic and the alternatives", "primary")
        self.cancel_button = button("Cancel", self.cancel, "Stop the run under way")
        self.cancel_button.disabled = True
        self.bar = widgets.FloatProgress(
            min=0, max=1, value=0, layout=widgets.Layout(width="160px", visibility="hidden")
        )
        self.widget = widgets.VBox(
            [
                html(STYLE + LAB_STYLE),
                self.scenarios.widget,
                heading("3. Run and compare"),
                row(self.run_button, self.cancel_button, self.bar),
                self.status.widget,
                self.results.widget,
                heading("4. Keep it"),
                self.keep.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")

    def show(self, run: bool = False) -> None:
        """Put the lab below the notebook cell, and with `run` run it at once."""
        from IPython.display import display

        display(self.widget)
        if run:
            self.run()

    @property
    def settings(self) -> ScenarioFile | None:
        """What is set now; None while something that is set cannot be."""
        try:
            return self.scenarios.file
        except SpinesimError:
            return None

    def setting_text(self) -> str:
        """What the results on show are of, in one line ("" before the first run)."""
        return setting_text(self.shown.settings) if self.shown else ""

    def reset(self) -> None:
        """Back to what the lab began with, then run."""
        if self.start is not None:
            self.scenarios.load(self.start)
        self.run()

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self._running is not None

    def run(self) -> None:
        """Run what is set: beside the notebook where an event loop runs, else to the end."""
        if self.busy:
            return
        try:
            ask = self.scenarios.ask
            ask.check()
            plans = ask.plans
        except SpinesimError as wrong:
            self.last_error = wrong
            self.status.say(str(wrong), "error")
            return
        self._begin(ask, plans)
        if event_loop() is not None:
            self._watching = asyncio.ensure_future(self._watch())
        else:
            self._to_the_end()

    def run_now(self) -> None:
        """Run what is set to the end before returning, event loop or not."""
        self.run()
        self._to_the_end()

    def _to_the_end(self) -> None:
        while self._running is not None and not self._running.done:
            time.sleep(LOOK)
            self._tell()
        self._settle()

    async def finished(self) -> None:
        """Wait until the run under way is on show, failed or cancelled."""
        while self._watching is not None and not self._watching.done():
            await asyncio.wait([self._watching])

    def cancel(self) -> None:
        """Stop the run under way; the last result stays on show."""
        if self._running is None:
            return
        self._running.cancel()
        self._running = None
        self._idle()
        kept = " The results below are of the run before." if self.shown else ""
        self.status.say(f"Cancelled.{kept} Finished runs are kept, so the same study goes on from there.")

    def _begin(self, ask: Ask, plans: list[Plan]) -> None:
        self.last_error = None
        self._running = BackgroundRun(self.workers)
        work = partial(self._simulate, ask, plans, say=self._running.say)
        self._running.start(work)
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        self.run_button.disabled, self.cancel_button.disabled = True, False
        self._what = f"{len(ask.scenarios)} scenarios x {ask.wish.runs} runs x {ask.wish.patients:,} patients"
        self.status.say(f"Running {self._what}: starting {self.workers} processes …", "busy")

    async def _watch(self) -> None:
        mine = self._running
        while mine is self._running and mine is not None and not mine.done:
            await asyncio.sleep(LOOK)
            self._tell()
        if mine is self._running:
            self._settle()

    def _tell(self) -> None:
        run = self._running
        if run is None or run.share <= self.bar.value:
            return
        self.bar.value = run.share
        left = run.seconds_left()
        time_left = f", {said_time(left)} left" if left is not None and run.share < 1 else ""
        self.status.say(f"Running {self._what}: {100 * run.share:.0f} % done{time_left}.", "busy")

    def _idle(self) -> None:
        self.bar.layout.visibility = "hidden"
        self.run_button.disabled, self.cancel_button.disabled = False, True

    def _settle(self) -> None:
        run, self._running = self._running, None
        if run is None:
            return
        self._idle()
        fault = run.error
        if fault is None:
            try:
                self.results.show(run.value)
                self.shown = run.value
            except Exception as wrong:
                fault = wrong
        if fault is not None:
            self.last_error = fault
            self.status.say(in_words(fault), "error")
            return
        self.keep.ready(True)
        self.status.say(self.summary(run.seconds, run.notes))
        for call in self.on_done:
            call()

    def summary(self, seconds: float = 0.0, notes: list[str] | None = None) -> str:
        """What was run, in words."""
        if self.shown is None:
            return "Nothing has been run yet."
        wish, names = self.shown.ask.wish, [one.name for one in self.shown.ask.scenarios]
        beside = f", beside {', '.join(names[1:])}" if names[1:] else ""
        warm = f" after {wish.warm_up_weeks} weeks of warm-up" if wish.warm_up_weeks else ""
        took = f" in {said_time(seconds).removeprefix('about ')}" if seconds else ""
        return " ".join(
            [
                f"Done{took}: {names[0]}{beside}; {wish.patients:,} patients, {wish.runs} runs{warm}, "
                f"seed {wish.seed}.",
                *(notes or []),
            ]
        )

    # Files

    def save(self, path: str, replace: bool) -> str:
        """Save what is set; returns a sentence."""
        return f"Saved to {scenario_file.save(path, self.scenarios.file, replace)}."

    def open(self, path: str, replace: bool = False) -> str:
        """Reopen what was saved; returns a sentence."""
        file: ScenarioFile = scenario_file.load(path)
        told = self.scenarios.load(file)
        return f"Opened {path}; press Run to see it.{told}"

    def write(self, folder: str, replace: bool) -> str:
        """Write the results folder of the study on show; returns a sentence."""
        from spinesim.study import scenario_folder

        shown, place = self._done(), self._folder(folder)
        if place.exists() and not replace:
            raise _exists(place)
        made = scenario_folder.write(shown.study, shown.plans, place, replace, question=shown.ask.question)
        self._written[place] = shown
        return f"Results written to {made}: tables, and everything a report needs.{self._of_what()}"

    def report(self, folder: str, replace: bool) -> str:
        """Make the report of the study on show, writing its folder first if need be; returns a sentence."""
        from spinesim.view.report import write_report

        place, shown = self._folder(folder), self._done()
        if replace or self._written.get(place) is not shown:
            self.write(folder, replace)
        out = place.with_name(f"{place.name}.html")
        if out.exists() and not replace:
            raise _exists(out)
        write_report(place, out, force=replace)
        return f"Report written to {out}: open it in a browser, or print it.{self._of_what()}"

    def _of_what(self) -> str:
        """A warning if what is set is no longer what was run."""
        if self.shown is None or self.settings == self.shown.settings:
            return ""
        return " It is of the run on show: what was changed in the form since then is not in it."

    def _done(self) -> Shown:
        if self.shown is None:
            raise SpinesimError("There are no results yet: press Run first.")
        return self.shown

    @staticmethod
    def _folder(typed: str) -> Path:
        if not typed.strip():
            raise SpinesimError("Give the name of a folder, such as results.")
        return Path(typed.strip()).expanduser()


def _exists(place: Path) -> SpinesimError:
    return SpinesimError(f"{place} exists already; tick 'replace what is there', or give another name.")
