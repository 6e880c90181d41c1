"""The body: columns of one cohort, advanced by one vectorised step a day (`day.py`).

Powers and exponentials are taken once, when the body is made or someone is treated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical import day
from spinesim.clinical.cohort import SCALE_TOP, SERIOUS, Cohort
from spinesim.clinical.load import flare_ratio
from spinesim.clinical.relief import Relief, daily
from spinesim.clinical.treatment import EXERCISE, Treatment, read_treatments
from spinesim.evidence import Draws, Evidence

Floats = npt.NDArray[np.float64]
WEEK = day.WEEK
RECORDED = ("pain", "limb_pain", "axial_pain", "disability", "sleep", "fear", "sensitisation", "deficit")


class Body:
    """State of every patient; one float64 column per quantity, length N.

    Parameters
    ----------
    evidence : Evidence
    cohort : Cohort
    draws : Draws
    entry : array of int, shape (N,)
        Calendar day of the first visit, never decreasing.
    weeks : int
        Weeks of follow-up recorded for each person, counted from their own entry.

    Attributes
    ----------
    record : dict of str to float32 array, shape (weeks + 1, N)
        Value at the start of each of the person's own weeks.
    reliefs : dict of str to Relief
        Temporary relief by treatment; a treatment nobody has had is not there.
    """

    def __init__(
        self, evidence: Evidence, cohort: Cohort, draws: Draws, entry: npt.NDArray[np.int64], weeks: int
    ) -> None:
        self.numbers = numbers = evidence.numbers()
        self.cohort, self.entry, self.weeks, self.day = cohort, entry, weeks, 0
        n = len(cohort)
        # natural course: a part that passes and a part that lasts, in each channel
        self.limb_passing = cohort.limb_start * (1 - cohort.limb_lasting)
        self.limb_lasting = cohort.limb_start * cohort.limb_lasting
        self.axial_passing = cohort.axial_start * (1 - cohort.axial_lasting)
        self.axial_lasting = cohort.axial_start * cohort.axial_lasting
        self.limb_keep = np.exp(-1 / cohort.limb_days)
        self.axial_keep = np.exp(-1 / cohort.axial_days)
        self.compression = np.where(cohort.herniation > 0, 1.0, 0.0)
        self.narrowed = cohort.narrowed.astype(float)
        self.resorb_keep = np.where(cohort.resorbs, daily(numbers["herniation.resorption_days"]), 1.0)
        self.wound, self.scar = np.zeros(n), np.zeros(n)
        # week-to-week fluctuation: one autoregressive path per person and channel, known from the start
        self.limb_noise = self._paths(draws, "wobble.limb")
        self.axial_noise = self._paths(draws, "wobble.axial")
        last = int(cohort.ids.max()) + 1
        self.flare_draws = np.stack([draws.block("flare", w, last)[cohort.ids] for w in range(weeks + 1)])
        self.flare, self.flares, self.late_flares = np.zeros(n), np.zeros(n), np.zeros(n)
        # activity
        self.load, self.flare_load, self.graded = np.ones(n), np.ones(n), np.zeros(n)
        self.flares_managed = self.loads_managed = False
        self.load_response = cohort.number("load_response", 0.0)
        self.active_days, self.habits = cohort.active_days.copy(), np.zeros(n)
        self.flare_ratio = flare_ratio(numbers, cohort.occupation, self.active_days)
        # slow states
        started = numbers["sensitisation.start_per_year"] / 365.25
        beyond = np.maximum(cohort.days_in_pain - numbers["sensitisation.after_days"], 0)
        self.sensitisation = np.minimum(started * beyond, 1.0)
        self.days_in_pain = cohort.days_in_pain.copy()
        self.conditioning = np.full(n, numbers["person.conditioning"])
        self.maintenance, self.calm = np.zeros(n), np.zeros(n)
        self.adherence = cohort.adherence.copy()
        share = np.maximum(cohort.limb_start, cohort.axial_start) / SCALE_TOP
        self.sleep_rest, self.fear_rest = cohort.sleep_rest.copy(), cohort.fear.copy()
        self.nights: dict[str, tuple[float, Relief]] = {}  # by tablet: sleep it adds, who takes it
        self.fear = cohort.fear + numbers["fear.from_pain"] * share
        self.sleep = day.sleep_goal(self, slice(0, n), share)
        self.fear = day.fear_goal(self, slice(0, n), share)
        # the pain a person arrives with already holds what sleep and sensitisation add to it
        self.sensitisation_at_entry = self.sensitisation.copy()
        self.sleep_at_entry = self.sleep.copy()
        # serious disease: at most one kind a person; permanent deficit grows from its onset until treated
        self.deficit, self.treated = np.zeros(n), np.zeros(n)
        self.serious_day = entry + cohort.serious_day
        kinds = [numbers[f"serious.{kind}.growth_days"] for kind in SERIOUS]
        self.deficit_pull = np.array([0.0] + [1 - daily(days) for days in kinds])[cohort.serious]
        burden = [numbers["serious.weakness.disability"]] + [
            numbers[f"serious.{kind}.disability"] for kind in SERIOUS
        ]
        self.deficit_disability = np.array(burden)[cohort.serious]
        # treatment
        self.treatments = read_treatments(evidence)
        self.reliefs: dict[str, Relief] = {}
        self.tablets: tuple[str, ...] = ()
        self._exercise_before()
        self.context = np.zeros(n)
        self._constants()
        self.limb, self.axial = np.zeros(n), np.zeros(n)
        self.disability = np.zeros(n)
        self.record = {name: np.full((weeks + 1, n), np.nan, dtype=np.float32) for name in RECORDED}
        self.limb_wobble, self.axial_wobble = np.zeros(n), np.zeros(n)
        day.score(self, slice(0, n))
        self.disability[:] = day.disability_target(self, slice(0, n))
        self._record_due()

    def _constants(self) -> None:
        v, cohort = self.numbers, self.cohort
        self.flare_keep = daily(v["flare.days"])
        self.conditioning_pull = 1 - daily(v["conditioning.loss_days"])
        self.sensitise = 1 - daily(v["sensitisation.growth_days"])
        self.desensitise = daily(v["sensitisation.fall_days"])
        self.sleep_pull = 1 - daily(v["sleep.days"])
        self.fear_pull = 1 - daily(v["fear.days"])
        self.calm_keep = daily(v["cbt.calm_days"])
        self.habits_keep = daily(v["habits.days"])
        self.context_keep = daily(v["context.days"])
        self.wound_keep = np.ones(len(cohort))
        self.disability_pull = 1 - np.exp(-1 / cohort.number("disability.days"))
        self.per_limb = cohort.number("disability.per_limb") * cohort.disability_trait
        self.per_axial = cohort.number("disability.per_axial") * cohort.disability_trait
        self.flare_weekly = cohort.number("flare.weekly")
        # rate ratio at full conditioning, 1 at the resting level
        room = 1 - v["conditioning.level"]
        self.flare_slope = (v["conditioning.flare_protection"] - 1) / room if room else 0.0
        self.quiet_level = max(v["pain.quiet_level"], 1e-9)
        limb = [1.0 if c.main_pain == "limb" else 0.0 for c in cohort.conditions]
        self.flare_limb_share = np.array(limb)[cohort.which]

    def _exercise_before(self) -> None:
        """The exercise a person has had before they came is already part of the pain they bring."""
        earlier = self.cohort.prior_sessions / self.numbers["physiotherapy.sessions_scale"]
        slot = self.relief(self.treatments[EXERCISE])
        slot.based = True
        slot.base = -self.numbers["physiotherapy.prior_kept"] * special.expm1(-earlier)
        slot.level = slot.base.copy()

    def relief(self, what: Treatment) -> Relief:
        """The relief a treatment gives, made when the first person has it."""
        if what.step not in self.reliefs:
            made = Relief(
                len(self.cohort),
                share=what.share,
                limb=what.get("limb_relief"),
                axial=what.get("axial_relief"),
                days=0.0 if what.kind == "tablets" else what.get("return_days", what.get("days")),
                onset_days=what.get("onset_days"),
                regrows=what.get("conditioning_hold") if "regrowth_months" in what.numbers else None,
            )
            # kept by name, so that bits do not depend on who was treated first
            self.reliefs = dict(sorted({**self.reliefs, what.step: made}.items()))
            if what.kind == "tablets":
                self.tablets = (*self.tablets, what.step)
        return self.reliefs[what.step]

    def night_relief(self, what: Treatment) -> Relief:
        """Who sleeps better on this tablet, made when the first person takes it."""
        if what.step not in self.nights:
            taking = Relief(len(self.cohort), share=False, limb=0.0, axial=0.0, days=0.0)
            self.nights[what.step] = (what.get("sleep"), taking)
        return self.nights[what.step][1]

    def _paths(self, draws: Draws, name: str) -> Floats:
        """Autoregressive fluctuation, NRS points, shape (weeks + 1, N); 0 at entry."""
        rho = self.cohort.number("course.wobble_correlation")
        fresh = np.sqrt(1 - rho**2)
        ids, last = self.cohort.ids, int(self.cohort.ids.max()) + 1
        path = np.zeros((self.weeks + 1, len(ids)))
        for week in range(1, self.weeks + 1):
            shock = special.ndtri(draws.block(name, week, last)[ids])
            path[week] = rho * path[week - 1] + fresh * shock
        path *= self.cohort.wobble
        return path

    # -- what is true of one person today ----------------------------------------------------------------

    def compressed(self, row: int) -> bool:
        """Whether a herniation still presses on the root (resorption is a matter of degree)."""
        return bool(self.compression[row] > self.numbers["herniation.gone_below"])

    def has(self, row: int, tissue: str | None) -> bool:
        """Whether the tissue a treatment needs is there (a tag of ``treatments.toml``; None: nothing)."""
        if tissue is None:
            return True
        if tissue == "herniation":
            return self.compressed(row)
        if tissue == "narrowed":
            return bool(self.narrowed[row])
        if tissue == "root":
            return self.compressed(row) or bool(self.narrowed[row])
        return bool(getattr(self.cohort, tissue)[row])

    def fate(self, row: int) -> str | None:
        """Kind of serious disease the person has or will have, or None."""
        which = int(self.cohort.serious[row])
        return SERIOUS[which - 1] if which else None

    def threat(self, row: int) -> str | None:
        """Kind of serious disease that has begun and is not treated, or None."""
        return self.fate(row) if self.serious_day[row] <= self.day and not self.treated[row] else None

    # -- one day -------------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Bring everyone who has entered to the start of day `until` (calendar days)."""
        while self.day < until:
            self.day += 1
            here = slice(0, int(np.searchsorted(self.entry, self.day, side="left")))
            day.live(self, here)
            self._record_due()

    def _record_due(self) -> None:
        """Keep the value of everyone whose own week begins today."""
        own = self.day - self.entry
        if (own == own[0]).all():
            week, odd = divmod(int(own[0]), WEEK)
            if odd == 0 and 0 <= week <= self.weeks:
                self._keep(week, slice(None))
            return
        due = np.flatnonzero((own >= 0) & (own % WEEK == 0) & (own <= self.weeks * WEEK))
        if len(due):
            self._keep(own[due] // WEEK, due)

    def _keep(self, week: int | npt.NDArray[np.int64], who: slice | npt.NDArray[np.int64]) -> None:
        limb, axial = self.limb[who], self.axial[who]
        self.record["pain"][week, who] = np.maximum(limb, axial)
        self.record["limb_pain"][week, who] = limb
        self.record["axial_pain"][week, who] = axial
        for name in RECORDED[3:]:
            self.record[name][week, who] = getattr(self, name)[who]
