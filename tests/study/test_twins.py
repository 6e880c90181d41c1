"""Twins: where two paths part is the first difference in care, and those without one are told so."""

import re
from collections import Counter

import numpy as np
import pytest

import spinesim as ss
from spinesim.pathway.vocabulary import STEPS
from spinesim.study import told
from spinesim.study.simulation import shipped_evidence

SHOWN = ("imaging", "epidural", "medial_branch_block", "ablation", "microdiscectomy")


@pytest.fixture(scope="module")
def lesson():
    """The default lesson: a fresh strain, 500 people, seed 7, the scan in week 6 or in week 1."""
    usual = ss.pathway("conservative_first")
    plans = {"week 6": usual.change(imaging_after_weeks=6), "week 1": usual.change(imaging_after_weeks=1)}
    return ss.compare(plans, condition="lumbar_strain", patients=500, years=1, seed=7)


@pytest.fixture(scope="module")
def surgery():
    """Nerve-root pain, usual care beside early surgery, with harms, in a clinic with queues."""
    evidence = shipped_evidence().change(
        {"microdiscectomy.durotomy": 0.3, "disc_herniation.serious.cauda_equina": 0.05}
    )
    return ss.compare(
        {"usual": "conservative_first", "early": "early_surgery"},
        condition="disc_herniation", patients=200, years=1, seed=7, clinic="community", evidence=evidence,
    )  # fmt: skip


def care(results, patient):
    """What was offered, declined, given and suffered by one person: (day since referral, event, step)."""
    entry = results.patients.set_index("patient").loc[patient, "entry_day"]
    mine = results.events[results.events["patient"] == patient]
    rows = zip(mine["day"] - entry, mine["event"], mine["step"], strict=True)
    return sorted(
        (int(day), event, step)
        for day, event, step in rows
        if event in ("offer", "declined", "harm") or (event == "end" and step in SHOWN)
    )


def first_difference(one, other):
    """First day on which the two lists of care differ, or None."""
    days = sorted({row[0] for row in [*one, *other]})
    return next((d for d in days if [r for r in one if r[0] == d] != [r for r in other if r[0] == d]), None)


@pytest.mark.parametrize("which", ["lesson", "surgery"])
def test_paths_part_on_the_first_day_of_different_care_and_only_then(which, request):
    study = request.getfixturevalue(which)
    twins, parted = study.twins(), 0
    for patient in range(0, len(twins.one.patients), 2):
        story = twins.story(patient)
        lists = [care(results, patient) for results in (twins.one, twins.other)]
        day = first_difference(*lists)
        assert story.parts_on_day == day
        first = story.sentence.split(". ")[0]
        if day is None:
            assert first.startswith(f"Patient {patient} has the same care under both")
            continue
        parted += 1
        assert first.startswith(f"The paths part in week {day // 7}: ")
        assert not re.search(r"review|visit|session", first)
        # each arm is told what it alone did that day, or that it did nothing
        for arm, mine, theirs in zip(story.arms, lists, reversed(lists), strict=True):
            alone = [row for row in mine if row[0] == day and row not in theirs]
            told = first.split(f"under '{arm}' ")[1].split(";")[0]
            assert (told == "not on that day") == (not alone)
            for _, event, step in alone:
                assert event != "offer" or re.search("(is|are) offered", told), (patient, step)
                assert event != "declined" or "declined" in told
                assert event != "harm" or "harm" in told
    assert 10 < parted < len(twins.one.patients) / 2


def test_every_changed_story_of_the_lesson_is_about_the_scan(lesson):
    twins = lesson.twins()
    changed = twins.changed()["patient"]
    assert len(changed) > 50
    for patient in changed:
        first = twins.story(int(patient)).sentence.split(". ")[0]
        assert "under 'week 1' an MRI scan is offered" in first
        assert "under 'week 6' not on that day" in first


def test_changed_are_exactly_those_whose_counts_or_pain_differ(lesson):
    twins = lesson.twins()
    a, b = twins.one, twins.other
    done = ["images", "epidurals", "blocks", "ablations", "operations", "harms"]
    differs = (a.patients[done] != b.patients[done]).any(axis=1).to_numpy()
    differs = differs | (a.series["pain"] != b.series["pain"]).any(axis=0)
    table = twins.changed()
    assert set(table["patient"]) == set(np.flatnonzero(differs))
    assert differs.any() and not differs.all()
    people = table.set_index("patient")
    for column in done:
        expected = (b.patients[column] - a.patients[column])[differs]
        np.testing.assert_array_equal(people.loc[expected.index, column], expected)
    assert (table["images"] >= 0).all() and (table["images"] > 0).any()
    assert (np.diff(table["change"]) <= 0).all()


def test_someone_with_the_same_care_under_both_is_told_so(lesson):
    """The others had the same on another day, or were offered something and declined."""
    twins = lesson.twins()
    unchanged = sorted(set(range(500)) - set(twins.changed()["patient"]))
    same = 0
    for patient in unchanged:
        story = twins.story(patient)
        np.testing.assert_array_equal(*story.pain.values())
        lists = [care(results, patient) for results in (twins.one, twins.other)]
        if lists[0] == lists[1]:
            same += 1
            assert story.parts_on_day is None
            assert story.sentence.startswith(f"Patient {patient} has the same care under both.")
        else:
            assert story.parts_on_day is not None
            given = [sorted(step for _, event, step in care if event == "end") for care in lists]
            assert given[0] == given[1]
    assert same > 100


def test_a_timeline_holds_what_the_events_say(surgery):
    twins = surgery.twins()
    for patient in range(0, 200, 5):
        story = twins.story(patient)
        for results, (arm, lane) in zip((twins.one, twins.other), story.lanes.items(), strict=True):
            assert arm == results.arm and lane["day"].is_monotonic_increasing
            row = results.patients.set_index("patient").loc[patient]
            labels = story.events[arm]["label"].str.replace(r":.*|,.*", "", regex=True).value_counts()
            for label, column in (
                ("MRI scan", "images"), ("epidural injection", "epidurals"), ("block", "blocks"),
                ("ablation", "ablations"), ("disc operation", "operations"), ("harm", "harms"),
                ("session", "sessions"),
            ):  # fmt: skip
                assert labels.get(label, 0) == row[column], (patient, label)
            marks = lane.groupby("lane")["kind"].value_counts()
            assert marks.get(("exercise", "session"), 0) == row["sessions"]
            assert marks.get(("operations", "done"), 0) == row["operations"]
            assert marks.get(("visits: pain", "done"), 0) >= row["visits"]
            mine = results.events[results.events["patient"] == patient]["event"].value_counts()
            offers = story.events[arm]["label"].str.extract(r"^offered and (declined|taken up): ")[0]
            assert (offers == "declined").sum() == mine.get("declined", 0)
            assert offers.notna().sum() == mine.get("offer", 0)
            assert (lane["kind"] == "declined").sum() == mine.get("declined", 0)
            np.testing.assert_array_equal(story.pain[arm], results.series["pain"][:, patient])


def test_someone_not_in_the_study_is_refused(lesson):
    with pytest.raises(ss.SpinesimError, match="No patient 99999"):
        lesson.twins().story(99_999)


@pytest.fixture(scope="module")
def clinic():
    """A mixed clinic: the same for everybody, or tailored; both see people for the last time at week 40."""
    plans = {
        name: ss.pathway(shipped).change(review_weeks=[2, 6, 12, 20, 30, 40])
        for name, shipped in {"one size": "one_size_fits_all", "tailored": "article_tailored"}.items()
    }
    return ss.compare(plans, condition="pain_clinic", patients=150, years=1, seed=7)


def test_every_step_has_words_and_the_lane_of_its_kind():
    treatments = shipped_evidence().treatments
    assert set(told.NOUNS) == set(told.LANE_OF) == set(STEPS) == set(treatments)
    kinds = {lane: {treatments[step]["kind"] for step in steps} for lane, steps in told.LANES.items()}
    assert kinds == {
        "visits: pain": {"discharge"}, "exercise": {"course"}, "talk": {"talk"}, "tablets": {"tablets"},
        "CBT": {"course"}, "tests": {"test"}, "injections": {"procedure"}, "operations": {"operation"},
        "red flags, harms": {"referral"},
    }  # fmt: skip


def test_all_of_tailored_care_is_told(clinic):
    lanes, sentences = set(), []
    twins = clinic.twins()
    for patient in twins.one.patients["patient"]:
        story = twins.story(int(patient))
        lanes |= set(story.lanes["tailored"]["lane"])
        sentences.append(story.sentence)
        assert "NSAID tablets is" not in story.sentence and "necks" not in story.sentence
    assert lanes == set(told.LANES)
    text = " ".join(sentences)
    for words in ("CBT sessions", "sleep care", "exercise sessions", "NSAID tablets", "flare plan"):
        assert words in text
    assert re.search(r"\d epidural injections in the neck", text)
    assert "NSAID tablets are offered" in text or "NSAID tablets and" in text


def test_a_block_and_its_relief_are_one_row(clinic):
    blocks = 0
    twins = clinic.twins()
    for patient in twins.one.patients.query("blocks > 0")["patient"]:
        every = twins.story(int(patient)).events["one size"]["label"]
        here = every[every.str.contains("block") & ~every.str.contains("offered")]
        assert here.str.fullmatch(r"block, \d+ % relief").all()
        blocks += len(here)
    assert blocks > 10


def test_discharge_and_running_out_of_visits_are_told_apart(clinic):
    seen = set()
    for results in (clinic.twins().one, clinic.twins().other):
        for patient in results.patients["patient"]:
            mine = results.events[results.events["patient"] == patient]
            ends = mine[mine["event"] == "discharge"]
            every = clinic.twins().story(int(patient)).events[results.arm]
            for day in ends["day"]:
                offered = (
                    (mine["event"] == "offer") & (mine["step"] == "discharge") & (mine["day"] == day)
                ).any()
                label = "discharged" if offered else "last planned visit"
                seen.add(label)
                assert label in set(every["label"])
    assert seen == {"discharged", "last planned visit"}


@pytest.mark.parametrize(
    "care, said",
    [
        ([("offer", "nsaid")], "NSAID tablets are offered"),
        ([("offer", "education")], "explanation is offered"),
        ([("offer", "imaging"), ("offer", "nsaid")], "an MRI scan and NSAID tablets are offered"),
        ([("offer", "cbt"), ("declined", "cbt")], "CBT is offered and declined"),
        (
            [("offer", "epidural"), ("offer", "nsaid"), ("declined", "nsaid")],
            "an epidural injection is offered, and NSAID tablets are offered and declined",
        ),
        ([("declined", "emg")], "a nerve test (EMG) is declined"),
        ([("end", "cervical_epidural")], "an epidural injection in the neck takes place"),
        ([("harm", "durotomy")], "harm: torn dura"),
    ],
)
def test_sentences_agree_in_number(care, said):
    assert told.said(Counter(care)) == said


def test_counts_agree_in_number():
    assert told.counted(1, "imaging") == "1 MRI scan"
    assert told.counted(3, "cervical_epidural") == "3 epidural injections in the neck"
    assert told.counted(2, "microdiscectomy") == "2 disc operations"
