"""What is drawn together, at single points of the unit cube: correlations by hand, on the normal scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from spinesim.evidence import Evidence
from spinesim.study.simulation import shipped_evidence
from spinesim.study.uncertainty import Joint, make_sampler
from spinesim.study.uncertainty.blocks import Alike, Linked
from spinesim.study.uncertainty.joint import Alike as Group
from spinesim.study.uncertainty.joint import Paired, root

A, B, C = "nsaid.uptake", "opioid.uptake", "tricyclic.uptake"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return shipped_evidence()


def normal(evidence: Evidence, key: str, value: float) -> float:
    """Where a value lies on the normal scale of its parameter's own distribution."""
    one = evidence[key]
    assert one.distribution.cdf(0) < 1e-12 and one.distribution.sf(1) < 1e-12  # nothing is cut off
    return float(norm.ppf(one.distribution.cdf(value)))


def test_a_group_shares_the_root_of_its_correlation(evidence: Evidence) -> None:
    """z = sqrt(rho) common + sqrt(1 - rho) own; two members then correlate by rho."""
    block = Alike("g", (evidence[A], evidence[B]), 0.36)
    points = {"common.g": np.array([ndtr(1.0)]), A: np.array([ndtr(-0.5)]), B: np.array([ndtr(2.0)])}
    found = block.values(points)
    assert normal(evidence, A, found[A][0]) == pytest.approx(0.6 * 1.0 + 0.8 * -0.5, abs=1e-6)
    assert normal(evidence, B, found[B][0]) == pytest.approx(0.6 * 1.0 + 0.8 * 2.0, abs=1e-6)


def test_a_ladder_has_one_luck_for_all(evidence: Evidence) -> None:
    found = Alike("l", (evidence[A], evidence[B]), 1.0).values({"common.l": np.array([ndtr(0.7)])})
    for key in (A, B):
        assert normal(evidence, key, found[key][0]) == pytest.approx(0.7, abs=1e-6)


def test_pairs_are_linked_by_the_triangular_root(evidence: Evidence) -> None:
    """The second is 0.6 of the first and 0.8 of its own; the third is tied to the second alone."""
    matrix = np.array([[1, 0.6, 0], [0.6, 1, 0.4], [0, 0.4, 1]])
    block = Linked("pair", tuple(evidence[key] for key in (A, B, C)), root(matrix))
    own = (1.0, -0.5, 0.25)
    found = block.values({key: np.array([ndtr(z)]) for key, z in zip((A, B, C), own, strict=True)})
    last = (0.0, 0.4 / 0.8, math.sqrt(1 - 0.5**2))  # so that 0.6 x 0 + 0.8 x 0.5 is the 0.4 asked for
    expected = {A: 1.0, B: 0.6 * 1.0 + 0.8 * -0.5, C: float(np.dot(last, own))}
    for key, z in expected.items():
        assert normal(evidence, key, found[key][0]) == pytest.approx(z, abs=1e-6)


def test_a_sampler_draws_with_the_correlations_of_its_file(evidence: Evidence, tmp_path) -> None:
    """Pearson's correlation on the normal scale, within 4 standard errors (1 - r²) / sqrt(n)."""
    joint = Joint((), (Group("g", (A, B), 0.36),), (Paired("p", (C, "imaging.uptake"), _two(-0.7)),))
    drawn, n = make_sampler(evidence, joint=joint, fits=tmp_path).only([A, B, C, "imaging.uptake"]), 4_000
    columns = dict(zip(drawn.ids, drawn.sample(n).T, strict=True))
    scale = {key: norm.ppf(evidence[key].distribution.cdf(values)) for key, values in columns.items()}
    for one, other, rho in ((A, B, 0.36), (C, "imaging.uptake", -0.7), (A, C, 0.0)):
        found = np.corrcoef(scale[one], scale[other])[0, 1]
        assert abs(found - rho) < 4 * (1 - rho**2) / math.sqrt(n), (one, other)


def _two(rho: float) -> np.ndarray:
    return np.array([[1, rho], [rho, 1]])
