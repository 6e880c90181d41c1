"""The body: columns of one cohort, advanced by one vectorised step a day.

The step uses only elementary arithmetic and comparisons, which give the same bits whatever the length of
the array; powers and exponentials are taken once, when the body is made.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical.cohort import SCALE_TOP, Cohort
from spinesim.evidence import Draws, Evidence

Floats = npt.NDArray[np.float64]
WEEK = 7
RECORDED = ("pain", "limb_pain", "axial_pain", "disability", "sleep", "deficit")


def daily(days: float) -> float:
    """Share kept each day by something that fades with this time constant (days)."""
    return math.exp(-1 / days)


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
    """

    def __init__(
        self, evidence: Evidence, cohort: Cohort, draws: Draws, entry: npt.NDArray[np.int64], weeks: int
    ) -> None:
        self.numbers = numbers = {key: p.value for key, p in evidence.parameters.items()}
        self.cohort, self.entry, self.weeks, self.day = cohort, entry, weeks, 0
        key = cohort.condition.key
        n = len(cohort)
        # natural course: a part that passes and a part that lasts, in each channel
        self.limb_passing = cohort.limb_start * (1 - cohort.limb_lasting)
        self.limb_lasting = cohort.limb_start * cohort.limb_lasting
        self.axial_passing = cohort.axial_start * (1 - cohort.axial_lasting)
        self.axial_lasting = cohort.axial_start * cohort.axial_lasting
        self.limb_keep = np.exp(-1 / cohort.limb_days)
        self.axial_keep = np.exp(-1 / cohort.axial_days)
        self.compression = np.where(cohort.herniation > 0, 1.0, 0.0)
        self.wound = np.zeros(n)
        self.resorb_keep = np.where(cohort.resorbs, daily(numbers["herniation.resorption_days"]), 1.0)
        # week-to-week fluctuation: one autoregressive path per person and channel, known from the start
        self.limb_noise = self._paths(draws, "wobble.limb", key)
        self.axial_noise = self._paths(draws, "wobble.axial", key)
        last = int(cohort.ids[-1]) + 1
        self.flare_draws = np.stack([draws.block("flare", w, last)[cohort.ids] for w in range(weeks + 1)])
        self.flare = np.zeros(n)
        self.flares = np.zeros(n)
        # slow states
        started = numbers["sensitisation.start_per_year"] / 365.25
        beyond = np.maximum(cohort.days_in_pain - numbers["sensitisation.after_days"], 0)
        self.sensitisation = np.minimum(started * beyond, 1.0)
        self.days_in_pain = cohort.days_in_pain.copy()
        self.conditioning = np.full(n, numbers["person.conditioning"])
        self.maintenance = np.zeros(n)
        share = np.maximum(cohort.limb_start, cohort.axial_start) / SCALE_TOP
        self.sleep = numbers["person.sleep"] - numbers["sleep.loss_from_pain"] * share
        self.fear_rest = cohort.fear.copy()
        self.fear = cohort.fear + numbers["fear.from_pain"] * share
        # the pain a person arrives with already holds what sleep and sensitisation add to it
        self.sensitisation_at_entry = self.sensitisation.copy()
        self.sleep_at_entry = self.sleep.copy()
        self.adherence = cohort.adherence.copy()
        # neurology (nothing moves myelopathy or maintenance yet)
        self.deficit = np.zeros(n)
        self.myelopathy = np.zeros(n)
        self.emergency_day = entry + cohort.emergency_day
        self.decompressed = np.zeros(n)
        # active treatment effects
        self.physio = np.zeros(n)
        self.epidural = np.zeros(n)
        self.ablation = np.zeros(n)
        self.regrown_day = np.full(n, np.inf)
        self.drug_limb, self.drug_axial = np.zeros(n), np.zeros(n)
        self.drug_until = np.full(n, -1.0)
        self._constants(key)
        self.limb, self.axial = np.zeros(n), np.zeros(n)
        self.disability = np.zeros(n)
        self.record = {name: np.full((weeks + 1, n), np.nan, dtype=np.float32) for name in RECORDED}
        self.limb_wobble, self.axial_wobble = np.zeros(n), np.zeros(n)
        self._score(slice(0, n))
        self.disability[:] = self._disability_target(slice(0, n))
        self._record_due()

    def _constants(self, key: str) -> None:
        v = self.numbers
        self.flare_keep = daily(v["flare.days"])
        self.physio_keep = daily(v["physiotherapy.relief_days"])
        self.epidural_keep = daily(v["epidural.days"])
        self.ablation_keep = daily(v["ablation.return_days"])
        self.conditioning_pull = 1 - daily(v["conditioning.loss_days"])
        self.sensitise = 1 - daily(v["sensitisation.growth_days"])
        self.desensitise = daily(v["sensitisation.fall_days"])
        self.sleep_pull = 1 - daily(v["sleep.days"])
        self.fear_pull = 1 - daily(v["fear.days"])
        self.disability_pull = 1 - daily(v[f"{key}.disability.days"])
        self.wound_keep = daily(v["microdiscectomy.wound_days"])
        self.deficit_pull = 1 - daily(v["serious.cauda_equina.growth_days"])
        self.per_limb = v[f"{key}.disability.per_limb"]
        self.per_axial = v[f"{key}.disability.per_axial"]
        self.flare_weekly = v[f"{key}.flare.weekly"]
        # rate ratio at full conditioning, 1 at the resting level
        room = 1 - v["conditioning.level"]
        self.flare_slope = (v["conditioning.flare_protection"] - 1) / room if room else 0.0
        self.quiet_level = max(v["pain.quiet_level"], 1e-9)
        self.flare_limb_share = 1.0 if self.cohort.condition.main_pain == "limb" else 0.0

    def _paths(self, draws: Draws, name: str, key: str) -> Floats:
        """Autoregressive fluctuation, NRS points, shape (weeks + 1, N); 0 at entry."""
        rho = self.numbers[f"{key}.course.wobble_correlation"]
        fresh = math.sqrt(1 - rho**2)
        ids, last = self.cohort.ids, int(self.cohort.ids[-1]) + 1
        path = np.zeros((self.weeks + 1, len(ids)))
        for week in range(1, self.weeks + 1):
            shock = special.ndtri(draws.block(name, week, last)[ids])
            path[week] = rho * path[week - 1] + fresh * shock
        path *= self.cohort.wobble
        return path

    def compressed(self, row: int) -> bool:
        """Whether a herniation still presses on the root (resorption is a matter of degree)."""
        return bool(self.compression[row] > self.numbers["herniation.gone_below"])

    def emergency(self, row: int) -> bool:
        """Whether cauda equina syndrome is present today."""
        return bool(self.emergency_day[row] <= self.day and not self.decompressed[row])

    # -- one day -------------------------------------------------------------------------------------------

    def advance(self, day: int) -> None:
        """Bring everyone who has entered to the start of `day` (calendar days)."""
        while self.day < day:
            self.day += 1
            here = slice(0, int(np.searchsorted(self.entry, self.day, side="left")))
            self._step(here)
            self._record_due()

    def _step(self, here: slice) -> None:
        v = self.numbers
        self.limb_passing[here] *= self.limb_keep[here]
        self.axial_passing[here] *= self.axial_keep[here]
        self.limb_lasting[here] *= self.resorb_keep[here]
        self.compression[here] *= self.resorb_keep[here]
        self.wound[here] *= self.wound_keep
        self.flare[here] *= self.flare_keep
        self.physio[here] *= self.physio_keep
        self.epidural[here] *= self.epidural_keep
        back = self.regrown_day[here] <= self.day
        self.ablation[here] *= np.where(back, self.ablation_keep, 1.0)
        on_drug = self.drug_until[here] >= self.day
        self.drug_limb[here] *= on_drug
        self.drug_axial[here] *= on_drug
        # slow states follow yesterday's pain
        pain = np.maximum(self.limb[here], self.axial[here])
        share = pain / SCALE_TOP
        in_pain = pain >= v["pain.in_pain"]
        days = self.days_in_pain[here]
        self.days_in_pain[here] = np.where(in_pain, days + 1, np.maximum(days - v["sensitisation.forget"], 0))
        grow = in_pain & (self.days_in_pain[here] > v["sensitisation.after_days"])
        sens = self.sensitisation[here]
        self.sensitisation[here] = np.where(
            grow, sens + self.sensitise * share * (1 - sens), np.where(in_pain, sens, sens * self.desensitise)
        )
        rest = np.maximum(v["conditioning.level"], self.maintenance[here])
        self.conditioning[here] += self.conditioning_pull * (rest - self.conditioning[here])
        sleep_goal = v["person.sleep"] - v["sleep.loss_from_pain"] * share
        self.sleep[here] += self.sleep_pull * (sleep_goal - self.sleep[here])
        fear_goal = self.fear_rest[here] + v["fear.from_pain"] * share
        self.fear[here] += self.fear_pull * (fear_goal - self.fear[here])
        # cauda equina: deficit grows from onset until the root is decompressed
        emergency = (self.emergency_day[here] <= self.day) & (self.decompressed[here] == 0)
        if emergency.any():
            self.deficit[here] += np.where(emergency, self.deficit_pull * (1 - self.deficit[here]), 0.0)
        self._new_week(here)
        self._score(here)
        goal = self._disability_target(here)
        self.disability[here] += self.disability_pull * (goal - self.disability[here])

    def _new_week(self, here: slice) -> None:
        """On the first day of a person's own week: new fluctuation, perhaps a flare."""
        own = self.day - self.entry[here]
        due = np.flatnonzero((own % WEEK == 0) & (own <= self.weeks * WEEK))
        if not len(due):
            return
        week = own[due] // WEEK
        self.limb_wobble[due] = self.limb_noise[week, due]
        self.axial_wobble[due] = self.axial_noise[week, due]
        ratio = 1 + self.flare_slope * (self.conditioning[due] - self.numbers["conditioning.level"])
        flares = self.flare_draws[week, due] < self.flare_weekly * np.maximum(ratio, 0)
        self.flare[due] += self.numbers["flare.size"] * flares
        self.flares[due] += flares

    def _score(self, here: slice) -> None:
        """Today's pain in both channels, NRS 0-10."""
        v = self.numbers
        limb = self.limb_passing[here] + self.limb_lasting[here] + self.flare_limb_share * self.flare[here]
        axial = self.axial_passing[here] + self.axial_lasting[here] + self.wound[here]
        axial = axial + (1 - self.flare_limb_share) * self.flare[here]
        limb = limb * (1 - v["physiotherapy.limb_relief"] * self.physio[here])
        axial = axial * (1 - v["physiotherapy.axial_relief"] * self.physio[here]) * (1 - self.ablation[here])
        amplified = v["sensitisation.pain"] * (
            self.sensitisation[here] - self.sensitisation_at_entry[here]
        ) + v["sleep.pain_from_loss"] * (self.sleep_at_entry[here] - self.sleep[here])
        quiet = self.quiet_level
        limb = limb + np.minimum(limb / quiet, 1) * self.limb_wobble[here]
        axial = axial + np.minimum(axial / quiet, 1) * (self.axial_wobble[here] + amplified)
        limb = limb - self.epidural[here] - self.drug_limb[here]
        axial = axial - self.drug_axial[here]
        self.limb[here] = np.minimum(np.maximum(limb, 0), SCALE_TOP)
        self.axial[here] = np.minimum(np.maximum(axial, 0), SCALE_TOP)

    def _disability_target(self, here: slice) -> Floats:
        """Where disability (ODI 0-100) is heading at today's pain."""
        v = self.numbers
        from_pain = self.per_limb * self.limb[here] + self.per_axial * self.axial[here]
        goal = (
            from_pain * self.cohort.disability_trait[here]
            + v["fear.disability"] * (self.fear[here] - v["person.fear"])
            - v["conditioning.disability"] * (self.conditioning[here] - v["conditioning.level"])
            + v["serious.cauda_equina.disability"] * self.deficit[here]
        )
        return np.minimum(np.maximum(goal, 0), 100.0)

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
        for name, column in (
            ("pain", np.maximum(limb, axial)),
            ("limb_pain", limb),
            ("axial_pain", axial),
            ("disability", self.disability[who]),
            ("sleep", self.sleep[who]),
            ("deficit", self.deficit[who]),
        ):
            self.record[name][week, who] = column
