"""``spinesim case``: list, play a decision at a time, replay to the identical patient, debrief."""

import json

import pytest

from spinesim.cli import main
from spinesim.study import case as room

FIRST = json.dumps({"asked": ["straight_leg_raise"], "orders": ["education"], "again_weeks": 6})
LAST = json.dumps({"orders": ["discharge"]})


def test_the_list_names_every_case(capsys):
    assert main(["case", "list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in room.case_names())


def test_play_save_go_on_and_replay_with_a_page(tmp_path, capsys):
    log, page = tmp_path / "log.json", tmp_path / "debrief.html"
    assert main(["case", "play", "driving_engineer", "--choice", FIRST, "--save", str(log)]) == 0
    said = capsys.readouterr().out
    assert "Visit 2, week 6" in said and "Week 1: pain" in said
    assert "straight_leg_raise (Straight leg raise" in said and "disc_herniation (" in said
    assert main(["case", "play", str(log), "--choice", LAST, "--save", str(log)]) == 0
    assert "the end, after 2 decisions" in capsys.readouterr().out
    assert main(["case", "replay", str(log), "--twins", "20", "--page", str(page)]) == 0
    said = capsys.readouterr().out
    assert "visit 1, week 0: education (explanation)" in said and "What mattered most" in said
    assert "was not ordered" in said and "  nsaid (NSAID tablets), from week 0: +" in said
    text = page.read_text("utf-8")
    assert "What the guideline gives and was not ordered" in text
    assert "20 twins" in text and "data:image/png" in text and "http" not in text.split("</style>")[-1]
    assert main(["case", "play", "driving_engineer", "--choice", FIRST, "--save", str(log)]) == 2
    assert "--force" in capsys.readouterr().err
    before = room.play(room.load_log(log)).results
    again = room.play(room.load_log(log)).results
    assert before.patients.equals(again.patients)


def test_an_emergency_and_a_warning_are_told_at_the_visit(tmp_path, capsys):
    scan = json.dumps({"asked": ["saddle_anaesthesia"], "orders": ["imaging"], "urgent": True})
    cut = json.dumps({"orders": ["microdiscectomy"]})
    log = tmp_path / "log.json"
    assert (
        main(
            ["case", "play", "missed_cauda_equina", *("--choice", scan, "--choice", cut), "--save", str(log)]
        )
        == 0
    )
    assert "At visit 2: The theatre takes this as the emergency it is." in capsys.readouterr().out
    assert main(["case", "replay", str(log), "--twins", "0"]) == 0
    assert "microdiscectomy (disc operation), urgently" in capsys.readouterr().out
    weak = json.dumps({"asked": ["kidneys"], "orders": ["nsaid"]})
    assert main(["case", "play", "kidney_disease", "--choice", weak]) == 0
    assert "At visit 1: Prescribed, although the kidneys" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["play", "nobody"], "Unknown case"),
        (["play", "driving_engineer", "--choice", "{"], "not JSON"),
        (
            ["play", "driving_engineer", "--choice", '["x"]'],
            '--choice ["x"] names nothing: give what is done in',
        ),
        (["play", "driving_engineer", "--choice", "3"], "in braces, like '{"),
        (["play", "driving_engineer", "--choice", "null"], "in braces, like '{"),
        (
            ["play", "driving_engineer", "--choice", '{"orders": ["magnets"]}'],
            'orders names "magnets", which',
        ),
        (["play", "driving_engineer", "--choice", '{"orders": ["imagin"]}'], "imaging"),
        (
            ["play", "driving_engineer", "--choice", '{"orders": "imaging"}'],
            'write a list of steps, such as "ord',
        ),
        (["play", "driving_engineer", "--choice", '{"orders": [3]}'], 'write a list of steps, such as "ord'),
        (["play", "driving_engineer", "--choice", '{"asked": ["A b"]}'], "write a list of questions"),
        (["play", "driving_engineer", "--choice", '{"again_weeks": 0}'], "whole weeks from 1 to 52"),
        (["play", "driving_engineer", "--choice", '{"again_weeks": 4.5}'], "whole weeks from 1 to 52"),
        (
            ["play", "driving_engineer", "--choice", '{"urgent": "yes"}'],
            'cannot be "yes": write "urgent": true',
        ),
        (["play", "driving_engineer", "--choice", '{"goal": 4}'], "goal cannot be 4: write one of"),
        (["play", "driving_engineer", "--choice", '{"goal": "fly"}'], "write sitting, standing, walking"),
        (["play", "driving_engineer", "--choice", '{"order": []}'], "write 'orders'"),
        (["play", "driving_engineer", "--choice", '{"asked": ["shoe_size"]}'], "no question 'shoe_size'"),
        (["play", "driving_engineer", "--choice", '{"orders": ["ablation"]}'], "Order a medial branch block"),
        (
            ["play", "driving_engineer", "--choice", '{"orders": ["imaging"], "urgent": true}'],
            "emergency list",
        ),
        (["play", "driving_engineer", "--choice", LAST, "--choice", LAST], "case is over"),
        (["play", "driving_engineer", "--clinic", "nowhere"], "nowhere"),
        (["play", "driving_engineer", "--seed", "-1"], "seed"),
        (["replay", "nothing.json"], "does not exist"),
        (["replay", "nothing.json", "--twins", "1"], "--twins is 1"),
        (["replay", "nothing.json", "--page", "x.pdf"], ".html"),
    ],
)
def test_a_mistake_is_one_sentence(words, said, capsys):
    assert main(["case", *words]) == 2
    wrong = capsys.readouterr().err
    assert "dictionary" not in wrong and "valid" not in wrong, "pydantic's own words"
    assert said in wrong and wrong.count("\n") == 1 and "Traceback" not in wrong
