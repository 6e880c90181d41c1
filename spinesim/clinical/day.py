"""One day of the body: what passes, what fades, what follows, and today's scores.

Each function changes the columns of the people in `here`. They use only elementary arithmetic and
comparisons, which give the same bits whatever the length of the array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spinesim.clinical.load import recovery_speed, tolerance
from spinesim.clinical.people import SCALE_TOP

if TYPE_CHECKING:
    from spinesim.clinical.body import Body

Floats = npt.NDArray[np.float64]
WEEK = 7


def live(body: Body, here: slice) -> None:
    """One day in the life of the people in `here`."""
    pain = np.maximum(body.limb[here], body.axial[here])
    pass_on(body, here, pain)
    for relief in body.reliefs.values():
        relief.step(here, 1.0 if relief.regrows is None else regrowth_pace(body, here, relief.regrows))
    body.context[here] *= body.context_keep
    slow_states(body, here, pain)
    begun = (body.serious_day[here] <= body.day) & (body.treated[here] == 0)
    if begun.any():
        body.deficit[here] += np.where(begun, body.deficit_pull[here] * (1 - body.deficit[here]), 0.0)
    new_week(body, here)
    score(body, here)
    goal = disability_target(body, here)
    body.disability[here] += body.disability_pull[here] * (goal - body.disability[here])


def pass_on(body: Body, here: slice, pain: Floats) -> None:
    """Natural course: what passes, passes; at a speed that depends on load where that matters."""
    limb_keep, axial_keep = body.limb_keep[here], body.axial_keep[here]
    if body.loads_managed:
        graded = body.graded[here] > 0
        body.load[here] = np.where(graded, tolerance(body.numbers, pain), body.load[here])
        speed = recovery_speed(body.numbers, body.load[here], pain)
        speed = np.minimum(1 + body.load_response[here] * (speed - 1), body.numbers["load.fastest"])
        usual = (body.load[here] == 1) | (body.load_response[here] == 0)
        limb_keep = np.where(usual, limb_keep, np.maximum(1 - (1 - limb_keep) * speed, 0))
        axial_keep = np.where(usual, axial_keep, np.maximum(1 - (1 - axial_keep) * speed, 0))
    body.limb_passing[here] *= limb_keep
    body.axial_passing[here] *= axial_keep
    body.limb_lasting[here] *= body.resorb_keep[here]
    body.compression[here] *= body.resorb_keep[here]
    body.wound[here] *= body.wound_keep[here]
    keep: Floats | float = body.flare_keep
    if body.flares_managed:
        speed = recovery_speed(body.numbers, body.flare_load[here], pain)
        paced = np.maximum(1 - (1 - body.flare_keep) * speed, 0)
        keep = np.where(body.flare_load[here] == 1, body.flare_keep, paced)
    body.flare[here] *= keep


def regrowth_pace(body: Body, here: slice, hold: float) -> Floats:
    """How fast a cut nerve regrows: slower (by `hold`) in a body better conditioned than usual."""
    fit = np.maximum(body.conditioning[here] - body.numbers["conditioning.level"], 0)
    pace: Floats = 1 / (1 + hold * fit)
    return pace


def sleep_goal(body: Body, here: slice, share: Floats) -> Floats:
    """Where sleep is heading: a person's own usual, less what pain and worry take."""
    v = body.numbers
    worry = np.maximum(body.fear[here] - v["person.fear"], 0)
    lost = v["sleep.loss_from_pain"] * share + v["sleep.loss_from_fear"] * worry
    goal: Floats = np.maximum(body.sleep_rest[here] - lost, 0)
    return goal


def fear_goal(body: Body, here: slice, share: Floats) -> Floats:
    """Where fear is heading: a person's own level, plus what pain and bad nights add, less coping."""
    v = body.numbers
    bad_nights = np.maximum(v["person.sleep"] - body.sleep[here], 0)
    goal = body.fear_rest[here] + v["fear.from_pain"] * share + v["fear.from_sleep_loss"] * bad_nights
    goal = goal * (1 - v["calm.fear"] * body.calm[here])
    return np.minimum(goal, 1.0)


def slow_states(body: Body, here: slice, pain: Floats) -> None:
    """Sensitisation, conditioning, sleep, fear, coping and habits follow yesterday's pain."""
    v = body.numbers
    share = pain / SCALE_TOP
    in_pain = pain >= v["pain.in_pain"]
    days = body.days_in_pain[here]
    body.days_in_pain[here] = np.where(in_pain, days + 1, np.maximum(days - v["sensitisation.forget"], 0))
    grow = in_pain & (body.days_in_pain[here] > v["sensitisation.after_days"])
    sens = body.sensitisation[here]
    moved = np.where(
        grow, sens + body.sensitise * share * (1 - sens), np.where(in_pain, sens, sens * body.desensitise)
    )
    # movement, calm and restored sleep wind it down, each on its own and together
    fit = np.maximum(body.conditioning[here] - v["conditioning.level"], 0)
    rested = np.maximum(body.sleep[here] - body.sleep_at_entry[here], 0)
    levers = (
        v["sensitisation.movement"] * fit
        + v["sensitisation.calm"] * body.calm[here]
        + v["sensitisation.sleep"] * rested
    )
    body.sensitisation[here] = np.maximum(moved - (1 - body.desensitise) * levers * sens, 0)
    used = v["conditioning.level"] * np.minimum(body.load[here], 1.0)
    rest = np.maximum(used, body.maintenance[here])
    body.conditioning[here] += body.conditioning_pull * (rest - body.conditioning[here])
    drugged: Floats | float = 0.0
    for sleep, taking in body.nights.values():  # tablets for the night do not add up either
        taking.step(here)
        drugged = np.maximum(drugged, sleep * taking.level[here])
    rested_to = np.minimum(sleep_goal(body, here, share) + drugged, 1.0)
    body.sleep[here] += body.sleep_pull * (rested_to - body.sleep[here])
    body.fear[here] += body.fear_pull * (fear_goal(body, here, share) - body.fear[here])
    body.calm[here] *= body.calm_keep
    body.habits[here] *= body.habits_keep


def new_week(body: Body, here: slice) -> None:
    """On the first day of a person's own week: new fluctuation, perhaps a flare."""
    own = body.day - body.entry[here]
    due = np.flatnonzero((own % WEEK == 0) & (own <= body.weeks * WEEK))
    if not len(due):
        return
    v = body.numbers
    week = own[due] // WEEK
    body.limb_wobble[due] = body.limb_noise[week, due]
    body.axial_wobble[due] = body.axial_noise[week, due]
    ratio = 1 + body.flare_slope * (body.conditioning[due] - v["conditioning.level"])
    ratio = (
        np.maximum(ratio, 0) * body.flare_ratio[due] * (1 - v["habits.flare_protection"] * body.habits[due])
    )
    flares = body.flare_draws[week, due] < body.flare_weekly[due] * ratio
    body.flare[due] += v["flare.size"] * flares
    body.flares[due] += flares
    body.late_flares[due] += flares & (week > v["function.relapse_after_weeks"])


def score(body: Body, here: slice) -> None:
    """Today's pain in both channels, NRS 0-10."""
    v = body.numbers
    limb_flare = body.flare_limb_share[here] * body.flare[here]
    limb = body.limb_passing[here] + body.limb_lasting[here] + limb_flare
    axial = body.axial_passing[here] + body.axial_lasting[here] + body.wound[here] + body.scar[here]
    axial = axial + body.flare[here] - limb_flare
    limb_points: Floats | float = 0.0
    axial_points: Floats | float = 0.0
    limb_tablet: Floats | float = 0.0
    axial_tablet: Floats | float = 0.0
    for name, relief in body.reliefs.items():
        acting = relief.acting(here)
        if relief.share:
            limb = limb * (1 - relief.limb * acting)
            axial = axial * (1 - relief.axial * acting)
        elif name in body.tablets:  # tablets do not add up: the strongest counts
            limb_tablet = np.maximum(limb_tablet, relief.limb * acting)
            axial_tablet = np.maximum(axial_tablet, relief.axial * acting)
        else:
            limb_points = limb_points + relief.limb * acting
            axial_points = axial_points + relief.axial * acting
    # the loop cut (sleep.loop 0) means that pain feels only as it would after good nights
    lost = np.maximum(v["person.sleep"] - body.sleep[here], 0)
    slept = body.sleep[here] + (1 - v["sleep.loop"]) * lost
    amplified = v["sensitisation.pain"] * (body.sensitisation[here] - body.sensitisation_at_entry[here]) + v[
        "sleep.pain_from_loss"
    ] * (body.sleep_at_entry[here] - slept)
    quiet = body.quiet_level
    context = body.context[here]
    limb = limb + np.minimum(limb / quiet, 1) * (body.limb_wobble[here] - context)
    axial = axial + np.minimum(axial / quiet, 1) * (body.axial_wobble[here] + amplified - context)
    limb = limb - limb_points - limb_tablet
    axial = axial - axial_points - axial_tablet
    body.limb[here] = np.minimum(np.maximum(limb, 0), SCALE_TOP)
    body.axial[here] = np.minimum(np.maximum(axial, 0), SCALE_TOP)


def disability_target(body: Body, here: slice) -> Floats:
    """Where disability (ODI or NDI, 0-100) is heading at today's pain."""
    v = body.numbers
    goal = (
        body.per_limb[here] * body.limb[here]
        + body.per_axial[here] * body.axial[here]
        + v["fear.disability"] * (body.fear[here] - v["person.fear"])
        - v["conditioning.disability"] * (body.conditioning[here] - v["conditioning.level"])
        + body.deficit_disability[here] * body.deficit[here]
    )
    return np.minimum(np.maximum(goal, 0), 100.0)
