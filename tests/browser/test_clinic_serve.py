"""``spinesim serve``: closed without the token, limited, one sentence a mistake, idle kernels ended."""

import asyncio
import re
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from argparse import Namespace
from pathlib import Path

import pytest
from tornado.web import HTTPError

from spinesim.cli import serve
from spinesim.cli.parser import make_parser
from spinesim.cli.served_kernels import ServedKernels, without_token
from spinesim.errors import SpinesimError
from spinesim.view import limits

sys.path.insert(0, str(Path(__file__).parent))
ROOT = Path(__file__).parents[2]


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
        assert status == 200 and "view.lesson" not in page and token not in page and "Traceback" not in page
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
    usual = {"port": None, "idle_minutes": 120.0, "most_people": 50_000, "most_pages": 20}

    def refused(lesson="11", **options):
        with pytest.raises(SpinesimError) as wrong:
            serve.serve(Namespace(lesson=lesson, **{**usual, **options}))
        assert "\n" not in str(wrong.value)
        return str(wrong.value)

    assert "No lesson '99'" in refused("99") and "11_clinic_lead" in refused("99")
    assert "from 1 to 65535" in refused(port=0)
    assert "above 0" in refused(idle_minutes=0.0) and "above 0" in refused(idle_minutes=float("nan"))
    assert "--most-people is 0" in refused(most_people=0) and "--most-pages is -1" in refused(most_pages=-1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot be used" in refused(port=taken.getsockname()[1])
    monkeypatch.setitem(sys.modules, "voila.app", None)
    assert "Voilà is not installed" in refused()


def test_the_help_lists_every_lesson(capsys):
    with pytest.raises(SystemExit):
        make_parser().parse_args(["serve", "--help"])
    told = capsys.readouterr().out
    lessons = [path.stem for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert len(lessons) > 2 and all(name in told for name in lessons)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("token=secret", ""),
        ("token=secret&setting=spinesim+02%3A+imaging%3D3", "setting=spinesim+02%3A+imaging%3D3"),
        ("setting=a&token=secret&setting=b&other=c", "setting=a"),
    ],
)
def test_a_kernel_learns_the_setting_of_its_address_and_nothing_else(asked, kept):
    assert without_token(asked) == kept


def test_so_many_pages_at_once_and_no_more(monkeypatch):
    """The limit counts kernels still starting; a closed one, and one that failed to start, make room."""
    envs, ready = [], asyncio.Event()

    async def start(self, **options):
        envs.append(options["env"])
        name = f"kernel {len(envs)}"
        await ready.wait()
        if name == "kernel 2":
            raise OSError("no memory")
        self._kernels[name] = None
        return name

    monkeypatch.setattr(ServedKernels.__mro__[1], "start_kernel", start)
    kernels = ServedKernels(most_pages=2)
    env = {"QUERY_STRING": "token=secret", "VOILA_REQUEST_URL": "http://127.0.0.1:1/?token=secret&setting=a"}

    async def open_pages():
        first, second = (asyncio.ensure_future(kernels.start_kernel(env=dict(env))) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(HTTPError, match="2 pages are open") as refused:
            await kernels.start_kernel(env=dict(env))
        assert refused.value.status_code == 503
        ready.set()
        done = await asyncio.gather(first, second, return_exceptions=True)
        assert sum(isinstance(one, OSError) for one in done) == 1
        await kernels.start_kernel(env=dict(env))
        assert len(kernels) == 2

    asyncio.run(open_pages())
    assert envs[0] == {"QUERY_STRING": "", "VOILA_REQUEST_URL": "http://127.0.0.1:1/?setting=a"}


def test_a_warm_kernel_is_given_to_the_next_page_and_counts_like_any_other(monkeypatch):
    """One at a time; it is told what a fresh one would find in its environment; a dead one is not given."""
    begun, told, ended = [], [], []

    async def start(self, **options):
        begun.append(options)
        self._kernels[f"kernel {len(begun)}"] = None
        return f"kernel {len(begun)}"

    async def shutdown(self, name, **_):
        ended.append(name)
        del self._kernels[name]

    class Client:
        start_channels = stop_channels = staticmethod(lambda: None)

        async def wait_for_ready(self, timeout):
            return

        async def execute(self, code, **_):
            told.append(code)
            return {"content": {"status": "ok"}}

    class Kernel:
        client = Client

    monkeypatch.setattr(ServedKernels.__mro__[1], "start_kernel", start)
    monkeypatch.setattr(ServedKernels.__mro__[1], "shutdown_kernel", shutdown)
    monkeypatch.setattr(ServedKernels, "get_kernel", lambda self, name: self._kernels[name] or Kernel())
    env = {"QUERY_STRING": "token=secret&setting=a", "PATH": serve.os.environ["PATH"]}

    async def pages():
        kernels = ServedKernels(most_pages=2, refill=0.05)
        kernels.warm_up()
        kernels.warm_up()
        await asyncio.sleep(0)
        assert len(begun) == 1 and "spinesim.view" in begun[0]["extra_arguments"][0]
        assert await kernels.start_kernel(env=dict(env)) == "kernel 1"
        assert told == ['import os; os.environ.update({"QUERY_STRING": "setting=a"})']
        await asyncio.sleep(0.2)  # a new one waits now: two kernels, as many as may be
        assert len(begun) == 2 and await kernels.start_kernel(env=dict(env)) == "kernel 2"
        await asyncio.sleep(0.2)
        with pytest.raises(HTTPError, match="2 pages are open"):
            await kernels.start_kernel(env=dict(env))
        await kernels.shutdown_kernel("kernel 1")
        await asyncio.sleep(1.2)
        assert len(begun) == 3, "a closed page leaves room for a warm one"
        del kernels._kernels["kernel 3"]  # died
        assert await kernels.start_kernel(env=dict(env)) == "kernel 4" and "extra_arguments" not in begun[3]

    asyncio.run(pages())
    assert ended == ["kernel 1", "kernel 3"]


def test_a_page_that_goes_without_farewell_is_waited_for_and_then_ended(monkeypatch):
    ended = []

    async def shutdown(self, name, **_):
        ended.append(name)
        del self._kernels[name]

    monkeypatch.setattr(ServedKernels, "shutdown_kernel", shutdown)

    async def go_away():
        kernels = ServedKernels(grace=0.05)
        for name in ("gone", "back"):
            kernels._kernels[name] = None
            kernels._kernel_connections[name] = 1
            kernels.notify_disconnect(name)
        kernels.notify_connect("back")
        assert ended == []
        await asyncio.sleep(0.3)

    asyncio.run(go_away())
    assert ended == ["gone"]


def test_the_limit_on_people_has_one_name():
    assert serve.LIMIT == limits.MOST_PEOPLE


@pytest.mark.browser
@pytest.mark.slow
def test_a_link_with_a_setting_and_the_limits_of_a_shared_machine(browser, tmp_path, monkeypatch):
    """The setting of the address is run; too many people and too many pages are refused in a sentence; a tab
    closed in the middle of a run ends its kernel, and the place is free again."""
    from clinic_page import ClinicPage, Served

    monkeypatch.setenv("SPINESIM_PROGRESS", str(tmp_path / "progress.json"))
    served = Served(tmp_path, "2", "--most-people", "1500", "--most-pages", "1")
    setting = "spinesim 02: people=Facet joint pain; imaging=4; sessions=3; patients=150; seed=9"
    try:
        url = served.wait()
        token = url.split("token=")[1]
        lab = ClinicPage(browser, f"{url}&setting={urllib.parse.quote(setting)}", 1280)
        lab.button("Skip: open the lab").click()
        first = lab.done()
        assert lab.page.get_by_role("slider", name="MRI scan from week", exact=True).input_value() == "4"
        assert lab.page.get_by_label("Who comes", exact=True).locator("option:checked").inner_text() == (
            "Facet joint pain"
        )
        assert token not in lab.page.content(), "the page holds the token"
        told = [lab.page.locator(kind).evaluate_all("all => all.map(one => one.value).join()")
                for kind in ("textarea", "input[readonly]")]  # fmt: skip
        links = [one for text in told for one in text.split() if "setting=" in one]
        assert links and all(token not in one for one in links), told

        # Too many people: one sentence, nothing is run.
        people = lab.page.get_by_role("spinbutton", name=re.compile("^Simulated people"))
        people.fill("3000")
        people.press("Enter")
        lab.page.get_by_text("more than this shared machine gives one learner").wait_for()

        # Another page while this one is open: refused; this one closed in the middle of a run: room again.
        assert code(url) == (503, "")
        people.fill("1400")
        people.press("Enter")
        lab.page.locator(".spinesim-status.busy").wait_for()
        lab.page.goto("about:blank")  # as good as closed
        end = time.monotonic() + 20
        while (answer := code(url))[0] == 503:
            assert time.monotonic() < end, "the closed page's kernel lives on"
            time.sleep(0.5)
        assert answer[0] == 200
        assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob("*.tmp"))
        assert lab.faults == [] and "Traceback" not in first
        lab.page.close()
    finally:
        served.close()


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
