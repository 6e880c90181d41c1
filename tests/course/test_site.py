"""The site: built offline, whole or not at all; it asks for nothing from outside."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from spinesim.cli import main
from spinesim.course.site import build_site, check_site
from spinesim.course.site.cited import linked
from spinesim.course.site.folder import MARK
from spinesim.course.site.pages import loosened
from spinesim.errors import SpinesimError
from spinesim.evidence import evidence


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two lessons, few scenarios, two processes."""
    out = tmp_path_factory.mktemp("site") / "deep" / "site"
    options = ["--only", "00", "--only", "2", "--scenarios", "4", "--workers", "2", "--quiet"]
    assert main(["docs", "--out", str(out), *options]) == 0
    return out


@pytest.mark.slow
def test_the_site_has_its_pages_and_nothing_beside_it(built):
    names = (
        "index",
        "evidence",
        "MODEL",
        "README",
        "lessons/00_start",
        "lessons/02_imaging_timing",
        "play/02",
    )
    for name in (*names, "facilitator/README", "facilitator/answers", "facilitator/02_imaging_timing"):
        assert (built / f"{name}.html").is_file(), name
    assert not (built / "play" / "00.html").exists() and (built / MARK).is_file()
    assert [path.name for path in built.parent.iterdir()] == ["site"]
    lesson = (built / "lessons" / "02_imaging_timing.html").read_text("utf-8")
    assert "data:image/png;base64" in lesson and "../play/02.html" in lesson
    assert 'href="../evidence.html#mic_nrs"' in lesson and "id='mic_nrs'" in (
        built / "evidence.html"
    ).read_text("utf-8")
    assert "Traceback" not in lesson and "SECRET" not in lesson and "Expected confusions" not in lesson


@pytest.mark.slow
@pytest.mark.browser
def test_the_site_asks_for_nothing_outside_and_its_links_lead_somewhere(built, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    for path in sorted(built.rglob("*.html")):
        page.goto(path.as_uri())
        pictures = page.evaluate("[...document.images].map(i => [i.alt, i.complete && i.naturalWidth > 0])")
        assert all(alt and there for alt, there in pictures), path
        for link in page.evaluate("[...document.links].map(a => a.href)"):
            if link.startswith("file:"):
                assert Path(link.removeprefix("file://").split("#")[0]).exists(), (path, link)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] == said
    for name in ("index", "lessons/02_imaging_timing", "facilitator/02_imaging_timing"):
        page.goto((built / f"{name}.html").as_uri())
        found = Axe().run(page)
        bad = [
            (one["id"], node["target"])
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
        assert bad == [], name
    context.close()


def test_a_foreign_folder_is_never_replaced(tmp_path, capsys):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years", "utf-8")
    for options in ([], ["--force"]):
        assert main(["docs", "--out", str(mine), *options]) == 2
        assert "no spinesim site" in capsys.readouterr().err
    assert (mine / "thesis.txt").read_text("utf-8") == "years"


def test_a_site_is_replaced_only_with_force(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / MARK).touch()
    with pytest.raises(SpinesimError, match="holds a site already"):
        check_site(tmp_path / "site")
    assert check_site(tmp_path / "site", force=True)
    with pytest.raises(SpinesimError, match="current folder or one around it"):
        check_site(Path.cwd().parent, force=True)


@pytest.mark.parametrize(
    "fault", [SpinesimError("no"), KeyboardInterrupt(), OSError(28, "No space left on device")]
)
def test_what_stops_the_build_leaves_the_old_site_and_no_scratch(tmp_path, monkeypatch, fault):
    site = tmp_path / "site"
    site.mkdir()
    (site / MARK).touch()
    (site / "index.html").write_text("old", "utf-8")

    def stop(*_):
        raise fault

    monkeypatch.setattr("spinesim.course.site.build._sphinx", stop)
    monkeypatch.setattr("spinesim.course.site.build._computed", lambda *_: ({"02": EMPTY}, {}))
    with pytest.raises(KeyboardInterrupt if isinstance(fault, KeyboardInterrupt) else SpinesimError):
        build_site(site, only=["02"], force=True)
    assert (site / "index.html").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


EMPTY = (
    '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], '
    '"source": "1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)


def test_a_lesson_that_fails_stops_the_site_with_a_sentence():
    from spinesim.course.site.executed import executed

    text = EMPTY.replace('"source": "1"', '"source": "raise ValueError(\'too much\')"')
    with pytest.raises(SpinesimError, match="Lesson 02_small stopped with ValueError: too much"):
        executed(("02_small", text))


def test_nothing_asked_for_is_answered_with_what_may_be(capsys):
    assert main(["docs"]) == 2
    assert "spinesim docs --out site/" in capsys.readouterr().err
    assert main(["docs", "--notebooks", "--check", "--only", "77"]) == 2
    assert "No lesson '77'" in capsys.readouterr().err


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["docs", "--out", str(tmp_path / "site")]) == 2
    assert "sphinx is not installed" in capsys.readouterr().err


def test_links_that_lead_out_of_the_site_become_words_and_ids_become_links():
    block = "```\n`mic_nrs`\n```\n"
    text = f"[a](MODEL.md#x) [b](data/README.md) [c](https://example.org) `mic_nrs` `no_id`\n{block}"
    loose = loosened(text, {"MODEL.md"})
    assert loose.startswith("[a](MODEL.md) b [c](https://example.org) ")
    done = linked(loose, evidence())
    assert done.count("evidence.html#mic_nrs") == 1 and "`no_id`" in done and done.endswith(block)
