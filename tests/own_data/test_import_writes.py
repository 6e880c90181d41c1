"""The clinic file, the form and the export: what is written reads back, whole or not at all."""

from __future__ import annotations

import io
import tomllib

import pandas as pd
import pytest
from made_up import made_up, saved

from spinesim.cli import main
from spinesim.clinic.setting import ClinicSetting, load_clinic
from spinesim.errors import SpinesimError
from spinesim.study.own_data import (
    COLUMNS,
    clinic_toml,
    export_referrals,
    import_referrals,
    write_clinic,
    write_referrals,
    write_template,
)
from spinesim.study.own_data.check import check
from spinesim.study.own_data.read import read_cells

SHIPPED = ("ample", "community", "hospital_pain_centre")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_clinic_written_is_the_clinic_read(name, tmp_path):
    clinic = load_clinic(name)
    assert load_clinic(write_clinic(clinic, tmp_path / "mine.toml")) == clinic


def test_text_that_toml_must_escape_survives():
    clinic = load_clinic("community").model_copy(update={"title": 'A "b" \\ c = [x]\n# ü', "source": "'''"})
    assert ClinicSetting.model_validate(tomllib.loads(clinic_toml(clinic))) == clinic


@pytest.mark.parametrize("name", SHIPPED)
def test_only_what_was_fitted_differs_from_the_base(name, tmp_path):
    base = load_clinic(name)
    done = import_referrals(saved(made_up(weeks=60), tmp_path / "own.csv"), base, name="mine")
    assert load_clinic(done.write(tmp_path / "mine.toml")) == done.clinic
    before, after = base.model_dump(), done.clinic.model_dump()
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"name", "title", "source", "mix", "arrivals", "numbers"}
    assert set(after["numbers"]) - set(before["numbers"]) <= {
        "no_show.share", "no_show.reference_days", "no_show.odds_per_doubling", "cancel.share"
    }  # fmt: skip
    assert "fitted from about" in done.clinic.source
    assert any("switched off" in note for note in done.notes) == (not base.behaviour.no_show)


def test_what_exists_is_not_overwritten(tmp_path):
    target = tmp_path / "mine.toml"
    target.write_text("precious")
    with pytest.raises(SpinesimError, match="exists; give another name, or --force"):
        write_clinic(load_clinic("community"), target)
    assert target.read_text() == "precious"
    write_clinic(load_clinic("community"), target, force=True)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.toml"]
    with pytest.raises(SpinesimError, match=r"ends in \.toml"):
        write_clinic(load_clinic("community"), tmp_path / "mine.txt")
    with pytest.raises(SpinesimError, match="does not exist"):
        write_clinic(load_clinic("community"), tmp_path / "gone" / "mine.toml")


def test_the_form_passes_its_own_checks_and_explains_every_column(tmp_path):
    form, explained = write_template(tmp_path / "referrals.csv")
    cells = read_cells(form)
    assert tuple(cells.header) == COLUMNS
    checked = check(cells)
    assert len(checked.rows) == 7 and checked.rows["rebooked"].sum() == 1
    text = explained.read_text(encoding="utf-8")
    assert all(f"| `{column}` |" in text for column in COLUMNS)
    with pytest.raises(SpinesimError, match="exists"):
        write_template(form)


def events(*rows: tuple[int, float, str, float]) -> pd.DataFrame:
    """An event table of first visits."""
    table = pd.DataFrame(rows, columns=["patient", "day", "event", "value"])
    return table.assign(step="intake", resource="physician")


NAN = float("nan")
STORIES = {
    "kept": (
        [(0, 3.4, "request", NAN), (0, 5.0, "booked", 9.5), (0, 9.5, "start", NAN)],
        [("3", "5", "9", "yes", "no")],
    ),
    "at once": ([(0, 3.4, "request", NAN), (0, 3.4, "start", NAN)], [("3", "", "3", "yes", "no")]),
    "missed, then kept": (
        [(0, 3.0, "request", NAN), (0, 3.0, "booked", 9.5), (0, 9.5, "no_show", NAN),
         (0, 9.6, "booked", 12.4), (0, 12.4, "start", NAN)],
        [("3", "3", "9", "no", "no"), ("3", "9", "12", "yes", "yes")],
    ),
    "missed, no other": (
        [(0, 3.0, "request", NAN), (0, 3.0, "booked", 9.5), (0, 9.5, "no_show", NAN), (0, 9.5, "left", 2.0)],
        [("3", "3", "9", "no", "no")],
    ),
    "cancelled, waits again": (
        [(0, 3.0, "request", NAN), (0, 3.0, "booked", 9.5), (0, 6.0, "cancelled", NAN)],
        [("3", "3", "9", "cancelled", "no"), ("3", "", "", "", "yes")],
    ),
    "left the list": ([(0, 3.0, "request", NAN), (0, 10.0, "left", 1.0)], [("3", "", "", "left", "no")]),
    "wanted later": (
        [(0, 3.0, "request", 45.0), (0, 3.0, "booked", 46.4), (0, 46.4, "start", NAN)],
        [("45", "3", "46", "yes", "no")],
    ),
    "still booked": ([(0, 3.0, "request", NAN), (0, 3.0, "booked", 9.5)], [("3", "3", "9", "", "no")]),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_export_of_one_story(story):
    happened, expected = STORIES[story]
    table = export_referrals(events(*happened), {0: "facet_pain"})
    columns = ["referred", "booked", "appointment", "attended", "rebooked"]
    assert list(table[columns].itertuples(index=False, name=None)) == expected
    assert tuple(table.columns) == COLUMNS and set(table["condition"]) == {"facet_pain"}


def test_formulas_are_marked_as_text_in_what_is_exported(tmp_path):
    table = export_referrals(events((0, 3.0, "request", NAN), (1, 3.0, "request", NAN)), {0: "=1+1", 1: "@x"})
    table.loc[1, "referred"] = "-3"
    read = pd.read_csv(io.StringIO(write_referrals(table, tmp_path / "e.csv").read_text()), dtype=str)
    assert read["condition"].tolist() == ["'=1+1", "'@x"] and read["referred"].tolist() == ["3", "-3"]


def test_the_command_from_form_to_comparison(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["import", "--template", "referrals.csv"]) == 0
    saved(made_up(weeks=60), tmp_path / "own.csv")
    assert main(["import", "own.csv", "--dry-run"]) == 0
    assert "Nothing was written" in capsys.readouterr().out and not (tmp_path / "own_clinic.toml").exists()
    assert main(["import", "own.csv", "--out", "mine.toml", "--plots", "fit.png"]) == 0
    said = capsys.readouterr().out
    for words in (
        "arrivals.per_week",
        "no_show.odds_per_doubling",
        "not fitted, but what",
        "compare conservative",
    ):
        assert words in said
    assert (tmp_path / "fit.png").read_bytes().startswith(b"\x89PNG")
    assert main(["import", "own.csv", "--out", "mine.toml"]) == 2
    small = ["--patients", "60", "--years", "0.5", "--runs", "1", "--quiet", "--no-keep"]
    assert main(["compare", "conservative_first", "early_imaging", "--clinic", "mine.toml", *small]) == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["import"], "needs a .csv file"),
        (["import", "own.csv", "--plots", "fit.pdf"], "ends in .png or .svg"),
        (["import", "own.csv", "--out", "mine"], "ends in .toml"),
        (["import", "own.csv", "--clinic", "comunity"], "did you mean 'community'"),
        (["import", "--template", "form.xlsx"], "ends in .csv"),
        (["import", "gone.csv"], "does not exist"),
    ],
)
def test_slips_at_the_command(typed, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(typed) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
