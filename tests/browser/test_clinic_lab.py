"""Lesson 11 in JupyterLab and as a Voilà page, at two widths: forms, a small study, pages of results."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    "Use of time",
    "Lists over time",
    "Outcomes",
    "Money",
    "Who waits, who benefits",
    "Same care for all?",
)
FORMS = ("Staff, rooms, sessions", "Referrals, behaviour, video", "Prices and other numbers", "Pathway")


def look_round(lab, pictures, name):
    """Every form and every page of results is on the page, and nothing sticks out."""
    page = lab.page
    for form in FORMS:
        lab.radio(form).check()
        lab.picture(pictures / f"{name}_form_{FORMS.index(form)}.png")
        assert lab.too_wide() == [], form
    for one in PAGES:
        lab.radio(one).check()
        page.wait_for_timeout(300)
        assert "could not be worked out" not in page.content()
        assert lab.too_wide() == [], one
        lab.picture(pictures / f"{name}_{PAGES.index(one)}.png")


def test_in_jupyterlab(browser, server, pictures):
    from clinic_page import LESSON, ClinicPage

    lab = ClinicPage(browser, f"{server.url}/lab/tree/{LESSON}?reset", 1280)
    try:
        lab.run_cells()
        lab.button("Lock in my prediction").focus()
        lab.page.keyboard.press("Enter")
        first = lab.done()
        assert "300 patients" in first and "One more physiotherapist" in first
        lab.page.locator(".spinesim-table", has_text="Inside your range?").wait_for()
        for width in (1280, 800):
            lab.resize(width)
            look_round(lab, pictures, f"clinic_{width}")
        box = lab.page.get_by_label("Runs:", exact=True)
        box.fill("2")
        box.press("Enter")
        lab.button("Run").press("Enter")
        assert "2 runs" in lab.done(first)
        assert lab.faults == []
    finally:
        lab.page.close()
        server.end_kernels()


def test_as_a_page_of_its_own(browser, pictures, tmp_path):
    from clinic_page import ClinicPage, Served

    served = Served(tmp_path, "11")
    try:
        lab = ClinicPage(browser, served.wait(), 1280)
        lab.button("Skip: open the lab").click()
        lab.button("Half of the reviews by video").click()
        lab.button("Run").click()
        assert "Half of the reviews by video" in lab.done()
        lab.page.locator(".spinesim table").first.wait_for()
        for width in (1280, 800):
            lab.resize(width)
            lab.picture(pictures / f"voila_{width}.png")
            assert lab.too_wide() == [] and lab.faults == [], width
        assert "view.lesson" not in lab.page.content(), "the page shows code"
        lab.page.close()
    finally:
        served.close()
