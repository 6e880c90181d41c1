"""The scoreboard: counts, distances, the document's section, the picture, and the command."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import spinesim as ss
from spinesim.cli import main
from spinesim.study.document import write_section
from spinesim.study.executor import Kept, Processes
from spinesim.study.trials import board as words
from spinesim.study.trials.document import BEGIN, END, NAME, digests, pictures, section
from spinesim.study.trials.independence import Proof
from spinesim.study.trials.scoreboard import SCORED, Scoreboard, load_all, validate
from spinesim.view.plots import picture
from spinesim.view.scoreboard import plot_scoreboard

MISS = '\n[[target]]\noutcome = "pain"\narm = "other"\nweeks = [0]\nmean = [1.0]\ntolerance = 1.0\n'


@pytest.fixture
def found(small) -> Scoreboard:
    return validate([small(target=MISS)], patients=60)


def test_the_table_has_every_figure_with_its_distance(found: Scoreboard) -> None:
    table = found.table
    assert list(table.columns) == SCORED and len(table) == 3
    miss = table.iloc[0]  # misses first
    assert not miss["inside"] and miss["position"] == pytest.approx(miss["model_mean"] - 1.0)
    assert miss["outside"] == pytest.approx(miss["position"] - 1)
    assert table["inside"].tolist() == [False, True, True] and (table["outside"][1:] == 0).all()
    assert found.counts().to_dict("list") == {
        "role": ["validation"], "independence": ["held out"], "checked": [True], "figures": [3],
        "inside": [2],
    }  # fmt: skip
    assert found.by_trial()[["figures", "inside"]].to_numpy().tolist() == [[3, 2]]


def test_it_agrees_with_the_trial_re_run_alone(found: Scoreboard) -> None:
    alone, _ = ss.run_trial(found.loaded[0], patients=60)
    both = found.table.sort_values(["arm", "week"], ascending=[False, True], ignore_index=True)
    columns = ["model_mean", "model_sd", "model_low", "model_high", "paper_low", "paper_high", "inside", "n"]
    pd.testing.assert_frame_equal(both[columns], alone[columns])


def test_finished_trials_are_kept_and_not_run_again(small, tmp_path: Path, monkeypatch) -> None:
    from spinesim.study.trials import scoreboard

    trial, keep = small(), Kept(tmp_path / "kept")
    first = validate([trial], patients=40, keep=keep)
    monkeypatch.setattr(scoreboard, "finish", lambda plan: pytest.fail("run again"))
    second = validate([trial], patients=40, keep=Kept(tmp_path / "kept"))
    pd.testing.assert_frame_equal(first.table, second.table)


@pytest.mark.parametrize(("old", "new"), [
    ("weeks = [0, 12]", "weeks = [1, 12]"),  # other targets of the same runs
    ('outcome = "pain"', 'outcome = "disability"'),
    ("tolerance = 10", "tolerance = 10\nscale = 2.0"),
    ("[person]", "[eligibility]\nat_week = 2\n\n[person]"),  # the same runs, counted from another week
    ("[person]", "[eligibility]\nage_at_most = 60\n\n[person]"),
    ('name = "other"', 'name = "another"'),
])  # fmt: skip
def test_what_is_kept_belongs_to_the_questions_asked_of_the_runs(small, monkeypatch, old, new) -> None:
    """Even if every run were the same: other targets, eligibility or arms are other finished work."""
    from spinesim.study.simulation import shipped_evidence
    from spinesim.study.trials import scoreboard

    monkeypatch.setattr(scoreboard, "plan_key", lambda plan: "the same run")

    def key(trial) -> str:  # type: ignore[no-untyped-def]
        [job] = scoreboard._jobs([trial], shipped_evidence(), 40)
        return job.key

    usual = key(small())
    assert key(small(("A small trial", "Another title"))) == usual  # what is not asked changes nothing
    assert key(small((old, new))) != usual


def test_a_target_put_right_is_measured_again(small, tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    validate([small()], patients=40, keep=Kept(keep))
    other = validate([small(("weeks = [0, 12]", "weeks = [1, 12]"))], patients=40, keep=Kept(keep)).table
    fresh = validate([small(("weeks = [0, 12]", "weeks = [1, 12]"))], patients=40).table
    pd.testing.assert_frame_equal(other, fresh)


def test_two_processes_give_the_same_numbers(small, write, example: str) -> None:
    trials = [small(), ss.load_trial(write(example, name="other.toml"))]
    with Processes(2) as two:
        spread = validate(trials, patients=40, executor=two)
    pd.testing.assert_frame_equal(spread.table, validate(trials, patients=40).table)


def test_a_trial_that_cannot_be_measured_is_told_and_the_rest_goes_on(small, write, example: str) -> None:
    nobody = '\n[[target]]\noutcome = "pain"\namong = "operated"\narm = "usual"\nweeks = [1]\n'
    nobody += "mean = [1]\ntolerance = 1\n"
    bad = small(target=nobody)
    board = validate([bad, ss.load_trial(write(example, name="other.toml"))], patients=50)
    assert list(board.failed) == ["small"] and "nobody counts" in board.failed["small"]
    assert set(board.table["trial"]) == {"walk_or_inject"}
    assert "small" in section(board) and "1 trial could not be measured." in words.headline(board)


def test_two_trials_of_one_name_are_refused(small) -> None:
    with pytest.raises(ss.SpinesimError, match="Two trials are called 'small'"):
        load_all([small(), small()])


# -- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "said"), [
    (0.371, "0.37"), (-3.456, "-3.46"), (56.04, "56.0"), (12345.6, "12346"), (float("nan"), "–"),
    (float("inf"), "never"),
])  # fmt: skip
def test_numbers_are_said_as_people_read_them(number: float, said: str) -> None:
    assert words.amount(number) == said


def test_rows_are_told_apart_and_what_is_subtracted_stays_readable() -> None:
    row = pd.Series({"outcome": "limb_pain", "measure": "change", "arm": "an arm of a very long name indeed",
                     "versus": "another arm of a very long name", "scale": 10.0, "unit": "NRS × 10",
                     "says": "one of the two trials"})  # fmt: skip
    whole = words.figure_words(row)
    assert whole.startswith("limb pain (NRS × 10), change, an arm") and whole.endswith(
        "; one of the two trials"
    )
    short = words.figure_words(row, 64)
    assert len(short) <= 66 and " minus ano" in short and "; one of the" in short


def test_how_many_figures_are_unconfirmed_is_counted(small) -> None:
    board = validate([small(target=f"{MISS}checked = false\n")], patients=40)
    assert words.by_trial(board)[0][-1] == "1 of 3 unconfirmed"
    texts = [text.get_text() for text in plot_scoreboard(board.table).axes[0].texts]
    assert any(text.endswith("(1 of 3 unconfirmed)") for text in texts)


def test_misses_come_first_in_words(found: Scoreboard) -> None:
    assert words.headline(found).startswith("2 of 3 published figures of 1 trial lie inside")
    [row] = words.figures(found.misses)
    assert row[1:4] == ("small", "pain, other", "0") and float(row[0]) > 0
    assert "| validation | held out | checked | 2 | 3 | 67 |" in section(found)


def test_what_was_fitted_is_said_loudly(found: Scoreboard) -> None:
    from dataclasses import replace

    assert "no validation figure" in words.proven(found)[0].lower()
    loud = replace(found, proof=Proof(["small: x is fitted"]))
    assert words.proven(loud) == ["NOT HELD OUT: small: x is fitted."]


# -- the document ------------------------------------------------------------------------------------------


def test_the_section_is_rewritten_and_nothing_else(found: Scoreboard, tmp_path: Path) -> None:
    path = tmp_path / "MODEL.md"
    path.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter — ü\n", encoding="utf-8")
    written = write_section(path, NAME, section(found), pictures(b"a picture"))
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"before\n\n{BEGIN}\n") and text.endswith(f"{END}\n\nafter — ü\n")
    assert "old" not in text and digests(text) == (found.evidence, found.trials)
    assert (
        written == [path, tmp_path / "docs" / "images" / "scoreboard.png"]
        and written[1].read_bytes() == b"a picture"
    )
    write_section(path, NAME, section(found), pictures(b"a picture"))
    assert path.read_text(encoding="utf-8") == text  # again: the same
    assert not [one for one in tmp_path.rglob("*") if one.name.startswith(".")]


@pytest.mark.parametrize(("text", "says"), [
    ("nothing", "scoreboard:begin --> is missing"),
    (f"{BEGIN}\n", "scoreboard:end --> is missing"),
    (f"{BEGIN}\n{BEGIN}\n{END}\n", "stands there 2 times"),
    (f"{END}\n{BEGIN}\n", "stands before"),
])  # fmt: skip
def test_a_document_without_its_markers_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch, capsys, text: str, says: str
) -> None:
    from spinesim.study.trials import scoreboard

    monkeypatch.setattr(scoreboard, "validate", lambda *_, **__: pytest.fail("it ran"))
    path = tmp_path / "MODEL.md"
    path.write_text(text, encoding="utf-8")
    assert main(["validate", "acute_lbp_cohorts", "--document", str(path)]) == 2
    assert says in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_a_missing_document_is_refused(tmp_path: Path, capsys) -> None:
    assert main(["validate", "acute_lbp_cohorts", "--document", str(tmp_path / "none.md")]) == 2
    assert "none.md cannot be read" in capsys.readouterr().err


# -- the picture -------------------------------------------------------------------------------------------


def rows(trials: int, figures: int) -> pd.DataFrame:
    """A made-up scoreboard."""
    u = np.random.default_rng(3)
    made = []
    for trial in range(trials):
        for week in range(figures):
            at = float(u.normal(0, 2)) if week else float("inf")
            made.append(
                {"trial": f"trial_{trial}", "role": "validation", "outcome": "pain", "measure": "value",
                 "arm": "a", "versus": "", "week": week, "model_mean": 5 + at, "model_low": 5 + at - 0.3,
                 "model_high": 5 + at + 0.3, "paper_mean": 5.2, "paper_low": 4.0, "paper_high": 6.0,
                 "inside": abs(at) <= 1, "checked": bool(week % 2), "position": at,
                 "outside": max(abs(at) - 1, 0)}
            )  # fmt: skip
    return pd.DataFrame(made)


@pytest.mark.parametrize(("trials", "figures"), [(1, 1), (3, 4), (40, 4), (2, 90)])
def test_the_picture_stays_in_shape_however_many_rows(trials: int, figures: int) -> None:
    figure = plot_scoreboard(rows(trials, figures), {"trial_0": "A very long title " * 8})
    width, height = figure.get_size_inches()
    assert width <= 3 * 9.3 and height < 60 and 1 <= len(figure.axes) <= 3
    shown = [axes.get_yticklabels() for axes in figure.axes]
    assert sum(map(len, shown)) == trials * figures  # no row is lost
    for axes in figure.axes:  # no two rows on one line
        ticks = axes.get_yticks()
        assert len(set(ticks)) == len(ticks) and (np.diff(ticks) > 0.99).all()


@pytest.mark.parametrize("trials", [1, 40])
def test_nothing_is_cut_off_at_the_edges(trials: int) -> None:
    table = rows(trials, 4).assign(arm="an arm of a long name", versus="another arm", says="a remark " * 9)
    figure = plot_scoreboard(table)
    figure.draw_without_rendering()
    boxes = [figure.legends[0].get_window_extent()]
    boxes += [one.get_window_extent() for axes in figure.axes for one in axes.get_yticklabels()]
    assert min(box.x0 for box in boxes) >= 0 and max(box.x1 for box in boxes) <= figure.bbox.x1


def test_a_miss_differs_in_colour_and_shape() -> None:
    [axes] = plot_scoreboard(rows(3, 6)).axes
    table = rows(3, 6)
    looks = {(line.get_color(), line.get_marker()) for line in axes.lines if line.get_linestyle() == "None"}
    colours = {marker: colour for colour, marker in looks}
    assert colours["o"] != colours["X"] == colours[">"] and not table["inside"].all()


def test_the_picture_is_a_file_and_the_same_twice() -> None:
    table = rows(2, 3)
    image = Image.open(io.BytesIO(picture(plot_scoreboard(table))))
    assert image.format == "PNG" and min(image.size) > 200
    assert picture(plot_scoreboard(table), "svg").startswith(b"<?xml")
    assert picture(plot_scoreboard(table)) == picture(plot_scoreboard(table))


# -- the command -------------------------------------------------------------------------------------------


def test_the_command_prints_misses_first_and_writes_everything(
    write, example: str, tmp_path: Path, capsys
) -> None:
    out, document = tmp_path / "out", tmp_path / "MODEL.md"
    document.write_text(f"{BEGIN}{END}", encoding="utf-8")
    asked = ["validate", "acute_lbp_cohorts", str(write(example)), "--patients", "60", "--quiet", "--no-keep"]
    assert main([*asked, "--out", str(out), "--document", str(document)]) == 0
    said = capsys.readouterr().out
    assert (
        said.index("Misses, the farthest first") < said.index("Figures inside") < said.index("Trial by trial")
    )
    assert "No validation figure was fitted" in said or "no validation figure is among them" in said
    assert "peak memory" in said and " s" in said
    assert {path.name for path in out.iterdir()} == {
        "results.csv", "trials.csv", "counts.csv", "scoreboard.svg", "scoreboard.png", "manifest.json",
    }  # fmt: skip
    assert set(json.loads((out / "manifest.json").read_text())["trials"]) == {
        "acute_lbp_cohorts",
        "walk_or_inject",
    }
    assert (tmp_path / "docs" / "images" / "scoreboard.png").is_file()
    assert main([*asked, "--out", str(out), "--force"]) == 0  # results may be replaced by results


def test_a_held_out_figure_that_was_fitted_fails_loudly(write, monkeypatch, capsys) -> None:
    from spinesim.study.trials import scoreboard

    monkeypatch.setattr(scoreboard, "prove", lambda *_: Proof(["acute_lbp_cohorts: x is fitted"]))
    assert main(["validate", "acute_lbp_cohorts", "--patients", "30", "--quiet", "--no-keep"]) == 1
    assert "NOT HELD OUT: acute_lbp_cohorts: x is fitted" in capsys.readouterr().out


@pytest.mark.parametrize(("asked", "says"), [
    (["magic"], "Unknown trial 'magic'"),
    (["acute_lbp_cohorts", "--patients", "0"], "patients is 0"),
    (["acute_lbp_cohorts", "acute_lbp_cohorts"], "Two trials are called"),
])  # fmt: skip
def test_wrong_words_are_refused(asked: list[str], says: str, capsys) -> None:
    assert main(["validate", *asked, "--quiet", "--no-keep"]) == 2
    assert says in capsys.readouterr().err
