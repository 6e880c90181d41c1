"""What every test shares: a fixed chance for Hypothesis, figures without a screen, one browser."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
KEPT = tempfile.TemporaryDirectory(prefix="spinesim-kept-", ignore_cleanup_errors=True)
os.environ["SPINESIM_KEEP"] = KEPT.name  # tests neither use nor fill the cache of whoever runs them

settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("random", deadline=None, print_blob=True)  # HYPOTHESIS_PROFILE=random, e.g. nightly
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
]


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine; the variable SPINESIM_CHROMIUM names another."""
    named = os.environ.get("SPINESIM_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def why_no_browser() -> str | None:
    """One sentence if the browser tests cannot run here, else None."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed: run the tests with `python3 start.py test`."
    if find_chromium() is None:
        return "No Chromium found: install it (apt-get install chromium) or name it in SPINESIM_CHROMIUM."
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Say nothing in every test of shipped posterior draws older than data/; one test looks at it."""
    config.addinivalue_line(
        "filterwarnings", "ignore:Posterior draws of calibrations were made:RuntimeWarning"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser test that cannot run here, or fail it where SPINESIM_REQUIRE_BROWSER is set."""
    wants_browser = item.get_closest_marker("browser") or "browser" in getattr(item, "fixturenames", ())
    reason = why_no_browser() if wants_browser else None
    if reason and os.environ.get("SPINESIM_REQUIRE_BROWSER", "") not in ("", "0"):
        pytest.fail(reason, pytrace=False)
    elif reason:
        pytest.skip(reason)


# One browser a file, not one a run: Playwright's loop would otherwise stay open under the notebook tests.
@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium (a playwright.sync_api.Browser), closed after the file's last test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=BROWSER_ARGUMENTS,
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("chromium"))},
        )
        yield chromium
        chromium.close()
