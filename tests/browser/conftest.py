"""One JupyterLab for the browser tests of a file."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for lab_page, which the benchmark uses as well


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from lab_page import LabServer

    with LabServer(tmp_path_factory.mktemp("lab") / "place") as running:
        yield running


@pytest.fixture
def lesson(browser, server):
    """A page in that JupyterLab; its kernels end with it."""
    from lesson_page import LessonPage

    page = LessonPage(browser)
    yield page
    page.page.close()
    server.end_kernels()


@pytest.fixture
def pictures(tmp_path_factory):
    """Where screenshots go: SPINESIM_SCREENSHOTS, or a temporary folder."""
    import os

    folder = Path(os.environ.get("SPINESIM_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
