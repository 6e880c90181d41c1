"""History and examination find what the rows of ``signs.csv`` say, no more and no less."""

import math
from dataclasses import replace

import numpy as np
import pytest

from spinesim.clinical.cohort import SERIOUS, draw_cohort
from spinesim.clinical.diagnosis import examine
from spinesim.clinical.likelihoods import AT_VISITS, sign_table
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, load_evidence

N = 20_000
REPORTED = (
    "disc_herniation", "lumbar_stenosis", "meralgia_paraesthetica", "myofascial_pain",
    "cervical_radiculopathy",
    "cervical_myelopathy", "carpal_tunnel", "facet_pain",
)  # fmt: skip


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def near(seen, p):
    """Whether a simulated share agrees with its probability (4 standard errors)."""
    return abs(np.mean(seen) - p) <= 4 * math.sqrt(p * (1 - p) / np.size(seen)) + 1e-9


def with_rows(evidence, signs=None, drop=(), **values):
    """Evidence with other rows of signs.csv (``sign__case=value``) or other signs; nothing is cached."""
    parameters = type(evidence._parameters)("parameter called")
    parameters.update({k: p for k, p in evidence._parameters.items() if k not in drop})
    like = replace(evidence["sign.spurling.other"], low=None, high=None)
    for name, value in values.items():
        key = "sign." + name.replace("__", ".")
        parameters[key] = replace(like, id=key, value=value)
    known = evidence.signs if signs is None else signs
    return replace(evidence, _parameters=parameters, _content=repr((drop, values, signs)), signs=known)


# -- history and examination -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "sign", "row"),
    [
        ("disc_herniation", "straight_leg_raise", "disc_herniation"),
        ("lumbar_strain", "straight_leg_raise", "other"),
        ("disc_herniation", "crossed_straight_leg_raise", "disc_herniation"),
        ("cervical_radiculopathy", "spurling", "cervical_radiculopathy"),
        ("whiplash", "spurling", "other"),
        ("carpal_tunnel", "tinel_phalen", "carpal_tunnel"),
        ("meralgia_paraesthetica", "thigh_numbness_only", "meralgia_paraesthetica"),
        ("cervical_myelopathy", "hyperreflexia", "cervical_myelopathy"),
        ("lumbar_strain", "cancer_history", "none"),
    ],
)
def test_signs_are_found_as_often_as_their_row_says(evidence, key, sign, row):
    cohort = draw_cohort(evidence, Draws(2), key, N)
    found = examine(evidence, cohort, Draws(2)).found[sign]
    assert near(found[cohort.serious == 0], evidence.value(f"sign.{sign}.{row}"))


def test_published_figures_stand_behind_the_root_signs(evidence):
    v, figures = evidence.value, evidence.figures
    assert v("sign.straight_leg_raise.disc_herniation") == figures["dx_slr_sens"].value
    assert v("sign.straight_leg_raise.other") == pytest.approx(1 - figures["dx_xslr_spec"].value)
    assert v("sign.spurling.cervical_radiculopathy") == figures["dx_spurling_sens"].value
    assert v("sign.spurling.other") == pytest.approx(1 - figures["dx_spurling_spec"].value)
    assert v("sign.si_provocation.si_source") == figures["dx_sij_3of6_sens"].value
    assert v("sign.si_provocation.other") == pytest.approx(1 - figures["dx_sij_3of6_spec"].value)


@pytest.mark.parametrize(
    ("sign", "tissue", "mix"),
    [
        ("facet_loading", "facet_source", "facet_pain"),
        ("si_provocation", "si_source", "post_surgical_pain"),
        ("trigger_points", "muscle_source", "lumbar_strain"),
    ],
)
def test_signs_of_a_tissue_follow_the_tissue_not_the_pattern(evidence, sign, tissue, mix):
    cohort = draw_cohort(evidence, Draws(2), mix, N)
    found, there = examine(evidence, cohort, Draws(2)).found[sign], getattr(cohort, tissue)
    assert there.any() and not there.all()
    assert near(found[there], evidence.value(f"sign.{sign}.{tissue}"))
    assert near(found[~there], evidence.value(f"sign.{sign}.other"))


def test_signs_are_looked_for_in_their_own_region(evidence):
    cohort = draw_cohort(evidence, Draws(3), "pain_clinic", 3000)
    signs = examine(evidence, cohort, Draws(3))
    lumbar = np.array([what.region == "lumbar" for what in cohort.conditions])[cohort.which]
    assert set(signs.found) == set(evidence.signs)
    for sign, row in evidence.signs.items():
        found = signs.found[sign]
        assert found.dtype == np.bool_ and found.shape == (3000,)
        if row["region"] != "any":
            assert not found[lumbar != (row["region"] == "lumbar")].any()
    np.testing.assert_array_equal(
        signs.radicular, np.where(lumbar, signs.found["straight_leg_raise"], signs.found["spurling"])
    )
    assert signs.facet is signs.found["facet_loading"] and signs.si is signs.found["si_provocation"]


def test_draws_have_names_of_their_own_and_people_keep_their_fate(evidence):
    """Root and facet signs use the draws they always used; a person's signs do not depend on others."""
    draws, v = Draws(8), evidence.value
    cohort = draw_cohort(evidence, draws, "disc_herniation", 400)
    signs = examine(evidence, cohort, draws)
    u = draws.block("exam.radicular", 0, 400)
    np.testing.assert_array_equal(signs.radicular, u < v("sign.straight_leg_raise.disc_herniation"))
    rate = np.where(cohort.facet_source, v("sign.facet_loading.facet_source"), v("sign.facet_loading.other"))
    np.testing.assert_array_equal(signs.facet, draws.block("exam.facet", 0, 400) < rate)
    some = np.array([7, 399, 20])
    alone = examine(evidence, cohort.take(some), draws)
    for sign, found in signs.found.items():
        np.testing.assert_array_equal(alone.found[sign], found[some])
    blocks = [sign.block for sign in sign_table(evidence).signs if sign.region != "cervical"]
    assert len(blocks) == len(set(blocks))


def test_what_a_described_patient_shows_is_taken_as_told(evidence):
    person = {"signs": {"straight_leg_raise": False, "night_pain": True, "worse_sitting": True}}
    cohort = draw_cohort(evidence, Draws(1), "disc_herniation", 50, person=person)
    signs = examine(evidence, cohort, Draws(1))
    assert not signs.radicular.any()
    assert signs.found["night_pain"].all() and signs.found["worse_sitting"].all()
    free = examine(evidence, draw_cohort(evidence, Draws(1), "disc_herniation", 50), Draws(1))
    np.testing.assert_array_equal(signs.found["worse_flexion"], free.found["worse_flexion"])


@pytest.mark.parametrize("key", REPORTED)
@pytest.mark.parametrize("sign", ["limb_dominant", "long_standing"])
def test_what_is_read_off_reports_is_about_as_common_as_its_row(evidence, key, sign):
    cohort = draw_cohort(evidence, Draws(2), key, 4000)
    found = examine(evidence, cohort, Draws(2)).found[sign]
    rows = evidence.values(f"sign.{sign}.")
    assert abs(found.mean() - rows.get(key, rows["other"])) < 0.15


def test_thresholds_of_what_is_read_off_reports(evidence):
    base, v = draw_cohort(evidence, Draws(2), "disc_herniation", 4), evidence.value
    cohort = replace(
        base,
        age=np.array([v("harm.older_from") - 0.01, v("harm.older_from"), 40, 80]),
        days_in_pain=np.array([v("exam.long_standing_days") - 0.01, v("exam.long_standing_days"), 0, 900]),
        limb_start=np.array([5.0, 5.0, 5.0, 0.0]),
        axial_start=np.array([4.9, 5.0, 5.1, 0.0]),
    )
    found = examine(evidence, cohort, Draws(2)).found
    assert found["older"].tolist() == [False, True, False, True]
    assert found["long_standing"].tolist() == [False, True, False, True]
    assert found["limb_dominant"].tolist() == [True, False, False, False]


def test_flags_of_a_disease_that_has_not_begun_do_not_show(evidence):
    base = draw_cohort(evidence, Draws(2), "lumbar_strain", N)
    rate = {}
    for day in (0.0, 1.0):
        cohort = replace(
            base, serious=np.full(N, 1 + SERIOUS.index("infection")), serious_day=np.full(N, day)
        )
        rate[day] = examine(evidence, cohort, Draws(2)).found["fever"]
    assert near(rate[0.0], evidence.value("sign.fever.infection"))
    assert near(rate[1.0], evidence.value("sign.fever.none"))


# -- faults in the data ------------------------------------------------------------------------------------


def test_faulty_rows_are_one_clear_sentence(evidence):
    for faulty, words in (
        (with_rows(evidence, spurlin__other=0.1), ["sign.spurlin.*", "signs.toml"]),
        (with_rows(evidence, spurling__lumbago=0.1), ["sign.spurling.lumbago"]),
        (with_rows(evidence, fever__whiplash=0.1), ["sign.fever.whiplash"]),
        (with_rows(evidence, facet_loading__si_source=0.1), ["facet_source and si_source"]),
        (with_rows(evidence, drop=("sign.spurling.other",)), ["sign.spurling.other is missing"]),
        (with_rows(evidence, drop=("sign.fever.none",)), ["sign.fever.none is missing"]),
        (
            with_rows(evidence, evidence.signs | {"spurling": {"kind": "test", "region": "neck"}}),
            ["[spurling]", "history, examination, flag", "lumbar, cervical, any"],
        ),
    ):
        with pytest.raises(SpinesimError) as error:
            sign_table(faulty)
        text = str(error.value)
        assert all(word in text for word in words) and "\n" not in text
    strange = with_rows(evidence, evidence.signs | {"fever": evidence.signs["fever"] | {"derived": True}})
    with pytest.raises(SpinesimError, match=r"\[fever\]: derived"):
        examine(strange, draw_cohort(evidence, Draws(1), "lumbar_strain", 2), Draws(1))


def test_every_sign_has_rows_and_every_row_a_sign(evidence):
    rows = {key.split(".")[1] for key in evidence.parameters if key.startswith("sign.")}
    assert rows == set(evidence.signs) | set(AT_VISITS)
    kinds = {row["kind"] for row in evidence.signs.values()}
    assert kinds == {"history", "examination", "flag"}
