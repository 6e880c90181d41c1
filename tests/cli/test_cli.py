"""The command line: teaching help, honest files, and one clear sentence for every mistake."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from spinesim.cli import main
from spinesim.evidence import data_folder

ROOT = Path(__file__).parents[2]
SMALL = ["--patients", "40", "--years", "0.3", "--quiet"]


def refused(capsys, *words):
    """The one sentence a command is refused with."""
    code = main([str(word) for word in words])
    out = capsys.readouterr()
    assert code != 0 and "Traceback" not in out.err
    lines = out.err.strip().splitlines()
    assert len(lines) == 1, out.err
    return lines[0]


def test_help_teaches(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    for word in ("lab", "run", "compare", "trial", "--out", "not for decisions about individual patients"):
        assert word in text


@pytest.mark.parametrize("command", ["lab", "run", "compare", "trial"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0 and len(capsys.readouterr().out) > 200


def test_compare_writes_the_promised_files(tmp_path, capsys):
    out = tmp_path / "results"
    assert (
        main(["compare", "conservative_first", "early_imaging", *SMALL, "--out", str(out), "--seed", "7"])
        == 0
    )
    assert sorted(p.name for p in out.iterdir()) == [
        "differences.csv",
        "events.csv",
        "manifest.json",
        "summary.csv",
    ]
    columns = {
        "events": ["arm", "run", "patient", "day", "event", "step", "resource", "value"],
        "summary": ["outcome", "arm", "mean", "low", "high", "unit"],
        "differences": ["outcome", "arm", "versus", "difference", "low", "high", "unit"],
    }
    for name, expected in columns.items():
        assert list(pd.read_csv(out / f"{name}.csv").columns) == expected
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seed"] == 7 and set(manifest["pathways"]) == {"conservative_first", "early_imaging"}
    assert all(len(p["sha256"]) == 64 for p in manifest["pathways"].values())
    assert len(manifest["evidence"]["sha256"]) == 64 and manifest["spinesim"]
    assert "differences" in capsys.readouterr().out.lower()


def test_a_single_run_writes_a_headed_but_empty_difference_table(tmp_path):
    out = tmp_path / "one"
    assert main(["run", "conservative_first", *SMALL, "--out", str(out)]) == 0
    table = pd.read_csv(out / "differences.csv")
    assert table.empty and list(table.columns)[:3] == ["outcome", "arm", "versus"]


def test_trial_writes_its_table(tmp_path, capsys):
    out = tmp_path / "trial"
    assert main(["trial", "acute_lbp_cohorts", "--patients", "50", "--quiet", "--out", str(out)]) == 0
    table = pd.read_csv(out / "table.csv")
    assert list(table.columns) == [
        "arm", "week", "outcome", "n", "model_mean", "model_sd", "model_low", "model_high",
        "paper_mean", "paper_sd", "paper_low", "paper_high", "inside",
    ]  # fmt: skip
    assert "inside" in capsys.readouterr().out


def test_a_changed_parameter_is_named_in_the_manifest(tmp_path):
    out = tmp_path / "changed"
    words = ["run", "conservative_first", *SMALL, "--set", "imaging.incidental_scale=0", "--out", str(out)]
    assert main(words) == 0
    assert json.loads((out / "manifest.json").read_text())["changed"] == ["imaging.incidental_scale=0"]


@pytest.mark.parametrize(("words", "says"), [
    (["run", "magic"], "magic"),
    (["run", "conservative_first", "--condition", "gout"], "gout"),
    (["run", "conservative_first", "--clinic", "moon"], "moon"),
    (["run", "conservative_first", "--patients", "0"], "patients is 0"),
    (["run", "conservative_first", "--patients=-1"], "patients is -1"),
    (["run", "conservative_first", "--patients", "1000000000"], "patients is 1000000000"),
    (["run", "conservative_first", "--patients", "nan"], "patients is nan"),
    (["run", "conservative_first", "--patients", "inf"], "patients is inf"),
    (["run", "conservative_first", "--years=-2"], "years is -2"),
    (["run", "conservative_first", "--years", "nan"], "years is nan"),
    (["run", "conservative_first", "--runs", "0"], "runs is 0"),
    (["run", "conservative_first", "--seed=-3"], "seed"),
    (["run", "conservative_first", "--seed", "1.5"], "seed"),
    (["run", "conservative_first", "--workers", "0"], "workers is 0"),
    (["run", "conservative_first", "--set", "rubbish"], "PARAMETER=NUMBER"),
    (["run", "conservative_first", "--set", "no.such=1"], "no.such"),
    (["run", "conservative_first", "--set", "flare.size=nan"], "flare.size"),
    (["trial", "magic"], "magic"),
    (["trial", "acute_lbp_cohorts", "--patients", "0"], "patients is 0"),
    (["lab", "99_none.ipynb"], "99_none"),
])  # fmt: skip
def test_mistakes_get_one_sentence(words, says, capsys):
    assert says in refused(capsys, *words)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("pain_at_least = 4", "pian_at_least = 4", "pian_at_least"),
    ("pain_at_least = 4", 'pain_at_least = "four"', "pain_at_least"),
    ("pain_at_least = 4", "pain_at_least = -4", "pain_at_least"),
    ("pain_at_least = 4", "pain_at_least = nan", "pain_at_least"),
    ("imaging_after_weeks = 6", "imaging_after_weeks = inf", "imaging_after_weeks"),
    ("imaging_after_weeks = 6", "imaging_after_weeks = 6\nimaging_after_weeks = 7", "duplicate"),
    ("pain_at_most = 1 }", "pain_at_most = 1, pain_at_least = 3 }", "recovered"),
    ('offer = ["epidural"]', 'offer = ["leeches"]', "leeches"),
])  # fmt: skip
def test_a_broken_pathway_file_is_refused_by_name(tmp_path, capsys, old, new, says):
    text = (data_folder() / "pathways" / "conservative_first.toml").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    sentence = refused(capsys, "run", path)
    assert says in sentence and "mine.toml" in sentence


def test_an_unknown_uptake_parameter_is_refused_before_the_run(tmp_path, capsys):
    text = (data_folder() / "pathways" / "conservative_first.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace("cascade.procedure_uptake", "cascade.nothing"))
    assert "cascade.nothing" in refused(capsys, "run", tmp_path / "mine.toml")


def test_a_parameter_without_a_source_is_refused(tmp_path, capsys, monkeypatch):
    import shutil

    from spinesim.study import simulation

    shutil.copytree(data_folder(), tmp_path / "data")
    table = tmp_path / "data" / "parameters.csv"
    rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    rows.loc[rows["id"] == "flare.days", "source"] = ""
    rows.to_csv(table, index=False)
    monkeypatch.setenv("SPINESIM_DATA", str(tmp_path / "data"))
    simulation.shipped_evidence.cache_clear()
    try:
        sentence = refused(capsys, "run", "conservative_first", *SMALL)
    finally:
        monkeypatch.undo()
        simulation.shipped_evidence.cache_clear()
    assert "flare.days" in sentence and "source" in sentence and "parameters.csv" in sentence


def test_results_are_never_overwritten_without_force(tmp_path, capsys):
    out = tmp_path / "results"
    assert main(["run", "conservative_first", *SMALL, "--out", str(out)]) == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    assert "--force" in refused(capsys, "run", "conservative_first", *SMALL, "--seed", "9", "--out", out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert main(["run", "conservative_first", *SMALL, "--seed", "9", "--out", str(out), "--force"]) == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} != before


def test_force_never_replaces_a_folder_of_something_else(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "not spinesim results" in refused(
        capsys, "run", "conservative_first", *SMALL, "--out", tmp_path, "--force"
    )
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused_at_once(tmp_path, capsys):
    tmp_path.chmod(0o500)
    assert "Cannot write" in refused(
        capsys, "run", "conservative_first", *SMALL, "--out", tmp_path / "x" / "y"
    )


def test_an_unwritable_place_is_refused_at_once(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert "file" in refused(capsys, "run", "conservative_first", *SMALL, "--out", tmp_path / "file")
    assert "Cannot write" in refused(
        capsys, "run", "conservative_first", *SMALL, "--out", tmp_path / "file" / "deeper" / "x"
    )


def test_a_full_disk_leaves_nothing_behind(tmp_path, capsys, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    assert "No space left" in refused(capsys, "run", "conservative_first", *SMALL, "--out", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_half_written_folder(tmp_path, how):
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "spinesim",
        "run",
        "conservative_first",
        "--patients",
        "50000",
        "--quiet",
        "--out",
        str(out),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        time.sleep(4)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
    assert process.returncode != 0 and not out.exists() and list(tmp_path.iterdir()) == []
    if how == signal.SIGINT:
        assert "nothing was written" in err and "Traceback" not in err
