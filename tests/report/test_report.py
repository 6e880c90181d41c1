"""The page: numbers of the run, escaped, self-contained, every STRESS item, gaps flagged."""

import html
import json
import re
import shutil
from html.parser import HTMLParser

import pytest

from spinesim.cli import main
from spinesim.errors import SpinesimError
from spinesim.study.scenario_folder import read
from spinesim.view import words
from spinesim.view.report import write_report
from spinesim.view.report.answer import in_words
from spinesim.view.report.blocks import FILL
from spinesim.view.report.page import LARGEST
from spinesim.view.report.said import flow_difference
from spinesim.view.report.stress import ITEMS


class Page(HTMLParser):
    """Tags, addresses, pictures, table heads and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.images, self.text, self.heads = [], [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href", "action", "data") if name in given]
        if tag == "img":
            self.images.append(given)
        self.heads += tag == "th" and given.get("scope") in ("col", "row")

    def handle_data(self, data):
        self.text.append(data)


def said(page):
    return " ".join(" ".join(Page(page).text).split())


def test_means_and_differences_are_those_of_the_csv(folder, page):
    found, text = read(folder), html.unescape(page)
    summary = found.table("summary")
    for row in summary[summary["arm"] == "today"].itertuples():
        assert words.value(row.mean, row.unit) in text
    for row in found.table("differences").to_dict("records"):
        assert in_words(found, row, row["outcome"]) in text
    for row in found.table("utilisation").itertuples():
        assert f"{100 * row.utilisation:,.1f}".rstrip("0").rstrip(".") in text
    waits = found.table("flow_differences")
    for row in waits[(waits["measure"] == "median_wait") & (waits["what"] == "intake")].itertuples():
        assert flow_difference("median_wait", row.difference, row.low, row.high) in text


def test_the_scenarios_differ_in_words(folder, page):
    text = said(page)
    for lines in read(folder).manifest["changed"].values():
        for line in (*lines["clinic"], *lines["pathway"]):
            assert line[1:] in text


def test_nothing_a_user_wrote_is_run(page):
    found = Page(page)
    assert "script" not in found.tags and "b" not in {t for t in found.tags if t != "b"}
    assert "<script" not in page and "<i>" not in page and '<b>"this"' not in page
    assert "=<script>alert(1)</script>" in said(page)
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    assert "<" not in style


def test_nothing_is_loaded_from_elsewhere(page):
    found = Page(page)
    assert found.addresses and all(one.startswith(("#", "data:")) for one in found.addresses)
    assert "link" not in found.tags and "url(" not in page and "@import" not in page
    assert len(page.encode()) < LARGEST


def test_it_can_be_walked_by_a_screen_reader(page):
    found = Page(page)
    assert '<html lang="en">' in page and found.tags.count("h1") == 1 and found.tags.count("h2") == 13
    assert found.images and all(len(one["alt"]) > 40 for one in found.images)
    assert found.tags.count("caption") == found.tags.count("table") and found.heads == found.tags.count("th")


def test_every_item_of_stress_is_there_and_gaps_are_flagged(folder, page, tmp_path):
    assert len(ITEMS) == 20
    text = said(page)
    for key, name in ITEMS.items():
        assert f"{key} {name}" in text
    assert f'<span class="gap">{FILL}' in page
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["question"] = ""
    (copy / "manifest.json").write_text(json.dumps(manifest))
    asked = write_report(copy, tmp_path / "a.html").read_text()
    assert asked.count(f"{FILL}the question") == 2 and f"{FILL}the question" not in page
    assert asked.count('class="gap"') == page.count('class="gap"') + 2


def test_no_clear_difference_is_said_when_the_interval_holds_zero(folder):
    rows = read(folder).table("differences")
    for row in rows[(rows["low"] < 0) & (rows["high"] > 0)].to_dict("records"):
        assert in_words(read(folder), row, row["outcome"]).startswith(
            ("no clear difference", "no difference")
        )
    assert (
        flow_difference("median_wait", -1.0, -3.0, 1.0)
        == "no clear difference (95 % interval 3 shorter to 1 longer)"
    )
    assert flow_difference("median_wait", -2.0, -3.0, -1.0) == "2 days shorter (95 % interval 1 to 3 shorter)"
    assert (
        flow_difference("median_wait", -2.0, float("nan"), float("nan"))
        == "2 days shorter (one run: no interval)"
    )


def test_the_command_writes_once(folder, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert main(["report", str(folder), "--out", str(out), "--title", "Mine"]) == 0
    assert "<h1>Mine</h1>" in out.read_text()
    assert main(["report", str(folder), "--out", str(out)]) == 2
    assert "--force" in capsys.readouterr().err and "<h1>Mine</h1>" in out.read_text()
    assert main(["report", str(folder), "--out", str(out), "--force"]) == 0
    assert "<h1>Mine</h1>" not in out.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("name", ["", "none/report.html", "report.txt"])
def test_what_cannot_be_written_is_one_sentence(folder, tmp_path, name):
    with pytest.raises(SpinesimError) as wrong:
        write_report(folder, tmp_path / name)
    assert "\n" not in str(wrong.value) and not list(tmp_path.iterdir())


def test_an_ordinary_folder_says_what_it_lacks(study, plans, tmp_path):
    from spinesim.study.files import manifest, write_folder

    tables = {"summary": study.summary(), "differences": study.differences()}
    out = write_folder(
        tmp_path / "plain", tables, manifest(plans, command="compare", changed=[], stance="base")
    )
    text = html.unescape(write_report(out, tmp_path / "report.html").read_text())
    assert "What this folder does not hold" in text and "spinesim compare conservative_first" in text
    for row in study.differences().to_dict("records"):
        assert in_words(read(out), row, row["outcome"]) in text
    assert all(f"{key} {name}" in text for key, name in ITEMS.items())


def test_a_folder_of_another_command_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text('{"command": "claims"}')
    with pytest.raises(SpinesimError, match="spinesim claims"):
        read(tmp_path)
