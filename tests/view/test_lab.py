"""The lab through the state of its widgets: every control, double clicks, cancel, the last setting wins."""

import asyncio
import re

import pytest

from spinesim.errors import SpinesimError
from spinesim.view import Guide, ImagingLab, ImagingLesson
from spinesim.view.imaging_lab import MOST
from spinesim.view.outcomes import FEWER, MORE
from spinesim.view.story import NOBODY


@pytest.fixture
def lab(fake):
    made = ImagingLab(source=fake, patients=200)
    made.run_now()
    assert made.last_error is None
    return made


def fine(lab):
    """Nothing failed on the way, and what is shown is what is set."""
    assert lab.last_error is None, lab.status.text
    assert lab.shown == lab.settings
    assert lab.status.state == "ready" and lab.status.text.startswith("Done")
    assert lab.cancel_button.disabled and lab.bar.layout.visibility == "hidden"
    return True


def test_every_control_to_its_ends_and_back(lab):
    for control in (lab.imaging, lab.sessions, lab.patients):
        start = control.value
        for value in (control.slider.min, control.slider.max, start):
            control.slider.value = value
            assert control.box.value == value and fine(lab)
            control.box.value = start
            assert control.slider.value == start and fine(lab)
    for _, key in lab.condition.options:
        lab.condition.value = key
        assert fine(lab)
    for seed in (lab.seed.min, lab.seed.max):
        lab.seed.value = seed
        assert fine(lab)
    lab.never.value = True
    assert fine(lab) and lab.shown.imaging == "never" and lab.imaging.disabled
    lab.never.value = False
    assert fine(lab) and not lab.imaging.disabled


def test_numbers_outside_the_range_are_bounded_before_anything_is_allocated(lab):
    lab.patients.box.value = 10**9
    assert lab.shown.patients == MOST and fine(lab)
    lab.patients.box.value = -1
    assert lab.shown.patients == 100 and fine(lab)


def test_reset_goes_back_with_one_run(lab, fake, monkeypatch):
    first = lab.picture
    lab.never.value, lab.sessions.value, lab.seed.value = True, 24, 99
    assert lab.picture != first
    runs = []
    real = fake.simulate_steps
    monkeypatch.setattr(fake, "simulate_steps", lambda *a, **k: runs.append(k["arm"]) or real(*a, **k))
    lab.reset_button.click()
    lab_again = runs.count("your plan")
    assert fine(lab) and lab.settings == lab.start and lab.picture == first and lab_again == 1


def test_the_reference_arm_is_kept_and_setting_the_same_again_runs_nothing(lab, fake, monkeypatch):
    runs = []
    real = fake.simulate_steps
    monkeypatch.setattr(fake, "simulate_steps", lambda *a, **k: runs.append(k["arm"]) or real(*a, **k))
    lab.imaging.value = 3
    lab.imaging.value = 3
    lab.imaging.box.value = 3
    assert runs == ["your plan"]
    lab.condition.value = "facet_pain"
    assert runs == ["your plan", "usual care", "your plan"]


def test_the_same_plan_in_both_arms_says_so(lab):
    lab.imaging.value = lab.reference.settings.imaging_after_weeks
    assert "no difference, the same people in both arms" in lab.status.text
    assert "No difference: the same people in both arms" in lab.table.first.value
    lab.story.open.click()
    assert lab.story.status.text == NOBODY and lab.story.image.layout.display == "none"
    assert lab.story.next.disabled
    lab.story.next.click()
    lab.imaging.value = 0
    assert lab.story.status.text.startswith("Person 1 of") and lab.story.image.layout.display == "block"


def test_patients_whose_fate_changed_go_round(lab):
    lab.story.open.click()
    lab.story.open.click()
    assert lab.story.status.text.startswith("Person 1 of")
    first = bytes(lab.story.image.value)
    lab.story.previous.click()
    assert lab.story.status.text.startswith(f"Person {len(lab.story.patients)} of")
    lab.story.next.click()
    assert bytes(lab.story.image.value) == first


def test_text_from_the_study_is_escaped(lab):
    lab.condition.value = "disc_herniation"
    lab.story.open.click()
    assert "<b>" not in lab.story.status.widget.value and "&lt;b&gt;&amp;" in lab.story.status.widget.value
    assert "<found>" not in lab.story.table.value and "&lt;found&gt;" in lab.story.table.value


def test_a_live_region_and_a_table_a_screen_reader_can_walk(lab):
    assert "role='status'" in lab.status.widget.value and "aria-live='polite'" in lab.status.widget.value
    both = lab.table.first.value + lab.table.rest.value
    assert both.count("<caption>") == 2 and both.count("scope='col'") == 8
    assert both.count("scope='row'") == len(lab.study.differences())
    for control in (lab.imaging, lab.sessions, lab.patients):
        assert re.fullmatch(r"or type \w+, \d+ to \d+:", control.box.description)
        assert control.slider.continuous_update is False


def test_more_outcomes_open_and_stay_open(lab):
    table = lab.table
    assert "Flares" in table.rest.value and "Flares" not in table.first.value
    assert table.rest.layout.display == "none" and table.toggle.description == MORE
    table.toggle.value = True
    lab.imaging.value = 5
    assert fine(lab) and table.rest.layout.display == "block" and table.toggle.description == FEWER
    table.toggle.value = False
    assert table.rest.layout.display == "none"


def test_only_conditions_the_pathway_is_for_are_offered(lab, fake):
    keys = [key for _, key in lab.condition.options]
    assert keys == ["lumbar_strain", "disc_herniation", "persistent_back_pain", "facet_pain"]
    assert [label for label, _ in lab.condition.options] == [fake.conditions()[key] for key in keys]
    assert (
        "<small>how much daily life is limited by then · <span>ODI 0–100</span></small>"
        in lab.table.first.value
    )


def failing(fault):
    def steps(*_, **__):
        yield 0.1
        raise fault

    return steps


@pytest.mark.parametrize(
    "fault, said",
    [
        (SpinesimError("No such <thing>."), "No such &lt;thing&gt;."),
        (
            ZeroDivisionError("division by zero"),
            "Something inside spinesim failed (ZeroDivisionError: division by zero)",
        ),
    ],
)
def test_a_fault_is_one_sentence_and_the_old_picture_stays(lab, fake, monkeypatch, fault, said):
    picture = lab.picture
    with monkeypatch.context() as patch:
        patch.setattr(fake, "simulate_steps", failing(fault))
        lab.imaging.value = 5
    assert lab.last_error is fault and lab.status.state == "error"
    assert said in lab.status.widget.value and "Traceback" not in lab.status.widget.value
    assert lab.picture == picture and lab.cancel_button.disabled
    lab.imaging.value = 4
    assert fine(lab)


def slow(fake):
    """The fake's steps, each long enough for a slice of its own."""
    import time

    def steps(*a, **k):
        work = fake.simulate_steps(*a, **k)
        while True:
            try:
                share = next(work)
            except StopIteration as end:
                return end.value
            time.sleep(0.004)
            yield share

    return steps


@pytest.fixture
def slow_lab(fake):
    from types import SimpleNamespace

    source = SimpleNamespace(
        conditions=fake.conditions, pathway=fake.pathway, Study=fake.Study, simulate_steps=slow(fake)
    )
    return ImagingLab(source=source, patients=100)


def test_the_last_setting_wins_and_the_old_picture_stays_until_then(slow_lab):
    lab = slow_lab
    pictures = []
    lab.on_done.append(lambda: pictures.append(lab.shown))

    async def drive():
        lab.run()
        assert lab.status.state == "busy" and not lab.cancel_button.disabled
        await lab.finished()
        for week in (2, 3, 4):
            lab.imaging.value = week
            assert lab.status.state == "busy" and lab.shown.imaging == 1
            await asyncio.sleep(0.05)
        await lab.finished()

    asyncio.run(drive())
    assert fine(lab) and lab.shown.imaging == 4
    assert [shown.imaging for shown in pictures] == [1, 4]


def test_moved_there_and_back_while_running_shows_what_is_set(slow_lab):
    lab = slow_lab

    async def drive():
        lab.run()
        await lab.finished()
        lab.imaging.value = 2
        await asyncio.sleep(0.03)
        lab.imaging.value = 1
        await lab.finished()

    asyncio.run(drive())
    assert fine(lab) and lab.shown.imaging == 1


def test_cancel_keeps_the_old_picture_and_the_next_move_runs(slow_lab):
    lab = slow_lab

    async def drive():
        lab.run()
        await lab.finished()
        picture = lab.picture
        lab.imaging.value = 9
        await asyncio.sleep(0.03)
        lab.cancel_button.click()
        lab.cancel_button.click()
        assert lab.status.text.startswith("Cancelled.") and lab.cancel_button.disabled
        await asyncio.sleep(0.3)
        assert lab.picture == picture and lab.shown.imaging == 1
        lab.sessions.value = 3
        await lab.finished()

    asyncio.run(drive())
    assert fine(lab) and (lab.shown.imaging, lab.shown.sessions) == (9, 3)


def test_the_loop_is_never_held_for_long(slow_lab):
    lab, gaps = slow_lab, []

    async def drive():
        lab.run_now()  # builds the figure first
        lab.imaging.value = 2
        loop = asyncio.get_running_loop()
        last = loop.time()
        while lab._job.busy:
            await asyncio.sleep(0)
            gaps.append(loop.time() - last)
            last = loop.time()

    asyncio.run(drive())
    assert len(gaps) > 5 and sorted(gaps)[len(gaps) // 2] < 0.05


def test_run_now_inside_a_running_loop(slow_lab):
    async def drive():
        slow_lab.run()
        slow_lab.run_now()
        assert slow_lab.shown == slow_lab.settings
        await slow_lab.finished()

    asyncio.run(drive())
    assert fine(slow_lab)


def test_predict_then_reveal(fake):
    lesson = ImagingLesson(source=fake, patients=200)
    assert lesson._place.children == () and lesson.lab.shown is None, "the lab stays shut at first"
    lesson.prediction.people.value = -7
    lesson.prediction.pain.box.value = 0.5
    lesson.prediction.button.click()
    assert fine(lesson.lab) and lesson._place.children
    answer = lesson.prediction.answer.value
    assert (
        "7 fewer in 100 with an injection or block" in answer
        and "pain at 12 months 0.5 points higher" in answer
    )
    lesson.prediction.button.click()
    lesson.prediction.lock()
    lesson.lab.imaging.value = 12
    assert lesson.prediction.answer.value == answer, "the prediction stays beside the run it was about"
    assert lesson.prediction.people.disabled and lesson.prediction.button.disabled


def test_the_guide_says_every_picture_in_words(fake):
    text = Guide(patients=150, source=fake).html()
    assert text.count("<img ") == text.count("alt='") == 3
    assert (
        "Disc herniation with leg pain &lt;&amp;&gt;" in text
        and f"{len(fake.conditions())} patterns of pain" in text
    )
    assert "95 % interval" in text and "of 10; half the people end between" in text


def test_the_real_study_room_fits():
    lab = ImagingLab(patients=100, years=2)
    lab.run_now()
    assert fine(lab)
    lab.story.open.click()
    lab.imaging.value = 6
    assert fine(lab) and "no difference, the same people in both arms" in lab.status.text
    assert lab.story.status.text == NOBODY
    for control in (lab.imaging, lab.sessions):
        for value in (control.slider.min, control.slider.max):
            control.value = value
            assert fine(lab)
    lab.never.value = True
    assert fine(lab)
