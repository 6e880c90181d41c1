"""How independent a figure is, and the proof that nothing held out was fitted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence
from spinesim.study.trials import independence as told
from spinesim.study.trials.independence import FITTED, HELD_OUT, SHARES, Inputs, fit_logs, marks, names


@pytest.mark.parametrize(("citation", "expected"), [
    ("Peul 2007 NEJM 356:2245 doi:10.1056/NEJMoa064039", {"peul 2007", "doi 10.1056/nejmoa064039"}),
    ("Peul 2007 NEJM / Mertens 2014 PLoS One IPD", {"peul 2007", "mertens 2014"}),
    (
        "Kent 2023 Lancet (RESTORE) doi:10.1016/S0140-6736(23)00441-5",
        {"kent 2023", "doi 10.1016/s0140-6736(23)00441-5"},
    ),
    ("van der Gaag 2020 Cochrane CD013581", {"gaag 2020"}),
    ("NICE NG59 2016", {"nice 2016"}),
    ("brief assumption; no citable study found", set()),
])  # fmt: skip
def test_a_citation_is_known_by_doi_and_by_author_and_year(citation: str, expected: set[str]) -> None:
    assert marks(citation) == expected


def test_a_trial_is_known_by_its_name_in_brackets() -> None:
    assert names("Weinstein 2008 NEJM 358:794 (SPORT LSS)") == {"SPORT"}
    assert (
        names("Rainville 2012 (PMC3315838), Novak 2008 (PMID 1), A 2001 (AHRQ CER 227), B 2002 (cited)")
        == set()
    )


def kind(trial, **inputs: dict[str, str]) -> str:  # type: ignore[no-untyped-def]
    given = {"figures": {}, "marks": {}, "fitted": {}, **inputs}
    return Inputs(**given).kind(trial, trial.target[0], shipped_evidence())[0]


def test_the_three_kinds(small) -> None:
    figure = "peul_surg_leg_wk008"  # Peul 2007
    trial = small(('source = ["Nobody 2024, J Examples 1:1"]', f'source = ["{figure}"]'))
    assert kind(trial) == HELD_OUT
    assert kind(trial, figures={"another": "x.y"}, marks={"kuijper 2009": "x.y"}) == HELD_OUT
    assert kind(trial, figures={figure: "x.y"}) == SHARES
    assert kind(trial, marks={"peul 2007": "x.y"}) == SHARES
    assert kind(trial, figures={figure: "x.y"}, fitted={figure: "a_fit"}) == FITTED
    named = small(("A small trial", "SPORT, again"))
    assert (
        kind(named, marks={"trial SPORT": "x.y"}) == SHARES
        and kind(named, marks={"trial PACE": "x.y"}) == HELD_OUT
    )
    cited = small(("checked = true", 'checked = true\nstudy = "Kuijper 2009 BMJ"'))
    assert kind(cited, marks={"kuijper 2009": "x.y"}) == SHARES
    assert kind(small(('role = "validation"', 'role = "calibration"'))) == FITTED  # its file says so


def test_a_strangers_trial_is_held_out(small) -> None:
    inputs = told.read_inputs(shipped_evidence())
    trial = small()
    assert inputs.kind(trial, trial.target[0], shipped_evidence()) == (HELD_OUT, "")


def test_what_was_fitted_is_read_from_files_and_logs(monkeypatch, tmp_path: Path) -> None:
    inputs = told.read_inputs(shipped_evidence())
    assert "ipd_cons_leg_wk008" in inputs.fitted and "lbp_acute_pain_mean_wk6_wallwork2024" in inputs.fitted
    assert "peul 2007" in inputs.marks and inputs.figures


def logged(folder: Path, *targets: dict[str, object]) -> Path:
    fits = folder / "calibrations" / "fits"
    fits.mkdir(parents=True)
    (fits / "mine.json").write_text(json.dumps({"targets": list(targets)}), encoding="utf-8")
    (folder / "trials").mkdir()
    return folder


def test_a_fitted_validation_figure_is_a_problem(monkeypatch, small, tmp_path: Path) -> None:
    figure = "peul_surg_leg_wk008"
    trial = small(('source = ["Nobody 2024, J Examples 1:1"]', f'source = ["{figure}"]'))
    home = logged(
        tmp_path / "data", {"trial": "old", "role": "calibration", "sha256": "0", "figures": [figure]}
    )
    monkeypatch.setattr(told, "data_folder", lambda: home)
    assert told.fitted_figures() == {figure: "mine"}
    proof = told.prove([trial], shipped_evidence())
    assert len(proof.problems) == 1 and figure in proof.problems[0] and "'mine'" in proof.problems[0]
    assert proof.logs == 1 and "not shipped" in proof.notes[0]


def test_a_validation_figure_behind_a_parameter_is_a_problem(small) -> None:
    trial = small(('source = ["Nobody 2024, J Examples 1:1"]', 'source = ["peul_surg_leg_wk008"]'))
    inputs = Inputs({"peul_surg_leg_wk008": "microdiscectomy.success"}, {}, {})
    proof = told.prove([trial], shipped_evidence(), inputs)
    assert len(proof.problems) == 1 and "microdiscectomy.success" in proof.problems[0]
    assert not told.prove(
        [small(('role = "validation"', 'role = "calibration"'))], shipped_evidence(), inputs
    ).problems


@pytest.mark.parametrize("role", ["validation", None])
def test_a_log_of_a_fit_to_a_validation_trial_is_a_problem(
    monkeypatch, small, tmp_path: Path, role: object
) -> None:
    home = logged(tmp_path / "data", {"trial": "small", "role": role, "sha256": "0", "figures": []})
    monkeypatch.setattr(told, "data_folder", lambda: home)
    proof = told.prove([small()], shipped_evidence(), Inputs({}, {}, {}))
    assert any("'small', whose role is not calibration" in problem for problem in proof.problems)


def test_a_log_that_calls_a_validation_trial_calibration_is_a_problem(
    monkeypatch, small, tmp_path: Path
) -> None:
    """The trial's own file says which it is; a log that says otherwise does not clear it."""
    home = logged(tmp_path / "data", {"trial": "small", "role": "calibration", "sha256": "0", "figures": []})
    monkeypatch.setattr(told, "data_folder", lambda: home)
    proof = told.prove([small()], shipped_evidence(), Inputs({}, {}, {}))
    assert proof.problems == ["calibration 'mine' was fitted to 'small', whose role is not calibration"]
    fitted = small(('role = "validation"', 'role = "calibration"'))
    assert told.prove([fitted], shipped_evidence(), Inputs({}, {}, {})).problems == []


def test_a_fit_to_an_older_file_is_noted_and_line_ends_are_not_a_change(
    monkeypatch, small, tmp_path: Path
) -> None:
    trial = small(('role = "validation"', 'role = "calibration"'))
    now = {"trial": "small", "role": "calibration", "sha256": trial.sha256, "figures": []}
    home = logged(tmp_path / "data", now, now | {"sha256": "0"})
    monkeypatch.setattr(told, "data_folder", lambda: home)
    text = trial._file.read_bytes()
    for same in (text, text.replace(b"\n", b"\r\n")):
        (home / "trials" / "small.toml").write_bytes(same)
        notes = told.prove([trial], shipped_evidence(), Inputs({}, {}, {})).notes
        assert notes == ["calibration 'mine': the file of 'small' has changed since it was fitted"]
    (home / "trials" / "small.toml").write_bytes(text + b"# more\n")
    assert len(told.prove([trial], shipped_evidence(), Inputs({}, {}, {})).notes) == 2


def test_figures_of_a_fit_are_each_target_s_own_sources_or_the_trial_s(tmp_path: Path) -> None:
    home = logged(tmp_path / "data")
    (home / "calibrations" / "one.toml").write_text('trials = ["t", "elsewhere"]\n')
    (home / "trials" / "t.toml").write_text(
        'source = ["whole"]\n[[target]]\nsource = ["own", "second"]\n[[target]]\noutcome = "pain"\n'
    )
    assert told.fitted_figures(home) == {"own": "one", "second": "one", "whole": "one"}


def test_every_source_of_a_parameter_counts_but_not_that_it_was_calibrated(monkeypatch) -> None:
    """Two figures in one cell are two sources; what a fit made rests on what it was fitted to."""
    from types import SimpleNamespace

    known = shipped_evidence()
    first, second, third = "peul_surg_leg_wk008", "ipd_cons_leg_wk008", "lbp_acute_pain_mean_wk6_wallwork2024"
    parameters = {
        "a.b": SimpleNamespace(source=f"{first}; {second}"),
        "c.d": SimpleNamespace(source=f"calibrated: a_fit; {third}"),
        "e.f": SimpleNamespace(source=f"assumption; {first}"),
    }
    made = SimpleNamespace(parameters=parameters, figures=known.figures)
    monkeypatch.setattr(told, "fitted_figures", lambda: {third: "a_fit"})
    inputs = told.read_inputs(SimpleNamespace(shipped=made))  # type: ignore[arg-type]
    assert inputs.figures == {first: "a.b", second: "a.b"} and inputs.fitted == {third: "a_fit"}
    behind = {mark: inputs.marks[mark] for mark in marks(known.figures[third].study)}
    assert behind and set(behind.values()) == {"the calibration a_fit"}
    assert inputs.marks["peul 2007"] == "a.b"


def test_a_trial_s_name_is_a_word_and_not_a_piece_of_one(small) -> None:
    assert kind(small(("A small trial", "Sport again")), marks={"trial SPORT": "x.y"}) == SHARES
    assert kind(small(("A small trial", "Transport")), marks={"trial SPORT": "x.y"}) == HELD_OUT
    assert kind(small(('name = "small"', 'name = "sport_again"')), marks={"trial SPORT": "x.y"}) == SHARES
    assert kind(small(), marks={"peul 2007": "x.y", "trial PACE": "x.y"}) == HELD_OUT


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"targets": 3}', '{"targets": ["a"]}', "[" * 3000])
def test_a_broken_log_is_refused(tmp_path: Path, content: str) -> None:
    fits = tmp_path / "calibrations" / "fits"
    fits.mkdir(parents=True)
    (fits / "mine.json").write_text(content, encoding="utf-8")
    with pytest.raises(ss.SpinesimError, match=r"fits/mine\.json: not the log of a calibration"):
        fit_logs(tmp_path)
