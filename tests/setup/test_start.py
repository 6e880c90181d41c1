"""start.py: what it promises to someone who has never set anything up."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as a module whose .venv is a temporary folder."""
    spec = importlib.util.spec_from_file_location("start_for_tests", ROOT / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / "venv"
    python = venv / module.PYTHON.relative_to(module.VENV)
    for name, path in {
        "VENV": venv,
        "PYTHON": python,
        "FINISHED": venv / "spinesim-setup.json",
        "LOG": tmp_path / "setup.log",
    }.items():
        monkeypatch.setattr(module, name, path)
    return module


def make_python(start: ModuleType) -> None:
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.touch()


def test_help_teaches_and_sets_nothing_up() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "start.py", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "python3 start.py test" in done.stdout


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_unsupported_python_is_named(
    start: ModuleType,
    version: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start.sys, "version_info", version)
    assert start.main([]) == 1
    assert "this is Python {}.{}".format(*version) in capsys.readouterr().err


def test_finished_setup_is_left_alone(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    make_python(start)
    start.FINISHED.write_text(json.dumps(start.wanted()))
    monkeypatch.setattr(start, "install_everything", lambda: pytest.fail("installed again"))
    start.set_up()


def test_interrupted_setup_is_made_afresh(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "make_venv", lambda: make_python(start))
    monkeypatch.setattr(start, "install_everything", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.set_up()
    assert not start.FINISHED.exists()

    (start.VENV / "pyvenv.cfg").touch()
    (start.VENV / "half-written").touch()
    monkeypatch.setattr(start, "install_everything", lambda: None)
    start.set_up()
    assert start.finished() == start.wanted()
    assert not (start.VENV / "half-written").exists()


def test_folder_that_is_no_environment_is_never_deleted(start: ModuleType) -> None:
    start.VENV.mkdir()
    (start.VENV / "thesis.txt").touch()
    with pytest.raises(start.SetupError, match="not a Python environment"):
        start.set_up()
    assert (start.VENV / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("log", "remedy"),
    [
        ("error: No space left on device (os error 28)", "free about 1.5 GB"),
        ("client error (Connect)", "check the network connection"),
        ("Temporary failure in name resolution", "check the network connection"),
        ("invalid peer certificate: UnknownIssuer", "ask IT for its certificate"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one in requirements.lock"),
        ("something never seen before", "the end of"),
    ],
)
def test_failed_install_is_explained(
    start: ModuleType, log: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start.LOG.write_text(f"\n$ uv\nan earlier try: permission denied\n\n$ pip\n{log}\n")
    monkeypatch.setattr(start, "ROOT", start.LOG.parent)
    assert remedy in start.what_went_wrong()


@pytest.mark.parametrize(("failing", "code"), [(None, 0), ("mypy", 1), ("pytest", 2)])
def test_any_failing_check_fails_the_test_command(
    start: ModuleType, failing: str | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []

    def run(command: list[object], **options: object) -> int:
        words = [str(word) for word in command]
        order.append(words)
        return 2 if failing and failing in words else 0

    monkeypatch.setattr(start, "run", run)
    assert start.test(["-q"]) == code
    assert "pytest" in order[-1] and order[-1][-1] == "-q"


@pytest.mark.parametrize(
    ("cores", "memory_mb", "number"),
    [(2, 8_000, 2), (1, 8_000, 1), (16, 4_000, 2), (2, 900, 1), (64, 900_000, 8)],
)
def test_as_many_tests_at_once_as_cores_and_memory_allow(
    start: ModuleType, cores: int, memory_mb: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"SC_PHYS_PAGES": memory_mb * 1_000, "SC_PAGE_SIZE": 1_000}
    monkeypatch.setattr(start.os, "sched_getaffinity", lambda _: range(cores), raising=False)
    monkeypatch.setattr(start.os, "sysconf", sizes.__getitem__, raising=False)
    assert start.workers() == number
    assert start.side_by_side(["-x", "-k", "name"])[:2] == (["-n", str(number)] if number > 1 else [])


@pytest.mark.parametrize("said", [["-n", "0"], ["-n4"], ["-p", "no:xdist"], ["-pno:xdist"], ["--pdb"]])
def test_who_says_how_many_at_once_is_obeyed(start: ModuleType, said: list[str]) -> None:
    assert start.side_by_side(said) == []
