"""Every lesson in Chromium, by keyboard as a learner would: in JupyterLab, and as a page of its own."""

import pytest

from spinesim.view.lab.spec import NO_CONTROLS, lesson_files, load_lesson

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LABS = [name for name in lesson_files() if load_lesson(name).lab not in NO_CONTROLS]
SLIDER = "MRI scan from week"


def test_predict_move_and_read_in_jupyterlab(lesson, server, pictures):
    page = lesson.page
    lesson.in_jupyterlab(server, "02_imaging_timing.ipynb")
    lesson.lock_button.wait_for()
    assert page.locator("img.spinesim-image").count() == 0, "the lab must stay shut until the prediction"
    first = lesson.lock()
    page.locator(".spinesim-table", has_text="Inside your range?").wait_for()
    page.screenshot(path=pictures / "lesson_02_lab.png")

    # Keyboard on the slider: busy state, then new words and a new picture; nothing flickers, focus stays.
    picture = lesson.source
    page.evaluate("""() => { window.seen = []; new MutationObserver(() => document
        .querySelectorAll('.spinesim-status').forEach(line => window.seen.push(line.className)))
        .observe(document.body, {subtree: true, childList: true}); }""")
    lesson.watch()
    handle = lesson.slider(SLIDER)
    handle.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    second = lesson.wait_done(first)
    assert handle.input_value() == "3" and lesson.source != picture
    assert any("busy" in names for names in page.evaluate("() => window.seen"))
    assert lesson.steady(), "the picture flickered"
    assert page.evaluate("() => document.activeElement.type") == "range", "focus was lost"

    # A typed number does the same, and the same plan in both arms says so in words.
    box = lesson.box(SLIDER)
    box.fill("6")
    box.press("Enter")
    assert "no difference, the same people in both arms" in lesson.wait_done(second)

    # Reset, then one patient.
    page.get_by_role("button", name="Reset", exact=True).press("Enter")
    page.wait_for_function(
        "text => [...document.querySelectorAll('.spinesim-status')].some(one => one.innerText === text)",
        arg=first,
    )
    page.get_by_role("button", name="Show me a patient whose fate changed").press("Enter")
    page.get_by_text("Person 1 of").wait_for()
    page.get_by_role("button", name="Next patient").press("Enter")
    page.get_by_text("Person 2 of").wait_for()
    assert lesson.faults == []


@pytest.mark.parametrize("name", lesson_files())
def test_every_lesson_opens_in_jupyterlab(lesson, server, pictures, name):
    """First words or picture, by Run All; nothing in the console, nothing clipped."""
    lesson.in_jupyterlab(server, f"{name}.ipynb")
    if name in LABS:
        lesson.lock()
    for width in (1_280, 800):
        lesson.page.set_viewport_size({"width": width, "height": 1_000})
        lesson.page.wait_for_timeout(300)
        lesson.page.screenshot(path=pictures / f"jupyterlab_{name}_{width}.png")
        assert lesson.wide == [], width
    assert lesson.faults == []


@pytest.mark.parametrize("name", LABS)
def test_every_lab_is_a_page_of_its_own(browser, tmp_path, pictures, name):
    """Predict, see, move a slider, at 1,280 and 800 pixels; nothing flickers, axe finds nothing serious."""
    from clinic_page import Served
    from lesson_page import SHOWN, LessonPage

    file = load_lesson(name)
    served = Served(tmp_path, name[:2])
    lesson = LessonPage(browser)
    try:
        lesson.page.goto(served.wait())
        first = lesson.lock()
        lesson.shoot(pictures / f"served_{name}_1280.png")
        assert lesson.wide == []
        numbers = [control for control in file.control if control.is_number]
        shown = lesson.shown
        lesson.watch()
        if numbers:
            slider = lesson.slider(numbers[0].label)
            at_top = float(numbers[0].first) >= float(numbers[0].high)
            slider.press("Home" if at_top else "End")
        else:
            lesson.page.get_by_label(file.control[0].label, exact=True).select_option(index=1)
        lesson.page.wait_for_function(
            f"old => ({SHOWN})() !== old",
            arg=shown,
        )
        assert lesson.steady(), "a picture flickered"
        assert first.startswith("Done")
        lesson.page.set_viewport_size({"width": 800, "height": 1_000})
        lesson.page.wait_for_timeout(300)
        lesson.shoot(pictures / f"served_{name}_800.png")
        assert lesson.wide == [] and lesson.serious == [] and lesson.faults == []
    finally:
        lesson.page.close()
        served.close()
