"""Reading the data folder, changing values, and the digest that tells one content from another."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, Figure, Parameter, data_folder, load
from spinesim.evidence.load import read_evidence

# --- what is read ------------------------------------------------------------------------------------


def test_the_tiny_folder_is_read(make_folder) -> None:
    evidence = read_evidence(make_folder())
    relief = evidence["physio.relief"]
    assert isinstance(relief, Parameter)
    assert (relief.value, relief.low, relief.high, relief.checked) == (0.16, 0.04, 0.28, True)
    assert relief.studies == ("Verville 2023",)
    assert evidence.value("physio.days") == 800
    assert evidence.values("physio.") == {"relief": 0.16, "days": 800}
    assert evidence.values("nothing.") == {}
    assert list(evidence.parameters) == [
        "physio.relief", "physio.days", "ratio.flare", "fitted.share", "guess.fear",
    ]  # fmt: skip
    assert len(evidence) == 5
    assert "physio.days" in evidence
    assert "physio.nights" not in evidence
    figure = evidence.figures["course_wk6"]
    assert isinstance(figure, Figure)
    assert (figure.value, figure.low, figure.sd, figure.use) == (26, 22, 12.5, "calibration")
    assert evidence.figures["old_memory"].value is None
    assert evidence.conditions == {"strain": {"label": "Strain", "courses": ["rapid", "slow"]}}
    assert evidence.treatments == {"physio": {"label": "Physiotherapy"}}
    assert type(evidence.conditions) is dict


def test_unconfirmed_numbers_are_named(make_folder) -> None:
    evidence = read_evidence(make_folder())
    assert evidence.unconfirmed() == ["physio.days", "fitted.share", "guess.fear"]
    assert "UNCONFIRMED: not checked at source (old_memory)" in evidence["physio.days"].card()
    assert "ASSUMPTION" in evidence["guess.fear"].card()
    assert evidence["fitted.share"].studies == ("Wallwork 2024",)
    assert "UNCONFIRMED" in evidence.figures["old_memory"].card()
    assert "no figure" in evidence.figures["old_memory"].card()


def test_unknown_ids_name_near_matches(make_folder) -> None:
    evidence = read_evidence(make_folder())
    for ask in (lambda: evidence["physio.releif"], lambda: evidence.value("physio.releif")):
        with pytest.raises(SpinesimError, match=r"called 'physio.releif'; did you mean 'physio.relief'"):
            ask()
    with pytest.raises(SpinesimError, match=r"figure .* called 'course_wk7'; did you mean 'course_wk6'"):
        evidence.figures["course_wk7"]
    with pytest.raises(SpinesimError, match=r"'zzzzzz'; see data/parameters and"):
        evidence["zzzzzz"]
    assert evidence.figures.get("course_wk7") is None


def test_nothing_can_be_altered(make_folder) -> None:
    evidence = read_evidence(make_folder())
    with pytest.raises(TypeError):
        evidence.parameters["physio.days"] = evidence["physio.relief"]
    with pytest.raises(TypeError):
        evidence.figures["x"] = evidence.figures["course_wk6"]
    with pytest.raises(AttributeError):
        evidence.conditions = {}


def test_columns_may_stand_in_any_order_and_excel_may_add_a_mark(make_folder, parameters_text: str) -> None:
    rows = [line.split(",") for line in parameters_text.splitlines() if '"' not in line]
    turned = "\r\n".join(",".join([*row[1:], row[0]]) for row in rows) + "\r\n,,,,,,,,,,\r\n"
    evidence = read_evidence(make_folder(parameters=b"\xef\xbb\xbf" + turned.encode()))
    assert evidence.value("physio.relief") == 0.16
    assert len(evidence) == 4


# --- change and digest -------------------------------------------------------------------------------


def test_change_makes_a_new_evidence(make_folder) -> None:
    before = read_evidence(make_folder())
    after = before.change({"physio.relief": 0, "guess.fear": 0.15})
    assert (before.value("physio.relief"), after.value("physio.relief")) == (0.16, 0.0)
    assert isinstance(after.value("physio.relief"), float)
    assert after["physio.relief"].low is None
    assert after["physio.relief"].notes.startswith("changed by user (was 0.16)")
    assert after["physio.relief"].ppf(0.3) == 0
    assert after["physio.days"] is before["physio.days"]
    with pytest.raises(SpinesimError, match=r"did you mean 'physio.relief'"):
        after["physio.releif"]


def test_the_digest_knows_content_and_changes(make_folder, parameters_text: str) -> None:
    folder = make_folder()
    evidence = read_evidence(folder)
    assert len(evidence.digest) == 64
    assert read_evidence(folder).digest == evidence.digest
    assert evidence.change({}).digest == evidence.digest
    one = evidence.change({"guess.fear": 0.1, "physio.days": 5})
    other = evidence.change({"physio.days": 9}).change({"physio.days": 5}).change({"guess.fear": 0.1})
    assert one.digest == other.digest != evidence.digest
    assert one == other != evidence
    assert hash(one) == hash(other)
    seen = {evidence.digest, one.digest, evidence.change({"guess.fear": 0.2}).digest}
    make_folder(parameters=parameters_text.replace("800", "801"))
    seen.add(read_evidence(folder).digest)
    make_folder(conditions="[strain]\n")
    seen.add(read_evidence(folder).digest)
    make_folder(treatments="[physio]\n")
    seen.add(read_evidence(folder).digest)
    assert len(seen) == 6


def test_line_ends_do_not_change_the_digest(make_folder, parameters_text: str) -> None:
    unix = read_evidence(make_folder()).digest
    assert read_evidence(make_folder(parameters=parameters_text.replace("\n", "\r\n"))).digest == unix


def test_evidence_pickles_with_its_changes(make_folder) -> None:
    evidence = read_evidence(make_folder()).change({"physio.days": 5})
    evidence["physio.relief"].ppf(0.2)
    for again in (pickle.loads(pickle.dumps(evidence)), copy.deepcopy(evidence)):
        assert isinstance(again, Evidence)
        assert again == evidence
        assert again.value("physio.days") == 5
        with pytest.raises(SpinesimError, match="did you mean"):
            again["physio.dayz"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"physio.releif": 1}, "did you mean 'physio.relief'"),
        ({"physio.days": float("nan")}, "the value for 'physio.days' must be a finite number, not nan"),
        ({"physio.days": float("inf")}, "must be a finite number, not inf"),
        ({"physio.days": "8"}, "must be a finite number, not '8'"),
        ({"physio.days": None}, "must be a finite number, not None"),
        ({"physio.days": True}, "must be a finite number, not True"),
        ({"physio.relief": 16}, "column value: 16 is outside 0 to 1"),
        ({"physio.days": 10**400}, "the value for 'physio.days' is too large; give a smaller number."),
        ({"physio.days": 0}, "'physio.days', column value: must be above 0 for the unit 'days', not 0"),
        ({"guess.fear": 1.5}, "'guess.fear', column value: must be 0 to 1 for the unit '0-1', not 1.5"),
        ({"ratio.flare": 0}, "must be above 0 for the unit 'rate ratio', not 0"),
        ({"ratio.flare": -1}, "must be above 0 for the unit 'rate ratio'"),
    ],
)
def test_change_refuses(make_folder, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(SpinesimError) as caught:
        read_evidence(make_folder()).change(values)
    assert sentence in str(caught.value)


# --- where the data is -------------------------------------------------------------------------------


def test_the_environment_chooses(make_folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = make_folder()
    monkeypatch.setenv("SPINESIM_DATA", str(folder))
    assert data_folder() == folder
    assert read_evidence().folder == folder
    monkeypatch.setenv("SPINESIM_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(SpinesimError, match=r"SPINESIM_DATA names .*nowhere', which is no folder"):
        data_folder()


def test_else_the_repository_or_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SPINESIM_DATA", raising=False)
    package = tmp_path / "spinesim"
    (package / "evidence").mkdir(parents=True)
    monkeypatch.setattr(load, "__file__", str(package / "evidence" / "load.py"))
    assert data_folder() == tmp_path / "data"
    (package / "_data").mkdir()
    assert data_folder() == package / "_data"


def test_reading_needs_neither_scipy_nor_pandas(fresh_process) -> None:
    """Both are slow to import; scipy is fetched when a distribution is first asked for."""
    code = "import spinesim.evidence; print('scipy' in sys.modules, 'pandas' in sys.modules)"
    assert fresh_process(code).split() == ["False", "False"]
