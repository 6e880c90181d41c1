"""Every fault in a data file is refused in one sentence naming file, line, row, column and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import files
from spinesim.evidence.load import read_evidence

ROW = (
    "physio.relief,Pain removed by a course,0.16,0.04,0.28,95% CI,proportion,exercise_smd,moderate,yes,"
    "as published"
)
HERE = "data/parameters/all.csv line 2, row 'physio.relief', column "


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",0.16,", ",,", HERE + "value: empty; fill it in."),
        (",0.16,", ",NA,", HERE + "value: 'NA' is no number; write one."),
        (",0.16,", ",abc,", HERE + "value: 'abc' is not a finite number; write it like 0.25."),
        (",0.16,", ",nan,", HERE + "value: 'nan' is not a finite number"),
        (",0.16,", ",inf,", HERE + "value: 'inf' is not a finite number"),
        (",0.16,", ",1e999,", HERE + "value: '1e999' is not a finite number"),
        (",0.16,", ",1_0,", HERE + "value: '1_0' is not a finite number"),
        (",0.16,", ',"0,16",', HERE + "value: '0,16' is not a finite number"),
        (",0.16,", ",٣,", HERE + "value: '٣' is not a finite number"),
        (",0.16,", ",0.02,", HERE + "low: 0.04 is above the value 0.02; make low <= value <= high."),
        (",0.16,", ",0.9,", HERE + "high: 0.28 is below the value 0.9; make low <= value <= high."),
        (",0.16,0.04,0.28,", ",16,4,28,", HERE + "value: 16 is outside 0 to 1 for the unit"),
        (",0.04,", ",x,", HERE + "low: 'x' is not a finite number"),
        (",0.04,", ",,", HERE + "low: empty; give both low and high, or neither."),
        (",0.28,", ",,", HERE + "high: empty; give both low and high, or neither."),
        ("95% CI", "SE", HERE + "interval: 'SE' is not understood; write '95% CI'"),
        (",proportion,", ",,", HERE + "unit: empty; fill it in."),
        ("Pain removed by a course", " ", HERE + "quantity: empty; fill it in."),
        (",exercise_smd,", ",,", HERE + "source: empty; name evidence ids, 'assumption' or"),
        (",exercise_smd,", ",exercise_smd;,", HERE + "source: empty name; remove the spare ';'."),
        (",exercise_smd,", ",exercise_sdm,", "no row of data/evidence; did you mean 'exercise_smd'"),
        (",exercise_smd,", ",calibrated:nothing,", HERE + "source: 'nothing' is no row of data/evidence"),
        (",exercise_smd,", ",trial.toml,", HERE + "source: 'trial.toml' is no row of data/evidence"),
        (",moderate,", ",sure,", HERE + "certainty: 'sure' is not one of high, moderate, low,"),
        (",yes,", ",maybe,", HERE + "checked: 'maybe' is not one of yes, no"),
        (",as published", "", "row 'physio.relief': 10 fields instead of 11; put quotes"),
        (",as published", ",as published, too", "row 'physio.relief': 12 fields instead of 11; put quotes"),
        ("physio.relief,", ",", "data/parameters/all.csv line 2, column id: empty; give the row an id."),
        ("physio.relief,", "physio.days,", "line 3, row 'physio.days', column id: used twice; rename"),
        ("as published", '"as "published', "data/parameters/all.csv line 2: not a readable CSV row"),
    ],
)
def test_a_fault_in_parameters_is_one_sentence(
    make_folder, parameters_text: str, old: str, new: str, sentence: str
) -> None:
    assert ROW.count(old) == 1
    fault = parameters_text.replace(ROW, ROW.replace(old, new))
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(parameters=fault))
    text = str(caught.value)
    assert sentence in text
    assert text.startswith("data/parameters/all.csv line ")
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            ",800,",
            ",0,",
            "line 3, row 'physio.days', column value: must be above 0 for the unit 'days', not 0",
        ),
        (
            ",0.05,",
            ",-3,",
            "line 6, row 'guess.fear', column value: must be 0 to 1 for the unit '0-1', not -3",
        ),
        (",0.755,0.60,0.95,,", ",0,,,,", "line 4, row 'ratio.flare', column value: must be above 0"),
        (",0.05,,,,0-1,", ",-1,,,,USD,", "line 6, row 'guess.fear', column value: must be 0 or above"),
        (
            ",0.05,,,,0-1,",
            ",-1,,,,days from 0,",
            "column value: must be 0 or above for the unit 'days from 0'",
        ),
    ],
)
def test_a_value_its_unit_does_not_permit_is_refused(
    make_folder, parameters_text: str, old: str, new: str, sentence: str
) -> None:
    assert parameters_text.count(old) == 1
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(parameters=parameters_text.replace(old, new)))
    text = str(caught.value)
    assert text.startswith("data/parameters/all.csv line ") and sentence in text
    assert text.endswith("mend the number or the unit.") and "\n" not in text


def test_a_quote_never_closed_is_named_where_it_opens(make_folder, parameters_text: str) -> None:
    fault = parameters_text.replace("nobody has measured it", '"nobody has\nmeasured it')
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(parameters=fault))
    start = (
        "data/parameters/all.csv line 6: not a readable CSV row (unexpected end of data); check its quotes."
    )
    assert str(caught.value) == start


FIGURE_ROW = (
    "exercise_smd,conservative,Exercise: pain,-0.33,-0.58,-0.08,95% CI,,SMD,chronic pain,1300,Verville 2023,"
    "review,moderate,input,yes,https://example.org,"
)
PAPER = "data/evidence/papers.csv line 2, row 'exercise_smd', column "


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",-0.33,", ",about 3,", PAPER + "value: 'about 3' is not a finite number"),
        (",-0.33,", ",-0.6,", PAPER + "low: -0.58 is above the value -0.6"),
        (",-0.33,", ",0,", PAPER + "high: -0.08 is below the value 0"),
        (",-0.58,-0.08,", ",-0.08,-0.58,", PAPER + "low: -0.08 is above high, -0.58; swap them."),
        (",95% CI,,", ",95% CI,wide,", PAPER + "sd: 'wide' is not a finite number"),
        (",SMD,", ",proportion,", PAPER + "value: -0.33 is outside 0 to 1"),
        ("moderate", "assumption", PAPER + "certainty: 'assumption' is not one of high, moderate"),
        ("input", "fitting", PAPER + "use: 'fitting' is not one of input, calibration, validation"),
        (",yes,", ",,", PAPER + "checked: '' is not one of yes, no"),
        ("https://example.org", "", PAPER + "source: empty; name"),
        ("Verville 2023", "", PAPER + "study: empty; fill it in."),
        ("exercise_smd,", "old_memory,", "papers.csv line 3, row 'old_memory', column id: used twice"),
    ],
)
def test_a_fault_in_the_figures_is_one_sentence(
    make_folder, figures_text: str, old: str, new: str, sentence: str
) -> None:
    assert FIGURE_ROW.count(old) == 1
    fault = figures_text.replace(FIGURE_ROW, FIGURE_ROW.replace(old, new))
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(figures=fault))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("data/evidence/papers.csv line ")


def test_an_id_may_not_stand_in_two_evidence_files(make_folder, figures_text: str) -> None:
    folder = make_folder()
    (folder / "evidence" / "second.csv").write_text(figures_text)
    with pytest.raises(SpinesimError, match=r"second.csv line 2, row 'exercise_smd', column id: used twice"):
        read_evidence(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",unit,", ",units,", "data/parameters/all.csv line 1: the column 'unit' is missing; add it there."),
        (",notes\n", ",notes,extra\n", "line 1: the column 'extra' is unknown; remove it"),
        (",notes\n", ",notes,unit\n", "line 1: the column 'unit' appears twice; remove one."),
    ],
)
def test_columns_are_exact(make_folder, parameters_text: str, old: str, new: str, sentence: str) -> None:
    header, rest = parameters_text.split("\n", 1)
    fault = f"{header}\n".replace(old, new) + rest
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(parameters=fault))
    assert sentence in str(caught.value)


def test_lines_are_counted_across_quoted_line_breaks(make_folder, parameters_text: str) -> None:
    fault = parameters_text.replace("as published", '"as\npublished"').replace(",800,", ",much,")
    with pytest.raises(SpinesimError, match=r"line 4, row 'physio.days', column value: 'much'"):
        read_evidence(make_folder(parameters=fault))


def test_an_empty_table_says_which_column_is_missing(make_folder) -> None:
    with pytest.raises(SpinesimError, match=r"data/parameters/all.csv line 1: the column 'id' is missing"):
        read_evidence(make_folder(parameters=""))


@pytest.mark.parametrize("which", ["conditions", "treatments"])
def test_a_missing_file_is_named(make_folder, which: str) -> None:
    with pytest.raises(SpinesimError, match=rf"{which}\.\w+ is missing; restore it, or point SPINESIM_DATA"):
        read_evidence(make_folder(**{which: None}))


def test_missing_folders_are_named(make_folder, tmp_path: Path) -> None:
    with pytest.raises(SpinesimError, match="evidence holds no CSV file"):
        read_evidence(make_folder(figures=None))
    with pytest.raises(SpinesimError, match="parameters holds no CSV file"):
        read_evidence(make_folder(parameters=None))
    with pytest.raises(SpinesimError, match=r"nowhere', which is no folder; name the one that holds"):
        read_evidence(tmp_path / "nowhere")


def test_a_folder_in_place_of_a_file_is_a_sentence(make_folder) -> None:
    folder = make_folder(parameters=None)
    (folder / "parameters/all.csv").mkdir()
    with pytest.raises(SpinesimError, match=r"all.csv cannot be read"):
        read_evidence(folder)


@pytest.mark.parametrize("which", ["parameters", "figures", "conditions", "treatments"])
def test_other_encodings_are_refused_with_the_line(make_folder, which: str) -> None:
    with pytest.raises(SpinesimError, match=r"^data/.* line 2: not UTF-8 text; save the file as UTF-8"):
        read_evidence(make_folder(**{which: b"first\nna\xefve\n"}))


def test_oversize_is_refused_unread(make_folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 2**20)
    with pytest.raises(SpinesimError, match=r"conditions.toml: larger than 1 MiB, so not read"):
        read_evidence(make_folder(conditions="#" * (2**20 + 1)))


def test_a_field_without_end_is_refused(make_folder, parameters_text: str) -> None:
    with pytest.raises(SpinesimError, match=r"not a readable CSV row \(field larger than field limit"):
        read_evidence(make_folder(parameters=parameters_text.replace("as published", "x" * 200_000)))


@pytest.mark.parametrize("which", ["conditions", "treatments"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[a]\nb = \n", "not valid TOML (Invalid value (at line 2, column 5)); mend that line."),
        ("[a]\nb = 1\nb = 2\n", "remove the key or table that stands there twice"),
        ("[a]\nb = 1\n[a]\nc = 2\n", "remove the key or table that stands there twice"),
        ("[a]\nb = [1.0, {c = nan}]\n", ", key 'a.b.c': not a finite number; write one."),
        ("[a]\nb = -inf\n", ", key 'a.b': not a finite number; write one."),
        ("a = " + "9" * 5000, "holds a number of thousands of digits; shorten it."),
        ("a = " + "[" * 100_000, "nested too deeply; write flat tables."),
    ],
)
def test_broken_toml_is_one_sentence(make_folder, which: str, content: str, sentence: str) -> None:
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder(**{which: content}))
    assert str(caught.value).startswith(f"data/{which}.toml")
    assert sentence in str(caught.value)
