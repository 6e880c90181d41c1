"""``spinesim calibrate`` at the command line: the saved fits, and what is refused before anything runs."""

import pytest

from spinesim.cli import main
from spinesim.study.calibration import saved_fits

NAME = "cervical_radiculopathy_wait"


def test_without_a_name_the_saved_fits_are_listed(capsys):
    assert main(["calibrate"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in saved_fits()) and NAME in said


def test_a_saved_fit_is_shown_and_written(capsys, tmp_path):
    assert main(["calibrate", NAME, "--saved", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "What the data cannot tell" in said and "No validation trial" in said
    made = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {f"{NAME}_{kind}.csv" for kind in ("draws", "parameters", "figures")}
    assert made == tables | {f"{NAME}.png", "manifest.json"}


@pytest.mark.parametrize(("words", "says"), [
    (["nobody"], "Unknown calibration 'nobody'"),
    (["nobody", "--saved"], "no saved fit 'nobody'"),
    ([NAME, "--saved", "--save"], "give one of the two"),
    (["--save"], "--save needs a calibration to fit"),
    ([NAME, "mine.toml"], "mine.toml does not exist"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_at_once(capsys, words, says):
    assert main(["calibrate", *words]) == 2
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1
