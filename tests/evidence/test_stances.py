"""Stances: the same model as another honest reader of the same papers would have it."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import STANCES, Evidence, files
from spinesim.evidence.load import read_evidence
from spinesim.evidence.stances import load_stances

ROOT = Path(files.__file__).parents[2]
STANCES_TEXT = """\
[along]
higher = ["physio.relief"]

[dispute.fade]
question = "How long does a course hold?"
claims = ["C2"]

[dispute.fade.values."physio.days"]
sceptical = { value = 100, source = "old_memory" }
base = { value = 800 }
hopeful = { value = 1000, source = "exercise_smd;assumption", note = "half as long again" }
article = { value = 900, source = "article C2" }

[dispute.fade.values."guess.fear"]
sceptical = { value = 0.1, source = "assumption" }
base = { value = 0.05 }
hopeful = { value = 0, source = "exercise_smd" }
"""


@pytest.fixture
def tiny(make_folder):
    """A tiny evidence folder with stances; the text can be replaced."""

    def make(text: str = STANCES_TEXT) -> Evidence:
        folder = make_folder()
        (folder / "stances.toml").write_text(text)
        return read_evidence(folder)

    return make


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return read_evidence(ROOT / "data")


def test_a_stance_moves_disputed_numbers_and_intervals(tiny):
    evidence = tiny()
    sceptical, hopeful, article = (evidence.stance(name) for name in ("sceptical", "hopeful", "article"))
    assert sceptical.changes == {"physio.days": 100, "guess.fear": 0.1, "physio.relief": 0.04}
    assert hopeful.changes == {"physio.days": 1000, "guess.fear": 0, "physio.relief": 0.28}
    assert article.changes == {"physio.days": 900}
    assert [one.taken for one in (evidence, sceptical, article)] == ["base", "sceptical", "article"]
    assert evidence.value("physio.days") == 800 and not evidence.changes
    assert len({one.digest for one in (evidence, sceptical, hopeful, article)}) == 4


def test_lower_may_be_what_favours_treatment(tiny):
    evidence = tiny(STANCES_TEXT.replace("higher = ", "lower = "))
    assert evidence.stance("hopeful").value("physio.relief") == 0.04
    assert evidence.stance("sceptical").value("physio.relief") == 0.28


def test_base_is_what_is_shipped(tiny):
    evidence = tiny()
    assert evidence.stance("base") is evidence
    assert evidence.stance("sceptical").stance("base").digest == evidence.digest


def test_a_second_stance_replaces_the_first(tiny):
    evidence = tiny()
    assert evidence.stance("sceptical").stance("article").changes == {"physio.days": 900}


def test_a_users_own_number_wins_over_any_stance(tiny):
    evidence = tiny().change({"physio.days": 5})
    for order in (evidence.stance("sceptical"), tiny().stance("sceptical").change({"physio.days": 5})):
        assert order.value("physio.days") == 5 and order.value("guess.fear") == 0.1
        assert order.changes["physio.days"] == 5
    assert evidence.stance("sceptical").stance("hopeful").value("physio.days") == 5
    assert evidence.stance("hopeful").stance("base").changes == {"physio.days": 5}


def test_a_moved_number_says_so_and_names_its_own_source(tiny):
    card = tiny().stance("sceptical")["physio.days"].card()
    assert "100 days" in card and "sceptical stance (was 800)" in card
    assert "study: Memory 1999" in card and "UNCONFIRMED: not checked at source (old_memory)" in card
    moved = tiny().stance("hopeful")["guess.fear"]
    assert moved.checked and not moved.unconfirmed and moved.certainty == "moderate"
    said = tiny().stance("article")["physio.days"]
    assert said.assumed and said.unconfirmed and said.source == "article C2"
    ends = tiny().stance("sceptical")["physio.relief"]
    assert ends.notes.endswith("the low end of its interval") and ends.kind == "fixed"


def test_a_stance_survives_the_way_to_a_worker(tiny):
    there = pickle.loads(pickle.dumps(tiny().stance("sceptical").change({"physio.days": 7})))
    assert there.taken == "sceptical" and there.value("physio.days") == 7
    assert there.stance("base").changes == {"physio.days": 7}


def test_an_unknown_stance_is_one_sentence(tiny):
    with pytest.raises(SpinesimError) as refused:
        tiny().stance("cynical")
    assert str(refused.value) == (
        "There is no stance 'cynical'; choose one of sceptical, base, hopeful, article."
    )


def test_a_card_shows_every_side_with_studies_and_what_is_unconfirmed(tiny):
    card = load_stances(tiny()).disputes["fade"].card()
    lines = [line.strip() for line in card.splitlines()]
    assert lines[:3] == ["fade", "How long does a course hold?", "claims of the article: C2"]
    assert "Time constant of loss: physio.days, in days" in lines
    assert next(line for line in lines if line.startswith("the model:   800")).endswith(
        "Verville 2023; Memory 1999 | UNCONFIRMED: not checked at source (old_memory)"
    )
    assert (
        "the article: 900 | the clinic's article, claim C2 | ASSUMPTION: no published figure | UNCONFIRMED"
        in lines
    )
    assert "sceptical:   100 | Memory 1999 | UNCONFIRMED: not checked at source (old_memory)" in lines
    assert "hopeful:     1000 | Verville 2023 | ASSUMPTION | half as long again" in lines
    assert "the article: gives no figure" in lines
    assert "sceptical:   0.1 | ASSUMPTION: no published figure | UNCONFIRMED" in lines


@pytest.mark.parametrize(("old", "new", "says"), [
    ("base = { value = 800 }", "base = { value = 801 }",
     "key 'dispute.fade.values.physio.days.base.value': 801 is not the shipped 800; make it agree"),
    ('"physio.days"]', '"physio.dayz"]', "no parameter in data/parameters called 'physio.dayz'; did you"),
    ("old_memory", "old_memry", "physio.days.sceptical.source': 'old_memry' is no row of data/evidence"),
    ("article C2", "article H2", "'article H2' is no row of data/evidence; write the id of one"),
    ("article C2", "article", "'article' is no row"),
    ('source = "old_memory"', 'source = ""', "sceptical.source'"),
    ("value = 100,", "value = 0,", "key 'dispute.fade.values.physio.days.sceptical': row 'physio.days'"),
    ("value = 100,", "value = nan,", "dispute.fade.values.physio.days.sceptical.value': not a finite number"),
    ("value = 100,", 'value = "100",', "dispute.fade.values.physio.days.sceptical.value'"),
    ("value = 100,", "valeu = 100,", "valeu' is unknown; remove it"),
    ("hopeful = { value = 0,", "hopful = { value = 0,", "hopful' is unknown"),
    ('hopeful = { value = 0, source = "exercise_smd" }', "", "hopeful' is missing; add it"),
    ("question = ", "queston = ", "queston' is unknown"),
    ('"physio.relief"', '"physio.days"', 
     "key 'along.higher': 'physio.days' is named in 'dispute.fade.values.physio.days' too; keep one"),
    ('["physio.relief"]', '["physio.relief"]\nlower = ["physio.relief"]', "'physio.relief' is named in"),
    ('["physio.relief"]', '["fitted.share"]', "'along.higher': 'fitted.share' has no interval; give it low"),
    ('["physio.relief"]', '["physio.releif"]', "did you mean 'physio.relief'"),
    ("[along]", "[along", "not valid TOML"),
])  # fmt: skip
def test_a_faulty_file_is_refused_in_one_sentence(tiny, old, new, says):
    assert old in STANCES_TEXT
    with pytest.raises(SpinesimError) as refused:
        tiny(STANCES_TEXT.replace(old, new, 1)).stance("hopeful")
    sentence = str(refused.value)
    assert says in sentence and "stances.toml" in sentence and "\n" not in sentence


def test_a_missing_file_is_said_only_when_a_stance_is_taken(make_folder):
    evidence = read_evidence(make_folder())
    assert evidence.stance("base") is evidence
    with pytest.raises(
        SpinesimError, match=r"stances\.toml is missing, so no stance can be taken; restore it"
    ):
        evidence.stance("hopeful")


# What is shipped


def test_every_shipped_dispute_reads(shipped):
    read = load_stances(shipped)
    assert len(read.disputes) >= 12
    for dispute in read.disputes.values():
        card = dispute.card()
        assert dispute.id in card and dispute.question.endswith("?")
        for sides in dispute.values.values():
            assert (
                len({sides[name].value for name in ("sceptical", "base", "hopeful") if name in sides}) > 1
            ), f"{dispute.id}: the sides agree, so nothing is disputed"
            assert "article" not in sides or sides["article"].source.startswith("article")
            for stance in ("sceptical", "base", "hopeful"):
                assert stance in sides


def test_base_lies_between_the_sides(shipped):
    for dispute in load_stances(shipped).disputes.values():
        for key, sides in dispute.values.items():
            ends = sorted((sides["sceptical"].value, sides["hopeful"].value))
            assert ends[0] <= sides["base"].value <= ends[1], f"{dispute.id}: {key}"


def test_only_published_intervals_are_moved_along(shipped):
    for key in load_stances(shipped).along:
        assert not shipped[key].assumed and shipped[key].interval != "plausible", key


@pytest.mark.parametrize("stance", STANCES)
def test_every_stance_can_be_taken(shipped, stance):
    taken = shipped.stance(stance)
    assert taken.taken == stance and bool(taken.changes) == (stance != "base")
    for key, value in taken.changes.items():
        assert taken.value(key) == value != shipped.value(key)
        assert stance in taken[key].notes
    assert taken.parameters.keys() == shipped.parameters.keys()


def test_claims_named_by_disputes_are_claims(shipped):
    known = {f"{part}{n}" for part, last in zip("ABCDEFG", (5, 8, 10, 4, 4, 3, 5), strict=True)
             for n in range(1, last + 1)}  # fmt: skip
    for dispute in load_stances(shipped).disputes.values():
        assert set(dispute.claims) <= known
        for sides in dispute.values.values():
            if "article" in sides:
                assert sides["article"].source.removeprefix("article ") in known


def test_every_step_and_pattern_cites_figures_that_are_there(shipped):
    """The loader refuses others; here, that pathways do as well."""
    for path in sorted((ROOT / "data" / "pathways").glob("*.toml")):
        for rule in tomllib.loads(path.read_text())["rule"]:
            for name in rule.get("reference", ()):
                assert name in shipped.figures, f"{path.name}, rule {rule['id']}: {name}"


@pytest.mark.parametrize("table", ["treatments", "conditions"])
def test_a_step_that_cites_a_missing_source_is_refused(make_folder, table):
    text = '[strain]\nlabel = "Strain"\nreference = ["exercise_smd", "exercise_sdm"]\n'
    with pytest.raises(SpinesimError) as refused:
        read_evidence(make_folder(**{table: text}))
    assert str(refused.value) == (
        f"data/{table}.toml, key 'strain.reference': 'exercise_sdm' is no row of data/evidence; "
        "did you mean 'exercise_smd', or remove it."
    )


@pytest.mark.parametrize("wrong", ['"exercise_smd"', "[1]", "{ a = 1 }"])
def test_a_reference_that_is_no_list_of_ids_is_refused(make_folder, wrong):
    with pytest.raises(SpinesimError, match=r"treatments\.toml, key 'strain\.reference': not a list of ids"):
        read_evidence(make_folder(treatments=f"[strain]\nreference = {wrong}\n"))
