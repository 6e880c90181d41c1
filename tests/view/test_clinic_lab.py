"""The scenario lab through the state of its widgets: forms, presets, run, cancel, save and open, refusals."""

import asyncio
import json
import time

import ipywidgets as widgets
import pytest

from spinesim.clinic import load_clinic
from spinesim.errors import SpinesimError
from spinesim.pathway import load_pathway
from spinesim.study.simulation import plan
from spinesim.view.clinic_lab import PRESETS, Changes, ClinicLab, ClinicLesson, asking, change_clinic
from spinesim.view.clinic_lab import scenario_file as files
from spinesim.view.clinic_lab.changes import ExtraSession, ResourceChange, change_pathway
from spinesim.view.clinic_lab.presets import SCANS, THERAPIST, VIDEO
from spinesim.view.clinic_lab.running import BackgroundRun, said_time
from spinesim.view.widgets.image import ImageWidget

SMALL = {"patients": 100, "runs": 2, "years": 0.5}
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def done():
    """A lab after a real small run."""
    made = ClinicLab(presets=(THERAPIST, VIDEO), **SMALL)
    made.run()
    assert made.last_error is None, made.status.text
    return made


@pytest.fixture
def lab():
    return ClinicLab(**SMALL)


def boxes(widget):
    """Every control below a widget."""
    if isinstance(widget, widgets.Box):
        for child in widget.children:
            yield from boxes(child)
    else:
        yield widget


def every_form(form):
    for page in ("pathway", "staff", "people", "numbers"):
        form.pages.turn(page)
        yield from boxes(form.pages.place)


# Changes


@pytest.mark.parametrize("name", ["community", "hospital_pain_centre"])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_goes_through_its_form_unchanged_and_can_be_planned(name, preset):
    clinic, pathway = load_clinic(name), load_pathway("article_tailored")
    changes = PRESETS[preset](clinic, pathway)
    lab = ClinicLab(name, **SMALL, presets=(preset,))
    assert lab.scenarios.alternatives[0].changes == changes
    assert "Nothing is changed" not in lab.scenarios.alternatives[0].differences.value
    plan(change_pathway(pathway, changes), clinic=change_clinic(clinic, changes), patients=100)


def test_one_more_therapist_works_whenever_the_others_do():
    clinic = load_clinic("community")
    more = change_clinic(clinic, PRESETS[THERAPIST](clinic, load_pathway("article_tailored")))
    before, after = clinic.resources.physiotherapy, more.resources.physiotherapy
    assert (after.staff, after.capacity) == (before.staff + 1, before.capacity + 1)
    single = [one for one in before.sessions if one.group == 1]
    extra = sum(len(one.days) * one.minutes / 60 for one in single)
    assert after.open_hours == pytest.approx(before.open_hours + extra, abs=1e-9)
    others = {name: one for name, one in more.resources if name != "physiotherapy"}
    assert others == {name: one for name, one in clinic.resources if name != "physiotherapy"}


def test_fewer_staff_never_leave_a_session_with_more_than_there_are():
    clinic = load_clinic("community")
    less = Changes(name="one", resources={"physiotherapy": ResourceChange(staff=1, rooms=1)})
    assert all((one.staff or 1) == 1 for one in change_clinic(clinic, less).resources.physiotherapy.sessions)


def test_what_cannot_be_is_one_sentence_with_the_name_of_the_alternative():
    clinic, ample = load_clinic("community"), load_clinic("ample")
    backwards = ExtraSession(resource="imaging", day="mon", start="12:00", end="09:00")
    taken = clinic.resources.imaging.sessions[0]
    crowd = ExtraSession(
        resource="imaging", day=taken.days[0], start=taken.start, end=taken.end,
        staff=int(clinic.resources.imaging.capacity),
    )  # fmt: skip
    for base, changes in (
        (clinic, Changes(name="A", extra_sessions=(backwards,))),
        (clinic, Changes(name="A", extra_sessions=(crowd,))),
        (ample, Changes(name="A", resources={"imaging": ResourceChange(staff=2)})),
        (ample, Changes(name="A", per_week=3)),
    ):
        with pytest.raises(SpinesimError, match=r"^'A': ") as wrong:
            change_clinic(base, changes)
        assert "\n" not in str(wrong.value) and str(wrong.value).endswith(".")


# Forms


def test_every_control_to_its_ends_and_back(lab):
    scenarios = lab.scenarios
    scenarios.add_preset(SCANS)
    moved = 0
    for form in (scenarios.today, scenarios.alternatives[0]):
        start = form.changes
        for box in list(every_form(form)):
            if isinstance(box, widgets.BoundedIntText | widgets.BoundedFloatText) and not box.disabled:
                was = box.value
                for value in (box.min, box.max, was):
                    box.value = value
                    assert form.changes is not None
                moved += 1
            elif isinstance(box, widgets.Checkbox) and not box.disabled:
                box.value = not box.value
                box.value = not box.value
                moved += 1
        assert form.changes == start and form.status.text == ""
    assert moved > 60


def test_numbers_of_the_run_stay_within_their_range(lab):
    for box in (lab.scenarios.start.patients, lab.scenarios.start.runs, lab.scenarios.start.seed):
        box.value = 10**9
        assert box.value == box.max
        box.value = -1
        assert box.value == box.min


def test_every_pathway_and_clinic_can_be_chosen(lab):
    start = lab.scenarios.start
    lab.scenarios.add_preset(VIDEO)
    for _, name in start.pick_pathway.choice.options[:-1]:
        start.pick_pathway.value = name
        assert start.status.text == "" and lab.scenarios.today.pathway.name == load_pathway(name).name
    for _, name in start.pick_clinic.choice.options[:-1]:
        start.pick_clinic.value = name
        assert start.status.text == "" and lab.scenarios.file.alternatives[0].name == VIDEO


def test_an_own_clinic_file_and_a_wrong_one(lab, tmp_path):
    from spinesim.evidence import data_folder

    mine = tmp_path / "mine.toml"
    text = (data_folder() / "clinics" / "community.toml").read_text("utf-8")
    mine.write_text(text.replace("per_week = 20", "per_week = 33"), "utf-8")
    start = lab.scenarios.start
    start.pick_clinic.value = str(mine)
    assert start.clinic.arrivals.per_week == 33 and "33 referrals" in start.summary.value
    start.pick_clinic.path.value = str(tmp_path / "nowhere.toml")
    assert start.status.state == "error" and "does not exist" in start.status.text
    assert start.clinic.arrivals.per_week == 33, "the last good clinic stays"


def test_alternatives_keep_their_differences_when_today_changes(lab):
    scenarios = lab.scenarios
    scenarios.add_preset(THERAPIST)
    scenarios.today.per_week.value = 25
    assert scenarios.alternatives[0].changes.per_week is None
    ask = scenarios.ask
    assert [one.clinic.arrivals.per_week for one in ask.scenarios] == [25, 25]
    assert not any("referrals" in line for line in ask.differences[THERAPIST])


def test_at_most_three_alternatives_with_names_of_their_own(lab):
    scenarios = lab.scenarios
    for _ in range(4):
        scenarios.add_preset(VIDEO)
    assert [one.changes.name for one in scenarios.alternatives] == [VIDEO, f"{VIDEO} (2)", f"{VIDEO} (3)"]
    assert "remove one" in lab.status.text and scenarios.empty_button.disabled
    scenarios.alternatives[1].name.value = VIDEO
    lab.run()
    assert "two scenarios are called" in lab.status.text and lab.shown is None
    scenarios.remove_button.click()
    scenarios.edit.turn("2")
    scenarios.remove_button.click()
    assert len(scenarios.alternatives) == 1 and not scenarios.empty_button.disabled
    scenarios.edit.turn("0")
    assert scenarios.remove_button.disabled


def test_an_extra_session_and_a_price(lab):
    scenarios = lab.scenarios
    scenarios.add_empty()
    form = scenarios.alternatives[0]
    assert form.changes.is_empty
    form.resources.add_button.click()
    form.numbers.which.value, form.numbers.value.value = "visit.price", 99.0
    form.numbers.set_button.click()
    changes = form.changes
    assert changes.numbers == {"visit.price": 99.0} and changes.extra_sessions[0].resource == "physician"
    assert "99" in form.differences.value and "new session" in form.differences.value
    form.resources.remove_button.click()
    form.numbers.undo_button.click()
    assert form.changes.is_empty
    form.numbers.value.value = -5
    form.numbers.set_button.click()
    assert form.numbers.status.state == "error" and form.changes.is_empty


# Running


def test_the_results_have_every_page_and_no_gap(done):
    shown = done.shown
    assert done.status.text.startswith("Done in ") and done.run_button.disabled is False
    keys = ["waits", "use", "lists", "outcomes", "money", "who", "same", "basis"]
    assert [one.key for one in shown.sections] == keys
    for one in shown.sections:
        assert "could not be worked out" not in one.html, one.html
        assert one.html.count("<table") == one.html.count("<caption>")
        done.results.pages.turn(one.key)
        images = [box for box in boxes(done.results.pages.place) if isinstance(box, ImageWidget)]
        assert len(images) == len(one.pictures) and all(box.png[:4] == b"\x89PNG" for box in images)
        assert [box.alt for box in images] == [picture.words for picture in one.pictures]
    assert [arm for arm, _ in shown.heads] == [THERAPIST, VIDEO]
    assert all(line.count(": ") >= 1 and "nan" not in line for _, lines in shown.heads for line in lines)
    assert "role='status'" in done.status.widget.value


def test_a_limit_is_refused_before_anything_runs(lab, monkeypatch):
    monkeypatch.setattr(asking, "run_study", lambda *_, **__: pytest.fail("it ran"))
    start = lab.scenarios.start
    start.patients.value, start.runs.value, start.years.value = 20_000, 100, 10.0
    lab.run()
    assert lab.status.state == "error" and "patient-years" in lab.status.text and not lab.busy


def slow(ask, plans, executor, progress, *, say):
    """Stands in for the study: tells progress for ten seconds, then gives what it was given."""
    for i in range(200):
        progress(i / 200)
        time.sleep(0.05)
    return ask


def test_cancel_ends_the_workers_and_keeps_the_last_result(done):
    before, heads = done.shown, done.results.heads.value

    async def drive():
        done.scenarios.start.patients.value, done.scenarios.start.years.value = 4_000, 2.0
        try:
            done.run()
            assert done.busy and done.status.state == "busy" and done.run_button.disabled
            run = done._running
            await asyncio.sleep(3)
            done.cancel_button.click()
            assert not done.busy and done.status.text.startswith("Cancelled.")
            assert run.join(10), "the thread lives on"
            await done.finished()
        finally:
            done.scenarios.start.patients.value, done.scenarios.start.years.value = 100, 0.5
        return run

    run = asyncio.run(drive())
    assert run.value is None and run.executor._pool is None
    assert done.shown is before and done.results.heads.value == heads and done.cancel_button.disabled


def test_progress_tells_the_time_left(lab):
    lab._simulate = slow

    async def drive():
        lab.run()
        for _ in range(40):
            await asyncio.sleep(0.05)
            if "left" in lab.status.text:
                break
        said = lab.status.text
        lab.cancel()
        lab.cancel()
        await lab.finished()
        return said

    said = asyncio.run(drive())
    assert "% done, about" in said and "s left" in said
    assert lab.status.text.startswith("Cancelled.") and lab.bar.layout.visibility == "hidden"


def test_a_fault_is_one_sentence_and_the_lab_goes_on(lab):
    def failing(*_, **__):
        raise ZeroDivisionError("division by zero")

    lab._simulate = failing
    lab.run()
    assert isinstance(lab.last_error, ZeroDivisionError) and lab.status.state == "error"
    assert "Traceback" not in lab.status.text and not lab.run_button.disabled and not lab.busy


def test_a_background_run_reckons_the_rest_like_tqdm():
    run = BackgroundRun(1)
    assert run.seconds_left() is None
    run.share, run.began = 0.25, time.monotonic() - 10
    assert run.seconds_left() == pytest.approx(30, abs=0.5)
    assert [said_time(one) for one in (0.2, 61, 7_260)] == ["about 1 s", "about 1 min 1 s", "about 2 h 1 min"]


# Files


def test_saved_and_reopened_it_is_the_same(done, tmp_path):
    path = tmp_path / "monday.json"
    done.keep.file.value = str(path)
    done.keep.save_button.click()
    assert done.keep.status.text == f"Saved to {path}."
    done.keep.save_button.click()
    assert done.keep.status.state == "error" and "exists already" in done.keep.status.text
    other = ClinicLab("hospital_pain_centre", "conservative_first")
    assert "press Run" in other.open(str(path))
    assert other.scenarios.file == done.scenarios.file
    done.keep.replace.value = True
    done.keep.save_button.click()
    assert done.keep.status.state == "ready" and done.keep.replace.value is False
    assert [one.name for one in tmp_path.iterdir()] == ["monday.json"], "something half-written was left"


def broken(text):
    """A saved file, spoilt."""
    good = json.loads(text)
    yield "", "not a saved scenario file"
    yield "[]", "kind"
    yield text[:40], "not a saved scenario file"
    yield json.dumps({**good, "kind": "other"}), "kind"
    yield json.dumps({**good, "colour": 1}), "'colour' is unknown"
    yield json.dumps({**good, "wish": {**good["wish"], "patients": 10**9}}), "wish.patients"
    yield json.dumps({**good, "wish": {**good["wish"], "patients": "many"}}), "wish.patients"
    yield json.dumps({**good, "clinic": "moon"}), "Unknown clinic 'moon'"
    yield json.dumps({**good, "pathway": "nowhere.toml"}), "nowhere.toml"
    yield json.dumps({**good, "condition": "gout"}), "gout"
    yield json.dumps({**good, "alternatives": good["alternatives"][:1] * 2}), "called"
    yield text.replace('"runs": 2', '"runs": NaN'), "NaN"
    yield text.replace('"runs": 2', '"runs": 2, "runs": 3'), "stands twice"
    yield json.dumps({**good, "alternatives": [{"name": "x", "numbers": {"pain.now": 1}}]}), "pain.now"
    yield "[" * 100_000, "not a saved scenario file"


def test_a_spoilt_file_is_one_sentence_and_changes_nothing(done, tmp_path):
    path = tmp_path / "spoilt.json"
    files.save(path, done.scenarios.file)
    before = done.scenarios.file
    for text, said in list(broken(path.read_text("utf-8"))):
        path.write_text(text, "utf-8")
        done.keep.file.value = str(path)
        done.keep.open_button.click()
        assert done.keep.status.state == "error", text[:80]
        assert said in done.keep.status.text and "\n" not in done.keep.status.text, done.keep.status.text
        assert done.scenarios.file == before
    for name in ("", str(tmp_path), str(tmp_path / "none.json")):
        done.keep.file.value = name
        done.keep.open_button.click()
        assert done.keep.status.state == "error" and "failed" not in done.keep.status.text


def test_the_results_folder_and_the_report(done, tmp_path):
    done.keep.folder.value = str(tmp_path / "results")
    done.keep.write_button.click()
    assert done.keep.status.state == "ready", done.keep.status.text
    assert (tmp_path / "results" / "manifest.json").is_file()
    done.keep.write_button.click()
    assert done.keep.status.state == "error"
    done.keep.report_button.click()
    assert done.keep.status.state == "ready", done.keep.status.text
    assert THERAPIST in (tmp_path / "results.html").read_text("utf-8")


def test_a_report_is_of_the_run_on_show_and_says_so(done, tmp_path):
    """Neither what was set since nor another run's folder that happens to stand there."""
    before = done.scenarios.file
    done.keep.folder.value = str(tmp_path / "monday")
    done.keep.write_button.click()
    assert done.keep.status.text.endswith("everything a report needs.")
    stale = tmp_path / "stale"
    (tmp_path / "monday").rename(stale)
    done.keep.folder.value = str(stale)
    done.keep.report_button.click()
    assert done.keep.status.state == "error" and "exists already" in done.keep.status.text
    assert not (tmp_path / "stale.html").exists()
    try:
        done.scenarios.start.seed.value += 1
        done.keep.folder.value = str(tmp_path / "tuesday")
        done.keep.report_button.click()
        assert done.keep.status.text.endswith("changed in the form since then is not in it.")
    finally:
        done.scenarios.load(before)


def test_nothing_to_write_before_the_first_run(lab):
    assert lab.keep.write_button.disabled and lab.keep.report_button.disabled
    with pytest.raises(SpinesimError, match="press Run first"):
        lab.write("results", False)


# The lesson


def test_guess_lock_see_and_answer(tmp_path):
    lesson = ClinicLesson(progress=tmp_path / "p.json", **SMALL)
    assert not lesson.is_open
    wait, pain = lesson.prediction.forms
    wait.best.value, pain.best.value = -5, 0.5
    lesson.prediction.lock_button.click()
    assert lesson.lab.last_error is None, lesson.lab.status.text
    assert "−15 to 5 days" in lesson.answer.value and "0 to 1 points of 10" in lesson.answer.value
    before = lesson.answer.value
    lesson.prediction.lock()
    lesson.prediction.skip()
    assert lesson.answer.value == before and lesson.prediction.lock_button.disabled
    for form in lesson.questions.forms:
        form.choice.value = form.choice.options[-1][1]
        form.button.click()
        assert form.answered is not None, form.status.text
        assert "One more physiotherapist; patients=100; runs=2" in form.status.text
    kept = lesson.progress.of("11")
    shown = lesson.lab.shown.facts["wait_physiotherapy"]
    assert kept.predictions["wait_physiotherapy"].result == shown.value and len(kept.answers) == 3


def test_the_waits_asked_about_are_those_of_the_tables(done):
    from spinesim.study import flow

    facts, study = done.shown.facts, done.shown.study
    table = flow.paired_flow(study).set_index(["measure", "what", "arm"])
    row = table.loc[("median_wait", "intake", THERAPIST)]
    fact = facts["wait_physician"]
    assert (fact.value, fact.unit) == (row["difference"], "days of waiting")
    waits = flow.wait_table(study).set_index(["step", "arm"])
    assert facts["wait_today_physician"].value == waits.loc[("intake", study.arms[0]), "median"]
    short = study.differences().set_index(["outcome", "arm"]).loc[("pain_average", THERAPIST)]
    assert facts["pain_12_months"].value == short["difference"], "half a year has no value at 12 months"


def test_a_plain_page_of_the_lesson(tmp_path, done):
    from spinesim.view.lesson import static

    lesson = ClinicLesson(progress=tmp_path / "p.json", **SMALL)
    lesson.lab.run_now = lambda: setattr(lesson.lab, "shown", done.shown)
    page = static.page(lesson)
    assert page.count("<img ") == page.count("alt='") == 2 and page.count("<summary>Answer</summary>") == 3
    assert "What if, in" in page and "Median wait, first visit" in page


def test_skip_opens_the_lab_and_runs_nothing(tmp_path):
    lesson = ClinicLesson(progress=tmp_path / "p.json", **SMALL)
    lesson.prediction.skip_button.click()
    assert lesson.is_open and lesson.lab.shown is None and not lesson.lab.busy
    assert lesson.questions.forms[0].choice.disabled
