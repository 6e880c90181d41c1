"""The first lesson in JupyterLab and Chromium, driven by keyboard as a learner would."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DIALOGS = ("favicon",)


@pytest.fixture
def lesson(browser, server):
    from lab_page import LessonPage

    page = LessonPage(browser, server)
    yield page
    page.page.close()
    server.end_kernels()


def test_predict_move_and_read(lesson, pictures):
    page = lesson.page
    lesson.run_all()
    assert page.locator(".spinesim img.widget-image").count() == 0, (
        "the lab must stay shut until the prediction"
    )
    guess = page.get_by_label("or type people per 100, -20 to 60:")
    guess.fill("12")
    guess.press("Enter")
    first = lesson.lock()
    assert "scan from week 1" in first
    page.get_by_text("You predicted").wait_for()
    assert "12 more in 100 with an injection or block" in page.locator(".spinesim-table").first.inner_text()
    page.locator(".spinesim-table").nth(1).wait_for()
    page.screenshot(path=pictures / "lesson_1400.png")

    # Keyboard on the slider: busy state, then new words, new picture, new numbers.
    picture, numbers = lesson.source, page.locator(".spinesim-table").nth(1).inner_text()
    page.evaluate("""() => { window.seen = []; new MutationObserver(() => {
        const line = document.querySelectorAll('.spinesim-status')[1];
        if (line) window.seen.push(line.className); })
        .observe(document.body, {subtree: true, childList: true}); }""")
    # A tile's height is what is on screen; naturalWidth is 0 for a moment while the old picture still shows.
    page.evaluate("""() => { window.frames = 0; window.blank = 0;
        const tiles = [...document.querySelectorAll('.spinesim img.widget-image')].slice(0, 4);
        const look = () => { window.frames += 1;
            if (tiles.some(one => one.getBoundingClientRect().height < 100)) window.blank += 1;
            requestAnimationFrame(look); };
        look(); }""")
    handle = lesson.handle("MRI scan from week")
    handle.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    lesson.page.wait_for_function(
        "() => document.querySelectorAll('.spinesim-status')[1].innerText.includes('scan from week 3')"
    )
    lesson.wait_done(first)
    assert any("busy" in names for names in page.evaluate("() => window.seen"))
    assert lesson.source != picture
    assert page.evaluate("() => window.frames > 5"), "no frame was watched"
    assert page.evaluate("() => window.blank") == 0, "the picture flickered"
    assert page.locator(".spinesim-table").nth(1).inner_text() != numbers
    assert handle.get_attribute("aria-valuetext") is not None
    assert page.evaluate("() => document.activeElement.className").startswith("noUi-handle"), "focus was lost"

    # A typed number does the same, and the same plan in both arms says so in words.
    box = page.get_by_label("or type week, 0 to 12:")
    box.fill("6")
    box.press("Enter")
    page.wait_for_function("""() => document.querySelectorAll('.spinesim-status')[1].innerText
        .includes('no difference, the same people in both arms')""")

    # More outcomes by keyboard; they stay open through the next run.
    rest = page.locator("table.outcomes", has_text="Clinic visits")
    assert rest.is_hidden()
    page.get_by_role("button", name="Show more outcomes").press("Enter")
    rest.wait_for()

    # Reset, then one patient.
    page.get_by_role("button", name="Reset").press("Enter")
    page.wait_for_function(
        "text => document.querySelectorAll('.spinesim-status')[1].innerText === text", arg=first
    )
    assert rest.is_visible()
    page.get_by_role("button", name="Show me a patient whose fate changed").press("Enter")
    page.get_by_text("Person 1 of").wait_for()
    page.wait_for_function(
        "() => document.querySelectorAll('.spinesim img.widget-image')[4]?.naturalWidth > 0"
    )
    page.get_by_role("button", name="Next patient").press("Enter")
    page.get_by_text("Person 2 of").wait_for()
    page.locator(".spinesim img.widget-image").nth(4).screenshot(path=pictures / "story.png")
    assert [fault for fault in lesson.errors if not any(name in fault for name in DIALOGS)] == []


def test_narrow_window(browser, server, pictures):
    from lab_page import LessonPage

    lesson = LessonPage(browser, server, width=800)
    lesson.run_all()
    lesson.lock()
    place = lesson.page.locator(".spinesim img.widget-image").first.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 800
    wide = lesson.page.evaluate("""() => [...document.querySelectorAll('.spinesim, .spinesim .widget-box')]
        .filter(part => part.scrollWidth > part.clientWidth + 2)
        .map(part => `${part.className}: ${part.scrollWidth} > ${part.clientWidth}`)""")
    lesson.page.screenshot(path=pictures / "lesson_800.png")
    lesson.page.locator(".spinesim img.widget-image").first.scroll_into_view_if_needed()
    lesson.page.screenshot(path=pictures / "lesson_800_picture.png")
    lesson.page.close()
    server.end_kernels()
    assert wide == []
