"""The case room in Chromium: every case to its end by keyboard alone; and in JupyterLab."""

import re

import pytest

from spinesim.study import case as room

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CASES = room.case_names()


class CasePage:
    """The page, driven by keys only."""

    def __init__(self, lesson):
        self.lesson, self.page = lesson, lesson.page

    def press(self, name, key="Enter", role="button"):
        """Focus a control by its name and press a key."""
        control = self.page.get_by_role(role, name=name, exact=True)
        control.focus()
        self.page.keyboard.press(key)

    def begin(self, place):
        """Choose the n-th case with the arrow keys, and begin."""
        chooser = self.page.get_by_label("Patient", exact=True)
        chooser.focus()
        self.page.keyboard.press("Home")
        for _ in range(place):
            self.page.keyboard.press("ArrowDown")
        self.press("Begin")
        self.page.get_by_role("heading", name=re.compile(": visit 1, week 0")).wait_for()
        title = room.load_case(CASES[place]).title
        self.page.get_by_role("heading", name=f"{title}: visit 1, week 0", exact=True).wait_for()

    def close(self):
        """Close it by keyboard, once the button takes a second decision again."""
        self.page.wait_for_timeout(100)
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('button')]"
            ".some(one => one.innerText === 'Close the consultation' && !one.disabled)"
        )
        self.press("Close the consultation")

    def visit(self, number):
        self.page.get_by_role("heading", name=re.compile(f": visit {number}, week")).wait_for()

    def debrief(self):
        """Wait for the debrief; returns how long it took, in seconds."""
        began = self.page.evaluate("() => performance.now()")
        self.page.get_by_role("heading", name=re.compile("^Debrief: ")).wait_for()
        self.page.wait_for_function(
            "() => { const all = [...document.querySelectorAll('.spinesim img.spinesim-image')];"
            " return all.length >= 2 && all.every(one => one.naturalWidth > 0); }"
        )
        return (self.page.evaluate("() => performance.now()") - began) / 1_000


def play(case):
    """Ask, order, close; wait twice; discharge; debrief. The case has begun."""
    case.press("Anything new with bladder or bowels?")
    case.press("Explanation and advice", "Space", "checkbox")
    case.close()
    case.visit(2)
    case.close()
    case.visit(3)
    for number in range(4, 12):
        case.press("Discharge", "Space", "checkbox")
        case.close()
        again = case.page.get_by_role("heading", name=re.compile(f": visit {number}, week"))
        over = case.page.get_by_role("heading", name=re.compile("^Debrief: "))
        again.or_(over).first.wait_for()
        if over.is_visible():
            break  # else: a red flag brought them back
    return case.debrief()


def test_every_case_to_its_end_by_keyboard_alone(browser, tmp_path, pictures):
    """At 1,280 and 800 pixels in turn; axe finds nothing serious, nothing is clipped, no console error."""
    from clinic_page import Served
    from lesson_page import LessonPage

    served = Served(tmp_path, "15")
    lesson = LessonPage(browser)
    try:
        lesson.page.goto(served.wait())
        case = CasePage(lesson)
        case.page.get_by_role("button", name="Begin", exact=True).wait_for()
        for place, name in enumerate(CASES):
            lesson.page.set_viewport_size({"width": (1_280, 800)[place % 2], "height": 1_000})
            case.begin(place)
            lesson.page.wait_for_timeout(200)
            lesson.shoot(pictures / f"case_{name}_visit.png")
            assert lesson.wide == [], name
            if place < 2:
                assert lesson.serious == []
            play(case)
            lesson.page.wait_for_timeout(200)
            lesson.shoot(pictures / f"case_{name}_debrief.png")
            assert lesson.wide == [], name
            if place < 2:
                assert lesson.serious == []
        assert lesson.faults == []
    finally:
        lesson.page.close()
        served.close()


def test_a_refused_order_a_saved_case_and_double_clicks_in_jupyterlab(lesson, server, pictures):
    page, case = lesson.page, CasePage(lesson)
    lesson.in_jupyterlab(server, "15_case_room.ipynb")
    page.get_by_role("button", name="Begin", exact=True).wait_for()
    place = CASES.index("driving_engineer")
    case.begin(place)
    case.press("Microdiscectomy", "Space", "checkbox")
    case.close()
    page.get_by_text("no operation on the spine without a scan").wait_for()
    case.press("Microdiscectomy", "Space", "checkbox")
    case.press("Explanation and advice", "Space", "checkbox")
    close = page.get_by_role("button", name="Close the consultation", exact=True)
    close.dblclick()  # an impatient hand: one visit, not two
    case.visit(2)
    page.wait_for_timeout(1_000)
    case.visit(2)
    page.screenshot(path=pictures / "case_room_jupyterlab.png")
    page.reload()
    lesson.in_jupyterlab(server, "15_case_room.ipynb")
    case.press("Go on where I was")  # this patient is chosen already
    case.visit(2)
    assert lesson.wide == [] and lesson.faults == []
