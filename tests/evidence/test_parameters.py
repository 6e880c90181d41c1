"""Each number's distribution goes back to the number and near its interval."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Figure, Parameter


def number(value: float, low: float | None = None, high: float | None = None, unit: str = "points", **more):
    return Parameter("some.number", "Some number", value, low, high, unit=unit, **more)


@pytest.mark.parametrize(
    ("parameter", "kind"),
    [
        (number(0.16, 0.04, 0.28, "proportion"), "beta"),
        (number(0.031, 0.020, 0.045, "probability"), "beta"),
        (number(0.9, 0.85, 0.94, "proportion of days"), "beta"),
        (number(2500, 1716, 3284, "USD"), "gamma"),
        (number(10.5, 4, 19, "months", interval="range"), "gamma"),
        (number(0.0, -2, 2, "NRS 0-10"), "normal"),
        (number(-7.55, -11.4, -3.74, "points 0-100"), "normal"),
        (number(14, 10, 18, "days duration"), "gamma"),
        (number(0.25, 0.15, 0.35, "log ratio"), "gamma"),
    ],
)
def test_mean_and_quantiles_go_round(parameter: Parameter, kind: str) -> None:
    assert parameter.kind == kind
    low, high, width = parameter.low, parameter.high, parameter.high - parameter.low
    assert parameter.distribution.mean() == pytest.approx(parameter.value, rel=1e-12, abs=1e-12)
    assert parameter.distribution.std() == pytest.approx(parameter.sample_sd, rel=1e-9)
    assert parameter.sample_sd == pytest.approx(width / (2 * 1.96), rel=1e-9)
    assert parameter.ppf(0.025) == pytest.approx(low, abs=0.15 * width)
    assert parameter.ppf(0.975) == pytest.approx(high, abs=0.15 * width)


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.755, 0.60, 0.95), (math.sqrt(2 * 9), 2, 9), (1.97, 1.72, 2.22)]
)
def test_a_ratio_keeps_its_median_and_interval(value: float, low: float, high: float) -> None:
    parameter = number(value, low, high, "hazard ratio")
    assert parameter.kind == "lognormal"
    assert parameter.distribution.median() == pytest.approx(value, rel=1e-12)
    assert parameter.ppf(0.5) == pytest.approx(value, rel=1e-12)
    assert parameter.ppf(0.025) == pytest.approx(low, rel=0.03)
    assert parameter.ppf(0.975) == pytest.approx(high, rel=0.03)
    assert parameter.distribution.std() == pytest.approx(parameter.sample_sd, rel=1e-9)


def test_textbook_beta() -> None:
    """Mean 0.45, SD 0.05: Beta(44.10, 53.90)."""
    beta = number(0.45, 0.45 - 1.96 * 0.05, 0.45 + 1.96 * 0.05, "proportion").distribution
    assert [round(shape, 2) for shape in beta.args] == [44.10, 53.90]


def test_textbook_gamma() -> None:
    """Mean 2500, SD 400: shape 39.06, scale 64."""
    gamma = number(2500, 2500 - 1.96 * 400, 2500 + 1.96 * 400, "USD").distribution
    assert round(gamma.args[0], 2) == 39.06
    assert gamma.kwds["scale"] == pytest.approx(64)


def test_textbook_hazard_ratio() -> None:
    """Interval 0.60 to 0.95: median 0.755, log-SD 0.1172."""
    ratio = number(math.sqrt(0.60 * 0.95), 0.60, 0.95, "hazard ratio")
    assert round(ratio.distribution.median(), 3) == 0.755
    assert round(ratio.distribution.kwds["s"], 4) == 0.1172


@pytest.mark.parametrize(
    "parameter",
    [
        number(5.6, unit="NRS 0-10"),
        number(-0.5, unit="utility"),
        number(0.35, unit="proportion"),
        number(0.5, unit="rate ratio"),
        number(3, 3, 3),
        number(0, 0, 0.2, "proportion"),
        number(1, 0.9, 1, "probability"),
        number(0, 0, 5, "days from 0"),
    ],
)
def test_fixed_numbers_stay(parameter: Parameter) -> None:
    assert parameter.kind == "fixed"
    assert parameter.sample_sd == 0
    assert parameter.ppf(0.01) == parameter.ppf(0.99) == parameter.value
    assert parameter.ppf(np.array([0.1, 0.9])).tolist() == [parameter.value] * 2
    fixed = parameter.distribution
    assert (fixed.mean(), fixed.std(), fixed.ppf(0.3)) == (parameter.value, 0, parameter.value)


def test_a_proportion_vaguer_than_one_person_is_clipped() -> None:
    wide = number(0.02, 0.0, 1.0, "proportion")
    assert wide.distribution.mean() == pytest.approx(0.02)
    assert sum(wide.distribution.args) == pytest.approx(1)
    assert 0 <= wide.ppf(0.001) <= wide.ppf(0.999) <= 1


@pytest.mark.parametrize(
    ("interval", "z"),
    [
        ("", 1.96), ("95% CI", 1.96), ("95 % CrI", 1.96), ("range across studies", 1.96), ("plausible", 1.96),
        ("90% CI", 1.6449), ("97.5% CI", 2.2414), ("IQR", 0.6745),
    ],
)  # fmt: skip
def test_the_interval_says_how_wide_it_is(interval: str, z: float) -> None:
    assert number(0, -1, 1, interval=interval).sample_sd == pytest.approx(1 / z, rel=1e-4)


def test_samples_from_draws_have_the_stated_mean() -> None:
    u = Draws(5).block("evidence.some.number", 0, 20_000)
    for parameter in (
        number(0.45, 0.35, 0.55, "proportion"),
        number(2500, 1716, 3284, "USD"),
        number(-7.55, -11.4, -3.74, "points"),
        number(0.755, 0.60, 0.95, "hazard ratio"),
    ):
        drawn = parameter.ppf(u)
        assert drawn.shape == u.shape
        mean = parameter.distribution.mean()
        assert abs(drawn.mean() - mean) < 4 * parameter.sample_sd / math.sqrt(len(u))
        assert isinstance(parameter.ppf(0.3), float)


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, math.nan, np.array([0.5, 1.0])])
def test_ppf_refuses_what_is_no_uniform(u: object) -> None:
    with pytest.raises(SpinesimError, match=r"some\.number: ppf needs numbers above 0 and below 1"):
        number(2, 1, 3).ppf(u)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: number(math.nan), "column value: nan is not a finite number"),
        (lambda: number(math.inf), "column value: inf is not a finite number"),
        (lambda: number(2, 3, 4), "column low: 3 is above the value 2; make low <= value <= high"),
        (lambda: number(2, 0, 1), "column high: 1 is below the value 2; make low <= value <= high"),
        (lambda: number(2, 3, 1), "column low: 3 is above high, 1; swap them"),
        (lambda: number(2, 1, None), "column high: empty; give both low and high, or neither"),
        (lambda: number(2, None, 3), "column low: empty; give both low and high, or neither"),
        (lambda: number(45, unit="proportion"), "column value: 45 is outside 0 to 1 for the unit"),
        (lambda: number(0.1, -0.1, 0.2, "probability"), "column low: -0.1 is outside 0 to 1"),
        (lambda: number(0.9, 0.8, 1.1, "proportion"), "column high: 1.1 is outside 0 to 1"),
        (lambda: number(-1, unit="odds ratio"), "column value: must be above 0 for the unit 'odds ratio'"),
        (lambda: number(0, unit="rate ratio"), "column value: must be above 0 for the unit 'rate ratio'"),
        (lambda: number(1, 0, 2, "risk ratio"), "column low: must be above 0 for the unit 'risk ratio'"),
        (lambda: number(1, certainty="sure"), "column certainty: 'sure' is not one of high, moderate, low"),
        (lambda: number(1, 0, 2, interval="SD"), "column interval: 'SD' is not understood"),
        (lambda: number(1, 0, 2, interval="100% CI"), "column interval: 100% is no interval"),
    ],
)
def test_wrong_numbers_are_refused_in_a_sentence(make, sentence: str) -> None:
    with pytest.raises(SpinesimError) as caught:
        make()
    text = str(caught.value)
    assert text.startswith("row 'some.number', ")
    assert sentence in text
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("unit", "edge", "beyond", "permitted"),
    [
        ("0-1", (0, 1), (-0.01, 1.01), "0 to 1"),
        ("correlation", (-1, 1), (-1.01, 3), "-1 to 1"),
        ("utility", (-1, 1), (-1.01, 1.01), "-1 to 1"),
        ("% relief", (0, 100), (-1, 100.5), "0 to 100"),
        ("NRS 0-10", (0, 10), (-3, 10.1), "0 to 10"),
        ("ODI", (0, 100), (-1, 101), "0 to 100"),
        ("ODI 0-100", (0, 100), (-1, 101), "0 to 100"),
        ("RMDQ 0-24", (0, 24), (-1, 25), "0 to 24"),
        ("days", (1e-9, 1e6), (0, -1), "above 0"),
        ("minutes", (1e-9, 1e6), (0, -5), "above 0"),
        ("sessions", (0.5, 60), (0, -1), "above 0"),
        ("count", (0.5, 60), (0, -1), "above 0"),
        ("rate ratio", (1e-9, 9), (0, -1), "above 0"),
        ("days from 0", (0, 42), (-1e-9, -1), "0 or above"),
        ("months", (0, 12), (-1e-9, -1), "0 or above"),
        ("years", (0, 90), (-1e-9, -1), "0 or above"),
        ("USD", (0, 8000), (-1e-9, -100), "0 or above"),
        ("USD 2025", (0, 8000), (-1e-9, -100), "0 or above"),
        ("USD 2025 per mile", (0, 8000), (-1e-9, -100), "0 or above"),
        ("multiplier", (0, 4), (-1e-9, -1), "0 or above"),
        ("0-1 per year", (0, 2), (-1e-9, -1), "0 or above"),
        ("log days", (0, 1), (-1e-9, -1), "0 to 3"),
        ("log months", (0, 1), (-1e-9, -1), "0 to 3"),
        ("log ratio", (0, 1), (-1e-9, -1), "0 to 3"),
    ],
)
def test_a_unit_says_what_its_values_may_be(
    unit: str, edge: tuple[float, float], beyond: tuple[float, float], permitted: str
) -> None:
    for value in edge:
        assert number(value, unit=unit).value == value
    for value in beyond:
        with pytest.raises(SpinesimError) as caught:
            number(value, unit=unit)
        assert str(caught.value) == (
            f"row 'some.number', column value: must be {permitted} for the unit '{unit}', not {value:g}; "
            "mend the number or the unit."
        )


@pytest.mark.parametrize("unit", ["NRS per point", "ODI per NRS point", "utility per point", "points"])
def test_slopes_and_other_units_hold_any_number(unit: str) -> None:
    assert number(-1e6, unit=unit).value == -1e6


def test_an_interval_may_reach_beyond_the_range() -> None:
    assert number(1, -1, 3, "NRS 0-10").kind == "normal"


def test_card_of_a_published_number() -> None:
    card = number(
        0.16, 0.04, 0.28, "proportion", interval="95% CI", source="exercise_smd", certainty="moderate",
        checked=True, studies=("Verville 2023",),
    ).card()  # fmt: skip
    for part in (
        "some.number",
        "Some number: 0.16 proportion (95% CI 0.04 to 0.28)",
        "beta, SD 0.0612",
        "study: Verville 2023",
        "certainty: moderate",
        "source: exercise_smd",
    ):
        assert part in card
    assert "UNCONFIRMED" not in card
    assert "ASSUMPTION" not in card


def test_card_flags_what_is_not_known() -> None:
    guess = number(0.05).card()
    assert "ASSUMPTION" in guess
    assert "UNCONFIRMED: not checked at source" in guess
    memory = number(1, certainty="low", source="a;b", checked=True, unchecked=("b",))
    assert memory.unconfirmed
    assert "UNCONFIRMED: not checked at source (b)" in memory.card()
    assert number(1, certainty="low", source="a; assumption").assumed
    assert number(1, certainty="low", source="calibrated:x.toml").calibrated


def test_with_value_drops_the_interval_and_says_so() -> None:
    before = number(0.16, 0.04, 0.28, "proportion", interval="90% CI", notes="as published")
    after = before.with_value(0.5).with_value(0.2)
    assert (after.value, after.low, after.high, after.interval) == (0.2, None, None, "")
    assert after.notes == "changed by user (was 0.16); as published"
    assert after.changed and not before.changed
    assert after.kind == "fixed"
    assert "changed by user (was 0.16)" in after.card()


def test_parameters_pickle_and_are_frozen() -> None:
    beta, ratio = number(0.5, 0.4, 0.6, "proportion"), number(1, 0.5, 2, "risk ratio")
    for parameter in (number(2, 1, 3), number(2), number(0, -1, 1), beta, ratio):
        before = parameter.ppf(0.3), parameter.distribution.mean()
        again = pickle.loads(pickle.dumps(parameter))
        assert again == parameter
        assert (again.ppf(0.3), again.distribution.mean()) == before
    with pytest.raises(AttributeError):
        parameter.value = 3


def test_figure_card() -> None:
    figure = Figure(
        "esi", "procedures", "Injection: pain", -7.55, -11.4, -3.74, "", None, "points 0-100", "sciatica",
        "30", "Chou 2015", "review", "moderate", "input", False, "", "",
    )  # fmt: skip
    card = figure.card()
    assert "Injection: pain: -7.55 points 0-100 (95% CI -11.4 to -3.74)" in card
    assert "study: Chou 2015 [review]" in card
    assert "UNCONFIRMED: not checked at source" in card
