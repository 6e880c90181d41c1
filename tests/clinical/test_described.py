"""A described patient: what is said holds for everyone, all else is fate, and the impossible is refused."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from spinesim.clinical.cohort import GOALS, OCCUPATIONS, RISKS, SERIOUS, draw_cohort
from spinesim.clinical.described import KEYS, describe
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, load_evidence

EVIDENCE = load_evidence()
COLUMNS = ("which", "conditions", "told")


def draw(mix="disc_herniation", n=200, seed=5, evidence=EVIDENCE, **person):
    return draw_cohort(evidence, Draws(seed), mix, n, person=person or None)


def columns(cohort):
    return {f.name: getattr(cohort, f.name) for f in fields(cohort) if f.name not in COLUMNS}


def refused(text, mix="disc_herniation", **person):
    with pytest.raises(SpinesimError, match=text) as caught:
        draw(mix, 5, **person)
    told = str(caught.value)
    assert "\n" not in told and told.endswith(".")


GIVEN = {
    "age": 72, "female": True, "limb_pain": 6.5, "axial_pain": 0, "months_in_pain": 18, "prior_sessions": 4,
    "occupation": "overhead", "goal": "walking", "kidney_disease": True, "diabetes": False,
    "herniation": "extrusion", "narrowed": True, "facet_source": False, "insomnia": True, "course": "gradual",
    "serious": "cancer",
}  # fmt: skip


def test_what_is_described_holds_for_everyone():
    cohort = draw(**GIVEN)
    assert (cohort.age == 72).all() and cohort.female.all()
    assert (cohort.limb_start == 6.5).all() and (cohort.axial_start == 0).all()
    assert cohort.days_in_pain == pytest.approx(18 * 365.25 / 12)
    assert (cohort.prior_sessions == 4).all()
    assert (cohort.occupation == OCCUPATIONS.index("overhead")).all()
    assert (cohort.goal == GOALS.index("walking")).all()
    assert cohort.kidney_disease.all() and not cohort.diabetes.any()
    assert (cohort.herniation == 3).all() and cohort.narrowed.all() and not cohort.facet_source.any()
    assert (cohort.sleep_rest < EVIDENCE.value("person.sleep")).all()
    assert (cohort.course == cohort.conditions[0].courses.index("gradual")).all()
    assert (cohort.serious == 1 + SERIOUS.index("cancer")).all() and np.isfinite(cohort.serious_day).all()
    plain = columns(draw())
    for name, column in columns(cohort).items():
        assert column.dtype == plain[name].dtype, name


@pytest.mark.parametrize("key", [k for k in GIVEN if k != "serious"])
def test_all_else_stays_each_persons_own_fate(key):
    follows = {
        "age": {*RISKS, "goal", "goal_level", "incidental_disc", "incidental_facet"},
        "female": {"osteoporosis"},
        "limb_pain": {"limb_start", "goal_level"},
        "axial_pain": {"axial_start", "goal_level"},
        "months_in_pain": {"days_in_pain", "prior_sessions"},
        "occupation": {"goal", "goal_level"},
        "goal": {"goal_level"},
        "herniation": {"resorbs"},
        "insomnia": {"sleep_rest", "goal_level"},
        "boom_bust": {"active_days"},
        "course": {"limb_days", "axial_days", "limb_lasting", "axial_lasting", "wobble"},
    }
    plain, cohort = columns(draw()), columns(draw(**{key: GIVEN[key]}))
    for name in plain:
        if name != key and name not in follows.get(key, ()):
            assert plain[name].tobytes() == cohort[name].tobytes(), name


def test_fear_is_what_the_person_says_at_entry():
    cohort = draw("facet_pain", fear=60, axial_pain=5, limb_pain=2)
    at_entry = cohort.fear + EVIDENCE.value("fear.from_pain") * 0.5
    assert at_entry == pytest.approx(0.6)
    assert (draw(fear=0).fear == 0).all()


def test_signs_are_told_for_everyone_present_or_absent():
    back = next(
        s for s, row in EVIDENCE.signs.items() if row["region"] == "lumbar" and not row.get("derived")
    )
    assert draw(n=3, signs=[back]).told[back].tolist() == [True] * 3
    assert draw(n=3, signs={back: False}).told[back].tolist() == [False] * 3
    assert draw(n=3, signs=((back, False),)).told[back].tolist() == [False] * 3
    assert draw(n=3).told == {} and draw(n=3, signs=[]).told == {}


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ({"age": 140}, "age is 140; give a number from 18 to 100 years"),
        ({"age": 17.9}, "age is 17.9"),
        ({"age": "old"}, "age is old"),
        ({"age": True}, "age is True"),
        ({"age": float("nan")}, "age is nan"),
        (
            {"limb_pain": 12},
            r"limb_pain is 12; give a number from 0 to 10 on the numeric rating scale \(NRS\)",
        ),
        ({"axial_pain": -0.1}, "axial_pain is -0.1"),
        ({"months_in_pain": -1}, "months_in_pain is -1"),
        ({"prior_sessions": 2.5}, "prior_sessions is 2.5; give a number from 0 to 1000 whole sessions"),
        ({"fear": 101}, "fear is 101; give a number from 0 to 100"),
        ({"female": 1}, "female is '1'; give True or False"),
        ({"insomnia": "yes"}, "insomnia is 'yes'; give True or False"),
        ({"diabetes": None}, "diabetes is 'None'; give True or False"),
        ({"ages": 40}, "there is no 'ages'; did you mean 'age'"),
        ({"shoe_size": 43}, "there is no 'shoe_size'; choose one of age"),
        ({"occupation": "drivng"}, "occupation is 'drivng'; did you mean 'driving'"),
        ({"occupation": "astronaut"}, "choose one of desk, driving, manual, overhead, caring"),
        ({"occupation": 2}, "occupation is '2'"),
        ({"goal": "fly"}, "goal is 'fly'"),
        ({"herniation": True}, "herniation is 'True'"),
        ({"serious": "flu"}, "serious is 'flu'"),
        ({"course": "rapidly"}, "disc_herniation has no course 'rapidly'; choose one of rapid"),
        ({"course": ["rapid"]}, "has no course"),
        ({"signs": "spurling"}, "give a list of the names of signs"),
        ({"signs": 3}, "give a list of the names of signs"),
        ({"signs": ["spurling"]}, "the sign 'spurling' belongs to the neck, but disc_herniation is lumbar"),
        ({"signs": ["spurlin"]}, "there is no sign 'spurlin'; did you mean 'spurling'"),
        ({"signs": [3]}, "there is no sign '3'; data/signs.toml lists them"),
        ({"signs": ["SLR"]}, "did you mean 'straight_leg_raise'"),
        ({"signs": ["Babinski"]}, "there is no sign 'Babinski'; did you mean 'hyperreflexia'"),
        ({"age": "45"}, "age is '45', a text; write 45 without quotes"),
        ({"fear": " 1e1"}, "fear is ' 1e1', a text"),
        ({"sex": "woman"}, "there is no 'sex'; write female=True for a woman or female=False for a man"),
        ({"male": True}, "there is no 'male'; write female=True"),
        ({"limb_pain": 0, "axial_pain": 0.0}, "limb_pain and axial_pain are both 0"),
        ({"age": 20, "months_in_pain": 241}, "months_in_pain is 241, longer than a life of 20 years"),
        ({"months_in_pain": 217}, "longer than the life of some here; give age as well"),
        ({"age": 67, "goal": "work"}, "goal is 'work' at the age of 67, but people count as retired from 67"),
    ],
)
def test_an_impossible_person_is_refused_in_one_sentence(person, text):
    refused(text, **person)


def test_a_person_must_be_a_mapping():
    with pytest.raises(SpinesimError, match="person is 'tall'; give keys and values"):
        draw_cohort(EVIDENCE, Draws(1), "facet_pain", 3, person="tall")


def test_a_sign_that_follows_from_the_story_is_refused():
    derived = [sign for sign, row in EVIDENCE.signs.items() if row.get("derived")]
    for sign in derived:
        refused(f"the sign '{sign}' follows from age, pain or months", signs=[sign])


def test_a_mix_of_back_and_neck_may_have_signs_of_either_but_only_courses_of_all():
    both = {"facet_pain": 1, "cervical_radiculopathy": 1}
    assert "spurling" in draw(both, 5, signs=["spurling"]).told
    refused("has no course 'fluctuating_wildly'", both, course="fluctuating_wildly")


@pytest.mark.parametrize(("key", "edge"), [("age", 18), ("age", 100), ("limb_pain", 0), ("axial_pain", 10),
                                           ("fear", 0), ("fear", 100), ("prior_sessions", 0)])  # fmt: skip
def test_the_edges_of_a_scale_are_allowed(key, edge):
    assert describe(EVIDENCE, draw(n=1).conditions, {key: edge}).given[key] == (
        edge / 100 if key == "fear" else edge
    )
    assert key in KEYS


def test_numpy_numbers_and_flags_are_as_good_as_pythons():
    cohort = draw(n=3, age=np.float64(45), female=np.bool_(True), prior_sessions=np.int64(4))
    assert (cohort.age == 45).all() and cohort.female.all() and (cohort.prior_sessions == 4).all()


# -- what cannot be together ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mix", "kind"),
    [("whiplash", "cauda_equina"), ("lumbar_strain", "cord_compression"), ("carpal_tunnel", "cancer"),
     ({"whiplash": 1, "cervicogenic_headache": 1}, "cauda_equina")],
)  # fmt: skip
def test_a_serious_disease_that_the_pattern_cannot_have_is_refused(mix, kind):
    refused(f"serious is '{kind}', which .* cannot have; (choose one of|leave it out)", mix, serious=kind)
    assert not draw(mix, 5, serious="none").serious.any()


def test_whoever_can_have_the_serious_disease_described_has_it_and_nobody_else():
    for mix in ({"whiplash": 1, "disc_herniation": 1}, "pain_clinic"):
        cohort = draw(mix, serious="cauda_equina")
        able = cohort.number("serious.cauda_equina", 0.0) > 0
        assert able.any() and not able.all()
        assert np.array_equal(cohort.serious == 1, able) and np.array_equal(cohort.serious > 0, able)
        assert np.array_equal(np.isfinite(cohort.serious_day), able)


def test_the_data_say_who_can_have_a_serious_disease():
    could = EVIDENCE.change({"whiplash.serious.cauda_equina": 0.001})
    assert (draw("whiplash", 5, evidence=could, serious="cauda_equina").serious == 1).all()


def test_a_herniation_belongs_to_a_pattern_that_has_one():
    refused(
        "herniation is 'bulge', but no herniation belongs to facet_pain", "facet_pain", herniation="bulge"
    )
    assert not draw("facet_pain", 5, herniation="none").herniation.any()
    cohort = draw({"disc_herniation": 1, "facet_pain": 1}, herniation="extrusion")
    herniated = np.array([what.herniation for what in cohort.conditions])[cohort.which]
    assert np.array_equal(cohort.herniation, np.where(herniated, 3, 0))


@pytest.mark.parametrize(
    ("mix", "months", "span"),
    [("lumbar_strain", 120, "0 to 3 months"), ("whiplash", 120, "0 to 12 months"),
     ("facet_pain", 0, "3 months or more"), ({"whiplash": 1, "facet_pain": 1}, 2, "3 months or more")],
)  # fmt: skip
def test_months_in_pain_fit_the_pattern(mix, months, span):
    refused(f"months_in_pain is {months}, but people come with .* after {span} of pain", mix,
            months_in_pain=months)  # fmt: skip


def test_long_pain_in_a_long_life_is_believed():
    assert draw("facet_pain", 5, age=70, months_in_pain=480).days_in_pain == pytest.approx(40 * 365.25)
    assert draw(n=5, limb_pain=0, axial_pain=3).axial_start.min() == 3
    assert draw(n=5, age=66.9, goal="work").goal.max() == GOALS.index("work")
