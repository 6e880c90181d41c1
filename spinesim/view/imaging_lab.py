"""The imaging lab: move a slider, see the same people under usual care and under your plan."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import ipywidgets as widgets

from spinesim.view import plots, style, tables, words
from spinesim.view.controls import STYLE, NumberControl, StatusLine, html, paragraphs, row
from spinesim.view.figure import TILES, LabFigure
from spinesim.view.jobs import LatestJob, Work, in_words
from spinesim.view.outcomes import OutcomeTable
from spinesim.view.story import StoryPanel

USUAL, YOURS = "usual care", "your plan"
NEVER = "never"
HEADLINES = ("imaging", "injections", "operations", "pain_12_months")
FOR = ("lumbar_strain", "disc_herniation", "persistent_back_pain", "facet_pain")
"""What the pathway `conservative_first` is written for."""
WEEKS_PER_YEAR = 52
FEWEST, MOST = 100, 5_000
KEPT = 6
"""How many finished reference arms are kept."""


@dataclass(frozen=True)
class Settings:
    """What the learner has set. `imaging` is a week 0–12 or 'never'."""

    condition: str
    imaging: int | str
    sessions: int
    patients: int
    seed: int


class ImagingLab:
    """Controls, figure, table and one patient's story, for one question: when to scan?

    Parameters
    ----------
    patients : int
        People at the start, 100 to 5,000.
    years : float
        Follow-up.
    seed : int
        The same seed gives the same people and the same fate.
    imaging : int
        Week of the scan in the learner's plan at the start.
    source : module-like, optional
        What simulates: `conditions`, `pathway`, `simulate_steps`, `Study`. Defaults to `spinesim`.
    """

    def __init__(
        self, *, patients: int = 1_000, years: float = 2, seed: int = 7, imaging: int = 1, source: Any = None
    ) -> None:
        if source is None:
            import spinesim as source
        self.source, self.years = source, years
        self.reference = source.pathway("conservative_first")
        usual = self.reference.settings
        self.last_week = float(round(years * WEEKS_PER_YEAR))
        known = source.conditions()
        names = {key: known[key] for key in FOR}
        self.start = Settings(next(iter(names)), imaging, int(usual.physiotherapy_sessions), patients, seed)
        self.study: Any = None
        self.last_error: Exception | None = None
        self.shown: Settings | None = None
        self.on_done: list[Callable[[], None]] = []
        self._asked: Settings | None = None
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._figure: LabFigure | None = None
        self._resetting = False
        self._job = LatestJob(self._done, self._progress, self._failed)
        self._build(names)

    def _build(self, names: dict[str, str]) -> None:
        start = self.start
        plain = {"description_width": "initial"}
        self.condition = widgets.Dropdown(
            options=[(label, key) for key, label in names.items()],
            value=start.condition,
            description="Who comes:",
            style=plain,
            layout=widgets.Layout(width="min(400px, 96%)"),
        )
        self.imaging = NumberControl("MRI scan from week", "week", 0, 12, int(start.imaging))
        self.never = widgets.Checkbox(
            value=False,
            description="no routine scan at all (never)",
            indent=False,
            layout=widgets.Layout(width="max-content"),
        )
        self.sessions = NumberControl("Physiotherapy sessions", "sessions", 0, 24, start.sessions)
        self.patients = NumberControl("Simulated people", "people", FEWEST, MOST, start.patients, 100)
        self.seed = widgets.BoundedIntText(
            value=start.seed,
            min=0,
            max=999_999,
            style=plain,
            description="Seed (same seed, same people):",
            layout=widgets.Layout(width="max-content", margin="2px 2px 2px 24px"),
        )
        self.reset_button = widgets.Button(description="Reset", tooltip="Back to the first settings")
        self.cancel_button = widgets.Button(
            description="Cancel", disabled=True, tooltip="Stop the run under way"
        )
        self.bar = widgets.FloatProgress(
            min=0, max=1, value=0, layout=widgets.Layout(width="160px", visibility="hidden")
        )
        self.status = StatusLine("Ready.")
        self.images = [
            widgets.Image(
                format="png",
                layout=widgets.Layout(flex=f"{width} 1 {0.6 * width:.0f}px", max_width=f"{width}px"),
            )
            for width in (right - left for left, _, right, _ in TILES.values())
        ]
        self.table = OutcomeTable()
        self.story = StoryPanel(self.last_week)
        self.imaging.widget.children = (*self.imaging.widget.children, self.never)
        for control in (self.imaging, self.sessions, self.patients):
            control.observe(self._changed)
        for widget in (self.condition, self.never, self.seed):
            widget.observe(self._changed, "value")
        self.reset_button.on_click(lambda _: self.reset())
        self.cancel_button.on_click(lambda _: self.cancel())
        usual = self.reference.settings
        fixed = (
            f"{USUAL.capitalize()} stays fixed: a scan only for those still in pain at week "
            f"{usual.imaging_after_weeks:g}, and {usual.physiotherapy_sessions} physiotherapy sessions. "
            f"You change {YOURS}."
        )
        self.widget = widgets.VBox(
            [
                html(STYLE + paragraphs(fixed)),
                row(self.condition, self.seed),
                self.imaging.widget,
                self.sessions.widget,
                self.patients.widget,
                row(self.reset_button, self.cancel_button, self.bar),
                self.status.widget,
                row(*self.images),
                self.table.widget,
                self.story.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")

    @property
    def picture(self) -> bytes:
        """The figure on show: PNG bytes of its tiles, joined (empty before the first run)."""
        return b"".join(bytes(image.value) for image in self.images)

    # What the learner does

    @property
    def settings(self) -> Settings:
        """What is set now."""
        week = NEVER if self.never.value else self.imaging.value
        return Settings(self.condition.value, week, self.sessions.value, self.patients.value, self.seed.value)

    def show(self) -> None:
        """Put the lab below the notebook cell and run it."""
        from IPython.display import display

        display(self.widget)
        self.run()

    def run(self) -> None:
        """Run the present settings: in slices where an event loop runs (a notebook), else at once."""
        asked = self._asked = self.settings
        self._busy(asked)
        self._job.request(partial(self._work, asked))

    def run_now(self) -> None:
        """Run the present settings to the end before returning, event loop or not."""
        if not self._job.busy:
            self.run()
        self._job.run_now()

    async def finished(self) -> None:
        """Wait until the newest request is on show."""
        await self._job.finished()

    def cancel(self) -> None:
        """Stop the run under way; the old picture stays, and so do the settings."""
        if self._job.cancel():
            self._asked = None
            self._idle()
            kept = " The picture still shows the run before." if self.shown else ""
            self.status.say(f"Cancelled.{kept} Move a control to run again.")

    def reset(self) -> None:
        """Back to the first settings, then run."""
        self._resetting = True
        try:
            self.never.value = False
            self.condition.value, self.seed.value = self.start.condition, self.start.seed
            self.imaging.value, self.sessions.value = int(self.start.imaging), self.start.sessions
            self.patients.value = self.start.patients
        finally:
            self._resetting = False
        self.run()

    def _changed(self, _: Any) -> None:
        self.imaging.disabled = self.never.value
        if not self._resetting and self.settings != self._asked:
            self.run()

    # The run

    def _work(self, asked: Settings) -> Work:
        """Simulate both arms (the reference only if not kept) and draw; gives the share done."""
        key = (asked.condition, asked.patients, asked.seed)
        common = dict(zip(("condition", "patients", "seed"), key, strict=True)) | {"years": self.years}
        begin = 0.0
        if key not in self._kept:
            begin = 0.45
            self._kept[key] = yield from _scaled(
                self.source.simulate_steps(self.reference, arm=USUAL, **common), 0.0, begin
            )
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        plan = self.reference.change(imaging_after_weeks=asked.imaging, physiotherapy_sessions=asked.sessions)
        mine = yield from _scaled(self.source.simulate_steps(plan, arm=YOURS, **common), begin, 0.9)
        study = self.source.Study({USUAL: [self._kept[key]], YOURS: [mine]})
        yield 0.92
        icons = study.icons()
        regions = style.regions_of(study)
        if self._figure is None or self._figure.regions != regions:
            categories = plots.categories_of(icons)
            self._figure = LabFigure(study.arms, categories, self.last_week, regions=regions)
            yield 0.95
        tiles = self._figure.tiles({outcome: study.fan(outcome) for outcome in self._figure.outcomes}, icons)
        yield 0.98
        return asked, study, tiles, tables.differences(study)

    def _busy(self, asked: Settings) -> None:
        self.last_error = None
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        self.cancel_button.disabled = False
        self.status.say(f"Running {asked.patients:,} people under both plans …", "busy")

    def _idle(self) -> None:
        self.bar.layout.visibility = "hidden"
        self.cancel_button.disabled = True

    def _progress(self, share: float) -> None:
        if share - self.bar.value >= 0.08:  # a dozen messages a run are enough
            self.bar.value = share

    def _done(self, result: Any) -> None:
        asked, study, tiles, parts = result
        self.study, self.shown = study, asked
        for image, tile in zip(self.images, tiles, strict=True):
            image.value = tile
        self.table.show(*parts)
        self.story.update(study)
        self._idle()
        self.status.say(self.summary())
        for call in self.on_done:
            call()

    def _failed(self, fault: Exception) -> None:
        self.last_error, self._asked = fault, None
        self._idle()
        self.status.say(in_words(fault), "error")

    def summary(self) -> str:
        """The picture in words: settings, and the differences that matter most."""
        if self.shown is None:
            return "Nothing has been run yet."
        said = words.sentences(self.study).set_index("outcome")["sentence"]
        scan = "no routine scan" if self.shown.imaging == NEVER else f"scan from week {self.shown.imaging}"
        heads = ". ".join(words.brief(str(said[outcome])) for outcome in HEADLINES if outcome in said.index)
        return (
            f"Done: {self.shown.patients:,} people, seed {self.shown.seed}; {YOURS}: {scan}, "
            f"{self.shown.sessions} physiotherapy sessions. Beside {USUAL}: {heads}."
        )

    def __repr__(self) -> str:
        return f"ImagingLab({', '.join(f'{key}={value!r}' for key, value in asdict(self.settings).items())})"


def _scaled(steps: Work, low: float, high: float) -> Work:
    """The same steps, their share done moved to `low`..`high`."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return end.value
        yield low + (high - low) * share
