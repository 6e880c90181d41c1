"""Signs, scans, nerve tests and block diaries show the hidden truth as well as the data say, no better."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from spinesim.clinical.blocks import HOURS, block_relief, diary, peak_relief, shape
from spinesim.clinical.cohort import SERIOUS, draw_cohort
from spinesim.clinical.diagnosis import Report, cord_signs_found, emg, examine, scan, weakness_found
from spinesim.clinical.likelihoods import AT_VISITS, sign_table
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, load_evidence

N = 20_000


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def always(u):
    return lambda name: u


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
    """The root and facet signs use the draws they always used; a person's signs do not depend on the others."""
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


@pytest.mark.parametrize("key", ["disc_herniation", "lumbar_stenosis", "meralgia_paraesthetica", "myofascial_pain",
    "cervical_radiculopathy", "cervical_myelopathy", "carpal_tunnel", "facet_pain"])  # fmt: skip
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


# -- a body small enough to hold in the hand ---------------------------------------------------------------


def a_body(evidence, key="lumbar_strain", *, day=0, begins=0.0, serious="", root=False, axial=7.0, **columns):
    """One person in row 0, with what `scan`, `emg`, blocks and visits read."""
    cohort = draw_cohort(evidence, Draws(1), key, 1)
    kind = 1 + SERIOUS.index(serious) if serious else 0
    flags = {"incidental_disc": False, "incidental_facet": False} | columns
    cohort = replace(
        cohort,
        serious=np.array([kind]),
        serious_day=np.array([begins if serious else math.inf]),
        **{name: np.array([value]) for name, value in flags.items()},
    )
    return SimpleNamespace(
        numbers={name: p.value for name, p in evidence.parameters.items()},
        cohort=cohort,
        day=day,
        serious_day=cohort.serious_day,
        treated=np.zeros(1),
        fear_rest=np.array([0.3]),
        axial=np.array([axial]),
        has=lambda row, tissue: root,
    )


# -- visits ------------------------------------------------------------------------------------------------


def test_progressive_weakness_is_found_once_it_has_begun_and_until_treated(evidence):
    v = evidence.value
    there, none = v("sign.progressive_weakness.weakness"), v("sign.progressive_weakness.none")
    body = a_body(evidence, serious="weakness", begins=30.0)
    for day, p in ((29, none), (30, there), (31, there)):
        body.day = day
        assert weakness_found(body, 0, always(p - 1e-9)) and not weakness_found(body, 0, always(p))
    body.treated[0] = 1
    assert not weakness_found(body, 0, always(none)) and weakness_found(body, 0, always(none - 1e-9))
    assert not weakness_found(a_body(evidence, serious="cancer"), 0, always(none))


def test_cord_signs_can_be_found_early_and_more_surely_later(evidence):
    v = evidence.value
    early, late, none = (v(f"sign.cord_signs.{case}") for case in ("cord_compression", "begun", "none"))
    assert none < early < late
    body = a_body(evidence, "cervical_myelopathy", serious="cord_compression", begins=60.0)
    for day, p in ((0, early), (59, early), (60, late)):
        body.day = day
        assert cord_signs_found(body, 0, always(p - 1e-9)) and not cord_signs_found(body, 0, always(p))
    assert not cord_signs_found(a_body(evidence), 0, always(none))


# -- scans and nerve tests ---------------------------------------------------------------------------------


def test_a_scan_shows_pressure_on_a_root_with_its_sensitivity(evidence):
    sens = evidence.value("imaging.sensitivity")
    body = a_body(evidence, root=True)
    assert scan(body, 0, always(sens - 1e-9)) == Report(finding=True, concordant=True, incidental=False)
    assert scan(body, 0, always(sens)) == Report(finding=False, concordant=False, incidental=False)
    nothing = a_body(evidence)
    assert scan(nothing, 0, always(1e-9)) == Report(False, False, False)
    assert nothing.fear_rest[0] == 0.3 and body.fear_rest[0] == 0.3 + evidence.value("imaging.fear")


def test_a_scan_shows_what_age_left_and_takes_it_for_the_cause_by_chance(evidence):
    fits = evidence.value("imaging.chance_concordance")
    body = a_body(evidence, incidental_disc=True)
    assert scan(body, 0, always(fits - 1e-9)) == Report(True, True, True)
    assert scan(body, 0, always(fits)) == Report(True, False, True)


@pytest.mark.parametrize("kind", SERIOUS)
def test_a_scan_shows_serious_disease_that_is_there(evidence, kind):
    sens = evidence.value("imaging.serious_sensitivity")
    body = a_body(evidence, serious=kind, begins=20.0, day=20)
    found = scan(body, 0, always(sens - 1e-9))
    assert found == Report(True, True, False, serious=True, kind=kind)
    assert not scan(body, 0, always(sens)).serious
    body.day = 19  # only a compressed cord shows before it does harm
    assert scan(body, 0, always(0.001)).serious == (kind == "cord_compression")
    body.day, body.treated[0] = 20, 1
    assert scan(body, 0, always(0.001)) == Report(False, False, False)


@pytest.mark.parametrize("key", ["disc_herniation", "cervical_radiculopathy"])
def test_emg_shows_root_lesions_by_region(evidence, key):
    region = evidence.conditions[key]["region"]
    sens, false = evidence.value(f"emg.{region}.sensitivity"), 1 - evidence.value("emg.specificity")
    assert emg(a_body(evidence, key, root=True), 0, always(sens - 1e-9))
    assert not emg(a_body(evidence, key, root=True), 0, always(sens))
    for other in (a_body(evidence, key, root=False), a_body(evidence, "carpal_tunnel", root=True)):
        assert emg(other, 0, always(false - 1e-9)) and not emg(other, 0, always(false))


# -- blocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "tissue"), [("medial_branch_block", "facet_source"), ("si_block", "si_source")]
)
def test_blocks_are_positive_at_sensitivity_and_false_positive_rate(evidence, step, tissue):
    v = evidence.value
    cut = v(f"{step}.positive_relief")
    for there, rate in ((True, "sensitivity"), (False, "false_positive")):
        body, p = a_body(evidence, **{tissue: there}), v(f"{step}.{rate}")
        assert block_relief(body, 0, always(p - 1e-9), step) >= cut
        assert block_relief(body, 0, always(p), step) < cut
        assert block_relief(body, 0, lambda name, p=p: p if "positive" in name else 1 - 1e-16, step) < cut
        assert block_relief(body, 0, lambda name: 1e-16, step) >= cut


def test_the_diary_goes_from_seven_to_two_and_back(evidence):
    """Relief of 5 in 7 points: the best hours read 2, and pain has returned by the end."""
    want = 100 * 5 / 7
    body = a_body(evidence, facet_source=True)
    cut = evidence.value("medial_branch_block.positive_relief")
    u = (want - cut) / (100 - cut)
    hours = diary(body, 0, lambda name: u if name.endswith("relief") else 0.01)
    assert len(hours) == HOURS + 1 and hours[0] == 7 and min(hours) == pytest.approx(2, abs=1e-9)
    best = hours.index(min(hours))
    assert 1 <= best <= 4 and hours[1] < 3 and hours[HOURS] > 6.5
    assert list(hours[: best + 1]) == sorted(hours[: best + 1], reverse=True)
    assert list(hours[best:]) == sorted(hours[best:])
    assert block_relief(body, 0, lambda name: u if name.endswith("relief") else 0.01) == pytest.approx(want)


def test_relief_read_off_the_diary_is_the_relief_there_was(evidence):
    draws = Draws(3)
    for row_pain in (0.0, 1e-9, 0.4, 7.0, 10.0):
        body = a_body(evidence, facet_source=True, axial=row_pain)
        for who in range(40):

            def chance(name, who=who):
                return draws.at(name, 0, who)

            assert block_relief(body, 0, chance) == pytest.approx(peak_relief(body, 0, chance), abs=1e-6)
            assert min(diary(body, 0, chance)) >= 0


def test_shape_of_a_block_by_hand():
    curve = shape(onset=20, holds=240, fades=60)
    top = 1 - math.exp(-12)  # hour 4: the last before it fades
    assert curve[0] == 0 and curve[4] == 1
    assert curve[1] == pytest.approx((1 - math.exp(-3)) / top)
    assert curve[6] == pytest.approx((1 - math.exp(-18)) * math.exp(-2) / top)


def test_a_later_false_positive_may_repeat_the_first_answer(evidence):
    step = "medial_branch_block"
    rho, cut = evidence.value(f"{step}.false_positive_correlation"), evidence.value(f"{step}.positive_relief")
    assert 0 < rho < 1
    placebo = always(0.001)  # answered the first block

    def second(same):
        return lambda name: same if name.endswith("same") else 0.99

    false, true = (a_body(evidence, facet_source=there) for there in (False, True))
    assert block_relief(false, 0, second(rho - 1e-9), step, placebo) >= cut
    assert block_relief(false, 0, second(rho), step, placebo) < cut
    assert block_relief(false, 0, second(rho - 1e-9), step) < cut
    assert (
        block_relief(true, 0, second(0.0), step, placebo) < cut
    )  # a miss of a true source is chance each time
