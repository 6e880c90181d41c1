"""``data/correlations.toml``: what ships is sound, and every fault is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.simulation import shipped_evidence
from spinesim.study.uncertainty import load_joint
from spinesim.study.uncertainty.joint import root

SAID = 'source = "assumption"\nwhy = "a test"\n'
SHARES = f"""[[shares]]
name = "x"
{SAID}"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "correlations.toml"
    path.write_text(text)
    return load_joint(shipped_evidence(), path)


def test_every_set_of_course_shares_is_named() -> None:
    known = {key for one in load_joint(shipped_evidence()).shares for row in one.rows for key in row}
    for key, row in shipped_evidence().conditions.items():
        assert {f"{key}.course.{course}.share" for course in row["courses"]} <= known
    # nothing else in the tables sums to 1 without being named
    for prefix in ("case_mix.pain_clinic.", "case_mix.primary_care.", "person.occupation."):
        assert {prefix + rest for rest in shipped_evidence().values(prefix)} <= known


def pair(a: str, b: str, rho: float) -> str:
    return f'[[pair]]\nparameters = ["{a}", "{b}"]\nrho = {rho}\n{SAID}'


A, B, C = "nsaid.uptake", "opioid.uptake", "tricyclic.uptake"
FAULTS = {
    "an id": (pair(A, "opioid.uptak", 0.5), "did you mean 'opioid.uptake'"),
    "rho above 1": (pair(A, B, 1.5), "rho"),
    "rho as a word": (pair(A, B, 0.5).replace("0.5", '"half"'), "rho"),
    "impossible together": (
        pair(A, B, 0.9) + pair(B, C, 0.9) + pair(A, C, -0.9),
        "not positive semidefinite",
    ),
    "missing pair": (pair(A, B, 0.9) + pair(B, C, 0.9), "a pair not named counts as 0"),
    "with itself": (pair(A, A, 0.9), "with itself"),
    "twice": (pair(A, B, 0.1) + pair(B, A, 0.1), "given twice"),
    "no source": ('[[pair]]\nparameters = ["a", "b"]\nrho = 0.1\nwhy = "x"\n', "source"),
    "a source nobody has": (pair(A, B, 0.1).replace("assumption", "no_such_row"), "no row of data/evidence"),
    "an unknown key": (pair(A, B, 0.1) + "strength = 2\n", "strength"),
    "two entries": (
        pair(A, B, 0.1) + f'[[group]]\nname = "g"\nparameters = ["{A}", "{C}"]\nrho = 0.1\n{SAID}',
        "named in",
    ),
    "a negative group": (f'[[group]]\nname = "g"\nparameters = ["{A}", "{B}"]\nrho = -0.1\n{SAID}', "rho"),
    "nothing at all": ("", "restore the file that ships"),
    "a quoted number": (f'[[pair]]\nparameters = ["{A}", "{B}"]\nrho = "0.3"\n{SAID}', "rho"),
    "no parameters": (f"[[group]]\nrho = 0.1\n{SAID}", "give either"),
    "no name": (f'[[group]]\nparameters = ["{A}", "{B}"]\nrho = 0.1\n{SAID}', "'name' is missing"),
    "each without a place": (f'[[group]]\neach = "sign.*"\nrho = 0.1\n{SAID}', "must hold one {}"),
    "each for nothing": (f'[[group]]\neach = "nothing.{{}}.*"\nrho = 0.1\n{SAID}', "names no parameter"),
    "a pattern for nothing": (f'[[ladder]]\nname = "l"\nparameters = ["nothing.*"]\n{SAID}', "called like"),
    "shares that miss 1": (SHARES + 'parameters = ["case_mix.pain_clinic.*_pain"]\npeople = 3\n', "not 1"),
    "shares without a star": (SHARES + f'parameters = ["{A}"]\npeople = 3\n', "must hold one *"),
    "shares worth nobody": (SHARES + 'parameters = ["herniation.*.share"]\npeople = 0\n', "people"),
    "shares worth nothing said": (SHARES + 'parameters = ["herniation.*.share"]\n', "'people' is needed"),
    "shares unlike": (
        SHARES + 'parameters = ["herniation.*.share", "whiplash.course.*.share"]\npeople = 3\n',
        "different shares",
    ),
    "names alike": (
        "".join(f'[[group]]\nname = "g"\nparameters = ["{k}"]\nrho = 0.1\n{SAID}' for k in (A, B)),
        "two entries are called 'g'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence(fault: str, tmp_path: Path) -> None:
    text, words = FAULTS[fault]
    with pytest.raises(SpinesimError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value) and "correlations.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_possible_set_of_pairs(tmp_path: Path) -> None:
    made = load(tmp_path, pair(A, B, 0.9) + pair(B, C, 0.9) + pair(A, C, 0.8))
    (one,) = made.paired
    assert one.members == (A, B, C)
    assert np.allclose(root(one.matrix) @ root(one.matrix).T, one.matrix)


def test_the_root_of_a_semidefinite_matrix() -> None:
    ones = np.ones((3, 3))
    assert np.allclose(root(ones) @ root(ones).T, ones)


def test_a_missing_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SpinesimError, match="does not exist"):
        load_joint(shipped_evidence(), tmp_path / "none.toml")
