"""``spinesim naive`` prints every answer beside the truth and keeps tables and a picture."""

import json

import pandas as pd

from spinesim.cli import main
from spinesim.study.naive import METHODS


def test_it_prints_and_writes_everything(tmp_path, capsys):
    out = tmp_path / "naive"
    small = ["--patients", "500", "--resamples", "5", "--quiet", "--no-keep"]
    assert main(["naive", *small, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    for words in METHODS.values():
        assert words in said
    assert "not on this scale" in said and "relative risk" in said and " 100 %; " in said
    assert "Webster 2014" in said and "Who was exposed" in said and "the cohort says" in said
    table = pd.read_csv(out / "estimates.csv")
    assert len(table) == 4 * len(METHODS)
    assert (out / "naive.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((out / "manifest.json").read_text())["cohort"]["name"] == "early_mri"


def test_an_unknown_cohort_is_one_sentence(capsys):
    assert main(["naive", "early_mr"]) == 2
    assert "did you mean 'early_mri'" in capsys.readouterr().err


def test_too_few_people_are_refused(capsys):
    assert main(["naive", "--patients", "10", "--quiet"]) == 2
    assert "patients is 10; give a whole number from 500" in capsys.readouterr().err
    assert main(["naive", "--resamples", "1", "--quiet"]) == 2
    assert "resamples is 1" in capsys.readouterr().err
