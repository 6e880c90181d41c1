"""What a treatment does to one person's body.

A treatment is data: an entry of ``data/treatments.toml`` (words and structure) and the parameters whose ids
begin with its name. This module is the one reading of them. Effects are net of the natural course. Chance
enters only as the person's uniform for a named decision.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special

from spinesim.clinical import harms
from spinesim.clinical.body import Body
from spinesim.clinical.load import flare_ratio
from spinesim.clinical.people import SCALE_TOP, Floats
from spinesim.clinical.relief import daily
from spinesim.clinical.treatment import EXERCISE, Treatment

Chance = Callable[[str], float]
"""Gives the person's uniform for a named decision."""

Harms = tuple[str, ...]


def treat(body: Body, what: Treatment, row: int, chance: Chance, programme: str = "") -> Harms:
    """Let one occurrence of a treatment (a course of tablets, a session, a procedure) act on one person.

    Parameters
    ----------
    body : Body
    what : Treatment
    row : int
        The person.
    chance : callable
        The person's uniforms.
    programme : str
        Exercise programme chosen for a `specific_physiotherapy` session (that of the working diagnosis).

    Returns
    -------
    tuple of str
        Harms it caused, often none.
    """
    able = _able(body, row) if what.exercises else 1.0
    if what.kind == "operation":
        _operate(body, what, row, chance)
    elif what.exercises:
        _exercise(body, what, row, able, programme)
    elif what.share or "limb_relief" in what.numbers or "axial_relief" in what.numbers:
        _relieve(body, what, row, chance, able)
    _teach(body, what, row, able)
    if what.context:
        body.context[row] = max(body.context[row], body.numbers["context.relief"])
    if body.fate(row) in what.stops:  # also before it begins: what has been freed is not pressed later
        body.treated[row] = 1.0
    return _harm(body, what, row, chance)


def _harm(body: Body, what: Treatment, row: int, chance: Chance) -> Harms:
    suffered = tuple(
        harm
        for harm in what.harms
        if chance(f"{what.step}.{harm}") < harms.probability(body, row, what.step, harm)
    )
    for harm in suffered:
        harms.suffer(body, row, what.step, harm)
    return suffered


def _able(body: Body, row: int) -> float:
    """How much of a session a person can use today: pain above what trials met limits it."""
    v = body.numbers
    pain = max(body.limb[row], body.axial[row])
    limited = 1 - v["physiotherapy.pain_limits"] * (pain - v["physiotherapy.reference_pain"]) / SCALE_TOP
    return float(min(max(limited, 0.0), 1.0))


def _relieve(body: Body, what: Treatment, row: int, chance: Chance, able: float) -> None:
    """Temporary relief, where the pattern responds, the tissue is there and the person is a responder."""
    responders = what.get("responders", 1.0)
    if what.step not in body.cohort.condition_of(row).responds or not body.has(row, what.works_when):
        return
    if responders < 1 and not chance(f"{what.step}.responds") < responders:
        return
    slot = body.relief(what)
    fit = max(body.conditioning[row] - body.numbers["conditioning.level"], 0.0)
    longer = 1 + what.get("habits_hold") * body.habits[row]
    level, hold = 1 / responders, 0.0
    if what.kind == "tablets":
        hold = what.get("days") + 1  # the last day of the course still counts
    elif what.kind == "course":
        step = 1 - math.exp(-able / what.get("sessions_scale", 1.0))
        level = slot.level[row] + step * (1 - slot.level[row])
    if "regrowth_months" in what.numbers:
        spread = math.exp(what.get("regrowth_spread") * float(special.ndtri(chance(f"{what.step}.regrowth"))))
        hold = what.get("regrowth_months") * spread * 365.25 / 12
    else:
        longer *= 1 + what.get("conditioning_hold") * fit
    slot.raise_to(row, level, hold, longer)


def _exercise(body: Body, what: Treatment, row: int, able: float, programme: str) -> None:
    """One session: benefit saturates with sessions, conditioning rises, a matching programme adds its own."""
    v, pattern = body.numbers, body.cohort.condition_of(row)
    dose = what.get("dose") * able
    if EXERCISE in pattern.responds:
        slot = body.reliefs[EXERCISE]
        step = 1 - math.exp(-dose / v["physiotherapy.sessions_scale"])
        slot.raise_to(row, slot.level[row] + step * (1 - slot.level[row]))
    own = what.step != EXERCISE and "axial_relief" in what.numbers
    if own and what.step in pattern.responds and programme == pattern.programme:
        slot = body.relief(what)
        step = 1 - math.exp(-dose / what.get("sessions_scale", v["physiotherapy.sessions_scale"]))
        slot.raise_to(row, slot.level[row] + step * (1 - slot.level[row]))
    if what.get("scar"):
        body.scar[row] *= 1 - what.get("scar")


def _teach(body: Body, what: Treatment, row: int, able: float) -> None:
    """What stays after the session: less fear, better sleep, habits, fitness, another way of being active."""
    get, numbers = what.get, what.numbers
    if get("fear"):
        removed = get("fear") * body.fear_rest[row]
        body.fear_rest[row] -= removed
        body.fear[row] = max(body.fear[row] - removed, 0.0)
    if get("adherence"):
        body.adherence[row] = min(max(body.adherence[row] + get("adherence"), 0.0), 1.0)
    if get("conditioning"):
        gain = get("conditioning") * body.adherence[row] * (what.get("dose", 1.0) * able)
        body.conditioning[row] += gain * (1 - body.conditioning[row])
    if get("conditioning_loss"):
        body.conditioning[row] *= 1 - get("conditioning_loss")
    if get("sleep"):
        if what.kind == "tablets":
            body.night_relief(what).raise_to(row, 1.0, get("days") + 1)
        else:
            lost = max(body.numbers["person.sleep"] - body.sleep_rest[row], 0.0)
            body.sleep_rest[row] += get("sleep") * body.adherence[row] * lost
    if get("calm"):
        body.calm[row] += get("calm") * body.adherence[row] * (1 - body.calm[row])
    if get("habits"):
        body.habits[row] += get("habits") * body.adherence[row] * (1 - body.habits[row])
    if get("maintenance"):
        # the published effect already holds average adherence; less of it gives less
        usual, kept = (
            body.numbers["conditioning.level"],
            body.adherence[row] / body.numbers["person.adherence"],
        )
        held = usual + (get("maintenance") - usual) * min(kept, 1.0)
        body.maintenance[row] = max(body.maintenance[row], held)
    if get("active_days"):
        body.active_days[row] = get("active_days")
        one = slice(row, row + 1)
        body.flare_ratio[one] = flare_ratio(body.numbers, body.cohort.occupation[one], body.active_days[one])
    if get("follows_tolerance"):
        body.graded[row], body.loads_managed = 1.0, True
    elif "load" in numbers:
        set_load(body, row, get("load"))
    if "flare_load" in numbers:
        body.flare_load[row], body.flares_managed = get("flare_load"), True


def set_load(body: Body, row: int, load: float) -> None:
    """Live at this share of usual activity from now on."""
    body.load[row], body.graded[row], body.loads_managed = load, 0.0, True


def _operate(body: Body, what: Treatment, row: int, chance: Chance) -> None:
    """Take the pressure off: relief comes sooner; nothing is gained where nothing is pressed."""
    get, v = what.get, body.numbers
    wound = get("wound")
    responds = what.step in body.cohort.condition_of(row).responds
    if responds and body.has(row, what.works_when) and chance(f"{what.step}.works") < get("success", 1.0):
        if "limb_left" in what.numbers:
            most = get("limb_left") * body.cohort.limb_start[row]
            _free(body.limb_passing, body.limb_lasting, row, most, get("at_once"))
            body.limb_keep[row] = min(body.limb_keep[row], daily(get("limb_days")))
        if "axial_left" in what.numbers:
            most = get("axial_left") * body.cohort.axial_start[row]
            _free(body.axial_passing, body.axial_lasting, row, most, get("axial_at_once"))
        body.axial_keep[row] = min(body.axial_keep[row], daily(get("axial_days")))
        if what.works_when in ("herniation", "root"):
            body.compression[row] = 0.0
        if what.works_when in ("narrowed", "root"):
            body.narrowed[row] = 0.0
    # scar and altered movement: some of the back pain stays, less in a body prepared for it
    fit = max(body.conditioning[row] - v["conditioning.level"], 0.0)
    scar = get("scar") * max(1 - v["scar.conditioning"] * fit, 0.0)
    stays = scar * (body.axial_passing[row] + wound)
    body.axial_passing[row] -= scar * body.axial_passing[row]
    body.wound[row] += (1 - scar) * wound
    body.wound_keep[row] = daily(get("wound_days"))
    body.scar[row] += stays


def _free(passing: Floats, lasting: Floats, row: int, most: float, at_once: float) -> None:
    """In one channel: at most `most` (NRS) goes on lasting; of the rest a share is gone at once."""
    pain = passing[row] + lasting[row]
    lasting[row] = min(most, pain)
    passing[row] = (pain - lasting[row]) * (1 - at_once)
