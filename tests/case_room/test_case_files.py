"""Case files and logs: every shipped one is whole, every broken one gets a sentence."""

import pytest

import spinesim as ss
from spinesim.evidence import data_folder
from spinesim.study import case as room

CASES = room.case_names()
GOOD = (data_folder() / "cases" / "driving_engineer.toml").read_text("utf-8")
PATTERNS = {
    key for key, row in ss.simulate.__globals__["shipped_evidence"]().conditions.items() if not row["mimic"]
}


def test_fourteen_cases_and_more_with_every_pain_pattern():
    cases = [room.load_case(name) for name in CASES]
    assert len(cases) >= 14
    missing = PATTERNS - {case.condition for case in cases}
    assert not missing, missing


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_whole_and_names_three_wrong_ways(name):
    case = room.load_case(name)
    assert [way.name for way in case.wrong] == ["Scan at once", "Operate at once", "Opioids and rest"]
    assert len(case.teach) >= 2 and case.guideline_says and len(case.short) <= 120
    who = case.people(1).table().iloc[0]
    assert who["condition"] == ss.conditions()[case.condition]


BROKEN = {
    "unknown key": (GOOD.replace('short = "', 'shrt = "'), "'short'"),
    "unknown condition": (GOOD.replace('"disc_herniation"', '"slipped_disc"'), "slipped_disc"),
    "unknown guideline": (GOOD.replace('guideline = "sciatica"', 'guideline = "nobody"'), "nobody"),
    "impossible age": (GOOD.replace("age = 41", "age = 140"), "age is 140"),
    "unknown person": (GOOD.replace("age = 41", "aged = 41"), "no 'aged'"),
    "sign of the neck": (GOOD.replace("worse_sitting = true", "spurling = true"), "spurling"),
    "unknown step": (GOOD.replace('"microdiscectomy"', '"magnets"'), "orders"),
    "unknown outcome": (GOOD.replace('more = ["imaging"', 'more = ["luck"'), "no outcome"),
    "unknown source": (GOOD.replace('"peul_recovery_hr"', '"nobody_1999"'), "nobody_1999"),
    "unknown question": (GOOD.replace("[answers]", '[answers]\nshoe_size = "42"'), "shoe_size"),
    "an answer of every day": (GOOD.replace("[answers]", '[answers]\nnights = "Badly."'), "answers.nights"),
    "twice the same order": (GOOD.replace('["imaging"]', '["imaging", "imaging"]'), "twice"),
    "no gap": (GOOD.replace("again_weeks = 1", "again_weeks = 0"), "again_weeks"),
    "broken TOML": (GOOD.replace("age = 41", "age = "), "not valid TOML"),
    "two wrong ways": (GOOD[: GOOD.rindex("[[wrong]]")], "wrong"),
    "wrong in nothing": (GOOD.replace('more = ["disability_average", "harms"]', "more = []"), "say in what"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_case_gets_one_sentence(what, tmp_path):
    text, word = BROKEN[what]
    assert text != GOOD, "the example no longer holds what this breaks"
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ss.SpinesimError, match=word) as wrong:
        room.load_case(path)
    assert "\n" not in str(wrong.value)


def test_an_unknown_case_names_those_there_are():
    with pytest.raises(ss.SpinesimError, match="driving_engineer"):
        room.load_case("driving_enginer")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not JSON"),
        ('{"case": "driving_engineer"}', "seed"),
        ('{"case": "driving_engineer", "seed": 1, "choices": [{"orders": ["magnets"]}]}', "orders"),
        ('{"case": "driving_engineer", "seed": 1, "physiotherapy_sessions": 0}', "physiotherapy_sessions"),
        ("[]", "mend"),
    ],
)
def test_a_broken_log_gets_one_sentence(text, word, tmp_path):
    (tmp_path / "log.json").write_text(text)
    with pytest.raises(ss.SpinesimError, match=word) as wrong:
        room.load_log(tmp_path / "log.json")
    assert "\n" not in str(wrong.value)


def test_a_log_that_cannot_be_written_loses_nothing(tmp_path):
    log = room.start("driving_engineer")
    target = tmp_path / "log.json"
    room.save_log(log, target)
    before = target.read_text()
    (tmp_path / "file").write_text("")  # a file where a folder is needed
    with pytest.raises(ss.SpinesimError, match="nothing was lost"):
        room.save_log(log, tmp_path / "file" / "log.json")
    assert target.read_text() == before
