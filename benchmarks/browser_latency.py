"""Slider release to busy state and to new picture, measured inside the browser.

    python benchmarks/browser_latency.py [--moves 20] [--patients 1000] [--chromium /usr/bin/chromium]

JupyterLab runs on the loopback, Chromium headless; sliders are moved by keyboard (an arrow key is a release).
Times are read from the page's own clock: key down, status line turns busy, picture has loaded. Only a report:
nothing passes or fails here.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

from lab_page import LabServer, LessonPage

LISTEN = """() => {
  window.times = {};
  document.addEventListener('keydown', () => { window.times = {key: performance.now()}; }, true);
  new MutationObserver(() => {
    const line = document.querySelectorAll('.spinesim-status')[1];
    if (line && line.className.includes('busy') && !window.times.busy) window.times.busy = performance.now();
    if (line && line.innerText.startsWith('Done') && window.times.busy) window.times.done = performance.now();
  }).observe(document.body, {subtree: true, childList: true});
  [...document.querySelectorAll('.spinesim img.widget-image')].slice(0, 4).forEach(tile =>
    tile.addEventListener('load', () => { window.times.picture = performance.now(); }));
}"""


def measure(page: Any, handle: Any, key: str) -> tuple[float, float]:
    """Milliseconds from one key press to the busy state and to the new picture."""
    handle.focus()
    page.keyboard.press(key)
    page.wait_for_function("() => window.times.picture && window.times.done && window.times.busy")
    page.wait_for_timeout(100)  # the last tile of the picture counts
    times = page.evaluate("() => window.times")
    return times["busy"] - times["key"], times["picture"] - times["key"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    wish = parser.parse_args()
    from playwright.sync_api import sync_playwright

    busy, picture = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder) / "lab") as server,
        sync_playwright() as play,
    ):
        chromium = play.chromium.launch(
            executable_path=wish.chromium,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
            ],
        )
        lesson = LessonPage(chromium, server)
        lesson.run_all()
        lesson.lock()
        if wish.patients != 1_000:
            box = lesson.page.get_by_label("or type people, 100 to 5000:")
            text = lesson.status
            box.fill(str(wish.patients))
            box.press("Enter")
            lesson.wait_done(text)
        lesson.page.evaluate(LISTEN)
        imaging, sessions = lesson.handle("MRI scan from week"), lesson.handle("Physiotherapy sessions")
        for move in range(wish.moves):
            up = (move // 10) % 2 == 0
            handle = imaging if move % 2 == 0 else sessions
            first, last = measure(lesson.page, handle, "ArrowRight" if up else "ArrowLeft")
            busy.append(first)
            picture.append(last)
        chromium.close()
    print(f"{wish.moves} moves, {wish.patients:,} people x 2 years x two arms (the reference arm is kept)")
    for name, values in (("release to busy state", busy), ("release to new picture", picture)):
        print(f"{name:24s} median {statistics.median(values):6.0f} ms   worst {max(values):6.0f} ms")


if __name__ == "__main__":
    main()
