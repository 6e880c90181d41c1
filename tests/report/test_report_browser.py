"""The report in Chromium: desktop, phone, dark, and as PDF."""

import os
import shutil
import subprocess

import pytest

from spinesim.view.report import write_report

CHROMIUM = os.environ.get("SPINESIM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needed = bool(os.environ.get("SPINESIM_REQUIRE_BROWSER"))
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM and not needed, reason="Chromium is missing"),
]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (390, "dark")])
def test_it_opens_without_complaint_and_prints(folder, tmp_path, width, scheme):
    playwright = pytest.importorskip("playwright.sync_api")
    page_file = write_report(folder, tmp_path / "report.html")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        wrong, asked = [], []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        assert not wrong
        assert all(url.startswith(("file:", "data:")) for url in asked)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
        if width == 1280:
            for paper in ("A4", "Letter"):
                page.pdf(path=tmp_path / f"{paper}.pdf", format=paper, print_background=True)
                _check_pdf(tmp_path / f"{paper}.pdf")
        browser.close()


def _check_pdf(path):
    assert path.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        return
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.count("\f") > 1
    assert "STRESS-DES" in text and "Not for decisions about individual patients" in text
