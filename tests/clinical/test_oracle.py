"""The body against a plain loop over one person's days, which shares no code with it."""

from math import exp, sqrt

import numpy as np
import pytest
from scipy.special import ndtri

from spinesim.clinical import TREATMENTS, Body, draw_cohort
from spinesim.evidence import Draws, load_evidence

WEEKS = 60  # long enough for sensitisation, resorption and a nerve that has regrown
SESSIONS = range(4, 40, 4)
PEOPLE = 25


def clip(value, top):
    return min(max(value, 0.0), top)


def fade(value, days, time_constant):
    return value * exp(-days / time_constant)


def one_life(v, key, c, i, draws, treated):
    """Each day's (leg, back, disability, sleep, sensitisation, fear, conditioning) of person `i`."""
    who, leads = int(c.ids[i]), c.condition.main_pain == "limb"
    rho = v(f"{key}.course.wobble_correlation")
    wobble = {"limb": [0.0], "axial": [0.0]}
    for channel, path in wobble.items():
        for week in range(1, WEEKS + 1):
            path.append(rho * path[-1] + sqrt(1 - rho**2) * ndtri(draws.at(f"wobble.{channel}", week, who)))
    share = max(c.limb_start[i], c.axial_start[i]) / 10
    sens0 = sens = min(
        v("sensitisation.start_per_year")
        / 365.25
        * max(c.days_in_pain[i] - v("sensitisation.after_days"), 0),
        1,
    )
    sleep0 = sleep = v("person.sleep") - v("sleep.loss_from_pain") * share
    calm, fear = c.fear[i], c.fear[i] + v("fear.from_pain") * share
    fit, sore, flare, adherence = v("person.conditioning"), c.days_in_pain[i], 0.0, c.adherence[i]
    physio = 0.0
    leg, back, disability, days = 0.0, 0.0, None, []
    for day in range(WEEKS * 7 + 1):
        if day:
            pain = max(leg, back)
            flare = fade(flare, 1, v("flare.days"))
            physio = fade(physio, 1, v("physiotherapy.relief_days"))
            if pain >= v("pain.in_pain"):
                sore += 1
                if sore > v("sensitisation.after_days"):
                    sens += (1 - exp(-1 / v("sensitisation.growth_days"))) * pain / 10 * (1 - sens)
            else:
                sore = max(sore - v("sensitisation.forget"), 0)
                sens = fade(sens, 1, v("sensitisation.fall_days"))
            fit = v("conditioning.level") + fade(
                fit - v("conditioning.level"), 1, v("conditioning.loss_days")
            )
            goal = v("person.sleep") - v("sleep.loss_from_pain") * pain / 10
            sleep = goal + fade(sleep - goal, 1, v("sleep.days"))
            goal = calm + v("fear.from_pain") * pain / 10
            fear = goal + fade(fear - goal, 1, v("fear.days"))
            if day % 7 == 0:
                above = (fit - v("conditioning.level")) / (1 - v("conditioning.level"))
                fewer = 1 - (1 - v("conditioning.flare_protection")) * above
                if draws.at("flare", day // 7, who) < v(f"{key}.flare.weekly") * fewer:
                    flare += v("flare.size")
        keeps = c.limb_lasting[i] * (exp(-day / v("herniation.resorption_days")) if c.resorbs[i] else 1)
        leg = c.limb_start[i] * (fade(1 - c.limb_lasting[i], day, c.limb_days[i]) + keeps) + flare * leads
        back = c.axial_start[i] * (fade(1 - c.axial_lasting[i], day, c.axial_days[i]) + c.axial_lasting[i])
        back += flare * (not leads)
        leg *= 1 - v("physiotherapy.limb_relief") * physio
        back *= 1 - v("physiotherapy.axial_relief") * physio
        extra = v("sensitisation.pain") * (sens - sens0) + v("sleep.pain_from_loss") * (sleep0 - sleep)
        quiet = v("pain.quiet_level")
        leg += min(leg / quiet, 1) * wobble["limb"][day // 7] * c.wobble[i]
        back += min(back / quiet, 1) * (wobble["axial"][day // 7] * c.wobble[i] + extra)
        if treated and day >= 3:
            leg -= fade(v("epidural.limb_relief") / v("epidural.responders"), day - 2, v("epidural.days")) * (
                c.herniation[i] > 0
            )
            back -= v("nsaid.axial_relief") * (day <= 2 + v("nsaid.days"))
            leg -= v("nsaid.limb_relief") * (day <= 2 + v("nsaid.days"))
        leg, back = clip(leg, 10.0), clip(back, 10.0)
        goal = (
            v(f"{key}.disability.per_limb") * leg + v(f"{key}.disability.per_axial") * back
        ) * c.disability_trait[i]
        goal += v("fear.disability") * (fear - v("person.fear"))
        goal = clip(goal - v("conditioning.disability") * (fit - v("conditioning.level")), 100.0)
        if disability is None:
            disability = goal
        else:
            disability = goal + fade(disability - goal, 1, v(f"{key}.disability.days"))
        days.append((leg, back, disability, sleep, sens, fear, fit))
        if treated and day == 2:  # what is done today is felt from tomorrow's step on
            removed = v("education.fear") * calm
            calm, fear = calm - removed, max(fear - removed, 0)
            adherence = min(adherence + v("education.adherence"), 1)
        if treated and day in SESSIONS:
            physio += (1 - exp(-1 / v("physiotherapy.sessions_scale"))) * (1 - physio)
            fit += v("physiotherapy.conditioning") * adherence * (1 - fit)
    return np.array(days)


@pytest.mark.parametrize("treated", [False, True], ids=["untreated", "treated"])
@pytest.mark.parametrize("key", list(load_evidence().conditions))
def test_every_day_of_every_person_is_what_a_plain_loop_says(key, treated):
    evidence = load_evidence().change({f"{key}.serious.cauda_equina": 0.0, f"{key}.flare.weekly": 0.05})
    draws = Draws(9)
    cohort = draw_cohort(evidence, draws, key, PEOPLE)
    body = Body(evidence, cohort, draws, np.zeros(PEOPLE, dtype=np.int64), WEEKS)
    lives = np.stack(
        [one_life(evidence.value, key, cohort, i, draws, treated) for i in range(PEOPLE)], axis=1
    )
    for day in range(WEEKS * 7 + 1):
        body.advance(day)
        columns = (
            body.limb,
            body.axial,
            body.disability,
            body.sleep,
            body.sensitisation,
            body.fear,
            body.conditioning,
        )
        np.testing.assert_allclose(np.stack(columns, axis=1), lives[day], rtol=1e-9, atol=1e-9)
        for row in range(PEOPLE * treated):
            if day == 2:
                for name in ("education", "nsaid", "epidural"):
                    TREATMENTS[name](body, row, lambda name: 1e-9)
            if day in SESSIONS:
                TREATMENTS["physiotherapy"](body, row, lambda name: 0.5)
    assert body.flares.sum() > PEOPLE / 2 and (body.sensitisation > 0).any()
