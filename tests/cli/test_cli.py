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
        "paper_mean", "paper_sd", "paper_low", "paper_high", "inside", "measure", "versus", "checked",
        "scale", "unit", "says",
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
    (["run", "conservative_first", "--patients", "inf"], "--patients: inf is too large"),
    (["run", "conservative_first", "--years=-2"], "years is -2"),
    (["run", "conservative_first", "--years", "nan"], "years is nan"),
    (["run", "conservative_first", "--runs", "0"], "runs is 0"),
    (["run", "conservative_first", "--seed=-3"], "seed"),
    (["run", "conservative_first", "--seed", "1.5"], "seed"),
    (["run", "conservative_first", "--workers", "0"], "workers is 0"),
    (["run", "conservative_first", "--set", "rubbish"], "PARAMETER=NUMBER"),
    (["run", "conservative_first", "--set", "no.such=1"], "no.such"),
    (["run", "conservative_first", "--set", "flare.size=nan"], "flare.size"),
    (["run", "conservative_first", "--set", "flare.days=0"], "above 0 for the unit 'days', not 0"),
    (["run", "conservative_first", "--set", "first_visit.minutes=-5"], "above 0 for the unit 'minutes'"),
    (["run", "conservative_first", "--set", "disc_herniation.start_correlation=3"], "-1 to 1"),
    (["run", "conservative_first", "--set", "lumbar_strain.course.lasting_concentration=0"], "above 0"),
    (["run", "conservative_first", "--set", "visit.price=-100"], "0 or above for the unit 'USD 2025'"),
    (["run", "conservative_first", "--set", "lumbar_strain.axial.start=-3"], "0 to 10"),
    (["run", "conservative_first", "--set", "report.pain_error=-1"], "0 to 10"),
    (["run", "conservative_first", "--patients", "ten"], "--patients: 'ten' is not a number"),
    (["run", "conservative_first", "--people", "10"], "--people"),
    (["run"], "required: pathway; see `spinesim run --help`"),
    (["fly"], "invalid choice: 'fly'"),
    (["compare", "conservative_first"], "two or more pathways"),
    (["trial", "magic"], "magic"),
    (["trial", "acute_lbp_cohorts", "--patients", "0"], "patients is 0"),
    (["lab", "99_none.ipynb"], "99_none"),
])  # fmt: skip
def test_mistakes_get_one_sentence(words, says, capsys):
    assert says in refused(capsys, *words)


@pytest.mark.parametrize("option", ["--patients", "--years", "--runs", "--seed", "--workers"])
@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "1" + "0" * 16, "1e300", "-1e300", "-inf"])
def test_numbers_beyond_reason_are_refused_briefly(option, number, capsys):
    sentence = refused(capsys, "run", "conservative_first", f"{option}={number}")
    assert f"{option}: " in sentence and "is too large" in sentence and len(sentence) < 150


def test_whole_numbers_may_be_written_with_an_exponent():
    from spinesim.cli.parser import number as _number

    for text, number in {
        "1e1": 10,
        "40.0": 40,
        "-3": -3,
        "1e15": 10**15,
        "999999999999999": 10**15 - 1,
    }.items():
        assert _number(text) == number and isinstance(_number(text), int)
    assert _number("0.3") == 0.3


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

    shutil.copytree(data_folder(), tmp_path / "data")
    table = tmp_path / "data" / "parameters" / "body.csv"
    rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    rows.loc[rows["id"] == "flare.days", "source"] = ""
    rows.to_csv(table, index=False)
    monkeypatch.setenv("SPINESIM_DATA", str(tmp_path / "data"))
    sentence = refused(capsys, "run", "conservative_first", *SMALL)
    assert "flare.days" in sentence and "source" in sentence and "body.csv" in sentence


def test_results_are_never_overwritten_without_force(tmp_path, capsys):
    out = tmp_path / "results"
    assert main(["run", "conservative_first", *SMALL, "--out", str(out)]) == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    assert "--force" in refused(capsys, "run", "conservative_first", *SMALL, "--seed", "9", "--out", out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert main(["run", "conservative_first", *SMALL, "--seed", "9", "--out", str(out), "--force"]) == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} != before


def test_force_never_replaces_results_to_which_a_person_added_notes(tmp_path, capsys):
    out = tmp_path / "results"
    assert main(["run", "conservative_first", *SMALL, "--out", str(out)]) == 0
    (out / "notes.txt").write_text("my thoughts")
    assert "not spinesim results" in refused(
        capsys, "run", "conservative_first", *SMALL, "--out", out, "--force"
    )
    assert (out / "notes.txt").read_text() == "my thoughts"


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


RUN = ["run", "conservative_first", *SMALL]


@pytest.fixture
def never_run(monkeypatch):
    """Fails the test if a refused command computes anything."""
    from spinesim import study

    monkeypatch.setattr(study, "run_study", lambda *_: pytest.fail("the run was started"))


@pytest.mark.parametrize("out", [".", "", "inside/..", "..", "/", "../..", "missing/.."])
def test_the_current_folder_and_those_around_it_are_refused(out, tmp_path, capsys, monkeypatch, never_run):
    here = tmp_path / "here"
    (here / "inside").mkdir(parents=True)
    (here / "manifest.json").write_text("{}")
    monkeypatch.chdir(here)
    for force in ([], ["--force"]):
        assert "current folder" in refused(capsys, *RUN, "--out", out, *force)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["here", "inside", "manifest.json"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_can_never_be_a_folder_is_refused_before_the_run(tmp_path, capsys, never_run, force):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for bad in (os.devnull, tmp_path / "file", tmp_path / "loop", tmp_path / "link"):
        assert "not a folder" in refused(capsys, *RUN, "--out", bad, *force)
    for bad in ("x" * 300, "a/b/" + "x" * 300, "x" * 300 + "/a"):
        sentence = refused(capsys, *RUN, "--out", tmp_path / bad, *force)
        assert "Cannot write" in sentence and len(sentence) < 200
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "link", "loop"]


def test_a_refused_run_makes_no_folders(tmp_path, capsys):
    words = ["run", "conservative_first", "--patients", "0", "--out", tmp_path / "a" / "b" / "out"]
    assert "patients is 0" in refused(capsys, *words)
    assert list(tmp_path.iterdir()) == []


def test_missing_parents_are_made_when_written(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    out = tmp_path / "link" / "new" / "old" / "out"
    for force in ([], ["--force"]):
        assert main([*RUN, "--out", str(out), *force]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "real"]
    assert [p.name for p in (tmp_path / "real").rglob("*") if p.is_dir()] == ["new", "old", "out"]
    assert (out / "manifest.json").is_file()


def test_an_empty_folder_may_be_filled(tmp_path):
    assert main([*RUN, "--out", str(tmp_path)]) == 0
    assert (tmp_path / "manifest.json").is_file()


def test_a_full_disk_leaves_nothing_behind(tmp_path, capsys, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    assert "No space left" in refused(capsys, *RUN, "--out", tmp_path / "a" / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [OSError(16, "Device busy"), KeyboardInterrupt()])
@pytest.mark.parametrize("which", [0, 1])
def test_old_results_come_back_when_they_cannot_be_replaced(tmp_path, capsys, monkeypatch, how, which):
    out = tmp_path / "results"
    assert main([*RUN, "--out", str(out)]) == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    renames, rename = [], Path.rename

    def failing(self, target):
        renames.append(self)
        if len(renames) == which + 1:
            raise how
        return rename(self, target)

    capsys.readouterr()
    monkeypatch.setattr(Path, "rename", failing)
    code = main([*RUN, "--seed", "9", "--out", str(out), "--force"])
    assert code == (2 if isinstance(how, OSError) else 130)
    assert ("Device busy" if code == 2 else "nothing was written") in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert list(tmp_path.iterdir()) == [out]


def test_old_results_that_cannot_come_back_are_kept_and_named(tmp_path, capsys, monkeypatch):
    out = tmp_path / "results"
    assert main([*RUN, "--out", str(out)]) == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    renames, rename = [], Path.rename

    def failing(self, target):
        renames.append(self)
        if len(renames) > 1:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    sentence = refused(capsys, *RUN, "--out", out, "--force")
    kept = Path(sentence.split("the old results are in ")[1].split(": free")[0])
    assert {p.name: p.read_bytes() for p in kept.iterdir()} == before


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_text_in_tables_never_runs_in_a_spreadsheet(tmp_path, name):
    from spinesim.study.files import write_folder

    table = pd.DataFrame({"arm": [name, "a=b", ""], "value": [-1.5, 2.0, None], "n": [-1, 0, 1]})
    table["course"] = pd.Categorical([name, None, "x"])
    table["mixed"] = pd.Series([name, -1, 2.5], dtype=object)
    folder = write_folder(tmp_path / "out", {"events": table, "none": table.iloc[:0]}, {})
    read = pd.read_csv(folder / "events.csv", keep_default_na=False, dtype=str)
    assert list(read["arm"]) == [f"'{name}", "a=b", ""]
    assert list(read["course"]) == [f"'{name}", "", "x"]
    assert list(read["mixed"]) == [f"'{name}", "-1", "2.5"]
    assert list(read["value"]) == ["-1.5", "2.0", ""] and list(read["n"]) == ["-1", "0", "1"]
    assert list(pd.read_csv(folder / "none.csv").columns) == list(table.columns)
    assert table["arm"][0] == name


def test_a_pathway_named_like_a_formula_is_written_as_text(tmp_path):
    text = (data_folder() / "pathways" / "conservative_first.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('name = "conservative_first"', 'name = "=1+1"', 1))
    out = tmp_path / "out"
    assert main(["compare", str(path), "early_imaging", *SMALL, "--out", str(out)]) == 0
    for name in ("events", "summary", "differences"):
        table = pd.read_csv(out / f"{name}.csv", dtype=str)
        assert "'=1+1" in set(table.get("versus", table["arm"])) and not (table == "=1+1").any().any()
    assert set(json.loads((out / "manifest.json").read_text())["pathways"]) == {"=1+1", "early_imaging"}


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
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in background jobs
    ) as process:  # fmt: skip
        time.sleep(4)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
    assert process.returncode != 0 and not out.exists() and list(tmp_path.iterdir()) == []
    if how == signal.SIGINT:
        assert "nothing was written" in err and "Traceback" not in err
