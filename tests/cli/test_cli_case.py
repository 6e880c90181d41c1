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
    assert "Visit 2, week 6" in said and "Week 1: pain" in said and "straight_leg_raise: positive" in said
    assert main(["case", "play", str(log), "--choice", LAST, "--save", str(log)]) == 0
    assert "the end, after 2 decisions" in capsys.readouterr().out
    assert main(["case", "replay", str(log), "--twins", "20", "--page", str(page)]) == 0
    said = capsys.readouterr().out
    assert "visit 1, week 0: explanation" in said and "What mattered most" in said
    assert "was not ordered" in said and "  nsaid (NSAID tablets), from week 0: +" in said
    text = page.read_text("utf-8")
    assert "What the guideline gives and was not ordered" in text
    assert "20 twins" in text and "data:image/png" in text and "http" not in text.split("</style>")[-1]
    assert main(["case", "play", "driving_engineer", "--choice", FIRST, "--save", str(log)]) == 2
    assert "--force" in capsys.readouterr().err
    before = room.play(room.load_log(log)).results
    again = room.play(room.load_log(log)).results
    assert before.patients.equals(again.patients)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["play", "nobody"], "Unknown case"),
        (["play", "driving_engineer", "--choice", "{"], "not JSON"),
        (["play", "driving_engineer", "--choice", '{"orders": ["magnets"]}'], "orders"),
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
    assert said in wrong and wrong.count("\n") == 1 and "Traceback" not in wrong
