"""What feeds on itself: sleep, fear and pain; sensitisation and its levers; scars, conditioning, coping."""

import itertools
import math

import numpy as np
import pytest
from bedside import a_body, bodies, give, together, without

from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()
V = EVIDENCE.value
CUT = {"sleep.pain_from_loss": 0.0, "sleep.loss_from_fear": 0.0, "fear.from_sleep_loss": 0.0}
LOOP = (
    "sleep.loss_from_pain",
    "sleep.pain_from_loss",
    "sleep.loss_from_fear",
    "fear.from_sleep_loss",
    "fear.from_pain",
)
SLEEPERS = ("gabapentinoid", "tricyclic", "muscle_relaxant")


def sleep_cared(evidence, key="persistent_back_pain", n=60, weeks=26):
    treated, alone = bodies(evidence, key, n=n, weeks=weeks)
    for row in range(n):
        give(treated, "sleep_care", row)
    together((treated, alone), weeks * 7)
    return treated, alone


def test_with_the_loop_cut_sleep_care_changes_sleep_and_nothing_else():
    """Exactly: what sleep does is done through the loop and through sensitisation, or not at all."""
    treated, alone = sleep_cared(EVIDENCE.change(CUT | {"sensitisation.sleep": 0.0}))
    for name in alone.record:
        if name != "sleep":
            np.testing.assert_array_equal(treated.record[name], alone.record[name], err_msg=name)
    assert (treated.record["sleep"][-1] > alone.record["sleep"][-1]).any()


@pytest.mark.parametrize("open_again", [*CUT, "sensitisation.sleep"])
def test_each_link_of_the_loop_lets_sleep_care_through(open_again):
    cut = {key: 0.0 for key in (*CUT, "sensitisation.sleep") if key != open_again}
    treated, alone = sleep_cared(EVIDENCE.change(cut))
    moved = {name for name in alone.record if (treated.record[name] != alone.record[name]).any()}
    assert (
        moved
        == {"sleep"}
        | {
            "sleep.pain_from_loss": {"pain", "axial_pain", "disability", "fear", "sensitisation"},
            "sleep.loss_from_fear": set(),  # fear hears nothing of sleep
            "fear.from_sleep_loss": {"fear", "disability"},
            "sensitisation.sleep": {"pain", "axial_pain", "disability", "fear", "sensitisation"},
        }[open_again]
    )


def test_sleep_care_restores_its_share_of_the_sleep_a_person_lacks_of_their_own():
    treated, alone = bodies(EVIDENCE, "persistent_back_pain", n=100, weeks=1)
    for row in range(100):
        give(treated, "sleep_care", row)
    lost = np.maximum(V("person.sleep") - alone.sleep_rest, 0)
    expected = alone.sleep_rest + V("sleep_care.sleep") * alone.adherence * lost
    np.testing.assert_allclose(treated.sleep_rest, expected, rtol=1e-12)
    assert (lost > 0).any() and (treated.sleep_rest[lost == 0] == alone.sleep_rest[lost == 0]).all()


def test_everyone_who_cares_for_their_sleep_gains():
    treated, alone = sleep_cared(EVIDENCE)
    for name, sign in (("sleep", 1), ("axial_pain", -1), ("fear", -1)):
        more = sign * (treated.record[name] - alone.record[name])
        assert more.min() >= -1e-6 and more.max() > 0, name


def edges():
    """Lowest and highest published (or plausible) value of each link; else the value itself."""
    for key in LOOP:
        p = EVIDENCE.parameters[key]
        yield (p.value if p.low is None else p.low, p.value if p.high is None else p.high)


@pytest.mark.parametrize("corner", list(itertools.product((0, 1), repeat=len(LOOP))))
def test_the_gain_of_the_loop_stays_below_one_in_every_corner_of_its_range(corner):
    """Pain → sleep → pain and pain → fear → sleep → pain, one point of pain once around."""
    at = dict(zip(LOOP, (edge[i] for edge, i in zip(edges(), corner, strict=True)), strict=True))
    # goals of (pain, lost sleep, fear) as linear functions of each other; slope at most 1 in each clip
    turn = np.array([
        [0, at["sleep.pain_from_loss"], 0],
        [at["sleep.loss_from_pain"] / 10, 0, at["sleep.loss_from_fear"]],
        [at["fear.from_pain"] / 10, at["fear.from_sleep_loss"], 0],
    ])  # fmt: skip
    assert max(abs(np.linalg.eigvals(turn))) < 1


@pytest.mark.parametrize("end", [0, 1])
def test_a_push_dies_out_and_the_long_run_stays_on_its_scales(end):
    at = dict(zip(LOOP, (edge[end] for edge in edges()), strict=True))
    quiet = at | {"persistent_back_pain.flare.weekly": 0.0, "sensitisation.growth_days": 1e9}
    pushed, alone = bodies(EVIDENCE.change(quiet | without()), "persistent_back_pain", n=60, weeks=150)
    pushed.sleep[:] = 0
    pushed.fear[:] = 1
    last = np.inf
    for today in (1, 60, 150, 300, 600, 1_000):
        together((pushed, alone), today)
        apart = max(np.abs(getattr(pushed, c) - getattr(alone, c)).max() for c in ("sleep", "fear"))
        assert apart < last
        last = apart
        for column, top in (
            (pushed.axial, 10),
            (pushed.sleep, 1),
            (pushed.fear, 1),
            (pushed.disability, 100),
        ):
            assert column.min() >= 0 and column.max() <= top
    assert last < 0.02


# -- sensitisation -------------------------------------------------------------------------------------------


def levers(fit=0.0, calm=0.0, rested=0.0, pain=5.0, **changed):
    """Sensitisation of one day's step from 0.5, with these levers held."""
    body = a_body(EVIDENCE.change(changed), "persistent_back_pain", n=1, weeks=4)
    body.sensitisation[:], body.days_in_pain[:] = 0.5, 400.0
    body.limb[:], body.axial[:] = 0.0, pain
    body.conditioning[:] = V("conditioning.level") + fit
    body.calm[:] = calm
    body.sleep_at_entry[:] = body.sleep - rested
    body.advance(1)
    return body.sensitisation[0]


def test_each_lever_winds_sensitisation_down_by_its_own_amount_and_all_add_up():
    falls = 1 - math.exp(-1 / V("sensitisation.fall_days"))
    grows = (1 - math.exp(-1 / V("sensitisation.growth_days"))) * 0.5 * 0.5
    assert levers() == pytest.approx(0.5 + grows, rel=1e-12)
    one = {"fit": 0.2, "calm": 0.6, "rested": 0.1}
    size = {"fit": V("sensitisation.movement") * 0.2, "calm": V("sensitisation.calm") * 0.6,
            "rested": V("sensitisation.sleep") * 0.1}  # fmt: skip
    for name, value in one.items():
        assert levers(**{name: value}) == pytest.approx(0.5 + grows - falls * size[name] * 0.5, rel=1e-12)
    assert levers(**one) == pytest.approx(0.5 + grows - falls * sum(size.values()) * 0.5, rel=1e-12)
    # also without pain, on top of the fall that time brings
    assert levers(pain=0.0) == pytest.approx(0.5 * (1 - falls), rel=1e-12)
    assert levers(pain=0.0, **one) == pytest.approx(0.5 * (1 - falls * (1 + sum(size.values()))), rel=1e-12)
    assert levers(**one, **{"sensitisation.movement": 1e9}) == 0


def test_a_body_below_the_usual_and_a_worse_night_do_not_add_sensitisation():
    assert levers(fit=-0.3) == levers(rested=-0.4) == levers()


# -- scars, conditioning, coping -----------------------------------------------------------------------------


def test_rehabilitation_takes_its_share_of_the_scar_at_each_session():
    body = a_body(EVIDENCE.change(without()), "disc_herniation", n=2, weeks=20)
    give(body, "microdiscectomy", 0), give(body, "microdiscectomy", 1)
    scar = body.scar.copy()
    assert (scar > 0).all()
    for session in range(1, 13):
        body.advance(7 * session)
        give(body, "rehabilitation", 0)
        left = (1 - V("rehabilitation.scar")) ** session
        np.testing.assert_allclose(body.scar, scar * [left, 1], rtol=1e-12)


def test_a_body_prepared_for_an_operation_is_left_with_less_scar():
    body = a_body(EVIDENCE.change(without()), "disc_herniation", n=60, weeks=2)
    fit = np.linspace(-0.3, 0.5, 60)
    body.conditioning[:] = V("conditioning.level") + fit
    passing = body.axial_passing.copy()
    for row in range(60):
        give(body, "microdiscectomy", row)
    scar = V("microdiscectomy.scar") * np.maximum(1 - V("scar.conditioning") * np.maximum(fit, 0), 0)
    np.testing.assert_allclose(body.scar, scar * (passing + V("microdiscectomy.wound")), rtol=1e-9)
    np.testing.assert_allclose(body.axial_passing, (1 - scar) * passing, rtol=1e-9)


def test_maintenance_holds_conditioning_in_step_with_adherence():
    body, alone = bodies(EVIDENCE, "lumbar_strain", n=60, weeks=300)
    for row in range(60):
        give(body, "maintenance", row)
    usual, mean = V("conditioning.level"), V("person.adherence")
    held = usual + (V("maintenance.maintenance") - usual) * np.minimum(body.adherence / mean, 1)
    for b in (body, alone):
        b.conditioning[:] = 0.9
    together((body, alone), 300)
    left = math.exp(-300 / V("conditioning.loss_days"))
    np.testing.assert_allclose(body.conditioning, held + (0.9 - held) * left, rtol=1e-9)
    np.testing.assert_allclose(alone.conditioning, usual + (0.9 - usual) * left, rtol=1e-9)
    assert held.max() == pytest.approx(V("maintenance.maintenance")) and held.min() < held.max()


def test_coping_is_learnt_in_sessions_fades_and_takes_fear_away():
    body, alone = bodies(EVIDENCE.change(CUT), "persistent_back_pain", n=30, weeks=20)
    steps = V("cbt.calm")
    for session in range(1, 7):
        for row in range(30):
            give(body, "cbt", row)
        adherence = body.adherence  # rises a little at each session, before the gain
        if session == 1:
            learnt = steps * adherence
        else:
            learnt = learnt + steps * adherence * (1 - learnt)
        np.testing.assert_allclose(body.calm, learnt, rtol=1e-12)
    body.advance(50)
    np.testing.assert_allclose(body.calm, learnt * math.exp(-50 / V("cbt.calm_days")), rtol=1e-9)
    alone.advance(50)
    assert (body.fear < alone.fear).all()


@pytest.mark.parametrize("step", SLEEPERS)
def test_tablets_for_the_night_help_sleep_while_taken(step):
    """Sleep runs to a goal higher by the drug's amount, and back when the course is over."""
    quiet = EVIDENCE.change(
        CUT | {"sensitisation.sleep": 0.0, f"{step}.axial_relief": 0.0, f"{step}.limb_relief": 0.0}
    )
    taken, alone = bodies(quiet, "persistent_back_pain", n=30, weeks=20)
    for row in range(30):
        give(taken, step, row)
    days, pace = V(f"{step}.days"), 1 - math.exp(-1 / V("sleep.days"))
    more = np.zeros(30)
    for today in range(1, int(days) + 60):
        together((taken, alone), today)
        more = more + pace * (V(f"{step}.sleep") * (today <= days) - more)
        inside = taken.sleep < 0.99
        np.testing.assert_allclose((taken.sleep - alone.sleep)[inside], more[inside], rtol=1e-6, atol=1e-9)
    assert more.max() < 0.01
