"""One condition alone gives the very bits it gave before there were case mixes.

`former` is the arithmetic of the first version, kept here word for word; it reads today's parameters, so the
test holds when a number is changed and fails when a formula is.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from spinesim.clinical.cohort import draw_cohort
from spinesim.evidence import Draws, load_evidence

OLD = ("lumbar_strain", "disc_herniation", "persistent_back_pain", "facet_pain")
KINDS = ("bulge", "protrusion", "extrusion", "sequestration")


def beta(u, mean, concentration):
    mean = np.broadcast_to(np.asarray(mean, dtype=float), u.shape)
    inside = np.clip(mean, 1e-9, 1 - 1e-9)
    if not math.isfinite(concentration):
        return mean.copy()
    drawn = special.betaincinv(inside * concentration, (1 - inside) * concentration, u)
    return np.where((mean <= 0) | (mean >= 1), mean, drawn)


def size(mean, sd):
    return math.inf if sd <= 0 or not 0 < mean < 1 else mean * (1 - mean) / sd**2 - 1


def score(u, mean, sd):
    return 10.0 * beta(u, mean / 10.0, size(mean / 10.0, sd / 10.0))


def which(u, shares):
    return np.searchsorted(np.cumsum(shares)[:-1], u, side="right").astype(np.int64)


def incidental(ev, kind, age):
    table = ev.values(f"imaging.incidental.{kind}.age")
    ages = sorted(table, key=float)
    prevalence = np.interp(age, [float(a) for a in ages], [table[a] for a in ages])
    return np.asarray(ev.value("imaging.incidental_scale") * prevalence)


def former(ev, draws, key, n, first):
    """Every column of the first version's `draw_cohort`."""
    number, value = ev.values(f"{key}."), ev.value
    courses = [str(name) for name in ev.conditions[key]["courses"]]

    def u(name):
        return draws.block(f"person.{name}", 0, first + n)[first:]

    def normal(name):
        return np.asarray(special.ndtri(u(name)))

    def by_course(name):
        return [number[f"course.{one}.{name}"] for one in courses]

    def of_course(name):
        return np.asarray(by_course(name))[course]

    age = np.clip(
        number["age"] + number["age_sd"] * normal("age"), value("person.age_min"), value("person.age_max")
    )
    course = which(u("course"), by_course("share"))
    rho = number["start_correlation"]
    z_limb, z_other = normal("limb_start"), normal("axial_start")
    z_axial = rho * z_limb + np.sqrt(1 - rho**2) * z_other
    pace = np.exp(number["course.spread"] * normal("pace"))
    crowding = number["course.lasting_concentration"]
    adherence = value("person.adherence")
    herniation, resorbs = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    if ev.conditions[key]["herniation"]:
        herniation = 1 + which(u("herniation"), [value(f"herniation.{k}.share") for k in KINDS])
        chance = np.array([0.0] + [value(f"herniation.{k}.resorbs") for k in KINDS])
        resorbs = u("resorbs") < chance[herniation]
    u_emergency, p_emergency = u("cauda_equina"), number["serious.cauda_equina"]
    onset = value("serious.cauda_equina.onset_days")
    return {
        "ids": np.arange(first, first + n, dtype=np.int64),
        "age": age,
        "female": u("sex") < number["female"],
        "course": course,
        "limb_start": score(special.ndtr(z_limb), number["limb.start"], number["limb.start_sd"]),
        "axial_start": score(special.ndtr(z_axial), number["axial.start"], number["axial.start_sd"]),
        "limb_days": of_course("limb_days") * pace,
        "axial_days": of_course("axial_days") * pace,
        "limb_lasting": beta(u("limb_lasting"), of_course("limb_lasting"), crowding),
        "axial_lasting": beta(u("axial_lasting"), of_course("axial_lasting"), crowding),
        "wobble": of_course("wobble"),
        "disability_trait": np.exp(number["disability.spread"] * normal("disability")),
        "adherence": beta(u("adherence"), adherence, size(adherence, value("person.adherence_sd"))),
        "fear": np.clip(value("person.fear") + value("person.fear_sd") * normal("fear"), 0, 1),
        "days_in_pain": np.full(n, number["months_in_pain"] * 365.25 / 12),
        "herniation": herniation,
        "resorbs": resorbs,
        "facet_source": u("facet_source") < number["facet_source"],
        "incidental_disc": u("incidental_disc") < incidental(ev, "protrusion", age),
        "incidental_facet": u("incidental_facet") < incidental(ev, "facet", age),
        "emergency_day": np.where(
            u_emergency < p_emergency, np.ceil(onset * u_emergency / max(p_emergency, 1e-300)), np.inf
        ),
    }


@pytest.mark.parametrize("key", OLD)
@pytest.mark.parametrize(("seed", "n", "first"), [(17, 200, 0), (3, 4_000, 0), (9, 50, 7)])
def test_every_column_of_the_first_version_is_identical_to_the_bit(key, seed, n, first):
    ev, draws = load_evidence(), Draws(seed)
    cohort = draw_cohort(ev, draws, key, n, first)
    expected = former(ev, draws, key, n, first)
    emergency = expected.pop("emergency_day")
    for name, column in expected.items():
        mine = getattr(cohort, name)
        assert mine.dtype == column.dtype and mine.tobytes() == column.tobytes(), name
    mine = np.where(cohort.serious == 1, cohort.serious_day, np.inf)
    assert mine.tobytes() == emergency.tobytes()
