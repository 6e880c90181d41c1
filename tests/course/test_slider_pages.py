"""Slider pages: which scenarios, what is inside, and that a page moves in a browser, from disk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from spinesim.course import play
from spinesim.course.play.grid import MOST
from spinesim.course.play.page import _for_script
from spinesim.course.play.scenario import run
from spinesim.errors import SpinesimError
from spinesim.study.executor import execute
from spinesim.view.lab.spec import Control, LessonFile, Option, lesson_files, load_lesson, start_of

FAST = {"patients": 100, "years": 1}


def slider(name, **more):
    return Control(id=name, label=name, unit="points", parameter="x", **{"low": 0, "high": 10, **more})


def choice(name, count):
    return Control(id=name, label=name, options=[Option(label=f"{name} {n}") for n in range(count)])


def lesson(*controls):
    return LessonFile(id="90", title="T", minutes=20, lab="bayes", about="A.", control=list(controls))


@pytest.mark.parametrize("name", lesson_files())
def test_the_grid_of_every_lesson_holds_its_start_and_only_what_its_controls_allow(name):
    file = load_lesson(name)
    if not play.has_page(file):
        pytest.skip("this lesson's lab has no slider page")
    grid = play.grid_of(file)
    assert 2 <= len(grid.settings) <= MOST and grid.settings[grid.start] == start_of(file)
    assert len({str(one) for one in grid.settings}) == len(grid.settings)
    assert any(axis.control.is_number for axis in grid.axes) or not any(one.is_number for one in file.control)
    for axis in grid.axes:
        assert [axis.control.problem(value) for value in axis.values] == [None] * len(axis.values)


def test_a_short_slider_has_all_its_places_and_never_comes_last():
    grid = play.grid_of(lesson(slider("weeks", high=5, start=2, never="not at all")), 24)
    assert grid.axes[0].values == (0, 1, 2, 3, 4, 5, "never") and grid.start == 2
    assert grid.axes[0].words[-1] == "not at all"


def test_a_long_slider_keeps_ends_and_start():
    (axis,) = play.grid_of(lesson(slider("dose", high=100, start=31)), 12).axes
    assert (axis.values[0], axis.values[-1], axis.values[axis.start]) == (0, 100, 31)
    assert len(axis.values) <= 12 and list(axis.values) == sorted(axis.values)


def test_a_start_between_two_steps_stays_as_it_is():
    (axis,) = play.grid_of(lesson(slider("relief", high=3, step=0.1, start=0.85)), 10).axes
    assert axis.values[axis.start] == 0.85


def test_a_slider_is_kept_when_choices_do_not_fit():
    grid = play.grid_of(lesson(choice("who", 4), choice("how", 3), slider("dose")), 6)
    assert [axis.control.id for axis in grid.axes] == ["dose"]


def test_the_settings_follow_the_axes_the_last_one_fastest():
    grid = play.grid_of(lesson(choice("who", 2), slider("dose", high=2)), 6)
    assert [(one["who"], one["dose"]) for one in grid.settings] == [
        (who, dose) for who in ("who 0", "who 1") for dose in (0, 1, 2)
    ]  # fmt: skip


def test_too_few_scenarios_and_a_lab_without_controls_are_refused():
    with pytest.raises(SpinesimError, match="give 2 or more"):
        play.grid_of(lesson(slider("dose")), 1)
    with pytest.raises(SpinesimError, match="has no control to move"):
        play.grid_of(lesson())


@pytest.fixture(scope="module")
def made():
    """Lesson 02 with few people: its grid and scenarios."""
    file = load_lesson("02").model_copy(update=FAST)
    grid = play.grid_of(file, 12)
    return file, grid, list(execute(play.jobs_of(file, grid)))


def test_a_scenario_is_the_run_of_its_settings(made):
    file, grid, scenarios = made
    for place in (0, len(scenarios) - 1):
        shown = run(file, grid.settings[place])
        assert scenarios[place].summary == shown.summary and scenarios[place].table == shown.tables[0]
        assert [alt for _, alt, _ in scenarios[place].pictures] == [one.alt for one in shown.pictures]
    assert len({one.summary for one in scenarios}) > len(scenarios) // 2


def test_a_page_too_large_is_refused_in_a_sentence(made, monkeypatch):
    monkeypatch.setattr("spinesim.course.play.page.LARGEST_PAGE", 1_000)
    with pytest.raises(SpinesimError, match="give fewer --scenarios than"):
        play.render(*made)


def test_data_cannot_end_its_own_script():
    assert "<" not in _for_script({"a": "</script><script>alert(1)</script>"})


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_moves_in_a_browser_from_disk(made, browser, tmp_path, width, scheme):
    _, grid, scenarios = made
    path = tmp_path / "02.html"
    path.write_text(play.render(*made), "utf-8")
    assert path.stat().st_size <= play.LARGEST_PAGE
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    slider, summary = page.locator("input[type=range]"), page.locator("#summary")
    pictures = page.locator("#pictures img")
    axis = next(one for one in grid.axes if one.control.is_number)

    def state():
        sources = [pictures.nth(n).get_attribute("src") for n in range(pictures.count())]
        alts = [pictures.nth(n).get_attribute("alt") for n in range(pictures.count())]
        return summary.inner_text(), sources, alts, page.locator("#table").inner_html()

    before = state()
    assert before[0] == scenarios[grid.start].summary and all(before[2])
    slider.focus()
    page.keyboard.press("End")
    after = state()
    last = len(axis.values) - 1
    place = grid.start - axis.start + last
    assert after[0] == scenarios[place].summary != before[0]
    assert after[1] != before[1] and after[2] != before[2] and after[3] != before[3]
    assert page.locator("output").inner_text() == axis.words[last] == slider.get_attribute("aria-valuetext")
    page.wait_for_function(
        "[...document.querySelectorAll('#pictures img')].every(i => i.complete && i.naturalWidth)"
    )
    for _ in range(last - axis.start):
        page.keyboard.press("ArrowLeft")
    assert state() == before
    page.get_by_role("radio", name=grid.axes[0].words[1]).check()
    assert summary.inner_text() == scenarios[grid.start + len(axis.values)].summary
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    bad = [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert bad == [] and said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()
