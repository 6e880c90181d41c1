"""The data spinesim ships: every number resolves to a source, and none to a validation figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, files, load_evidence


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return load_evidence(Path(files.__file__).parents[2] / "data")


def test_shipped_data_is_complete(shipped: Evidence) -> None:
    assert len(shipped) > 100
    assert len(shipped.figures) == 1531
    assert shipped.conditions
    assert shipped.treatments
    for parameter in shipped.parameters.values():
        assert parameter.quantity and parameter.unit and parameter.source and parameter.certainty


def test_every_shipped_parameter_resolves_to_a_source(shipped: Evidence) -> None:
    for key, parameter in shipped.parameters.items():
        for target in parameter.source.removeprefix("calibrated:").split(";"):
            name = target.strip()
            known = name == "assumption" or name in shipped.figures
            trial = parameter.calibrated and (shipped.folder / name.removeprefix("data/")).is_file()
            assert known or trial, f"{key}: {name} is neither an evidence row nor a file"


def test_shipped_assumptions_are_called_assumptions(shipped: Evidence) -> None:
    for key, parameter in shipped.parameters.items():
        assert ("assumption" in parameter.source.split(";")) == (parameter.certainty == "assumption"), key
        assert not (parameter.assumed and parameter.checked), f"{key}: an assumption has no source to check"


def test_a_number_is_checked_at_its_source_only_if_all_it_cites_is(shipped: Evidence) -> None:
    for key, parameter in shipped.parameters.items():
        if parameter.checked:
            assert parameter.studies and not parameter.unchecked, f"{key}: cites {parameter.unchecked}"
            assert not parameter.calibrated, f"{key}: a fitted number stands in no paper"


def test_no_shipped_parameter_rests_on_a_validation_figure(shipped: Evidence) -> None:
    """Validation figures are for comparison only; using one would make the comparison empty."""
    cited = {
        (key, name.strip())
        for key, parameter in shipped.parameters.items()
        for name in parameter.source.removeprefix("calibrated:").split(";")
        if name.strip() in shipped.figures and shipped.figures[name.strip()].use == "validation"
    }
    assert not cited


def test_every_shipped_distribution_goes_round(shipped: Evidence) -> None:
    for key, parameter in shipped.parameters.items():
        if parameter.kind == "fixed":
            continue
        spread = parameter.distribution
        centre = spread.median() if parameter.kind == "lognormal" else spread.mean()
        assert centre == pytest.approx(parameter.value, rel=1e-9), key
        low, high = parameter.ppf(0.025), parameter.ppf(0.975)
        assert low < parameter.value < high, key
        assert high - low == pytest.approx(parameter.high - parameter.low, rel=0.15), key


def test_every_shipped_unit_has_a_range_or_is_a_slope(shipped: Evidence) -> None:
    """A new unit, or one misspelt, must not slip past the check of values."""
    for key, parameter in shipped.parameters.items():
        if " per " in parameter.unit and parameter.unit.endswith(" point"):
            continue
        with pytest.raises(SpinesimError, match=f"'{key}', column value"):
            shipped.change({key: -1.5})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("flare.days", 0),
        ("first_visit.minutes", -5),
        ("disc_herniation.start_correlation", 3),
        ("lumbar_strain.course.lasting_concentration", 0),
        ("visit.price", -100),
        ("lumbar_strain.axial.start", -3),
        ("report.pain_error", -1),
    ],
)
def test_measured_nonsense_is_refused(shipped: Evidence, key: str, value: float) -> None:
    with pytest.raises(SpinesimError, match=f"^change: row '{key}', column value: must be .*, not {value};"):
        shipped.change({key: value})


def test_every_shipped_card_reads(shipped: Evidence) -> None:
    for item in [*shipped.parameters.values(), *shipped.figures.values()]:
        assert item.id in item.card()
    for key in shipped.unconfirmed():
        assert "UNCONFIRMED: not checked at source" in shipped[key].card()
