"""``spinesim serve``: closed without the token, one sentence for every mistake, idle kernels ended."""

import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import Namespace
from pathlib import Path

import pytest

from spinesim.cli import serve
from spinesim.errors import SpinesimError

sys.path.insert(0, str(Path(__file__).parent))


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_):
        return None


def code(url, method="GET", **headers):
    opener = urllib.request.build_opener(Stay)
    try:
        with opener.open(urllib.request.Request(url, method=method, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers.get("Location", "")


@pytest.mark.slow
def test_nothing_without_the_token_and_idle_kernels_end(tmp_path):
    from clinic_page import Served

    served = Served(tmp_path, "2", "--idle-minutes", "0.1")
    try:
        whole = served.wait()
        url, token = whole.split("?token=")
        for path in (
            "",
            "?token=wrong",
            "voila/tree",
            "voila/render/02_imaging_timing.ipynb",
            "api/contents",
        ):
            status, where = code(url + path)
            assert status == 302 and where.startswith("/login"), path
        for path in ("voila/files/02_imaging_timing.ipynb", "voila/files/../pyproject.toml"):
            assert code(url + path)[0] in (302, 403, 404), path
        assert code(url + "voila/api/shutdown/00000000-0000-0000-0000-000000000000", "POST")[0] == 403
        assert code(whole, Host="evil.example")[0] == 403
        status, page = code(whole)
        assert status == 200 and "view.lesson" not in page and "Traceback" not in page
        kernel = page.split('"kernelId"')[1].split('"')[1]
        one = f"{url}api/kernels/{kernel}"
        assert code(f"{one}?token={token}")[0] == 200 and code(one)[0] in (302, 403)
        end = time.monotonic() + 40
        while code(f"{one}?token={token}")[0] == 200:
            assert time.monotonic() < end, "the kernel lives on"
            time.sleep(1)
        assert served.said.count("token=") == 1
    finally:
        served.close()
    assert served.process.returncode == 0


def test_voila_is_turned_round_where_it_is_open():
    made = serve.settings(8866, "secret", 120)
    voila, page = made["Voila"], made["VoilaConfiguration"]
    assert voila["ip"] == "127.0.0.1" and voila["token"] == "secret"
    assert voila["tornado_settings"]["allow_remote_access"] is False
    rules = voila["tornado_settings"]["headers"]["Content-Security-Policy"]
    assert "default-src 'self'" in rules and "http" not in rules and "*" not in rules
    assert page["strip_sources"] and not page["show_tracebacks"]
    assert page["file_allowlist"] == [r".*\.(png|jpg|gif|svg)"]
    assert page["allow_template_override"] == page["allow_theme_override"] == "NO"
    assert made["MappingKernelManager"]["cull_idle_timeout"] == 7_200


def test_every_mistake_is_one_sentence(monkeypatch):
    def refused(lesson="11", port=None, idle_minutes=120.0):
        with pytest.raises(SpinesimError) as wrong:
            serve.serve(
                Namespace(
                    lesson=lesson, port=port, idle_minutes=idle_minutes, most_people=1_000, most_pages=20
                )
            )
        assert "\n" not in str(wrong.value)
        return str(wrong.value)

    assert "No lesson '99'" in refused("99") and "11_clinic_lead" in refused("99")
    assert "from 1 to 65535" in refused(port=0)
    assert "above 0" in refused(idle_minutes=0.0) and "above 0" in refused(idle_minutes=float("nan"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot be used" in refused(port=taken.getsockname()[1])
    monkeypatch.setitem(sys.modules, "voila.app", None)
    assert "Voilà is not installed" in refused()


@pytest.mark.parametrize("said", ["11", "011", "11_clinic_lead", "11_clinic_lead.ipynb"])
def test_a_lesson_by_number_or_name(said):
    assert serve.find_lesson(said).name == "11_clinic_lead.ipynb"


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_loads_nothing_from_outside(browser, tmp_path):
    from clinic_page import Served

    served = Served(tmp_path, "11")
    asked: list[str] = []
    try:
        page = browser.new_page()
        page.set_default_timeout(90_000)
        page.on("requestfinished", lambda one: asked.append(one.url))
        page.on("requestfailed", lambda one: asked.append(one.url) if one.failure != "csp" else None)
        page.goto(served.wait())
        page.get_by_role("button", name="Skip: open the lab", exact=True).wait_for()
        here = ("http://127.0.0.1:", "data:", "blob:")
        assert asked and [url for url in asked if not url.startswith(here)] == []
        page.close()
    finally:
        served.close()
