"""Lessons in a headless browser, in JupyterLab or as the page that ``spinesim serve`` gives."""

from __future__ import annotations

import re
from typing import Any

from lab_page import RUN_ALL

KNOWN = ("favicon", "Font Awesome", "font-awesome", "fontawesome", "cdnjs", "jupytext", "RUNTIME-012")
"""What the page of Voilà itself asks for in vain, or another extension complains of."""
WIDE = """() => [...document.querySelectorAll('.spinesim, .spinesim *')]
    .filter(part => !part.matches('textarea, input') && part.scrollWidth > part.clientWidth + 2
        && getComputedStyle(part).display !== 'inline' && part.clientWidth > 0
        && !part.closest('.jupyter-widgets-output-area'))
    .map(part => `${part.className || part.tagName}: ${part.scrollWidth} > ${part.clientWidth}`)"""
SERIOUS = {"serious", "critical"}
SHOWN = """() => [...document.querySelectorAll('.spinesim img.spinesim-image')].map(one => one.src).join(' ')
    + [...document.querySelectorAll('.spinesim table')].map(one => one.innerText).join(' ')"""
"""What a run shows: a harm may move without the curves."""
PICTURE = ".spinesim img.spinesim-image"
WATCH = """() => { window.frames = 0; window.blank = 0;
    const tiles = [...document.querySelectorAll('.spinesim img.spinesim-image')];
    const high = tiles.map(one => one.getBoundingClientRect().height);
    const look = () => { window.frames += 1;
        if (tiles.some((one, i) => !one.isConnected || one.getBoundingClientRect().height < high[i] / 2))
            window.blank += 1;
        requestAnimationFrame(look); };
    look(); }"""
"""From now on, count frames, and those in which a picture that stood there is gone or has shrunk."""


class LessonPage:
    """A lesson in one browser page, driven as a learner drives it."""

    def __init__(self, browser: Any, width: int = 1_280, height: int = 1_000) -> None:
        self.faults: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.on("pageerror", lambda fault: self._heard(f"page: {fault}"))
        self.page.on("console", self._listen)
        self.page.set_default_timeout(90_000)

    def _listen(self, message: Any) -> None:
        if message.type == "error":
            self._heard(f"console: {message.text} ({message.location.get('url', '')})")

    def _heard(self, fault: str) -> None:
        if not any(name in fault for name in KNOWN):
            self.faults.append(fault)

    def in_jupyterlab(self, server: Any, name: str) -> None:
        """Open a notebook there and run every cell, once the kernel truly answers."""
        self.page.goto(f"{server.url}/lab/tree/{name}?reset")
        self.page.wait_for_function("() => window.jupyterapp !== undefined")
        self.page.evaluate(RUN_ALL)
        self.page.locator(".spinesim").first.wait_for()

    @property
    def lock_button(self) -> Any:
        return self.page.get_by_role("button", name="Lock in my prediction", exact=True)

    def lock(self) -> str:
        """Lock in the prediction by keyboard, twice as an impatient hand does; wait for the first picture."""
        self.lock_button.wait_for()
        self.lock_button.focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Enter")
        return self.wait_done()

    def wait_done(self, other_than: str = "") -> str:
        """Wait until a status line says that a run other than the one described is done."""
        handle = self.page.wait_for_function(
            """other => [...document.querySelectorAll('.spinesim-status')].map(one => one.innerText)
            .find(text => text.startsWith('Done') && text !== other)""",
            arg=other_than,
        )
        self.page.wait_for_function(f"() => document.querySelector('{PICTURE}')?.naturalWidth > 0")
        return str(handle.json_value())

    def shoot(self, path: Any) -> None:
        """A picture of the whole page: it scrolls inside the window, so the window is made as high."""
        size = dict(self.page.viewport_size)
        high = self.page.evaluate(
            "() => Math.max(...[...document.querySelectorAll('.spinesim')].map(one => one.scrollHeight), 600)"
        )
        self.page.set_viewport_size({"width": size["width"], "height": min(int(high) + 900, 9_000)})
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)

    def watch(self) -> None:
        """Look at every frame from now on."""
        self.page.evaluate(WATCH)

    def steady(self) -> bool:
        """Whether frames were seen until the run was on show, and the pictures in all of them."""
        self.page.wait_for_function("() => !document.querySelector('.spinesim-status.busy')")
        self.page.wait_for_timeout(200)  # the last picture
        self.page.wait_for_function("() => window.frames > 5")
        return self.page.evaluate("() => window.blank") == 0

    @property
    def source(self) -> str:
        """Addresses of the pictures; they change with each new picture."""
        return " ".join(self.page.locator(PICTURE).evaluate_all("all => all.map(one => one.src)"))

    @property
    def shown(self) -> str:
        """Pictures and tables on show."""
        return str(self.page.evaluate(SHOWN))

    def slider(self, name: str) -> Any:
        return self.page.get_by_role("slider", name=name, exact=True)

    def box(self, name: str) -> Any:
        return self.page.get_by_role("spinbutton", name=re.compile(f"^{re.escape(name)}: type a number"))

    @property
    def wide(self) -> list[str]:
        """Parts wider than their place: clipped, or to be scrolled sideways."""
        return list(self.page.evaluate(WIDE))

    @property
    def serious(self) -> list[tuple[str, str]]:
        """Axe's serious and critical findings in the lesson."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, context=".spinesim").response["violations"]
        return [(one["id"], one["nodes"][0]["html"][:300]) for one in found if one["impact"] in SERIOUS]
