"""What is asked decides what is known; what a clinic refuses, warns of, and lets through."""

import dataclasses

import pytest

import spinesim as ss
from spinesim.pathway import Facts
from spinesim.study import case as room
from spinesim.study.case.orders import emergencies, needs_of, order_file, refusals, warnings
from spinesim.study.case.questions import all_questions, known_facts

CASES = room.case_names()
GOOD_BLOCK = {"blocks": 1, "block_relief": 50}


class Everywhere(dict):
    """Every step may be done in every place."""

    def __missing__(self, step):
        return None


def refused(orders, facts, urgent=False, known=None):
    choice = room.Choice(orders=orders, urgent=urgent)
    return refusals(choice, facts, known or facts, "lumbar", Everywhere())


@pytest.mark.parametrize("name", CASES)
def test_with_everything_asked_the_beliefs_are_the_engines(name):
    """Leading diagnosis, its probability and the risk of serious disease, exactly."""
    played = room.play(room.start(name))
    seen = played.now.facts
    everything = [key for key, _ in room.questions(played.case.condition)]
    beliefs = played.beliefs(everything)
    assert beliefs.patterns[0] == pytest.approx((seen.leading, seen.certainty / 100))
    assert beliefs.serious_risk == pytest.approx(seen.serious_risk, rel=1e-12)
    assert sum(share for _, share in beliefs.patterns) == pytest.approx(1)


def test_nothing_asked_nothing_known():
    empty = Facts()
    full = Facts(kidney_disease=True, ulcer=True, weakness=True, sleep=40, radicular=True)
    known = known_facts(full, [], [])
    assert known == empty
    assert known_facts(full, ["kidneys"], []).kidney_disease
    assert not known_facts(full, ["look_for_weakness"], []).weakness, "asked on another day"
    assert known_facts(full, ["look_for_weakness"], ["look_for_weakness"]).weakness


def test_every_question_has_words_for_both_answers_and_belongs_to_a_group():
    for key, one in all_questions().items():
        assert room.answer(one, True) and room.answer(one, False), key
    grouped = {one.group for one in all_questions().values()}
    assert grouped == {*room.GROUPS}


@pytest.mark.parametrize(
    ("step", "below", "at", "word"),
    [
        ("ablation", {}, {"blocks": 1, "block_relief": 50}, "Order a medial branch block"),
        ("ablation", {"blocks": 1, "block_relief": 49.9}, GOOD_BLOCK, "less than half"),
        ("ablation", {**GOOD_BLOCK, "anticoagulated": True}, GOOD_BLOCK, "thinned"),
        ("microdiscectomy", {}, {"images": 1, "finding": True, "concordant": True}, "without a scan"),
        ("fusion", {"images": 1}, {"images": 1, "finding": True}, "nothing to operate on"),
        ("cervical_surgery", {"images": 1}, {"images": 1, "finding": True}, "nothing to operate on"),
        ("epidural", {"anticoagulated": True}, {"radicular": True}, "declines"),
        ("cervical_epidural", {}, {"images": 1}, "scan of the neck"),
        ("rehabilitation", {}, {"operations": 1}, "needs an operation"),
    ],
)  # fmt: skip
def test_refused_below_and_done_at_the_threshold_in_one_sentence(step, below, at, word):
    (said,) = refused([step], Facts(**below))
    assert word in said and "\n" not in said
    assert refused([step], Facts(**at)) == []


@pytest.mark.parametrize(
    "fact",
    [
        {"red_flag": True}, {"weakness": True}, {"cord_signs": True}, {"serious_found": True},
        {"compression_found": True}, {"serious_risk": 3},
    ],
)  # fmt: skip
def test_urgent_care_needs_one_alarm_that_has_been_asked_for(fact):
    facts = Facts(**fact)
    assert refused(["imaging"], facts, urgent=True) == []
    assert "emergency list" in refused(["imaging"], facts, urgent=True, known=Facts())[0]
    assert "emergency list" in refused(["imaging"], Facts(serious_risk=2.99), urgent=True)[0]


@pytest.mark.parametrize(
    ("step", "fact", "word"),
    [
        ("nsaid", {"kidney_disease": True}, "kidneys"),
        ("nsaid", {"ulcer": True}, "ulcer"),
        ("nsaid", {"anticoagulated": True}, "thinned"),
        ("microdiscectomy", {"images": 1, "finding": True}, "does not fit"),
        ("epidural", {}, "no sign of a pressed nerve root"),
        ("urgent_referral", {"compression_found": True}, "operated on here"),
    ],
)
def test_warned_of_what_is_known_and_done_all_the_same(step, fact, word):
    choice = room.Choice(orders=[step])
    said = warnings(choice, Facts(**fact))
    assert any(word in one for one in said)
    assert refusals(choice, Facts(**fact), Facts(**fact), "lumbar", Everywhere()) == []


OPERATIONS = ("microdiscectomy", "decompression", "fusion", "cervical_surgery")
FOUND = {"images": 1, "finding": True, "concordant": True}


@pytest.mark.parametrize("step", [*OPERATIONS, "urgent_referral"])
def test_what_a_scan_shows_makes_an_order_an_emergency_and_nothing_less_does(step):
    """Below: signs, and a finding that is no emergency; at: either of the two; above: both, and more."""
    choice = room.Choice(orders=[step])
    for below in ({}, FOUND, FOUND | {"red_flag": True, "weakness": True, "cord_signs": True}):
        assert emergencies(choice, Facts(**below)) == []
    for at in ("serious_found", "compression_found"):
        (said,) = emergencies(choice, Facts(**FOUND, **{at: True}))
        assert "as the emergency it is." in said and said.count(".") == 1
    shown = Facts(**FOUND, serious_found=True, compression_found=True)
    assert len(emergencies(room.Choice(orders=["education", step]), shown)) == 1
    assert emergencies(room.Choice(orders=[step], urgent=True), shown) == [], "it is urgent already"


@pytest.mark.parametrize("step", ["imaging", "epidural", "cervical_epidural", "rehabilitation", "opioid"])
def test_no_other_order_is_an_emergency_by_itself(step):
    shown = Facts(**FOUND, serious_found=True, compression_found=True)
    assert emergencies(room.Choice(orders=[step]), shown) == []


def scanned(seed):
    """Sent home twice, and now scanned urgently: the visit at which the scan is read."""
    played = room.play(room.start("missed_cauda_equina", seed=seed))
    first = room.Choice(asked=["saddle_anaesthesia"], orders=["imaging"], urgent=True, again_weeks=1)
    return played.decide(first)


def test_cauda_equina_on_the_scan_is_operated_on_at_once_without_a_tick():
    """The log says urgent, the life is that with the tick, nobody declines, and one sentence is said."""
    shown = 0
    for seed in range(200, 230):
        played = scanned(seed)
        choice = room.Choice(orders=["microdiscectomy"], again_weeks=6)
        if not played.known().compression_found:  # the scan missed it: nothing is known, so nothing is urgent
            assert played.warned(choice) == []
            assert not played.decide(choice).log.choices[-1].urgent
            continue
        shown += 1
        assert played.warned(choice) == ["The theatre takes this as the emergency it is."]
        after, ticked = (played.decide(one) for one in (choice, choice.model_copy(update={"urgent": True})))
        assert after.log == ticked.log and after.log.choices[-1].urgent
        assert after.events == ticked.events or repr(after.events) == repr(ticked.events)
        assert not any(event == "declined" for _, _, event, *_ in after.events)
        assert room.read_log(room.text_of(after.log)) == after.log
    assert shown >= 25


def test_a_log_written_by_hand_without_urgent_lives_as_the_played_one():
    played = scanned(206)
    assert played.known().compression_found
    after = played.decide(room.Choice(orders=["microdiscectomy"], again_weeks=6))
    plain = [one.model_copy(update={"urgent": False, "week": None}) for one in after.log.choices[1:]]
    by_hand = after.log.model_copy(update={"choices": [after.log.choices[0], *plain]})
    again = room.play(by_hand)
    assert [one.urgent for one in again.log.choices] == [True, True]
    assert repr(again.events) == repr(after.events)
    assert [one.facts for one in again.visits] == [one.facts for one in after.visits]


def test_every_rule_of_the_file_can_refuse_or_warn_and_no_step_is_refused_for_good():
    full = Facts(**GOOD_BLOCK, images=1, finding=True, concordant=True, radicular=True, operations=1)
    for rule in order_file().order:
        assert rule.says.endswith("."), rule.says
        for step in rule.steps:
            assert refused([step], full) == [], step
    assert needs_of("education") == ()


def test_a_visit_has_its_minutes_and_not_one_more():
    """Questions to the last minute are allowed, one beyond is not, and nothing happens then."""
    played = room.play(room.start("driving_engineer"))
    keys = [key for key, _ in room.questions(played.case.condition)]
    fits = max(
        n for n in range(len(keys)) if played.takes_minutes(room.Choice(asked=keys[:n])) <= played.has_minutes
    )
    assert 10 < fits < len(keys), "not everything can be asked at one visit"
    assert played.refused(room.Choice(asked=keys[:fits])) == []
    (said,) = played.refused(room.Choice(asked=keys[: fits + 1]))
    assert "minutes" in said
    with pytest.raises(ss.SpinesimError, match="next one"):
        played.decide(room.Choice(asked=keys[: fits + 1]))


def test_nobody_operates_on_the_back_for_the_neck():
    played = room.play(room.start("driving_engineer"))
    neck = [step for step, region in played.regions.items() if region == "cervical"]
    assert neck and all(played.refused(room.Choice(orders=[step])) for step in neck)
    before = dataclasses.asdict(played.now.facts)
    with pytest.raises(ss.SpinesimError, match="not done where this person hurts"):
        played.decide(room.Choice(orders=[neck[0]]))
    assert dataclasses.asdict(played.now.facts) == before, "a refused order changes nothing"


def test_votes_are_counted_by_letter_and_the_most_win():
    options = ["imaging", "epidural", "wait"]
    counts = room.count_votes("a 12\nB: 3\nC\nc\n A=1", options)
    assert counts == {"imaging": 13, "epidural": 3, "wait": 2} and room.majority(counts) == ["imaging"]
    assert sorted(room.majority(room.count_votes("A 2, B 2", options))) == ["epidural", "imaging"]
    assert room.letters(28)[-2:] == ["AA", "AB"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "No votes"),
        ("Z 3", "letter from A to C"),
        ("twelve", "letter from A to C"),
        ("A 99999", "at most"),
        ("A 0", "All counts are 0"),
    ],
)
def test_a_vote_that_cannot_be_read_is_said_in_one_sentence(text, word):
    with pytest.raises(ss.SpinesimError, match=word):
        room.count_votes(text, ["x", "y", "z"])
