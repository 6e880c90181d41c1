"""What a stranger writes: the documented example runs; every mistake is one sentence with file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spinesim as ss
from spinesim.evidence import data_folder
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.trials import COLUMNS, Target, Trial
from spinesim.study.trials.file import Arm, Crossover, Eligibility
from spinesim.study.trials.target import MEASURES

CROSSOVER = "when = { limb_pain_at_least = 4 }"
NATURAL = 'pathway = "natural_course"'
PAPER = 'source = ["Author & Author 2024, J Examples 1:1, table 2"]'
MIX = "condition = { disc_herniation = 0.9, lumbar_stenosis = 0.1 }"
BOUNDS = "low = [-11]\nhigh = [-1]"
WEEK_12 = (
    'outcome = "limb_pain"\narm = "walking"\nmeasure = "share_improved_by"\n'
    "cut = 50                    # half the pain gone\nweeks = [12]\nmean = [0.55]\nn = 118\n"
)
TENFOLD = "scale = 10                  # the paper uses 0-100"

MISTAKES: list[tuple[str, str, str]] = [
    # the file
    ('name = "walk_or_inject"', 'name = "walk or inject"', "key 'name'.*no identifier"),
    ('title = "Walking', 'titel = "Walking', "'titel' is unknown; remove it or write 'title'"),
    ('role = "validation"\n', "", "key 'role' is missing"),
    ('role = "validation"', 'role = "held out"', "key 'role'.*'calibration' or 'validation'"),
    ("checked = true", 'checked = "yes"', "key 'checked'.*boolean.*'yes'"),
    ("patients = 1000", "patients = 2.5", "key 'patients'.*valid integer, not 2.5"),
    ("patients = 1000", "patients = 1000000", "key 'patients'.*100000"),
    ("seed = 3", "seed = -3", "key 'seed'"),
    ("seed = 3", "seed = 3 4", r"not valid TOML .*line 11"),
    ("seed = 3", "seed = 3\nseed = 4", "stands there twice"),
    ("seed = 3", 'seed = 3\nclinic = "community"', "at_week needs clinic"),
    (PAPER, "source = []", "key 'source': holds nothing: give at least 1"),
    (PAPER, 'source = "Author 2024"', "key 'source'.*valid list"),
    (PAPER, 'source = [" "]', "key 'source' holds an empty text"),
    (PAPER, 'source = ["ipd_cons_leg_wk00"]', "no row of data/evidence; did you mean 'ipd_cons_leg_wk00"),
    # people
    (MIX, MIX.replace("0.1", "0.2"), "key 'condition': the weights sum to 1.1: make them sum to 1"),
    (MIX, MIX.replace("0.9", "90"), "key 'condition'.*weight of 'disc_herniation' is 90"),
    (MIX, MIX.replace("lumbar_stenosis", "stenosis"), "'stenosis'; did you mean 'lumbar_stenosis'"),
    (MIX, 'condition = "sciatica"', "Unknown condition 'sciatica': did you mean 'disc_herniation'"),
    (MIX, "condition = 3", "key 'condition': write a condition in quotes"),
    ('occupation = "desk"', 'ocupation = "desk"', "no 'ocupation'; did you mean 'occupation'"),
    ("[eligibility]", "[eligibilty]", "'eligibilty' is unknown; remove it or write 'eligibility'"),
    ("age_at_least = 18", "age_over = 18", "'eligibility.age_over' is unknown.*known: at_week, age_at_least"),
    ("age_at_least = 18", 'age_at_least = "18"', "'eligibility.age_at_least'.*valid number, not '18'"),
    ("age_at_least = 18", "age_at_least = 60\nage_at_most = 30", "nobody meets both"),
    ("at_week = 4", "at_week = 515", "at_week = 515 and a last week of 12.*more than 520"),
    ("limb_pain_at_least = 3\n", "limb_pain_at_least = 30\n", "beyond 0 to 10 .*write 3 for 30 of 100"),
    ("age_at_least = 18", "age_at_least = 180", "age_at_least = 180 is beyond 0 to 120"),
    ("age_at_least = 18", "age_at_least = 2024-01-01", "age_at_least'.*not a date or time"),
    # numbers of its own
    ('"epidural.uptake" = 1.0', '"epidural.uptke" = 1.0', "'epidural.uptke'; did you mean 'epidural.uptake'"),
    ('"epidural.uptake" = 1.0', '"epidural.uptake" = 100', "outside 0 to 1"),
    ('"epidural.uptake" = 1.0', '"epidural.uptake" = "all"', "'epidural.uptake' is 'all', not a number"),
    ('because = "the injection was part of the allocated treatment"\n', "", "'because' is missing"),
    ('"epidural.lead_days" = 0', '"disc_herniation.age" = 40', "arm.* 2 'injection'.*who the people are"),
    # arms
    ('name = "injection"', 'name = "walking"', "two .*arm.* have the same name"),
    ("[[arm]]", "[[arms]]", "'arms'|stands there twice"),
    (NATURAL, 'pathway = "naturl_course"', r"arm\]\] 1 'walking'.*did you mean 'natural_course'"),
    (NATURAL, 'pathway = "my_pathway.toml"', "my_pathway.toml does not exist"),
    (NATURAL, f"{NATURAL}\nchange = {{ imaging_after_weeks = 2 }}", "does not declare imaging_after_weeks"),
    (NATURAL, f"{NATURAL}\nchange = {{ coordinaton = 1 }}", "no setting 'coordinaton'|\"coordinaton\""),
    (NATURAL, f'{NATURAL}\nwithout = ["physio"]', "no rule .?physio"),
    (NATURAL, f'{NATURAL}\nsham = ["epidurl"]', "sham: 'epidurl' is no step.*did you mean 'epidural'"),
    (NATURAL, f'{NATURAL}\nsham = "epidural"', r"arm\]\] 1, key 'sham'.*valid list"),
    (NATURAL, f'{NATURAL}\nsham = ["fusion"]', r"arm\]\] 1 'walking': sham: no rule or crossover .*'fusion'"),
    ("[[arm]]", "[arm]", r"twice, or write \[\[arm\]\] with double brackets"),
    # crossover
    ("by_week = 6", "by_week = 13", r"crossover\]\] 1: by_week = 13 is after the last week .*12"),
    ('step = "epidural"', 'step = "steroid"', "crossover 1: step: 'steroid' is no step"),
    ('step = "epidural"', 'step = "physiotherapy"', "does not say how many sessions"),
    ('step = "epidural"', 'step = "cervical_epidural"', "for the cervical spine, but nobody here"),
    ("by_week = 6", "by_week = 6.5", r"arm\]\] 1, \[\[crossover\]\] 1, key 'by_week'.*integer"),
    ("by_week = 6", "by_weeks = 6", "'by_weeks' is unknown; remove it or write 'by_week'"),
    ("share = 0.2", "share = 20", "key 'share': 20 is not a share.*write 0.2 for 20 %"),
    ("share = 0.2", "share = -0.2", "key 'share': -0.2 is not a share"),
    ("share = 0.2", 'share = "some"', "key 'share': 'some' is not a number"),
    (CROSSOVER, "when = { leg_pain_at_least = 4 }", "when.leg_pain_at_least is not a known criterion"),
    (CROSSOVER, "when = { limb_pain_at_least = 40 }", "out of range"),
    (CROSSOVER, "when = { limb_pain_at_least = 4, pain_at_most = 2 }", "contradicts"),
    (CROSSOVER, 'when = { limb_pain_at_least = "$x" }', "names a setting; write the number"),
    (CROSSOVER, "when = { weeks_at_least = 4 }", "is what by_week says"),
    # targets
    ('outcome = "limb_pain"', 'outcome = "leg_pain"', r"target\]\] 1: outcome 'leg_pain' is unknown"),
    ('outcome = "limb_pain"', 'outcome = "imaging"', r"'imaging' is measured at the end.*weeks = \[12\]"),
    ('outcome = "limb_pain"', 'outcome = "pain_12_months"', 'write outcome = "pain"'),
    ("weeks = [2, 12]", "weeks = [2, 12, 26]", r"target\]\] 1: 'mean' has 2 figures for 3 weeks"),
    ("weeks = [2, 12]", "weeks = [2, 600]", r"target\]\] 1, key 'weeks', item 2: .*520, not 600"),
    ("weeks = [2, 12]", "weeks = [2, 2]", "names a week twice"),
    ("weeks = [2, 12]", "weeks = 2", "key 'weeks'.*valid list"),
    ("mean = [40, 25]", "mean = [40, nan]", "'target.mean': not a finite number"),
    ("mean = [40, 25]", 'mean = [40, "25"]', "key 'mean', item 2"),
    ("sd = [22, 24]", "sd = [22, -24]", "key 'sd', item 2: .*greater than or equal to 0"),
    ("sd = [22, 24]", "sd = [22, 0]", "an 'sd' is 0"),
    ("sd = [22, 24]\n", "", "no band"),
    ("n = 120\n", "", "no band"),
    ("n = 120\n", "n = 0\n", "key 'n'"),
    ('versus = "walking"', 'versus = "walk"', "key 'versus': there is no arm 'walk'; did you mean 'walking'"),
    ('versus = "walking"', 'versus = "injection"', "is the arm itself"),
    ("low = [-11]\n", "", "'low' is missing: give both"),
    (BOUNDS, "low = [-1]\nhigh = [-11]", "low = -1 is not below high = -11"),
    (BOUNDS, "sd = [20]\nn = 100", "'versus_n', the size of the other arm, is missing"),
    (BOUNDS, f"{BOUNDS}\nversus_m = 3", "'versus_m' is unknown; remove it or write 'versus_n'"),
    ("cut = 50                    # half the pain gone\n", "", "'cut' is missing"),
    ('measure = "share_improved_by"', 'measure = "change"', "'cut' does nothing"),
    ('measure = "share_improved_by"', 'measure = "improved"', "key 'measure'.*not 'improved'"),
    ("mean = [0.55]", "mean = [55]", r"target\]\] 3: 'mean' holds 55, but a share.*write 0.55 for 55 %"),
    (BOUNDS, "low = [-5]\nhigh = [-1]", "'mean' holds -6, outside its own low = -5 to high = -1"),
    (TENFOLD, "", "'mean' holds 40, beyond NRS 0-10: write scale = 10"),
    (TENFOLD, "scale = 2", "'mean' holds 40, beyond NRS × 2: mend"),
    ("mean = [40, 25]", "mean = [40, -25]", "'mean' holds -25, below 0 of NRS × 10: for a change"),
    ("cut = 50 ", "cut = 150 ", "'cut' is 150: nobody improves by more than 100 %"),
    ('measure = "share_improved_by"', 'measure = "share_at_most"', "'cut' is 50, beyond NRS 0-10.*= 10"),
    (WEEK_12, 'outcome = "goal_attained"\narm = "walking"\nn = 90\nweeks = [12]\nmean = [0.6]\n',
     "0.6 per 100 people: write 60, or scale = 0.01"),
    (TENFOLD, f'{TENFOLD}\nclock = "operation"\namong = "not_operated"', "never had: remove one"),
    ("weeks = [2, 12]", 'weeks = [12, 2]\nclock = "operation"', "'weeks' holds 2 after 12: with clock"),
    ("weeks = [2, 12]", 'weeks = [0, 12]\nclock = "operation"', "'weeks' holds 0 after 0: with clock"),
    (TENFOLD, "scale = 0", "key 'scale'.*greater than 0"),
    (TENFOLD, f"{TENFOLD}\nstandardised = true", "name the other arm as 'versus'"),
    (TENFOLD, f'{TENFOLD}\nclock = "operation"\nmeasure = "change"', "clock 'operation' works only"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES)
def test_a_mistake_is_refused_in_one_sentence(write, example: str, old: str, new: str, says: str) -> None:
    path = write(example, (old, new))
    with pytest.raises(ss.SpinesimError, match=says) as wrong:
        ss.load_trial(path)
    text = str(wrong.value)
    assert "\n" not in text and text.endswith(".") and f"{path.parent.name}/{path.name}" in text


@pytest.mark.parametrize(("content", "says"), [
    (b"title = 'caf\xe9'", "not UTF-8 text; save the file as UTF-8"),
    ("title = 'café'".encode("utf-16"), "not UTF-8 text; save the file as UTF-8 .in Notepad"),
    ("title = 'cafe'".encode("utf-16-le"), "not UTF-8 text; save the file as UTF-8 .in Notepad"),
    (b"#" * (17 * 2**20), "larger than 16 MiB"),
    (b"a = " + b"[" * 5_000 + b"]" * 5_000, "nested too deeply"),
    (b"", "key 'name' is missing"),
    (b"patients = " + b"1" * 5_000, "thousands of digits"),
])  # fmt: skip
def test_a_file_that_is_no_trial_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(ss.SpinesimError, match=says) as wrong:
        ss.load_trial(path)
    assert "\n" not in str(wrong.value)


def test_a_folder_a_missing_file_and_an_unknown_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for asked, says in (
        (tmp_path / "folder.toml", "is a folder"),
        (tmp_path / "none.toml", "does not exist"),
        ("acute_lbp_cohort", "did you mean 'acute_lbp_cohorts'"),
    ):
        with pytest.raises(ss.SpinesimError, match=says):
            ss.load_trial(asked)


def test_eligibility_that_nobody_meets_says_how_many_do(small) -> None:
    trial = small(("[[arm]]", "[eligibility]\nage_at_least = 89.99\nlimb_pain_at_most = 0\n\n[[arm]]"))
    with pytest.raises(
        ss.SpinesimError, match=r"mine.toml: \[eligibility\] lets only \d+ of [\d,]+ people in; widen it"
    ):
        ss.run_trial(trial)


def test_the_documented_example_runs_by_path(write, example: str) -> None:
    table, results = ss.run_trial(ss.load_trial(write(example)), patients=150)
    assert list(table.columns) == COLUMNS and len(table) == 4 and set(results) == {"walking", "injection"}
    treated = {arm: run.patients["epidurals"].to_numpy() > 0 for arm, run in results.items()}
    assert treated["injection"].all() and 0 < treated["walking"].mean() < 0.4


def test_a_pathway_beside_the_trial_file_is_found_from_anywhere(write, example: str, monkeypatch) -> None:
    text = (data_folder() / "pathways" / "natural_course.toml").read_text(encoding="utf-8")
    path = write(example, (NATURAL, 'pathway = "my_pathway.toml"'))
    (path.parent / "my_pathway.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir("/")
    assert ss.load_trial(path).arm[0].pathway == "my_pathway.toml"


def test_unquoted_parameter_ids_mean_the_same(write, example: str) -> None:
    quoted = ss.load_trial(write(example))
    plain = ss.load_trial(write(example, ('"epidural.uptake" = 1.0', "epidural.uptake = 1.0")))
    assert plain.parameters == quoted.parameters


def test_every_key_is_documented() -> None:
    text = (data_folder() / "trials" / "README.md").read_text(encoding="utf-8")
    for model in (Trial, Arm, Crossover, Target):
        for key in model.model_fields:
            assert re.search(rf"`\[*(arm\.)?{key}\]*`", text), f"{model.__name__}.{key}"
    for key in Eligibility.model_fields:
        assert key in text or f"{key.rpartition('_at_')[0]}_at_*" in text, key
    for word in (*MEASURES, *(name for name in OUTCOMES if not name.endswith("12_months"))):
        assert f"`{word}`" in text, word
