"""A lesson's notebook executed from top to bottom, its lab as plain HTML, for the site."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from spinesim.course.notebooks import notebook
from spinesim.course.places import PACKAGE, need
from spinesim.course.sources import STUDENT, Source
from spinesim.errors import SpinesimError
from spinesim.study.executor import Job, content_key

LONGEST = 600
"""Seconds a cell may take."""
SETTINGS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def job_of(source: Source) -> Job[Any, str]:
    """The work of executing a lesson."""
    text = notebook(source, STUDENT)
    return Job(content_key("executed lesson", text), executed, (source.name, text))


def executed(wish: tuple[str, str]) -> str:
    """A notebook's file with its outputs.

    Parameters
    ----------
    wish : tuple of str
        The lesson's name and the notebook's file.

    Raises
    ------
    SpinesimError
        If a cell fails, in one sentence.
    """
    name, text = wish
    need("nbclient", "no lesson can be executed")
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    made = nbformat.reads(text, as_version=4)
    with tempfile.TemporaryDirectory(prefix="spinesim-docs-", ignore_cleanup_errors=True) as place:
        folder = os.path.join(place, "lesson")
        os.mkdir(folder)
        environment = {
            **os.environ,
            **{one: os.path.join(place, one.lower()) for one in SETTINGS},
            "JUPYTER_PREFER_ENV_PATH": "1",
            "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]).rstrip(
                os.pathsep
            ),
            "SPINESIM_STATIC": "1",
            "SPINESIM_PROGRESS": "off",
        }
        client = NotebookClient(
            made,
            extra_arguments=["--log-level=ERROR"],
            timeout=LONGEST,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env=environment)
        except CellExecutionError as wrong:
            raise SpinesimError(f"Lesson {name} stopped with {wrong.ename}: {_short(wrong.evalue)}") from None
        except (CellControlSignal, DeadKernelError, RuntimeError, TimeoutError) as wrong:
            raise SpinesimError(f"Lesson {name} could not be executed ({_short(str(wrong))}).") from None
    return nbformat.writes(made)


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
