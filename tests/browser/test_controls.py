"""The small controls in a browser: by keyboard alone, no serious axe fault, both themes, narrow and wide."""

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERIOUS = {"serious", "critical"}
WIDE = """() => [...document.querySelectorAll('.spinesim, .spinesim *')]
    .filter(part => !part.matches('textarea, input') && part.scrollWidth > part.clientWidth + 2
        && getComputedStyle(part).display !== 'inline' && part.clientWidth > 0)
    .map(part => `${part.className || part.tagName}: ${part.scrollWidth} > ${part.clientWidth}`)"""
OUTSIDE = """() => [...document.querySelectorAll('.spinesim *')]
    .filter(part => part.getClientRects().length && part.getBoundingClientRect().right > innerWidth + 1)
    .map(part => part.className || part.tagName)"""


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, browser, tmp_path_factory):
    """The controls as Voilà serves them."""
    from controls_page import Voila

    served = Voila(tmp_path_factory.mktemp(request.param), request.param)
    page = browser.new_page(viewport={"width": 1280, "height": 1200}, accept_downloads=True)
    page.theme, page.faults = request.param, []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.set_default_timeout(60_000)
    page.goto(served.url)
    scan(page).wait_for()
    image(page).wait_for()
    yield page
    page.close()
    served.close()


def scan(page):
    return page.get_by_role("slider", name="MRI scan from week", exact=True)


def box(page, name="MRI scan from week"):
    return page.get_by_role("spinbutton", name=re.compile(f"^{re.escape(name)}: type a number"))


def image(page):
    return page.locator(".spinesim img.spinesim-image")


def heard(page, do):
    """Do something, wait until the kernel has answered, and give how many messages it heard and the last."""
    line = page.locator(".spinesim-status")
    before = line.inner_text()
    do()
    page.wait_for_function("was => document.querySelector('.spinesim-status').innerText !== was", arg=before)
    count, last = line.inner_text().split(": ", 1)
    first = 0 if before == "heard nothing" else int(before.split(": ")[0])
    return int(count) - first, last


def serious(page):
    """Axe's serious and critical findings in the controls."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".spinesim").response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


def test_by_keyboard_alone(page):
    """Tab reaches every control in reading order, and each answers to its keys."""
    page.evaluate("() => document.activeElement.blur()")
    scan(page).focus()
    names = []
    for _ in range(12):
        names.append(
            page.evaluate("""() => { const on = document.activeElement;
            return on.getAttribute('aria-label') || on.labels?.[0]?.innerText || on.innerText; }""")
        )
        page.keyboard.press("Tab")
    pain = "Pain at 12 months, higher (or, below 0, lower) by"
    assert [name.split(":")[0] for name in names] == [
        "MRI scan from week", "MRI scan from week", "Source of the published range", pain, pain,
        "no routine scan at all (never)", "Who comes", "Waits", "Setting of a colleague",
        "This setting", "Copy", "Save the numbers",
    ]  # fmt: skip
    assert heard(page, lambda: scan(page).press("ArrowRight"))[1].startswith("(6,")
    assert heard(page, lambda: box(page).press("ArrowUp"))[1].startswith("(7,")
    page.get_by_role("checkbox", name="no routine scan").press("Space")
    page.wait_for_function("() => document.querySelector('.spinesim-number input').disabled")
    assert box(page).is_disabled()
    page.get_by_role("checkbox", name="no routine scan").press("Space")
    page.wait_for_function("() => !document.querySelector('.spinesim-number input').disabled")
    assert "Disc herniation" in heard(page, lambda: page.get_by_label("Who comes").press("ArrowDown"))[1]
    assert "money" in heard(page, lambda: page.get_by_role("radio", name="Waits").press("ArrowRight"))[1]
    line = page.get_by_label("Setting of a colleague")
    line.fill("spinesim 02: imaging=4")
    assert "imaging=4" in heard(page, lambda: line.press("Enter"))[1]
    details = page.locator("details.spinesim-source").first
    details.locator("summary").press("Enter")
    assert "study:" in details.locator(".spinesim-card").inner_text()
    details.locator("summary").press("Enter")


def test_a_held_key_asks_once_and_the_words_follow_at_once(page):
    box(page).fill("5")
    if page.evaluate("() => Number(document.querySelector('.spinesim-number input').value)") != 5:
        heard(page, lambda: box(page).press("Enter"))
    scan(page).focus()

    def hold():
        for _ in range(4):  # a second "down" without "up" is a repeat
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(40)  # as keys repeat
        assert "Above the published range" in page.locator(".spinesim-warning").first.inner_text()
        page.wait_for_timeout(400)
        page.keyboard.up("ArrowRight")

    count, last = heard(page, hold)
    page.wait_for_timeout(400)
    assert (count, last[:3]) == (1, "(9,")
    assert scan(page).get_attribute("aria-valuetext") == "9 weeks"
    heard(page, lambda: scan(page).fill("5"))
    assert page.locator(".spinesim-warning").first.inner_text() == ""


def test_a_wrong_number_is_mended_and_said(page):
    warning = page.locator(".spinesim-warning").first
    box(page).fill("99")
    assert heard(page, lambda: box(page).press("Enter"))[1].startswith("(12,")
    assert "99 is outside 0 to 12 weeks: set to 12." in warning.inner_text()
    box(page).fill("")
    box(page).press("Enter")
    assert "no number: it stays at 12 weeks" in warning.inner_text() and box(page).input_value() == "12"
    box(page).fill("4.6")
    assert heard(page, lambda: box(page).press("Enter"))[1].startswith("(5,")
    assert "4.6 was rounded to 5" in warning.inner_text()


def test_decimals_stay_plain(page):
    slider = page.get_by_role("slider", name=re.compile("^Pain at 12 months"))
    slider.fill("0")
    for _ in range(3):
        slider.press("ArrowRight")
    page.wait_for_function("() => /, 0\\.3, /.test(document.querySelector('.spinesim-status').innerText)")
    assert box(page, "Pain at 12 months, higher (or, below 0, lower) by").input_value() == "0.3"


def test_the_picture_changes_with_its_words_and_is_never_blank(page):
    page.evaluate("""() => { window.frames = 0; window.blank = 0;
        const look = () => { window.frames += 1;
            const one = document.querySelector('.spinesim-image');
            if (!one || one.hidden || !one.complete || !one.naturalWidth
                || one.getBoundingClientRect().height < 50) window.blank += 1;
            requestAnimationFrame(look); };
        look(); }""")
    for week in (1, 8, 2):
        before = image(page).get_attribute("src")
        scan(page).fill(str(week))
        page.wait_for_function(
            """([week, before]) => { const one = document.querySelector('.spinesim-image');
            return one.alt === `A bar of ${week} weeks` && one.src !== before; }""",
            arg=[week, before],
        )
    assert page.evaluate("() => window.frames") > 5 and page.evaluate("() => window.blank") == 0
    gone = page.evaluate("url => fetch(url).then(() => 'there', () => 'gone')", before)
    assert gone == "gone", "old pictures pile up in memory"


def test_copy_and_save(page):
    page.get_by_role("button", name="Copy: This setting").press("Enter")
    page.wait_for_function("() => document.querySelector('.spinesim-said').innerText !== ''")
    assert re.match("Copied|Marked", page.locator(".spinesim-said").inner_text())
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the numbers").press("Enter")
    assert saved.value.suggested_filename == "numbers.csv"
    assert Path(saved.value.path()).read_bytes() == b"week,pain\n0,6\n"


def test_words_are_text_and_not_html(page):
    assert page.get_by_text("In <your> plan.").is_visible()


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (1280, 1), (1280, 2)])
def test_it_fits_and_axe_finds_nothing_serious(page, pictures, width, zoom):
    """200 % zoom is a page half as wide."""
    page.set_viewport_size({"width": width // zoom, "height": 1_200})
    scan(page).fill("11")
    page.locator("details.spinesim-source").first.evaluate("part => { part.open = true; }")
    page.get_by_text("Above the published range").wait_for()
    page.wait_for_timeout(300)
    page.screenshot(path=pictures / f"controls_{page.theme}_{width}_{zoom}.png")
    assert page.evaluate(WIDE) == [] and page.evaluate(OUTSIDE) == []
    assert serious(page) == [] and page.faults == []


def test_jupyterlab_leaves_the_keys_to_the_controls(browser, server, pictures):
    """In JupyterLab arrows move the slider and not the cell; both themes pass axe."""
    from controls_page import write
    from lab_page import RUN_ALL

    write(server.notebooks)
    page = browser.new_page(viewport={"width": 1280, "height": 1_200})
    try:
        page.set_default_timeout(60_000)
        page.goto(f"{server.url}/lab/tree/controls.ipynb?reset")
        page.wait_for_function("() => window.jupyterapp !== undefined")
        page.evaluate(RUN_ALL)
        scan(page).wait_for()
        scan(page).focus()
        active = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
        page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
        scan(page).focus()
        cell, cells = page.evaluate(active), page.locator(".jp-Cell").count()
        assert heard(page, lambda: scan(page).press("ArrowUp"))[1].startswith("(6,")
        page.get_by_role("radio", name="Waits").press("ArrowDown")
        page.get_by_label("Who comes").press("ArrowDown")
        line = page.get_by_label("Setting of a colleague")
        line.press_sequentially("dd aa bb x")  # each a command of a notebook
        line.press("Enter")
        page.wait_for_function(
            "() => document.querySelector('.spinesim-status').innerText.includes('dd aa bb x')"
        )
        said = page.locator(".spinesim-status").inner_text()
        assert "Disc herniation" in said and "money" in said
        assert (page.evaluate(active), page.locator(".jp-Cell").count()) == (cell, cells)
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            page.evaluate(
                "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
            )
            light = str(theme.endswith("Light")).lower()
            page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)
            page.wait_for_timeout(500)
            page.screenshot(path=pictures / f"controls_{theme.replace(' ', '_')}.png")
            assert serious(page) == [], theme
    finally:
        page.close()
        server.end_kernels()
