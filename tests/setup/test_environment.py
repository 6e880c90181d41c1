"""The set-up files agree with one another, and nothing is tracked that should not be."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-uv.lock"]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # PyPI name -> conda-forge name, where they differ

# Host names of package registries, written so that this file does not hold them.
REGISTRIES = re.compile(
    rb"p[y]pi\.org|p[y]thonhosted|np[m]js\.|deb\.deb[i]an|arch[i]ve\.ubuntu|c[o]nda\.anaconda|anac[o]nda\.org",
    re.IGNORECASE,
)


def read(name: str) -> str:
    path = ROOT / name
    assert path.is_file(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


@cache
def project() -> dict:
    return tomllib.loads(read("pyproject.toml"))["project"]


def split(requirement: str) -> tuple[str, frozenset[str]]:
    """'numpy>=2.1,<3' -> ('numpy', {'>=2.1', '<3'})."""
    match = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(.*)", requirement.strip())
    assert match, requirement
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return name, frozenset(bound.strip() for bound in match[2].split(",") if bound.strip())


@cache
def tracked() -> tuple[Path, ...]:
    """Files git tracks or would track (so that a new file is checked before it is committed)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree (a downloaded archive): there is no list of tracked files")
    paths = (ROOT / name.decode() for name in sorted(set(listed.split(b"\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def locked(name: str) -> dict[str, list[str]]:
    """Package -> hashes, from a requirements file with hashes."""
    found: dict[str, list[str]] = {}
    for entry in read(name).replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.lstrip().startswith("#"):
            match = re.match(r"([A-Za-z0-9._-]+)==\S+", entry)
            assert match, f"{name}: not pinned: {entry[:80]}"
            package = re.sub(r"[-_.]+", "-", match[1]).lower()
            found.setdefault(package, []).extend(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))
    return found


def conda_environment() -> tuple[str, list[str], list[str]]:
    """(name, conda requirements, pip lines) of environment.yml, which is simple enough to read by line."""
    name, conda, pip = "", [], []
    target = conda
    for line in read("environment.yml").split("dependencies:")[1].splitlines():
        item = line.strip()
        if item == "- pip:":
            target = pip
        elif item.startswith("- "):
            target.append(item[2:].strip())
    match = re.search(r"^name: (\S+)$", read("environment.yml"), re.MULTILINE)
    if match:
        name = match[1]
    return name, conda, pip


def test_conda_environment_has_the_bounds_of_pyproject() -> None:
    name, conda, pip = conda_environment()
    expected = {"python": split("python" + project()["requires-python"])[1], "pip": frozenset()}
    for requirement in project()["dependencies"]:
        package, bounds = split(requirement)
        expected[CONDA_NAMES.get(package, package)] = bounds
    assert name == "spinesim"
    assert dict(map(split, conda)) == expected
    assert pip == ["-e ."]


def test_every_dependency_is_bounded_below() -> None:
    everything = project()["dependencies"] + project()["optional-dependencies"]["test"]
    loose = [item for item in everything if not any(bound.startswith(">=") for bound in split(item)[1])]
    assert not loose


def test_lock_holds_every_dependency() -> None:
    build = tomllib.loads(read("pyproject.toml"))["build-system"]["requires"]
    wanted = project()["dependencies"] + project()["optional-dependencies"]["test"] + build
    assert {split(item)[0] for item in wanted} <= set(locked("requirements.lock"))
    assert set(locked("requirements-uv.lock")) == {"uv"}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    assert not [package for package, hashes in locked(name).items() if not hashes]
    text = read(name)
    assert "//" not in text and "@" not in text
    assert "-url" not in text and "--find-links" not in text


def test_intel_macs_have_a_wheel() -> None:
    """argon2-cffi-bindings 26 has no wheel for macOS on Intel; below 26 has."""
    version = re.search(r"^argon2-cffi-bindings==(\d+)", read("requirements.lock"), re.MULTILINE)
    assert version is None or int(version[1]) < 26


def test_no_file_names_a_package_registry() -> None:
    named = [str(path.relative_to(ROOT)) for path in tracked() if REGISTRIES.search(path.read_bytes())]
    assert not named, f"a package registry is named by its host in {named}"


def test_no_lock_format_that_writes_addresses() -> None:
    assert not [path for path in tracked() if path.name in ("uv.lock", "pylock.toml", "poetry.lock")]


def test_notebooks_are_stored_without_outputs() -> None:
    dirty = []
    for path in tracked():
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
                dirty.append(str(path.relative_to(ROOT)))
    assert not dirty, f"stored with outputs (clear them before committing): {dirty}"


def test_ci_runs_exactly_the_readme_test_command() -> None:
    commands = [line.strip() for line in read(".ci/run").splitlines() if "start.py" in line]
    assert commands == ["python3 start.py test"]
    assert re.search(r"^\s*\$?\s*python3 start\.py test\s*(#.*)?$", read("README.md"), re.MULTILINE)
    assert re.search(r"^\s*\$?\s*python3 start\.py\s*(#.*)?$", read("README.md"), re.MULTILINE)
