"""From opening a lesson's page to its first picture, and from a move of a control to the new picture.

    python benchmarks/lesson_times.py [02 05 ...] [--moves 10] [--chromium /usr/bin/chromium]

Each lesson is served as a page (`spinesim serve`, Voilà) on this machine and driven in headless Chromium at
its default size; its first control is moved by keyboard, each time to another value. Times of moves are read
from the page's own clock. The page is opened twice and the second is measured, so files are in the system's
cache and a kernel waits ("warm"). Nobody stops to guess here: the lab is opened at once; with --guess the
page is left alone for so many seconds before, as it is while a learner guesses. Only a report: nothing
passes or fails here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

from clinic_page import ClinicPage, Served

from spinesim.cli.serve import find_lesson, lessons

LISTEN = """() => {
  window.times = {};
  const now = () => performance.now();
  const look = () => {
    const busy = document.querySelector('.spinesim-status.busy');
    if (busy) { window.times.busy ??= now(); window.times.done = undefined; }
    else if (window.times.busy) window.times.done ??= now();
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
  document.addEventListener('load', event => {
    if (event.target.matches?.('.spinesim img')) window.times.picture = now();
  }, true);
}"""
SEEN = """() => [...document.querySelectorAll('.spinesim img, .spinesim svg')]
    .some(one => one.getBoundingClientRect().height > 60)
    || [...document.querySelectorAll('.spinesim-status')].some(one => one.innerText.startsWith('Done'))"""
OPEN = f"""() => ({SEEN})() || [...document.querySelectorAll('.spinesim button')]
    .some(one => ['Run', 'Cancel'].includes(one.innerText) && one.offsetParent)"""
NOT_OF_THE_LAB = re.compile("best guess|Give or take|Simulated people|^Seed|^Patients|^Runs")
CASE_ROOM = "15"
"""No first picture and no control to move; `tests/browser/test_case_room.py` waits for its debriefs."""
SKIP = "Skip: open the lab"


WARM_SECONDS = 8
"""From a closed page to the next kernel that is warm."""


def first_picture(lab: ClinicPage, began: float, guess: float = 0.0) -> tuple[float, float]:
    """Seconds until the page can be used, and from opening the lab to its first picture."""
    lab.page.wait_for_function(
        "skip => document.querySelector('.spinesim') && (document.querySelector('.spinesim table') || "
        "[...document.querySelectorAll('button')].some(one => one.innerText === skip))",
        arg=SKIP,
    )
    ready = time.monotonic() - began
    time.sleep(guess)
    opened = time.monotonic()
    if lab.button(SKIP).is_visible():
        lab.button(SKIP).click()
        lab.page.wait_for_function(OPEN)
    if lab.button("Run").is_visible():  # the clinic lead's lab waits for its button
        lab.button("Run").click()
    lab.page.wait_for_function(SEEN)
    return ready, time.monotonic() - opened


def mover(lab: ClinicPage) -> Any:
    """What moves the lab's first slider on (or list, or the button that runs); None if there is none."""
    for slider in lab.page.get_by_role("slider").all():
        name = slider.evaluate("one => one.getAttribute('aria-label') || one.labels?.[0]?.innerText || ''")
        if slider.is_visible() and slider.is_enabled() and not NOT_OF_THE_LAB.search(name):
            high, value, step = slider.evaluate("one => [one.max, one.value, one.step || 1].map(Number)")
            right = int((high - value) / step)
            return lambda n: slider.press("ArrowRight" if n < right else "ArrowLeft")
    if lab.button("Run").is_visible():
        return lambda _: lab.button("Run").press("Enter")
    for choice in lab.page.locator(".spinesim select:enabled").all():
        if choice.is_visible() and "answer" not in choice.inner_text().lower():
            return lambda n: choice.select_option(index=(n + 1) % 2)
    return None


def latencies(lab: ClinicPage, moves: int) -> list[float]:
    """Seconds from each move to the new picture."""
    lab.page.wait_for_function("() => !document.querySelector('.spinesim-status.busy')")
    move = mover(lab)
    if move is None:
        return []
    lab.page.evaluate(LISTEN)
    found = []
    for n in range(moves):
        lab.page.evaluate("() => { window.times = {start: performance.now()}; }")
        move(n)
        lab.page.wait_for_function("() => window.times.done", timeout=60_000)
        lab.page.wait_for_timeout(150)  # the last picture of the page counts
        times = lab.page.evaluate("() => window.times")
        found.append((max(times["done"], times.get("picture") or 0) - times["start"]) / 1_000)
    return found


def measure(browser: Any, name: str, moves: int, guess: float) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SPINESIM_PROGRESS"] = "off"
        served = Served(Path(folder), name)
        try:
            url = served.wait()
            first = ClinicPage(browser, url, 1280)
            first.page.locator(".spinesim button").first.wait_for()
            first.page.goto("about:blank")  # says farewell, as closing a tab does
            first.page.close()
            time.sleep(WARM_SECONDS)
            began = time.monotonic()
            lab = ClinicPage(browser, url, 1280)
            ready, picture = first_picture(lab, began, guess)
            moved = latencies(lab, moves)
            lab.page.close()
        finally:
            served.close()
    told = f"{statistics.median(moved):.2f} | {max(moved):.2f}" if moved else "– | –"
    return f"| {name} | {ready + picture:.1f} | {picture:.1f} | {told} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lessons", nargs="*", help="numbers (default: all)")
    parser.add_argument("--moves", type=int, default=10)
    parser.add_argument("--guess", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    wish = parser.parse_args()
    from playwright.sync_api import sync_playwright

    names = [find_lesson(one).stem for one in wish.lessons] or sorted(
        path.stem for path in lessons().glob("[0-9]*.ipynb") if not path.stem.startswith(CASE_ROOM)
    )
    print(
        "| lesson | page to first picture (s) | of it the run (s) | move to picture, median (s) | worst (s) |"
    )
    print("|---|---|---|---|---|", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wish.chromium, args=["--no-sandbox"])
        for name in names:
            print(measure(browser, name, wish.moves, wish.guess), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
