"""Joint draws of parameters: stated means and spreads, sums of 1, correlations, and draws that stay."""

from __future__ import annotations

import json
import math
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spinesim.clinical import draw_cohort
from spinesim.clinical.conditions import every_condition
from spinesim.clinical.mix import case_mix
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence, data_folder
from spinesim.evidence.ranges import limits
from spinesim.evidence.store import named
from spinesim.study.simulation import shipped_evidence
from spinesim.study.uncertainty import Joint, Sampler, load_joint, make_sampler
from spinesim.study.uncertainty.blocks import Alike, Linked, Shares, Single, to_one
from spinesim.study.uncertainty.joint import root

DRAWS = 2_000


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return shipped_evidence()


@pytest.fixture(scope="module")
def sampler(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    """Without saved fits, which tests of their own look at."""
    return make_sampler(evidence, fits=tmp_path_factory.mktemp("no fits"))


@pytest.fixture(scope="module")
def drawn(sampler: Sampler) -> np.ndarray:
    return sampler.sample(DRAWS)


def test_everything_with_an_interval_varies_and_nothing_else(evidence: Evidence, sampler: Sampler) -> None:
    uncertain = {key for key, one in evidence.parameters.items() if one.kind != "fixed"}
    shares = {key for one in load_joint(evidence).shares for row in one.rows for key in row}
    assert set(sampler.ids) == uncertain | shares
    assert len(set(sampler.ids)) == len(sampler.ids) and len(set(sampler.dims)) == len(sampler.dims)


def test_means_and_centiles_are_those_stated(sampler: Sampler, drawn: np.ndarray) -> None:
    """Mean (median of a ratio) within 4 SE, and 2.5 and 97.5 % below the distribution's own centiles."""
    inside = {}
    for block in sampler.blocks:
        if isinstance(block, Single | Linked | Alike):
            ones = [block.parameter] if isinstance(block, Single) else list(block.parameters)
            inside |= {one.id: one for one in ones}
    off = []
    for k, key in enumerate(sampler.ids):
        if key not in inside:
            continue
        one, values = inside[key], drawn[:, k]
        low, high = limits(one.unit)
        cut = (one.distribution.cdf(low) if math.isfinite(low) else 0, one.distribution.sf(high))
        if (max(cut) > 1e-6 and one.kind != "beta") or key.endswith((".start_sd", "months_in_pain")):
            continue  # kept to its scale, which moves the mean: below
        if one.kind == "lognormal":
            distance = abs(np.log(values).mean() - math.log(one.value)) / (np.log(values).std() / DRAWS**0.5)
        else:
            distance = abs(values.mean() - one.value) / (one.sample_sd / DRAWS**0.5)
        off.append(distance)
        for share in (0.025, 0.975):
            found = (values <= one.distribution.ppf(share)).mean()
            off.append(abs(found - share) / math.sqrt(share * (1 - share) / DRAWS))
    assert len(off) > 2_500
    # 4 SE each would be exceeded by chance once in 16,000; these are some 3,000
    assert max(off) < 4.5 and np.mean(np.array(off) > 2) < 0.1


def test_at_the_end_of_a_scale_a_draw_comes_from_what_lies_inside(
    sampler: Sampler, evidence: Evidence, drawn: np.ndarray
) -> None:
    one = evidence["maintenance.maintenance"]  # 0.85 (0.64 to 1) on 0-1: 6 % of its gamma lies above 1
    values = drawn[:, sampler.ids.index(one.id)]
    assert values.max() <= 1
    upto = one.distribution.cdf(1)
    test = stats.kstest(values, lambda x: one.distribution.cdf(x) / upto)
    assert test.pvalue > 1e-4


def test_shares_sum_to_one_and_keep_their_means(
    sampler: Sampler, drawn: np.ndarray, evidence: Evidence
) -> None:
    at = {key: k for k, key in enumerate(sampler.ids)}
    groups = [block for block in sampler.blocks if isinstance(block, Shares)]
    assert len(groups) >= 20
    for block in groups:
        for row in block.rows:
            shares = drawn[:, [at[key] for key in row]]
            assert (shares >= 0).all()
            assert all(abs(math.fsum(one) - 1) <= 2**-53 for one in shares[:300].tolist())
            for k, key in enumerate(row):
                share = evidence.value(key)
                sd = math.sqrt(share * (1 - share) / (block.people + 1))
                assert abs(shares[:, k].mean() - share) <= 4.5 * sd / DRAWS**0.5
                if 0.02 < share < 0.98:  # SE of an SD, kurtosis allowed for
                    error = math.sqrt((stats.kurtosis(shares[:, k]) + 2) / (4 * DRAWS))
                    assert shares[:, k].std() == pytest.approx(sd, rel=5 * error)


def test_the_spread_of_shares_with_intervals_is_that_of_their_intervals(sampler: Sampler) -> None:
    block = next(b for b in sampler.blocks if b.name == "who comes to a pain clinic")
    assert isinstance(block, Shares)
    evidence = sampler.evidence
    stated = sum(evidence[key].sample_sd ** 2 for key in block.rows[0])
    own = sum(p * (1 - p) for p in block.base[0]) / (block.people + 1)
    assert own == pytest.approx(stated)


def test_to_one_leaves_the_rest_to_the_largest() -> None:
    shares = to_one(np.array([[0.1, 3.0], [0.2, 1.0], [0.7, 1e-9]]))
    assert [math.fsum(column) for column in shares.T] == [1.0, 1.0]


def test_the_copula_keeps_margins_and_gives_rho(evidence: Evidence) -> None:
    members = ("nsaid.uptake", "opioid.uptake", "visit.minutes")
    ones = tuple(evidence[key] for key in members)
    n = 20_000
    error = 4 * (1 - 0.5**2) / n**0.5  # SE of a correlation of 0.5
    for block in (
        Alike("three", ones, 0.5),
        Linked("three", ones, root(np.where(np.eye(3) > 0, 1.0, 0.5))),
    ):
        made = Sampler(evidence, (block,))
        values = made.sample(n)
        normal = np.column_stack(
            [stats.norm.ppf(one.distribution.cdf(v)) for one, v in zip(ones, values.T, strict=True)]
        )
        found = np.corrcoef(normal, rowvar=False)
        assert found[np.triu_indices(3, 1)] == pytest.approx([0.5] * 3, abs=error)
        for one, column in zip(ones, values.T, strict=True):
            assert stats.kstest(column, one.distribution.cdf).pvalue > 1e-4


def test_a_negative_pair(evidence: Evidence) -> None:
    ones = (evidence["nsaid.uptake"], evidence["opioid.uptake"])
    made = Sampler(evidence, (Linked("two", ones, root(np.array([[1.0, -0.7], [-0.7, 1.0]]))),))
    ranks = stats.spearmanr(*made.sample(20_000).T).statistic
    assert ranks == pytest.approx(6 / math.pi * math.asin(-0.35), abs=0.02)


def test_a_ladder_keeps_its_order(sampler: Sampler, drawn: np.ndarray) -> None:
    at = {key: k for k, key in enumerate(sampler.ids)}
    ages = [f"person.kidney_disease.age{age}" for age in (30, 50, 60, 70, 80)]
    assert (np.diff(drawn[:, [at[key] for key in ages]], axis=1) > 0).all()


def test_another_parameter_changes_nobody_elses_draws(evidence: Evidence) -> None:
    before = make_sampler(evidence)
    parameters = named("parameter", dict(evidence.parameters))
    # one alone in front, and one more in a group ("prices") before the others
    fresh = {"aaa.new": evidence["flare.size"], "aaa.price": evidence["nsaid.price"]}
    renamed = {}
    from dataclasses import replace

    for key, one in fresh.items():
        renamed[key] = replace(one, id=key)
    grown = named("parameter", renamed)
    grown.update(parameters)
    more = replace(evidence, _parameters=grown, _content="more")
    after = make_sampler(more)
    assert set(after.ids) - set(before.ids) == {"aaa.new", "aaa.price"}
    one, other = before.sample(50), after.sample(50)
    columns = [after.ids.index(key) for key in before.ids]
    assert np.array_equal(one, other[:, columns])


def test_more_draws_leave_the_first_as_they_are(sampler: Sampler) -> None:
    assert np.array_equal(sampler.sample(30), sampler.sample(60)[:30])


def test_every_draw_is_evidence_the_model_accepts(sampler: Sampler) -> None:
    """500 draws: `change` takes them, conditions and case mixes stand; of some, people are drawn."""
    chance = Draws(3)
    for i, row in enumerate(sampler.sample(500, seed=7)):
        known = sampler.evidence_of(row)
        every_condition(known)
        case_mix(known, "pain_clinic")
        case_mix(known, "primary_care")
        if i % 25 == 0:
            draw_cohort(known, chance, dict.fromkeys(known.conditions, 1), 45)


def test_the_far_ends_of_every_number_are_accepted_too(sampler: Sampler) -> None:
    for edge in (1e-6, 1 - 1e-6):
        values = sampler.values(np.full((1, len(sampler.dims)), edge))
        known = sampler.evidence_of(values[0])
        draw_cohort(known, Draws(3), dict.fromkeys(known.conditions, 1), 150)


def test_what_the_user_or_a_stance_set_stays(evidence: Evidence) -> None:
    changed = make_sampler(evidence.change({"nsaid.uptake": 0.3, "whiplash.course.mild.share": 0.45}))
    assert "nsaid.uptake" not in changed.ids and "opioid.uptake" in changed.ids
    assert not any(key.startswith("whiplash.course.mild.share") for key in changed.ids)
    assert "whiplash.course.persistent.share" not in changed.ids  # the others of the sum stay too
    hopeful = evidence.stance("hopeful")
    settled = make_sampler(hopeful)
    assert "nsaid.axial_relief" in hopeful.changes and "nsaid.axial_relief" not in settled.ids
    known = settled.evidence_of(settled.sample(1)[0])
    assert known.value("nsaid.axial_relief") == hopeful.value("nsaid.axial_relief")
    assert known.taken == "hopeful"


def test_only_and_reading(sampler: Sampler) -> None:
    few = sampler.only(["nsaid.uptake", "opioid.uptake", "kinds of herniation"])
    assert set(few.ids) == {"nsaid.uptake", "opioid.uptake", *(f"herniation.{k}.share" for k in
                            ("bulge", "protrusion", "extrusion", "sequestration"))}  # fmt: skip
    whole = sampler.sample(20)
    columns = [sampler.ids.index(key) for key in few.ids]
    assert np.array_equal(few.sample(20), whole[:, columns])
    part = sampler.only(["disc_herniation.limb.start"])
    assert part.ids == ("disc_herniation.limb.start",) and part.blocks[0].name == part.ids[0]
    with pytest.raises(SpinesimError, match="did you mean"):
        sampler.only(["nsaid.uptak"])
    with pytest.raises(SpinesimError, match="has no interval"):
        sampler.only(["visit.price"])


def test_draws_are_refused_in_words(sampler: Sampler) -> None:
    for wrong in (0, True, 2.5, 10**9):
        with pytest.raises(SpinesimError, match="draws is"):
            sampler.uniforms(wrong)  # type: ignore[arg-type]
    with pytest.raises(SpinesimError, match="uniforms a draw"):
        sampler.values(np.zeros((3, 2)))


def _save_fit(folder, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text(text)
    log = {
        "draws": {
            "file": f"{name}.csv",
            "rows": text.count("\n") - 1,
            "sha256": sha256(text.encode()).hexdigest(),
        }
    }
    (folder / f"{name}.json").write_text(json.dumps(log))


def test_fitted_parameters_come_row_by_row(evidence: Evidence, tmp_path) -> None:
    improving, lasting = np.linspace(0.3, 0.5, 40), np.linspace(0.8, 0.4, 40)
    head = "persistent_back_pain.course.improving.share,persistent_back_pain.course.persistent.share,"
    head += "persistent_back_pain.course.improving.axial_lasting\n"
    rows = "".join(f"{a},{1 - a - 0.2},{b}\n" for a, b in zip(improving, lasting, strict=True))
    _save_fit(tmp_path, "cohorts", head + rows)
    made = make_sampler(evidence, fits=tmp_path)
    values = dict(zip(made.ids, made.sample(500).T, strict=True))
    own = "persistent_back_pain.course."
    assert set(np.round(values[own + "improving.share"], 9)) <= set(np.round(improving, 9))
    assert np.allclose(
        (0.5 - values[own + "improving.share"]) * 2, values[own + "improving.axial_lasting"] - 0.4
    )
    assert np.allclose(values[own + "fluctuating.share"], 0.2)
    # the shares were copied to facet pain, and go with the fit there too
    assert np.array_equal(values["facet_pain.course.improving.share"], values[own + "improving.share"])
    (move,) = [m for b in made.blocks if b.name == "cohorts" for m in b.moves(False)]
    low, high = move[2](0.025), move[2](0.975)
    assert low[own + "improving.share"] != high[own + "improving.share"]
    for row in made.sample(20):
        every_condition(made.evidence_of(row))
    held = make_sampler(evidence.change({own + "fluctuating.share": 0.2}), fits=tmp_path)
    assert not any(key.startswith(own) and key.endswith(".share") for key in held.ids)
    _save_fit(tmp_path, "other", head + rows)
    with pytest.raises(SpinesimError, match="is fitted in cohorts"):
        make_sampler(evidence, fits=tmp_path)


def test_a_faulty_fit_is_refused(evidence: Evidence, tmp_path) -> None:
    _save_fit(tmp_path / "a", "few", "nsaid.uptake\n0.5\n0.6\n")
    with pytest.raises(SpinesimError, match="holds 2 draws"):
        make_sampler(evidence, fits=tmp_path / "a")
    _save_fit(tmp_path / "b", "far", "nsaid.uptake\n" + "1.5\n" * 30)
    with pytest.raises(SpinesimError, match=r"far.csv, column 'nsaid.uptake'"):
        make_sampler(evidence, fits=tmp_path / "b")
    _save_fit(tmp_path / "c", "odd", "nsaid.uptak\n" + "0.5\n" * 30)
    with pytest.raises(SpinesimError, match="did you mean"):
        make_sampler(evidence, fits=tmp_path / "c")


def test_a_fit_of_other_evidence_is_told_in_one_sentence_and_still_used(evidence: Evidence, tmp_path) -> None:
    """What a user changes is not other evidence; the files are."""
    for name, digest in (("new", evidence.digest), ("old", "0" * 64), ("older", "1" * 64)):
        key = {"new": "nsaid", "old": "opioid", "older": "tricyclic"}[name]
        _save_fit(tmp_path, name, f"{key}.uptake\n" + "0.5\n" * 30)
        log = json.loads((tmp_path / f"{name}.json").read_text())
        (tmp_path / f"{name}.json").write_text(json.dumps(log | {"evidence": digest}))
    said: list[str] = []
    made = make_sampler(evidence.change({"imaging.uptake": 0.5}), fits=tmp_path, say=said.append)
    assert len(said) == 1 and "calibrate old older --save" in said[0] and "\n" not in said[0]
    assert {"nsaid.uptake", "opioid.uptake", "tricyclic.uptake"} <= set(made.ids)
    with pytest.warns(RuntimeWarning, match="made before data/ was last changed"):
        make_sampler(evidence, fits=tmp_path)
    for name in ("old", "older"):
        (tmp_path / f"{name}.json").unlink()
    make_sampler(evidence, fits=tmp_path, say=pytest.fail)


def test_without_a_file_nothing_moves_together(evidence: Evidence, tmp_path: Path) -> None:
    alone = make_sampler(evidence, joint=Joint(), fits=tmp_path)
    assert all(isinstance(block, Single) for block in alone.blocks)


def test_the_shipped_fits_are_drawn_as_whole_rows(evidence: Evidence, sampler: Sampler) -> None:
    """Every draw's fitted numbers are one row of a shipped posterior."""
    found = make_sampler(evidence)
    fitted = set(found.ids) - set(sampler.ids)
    assert len(fitted) > 20
    name = "acute_lbp_cohorts"
    path = data_folder() / "calibrations" / "fits" / f"{name}.csv"
    rows = pd.read_csv(path, dtype=str).astype(np.float64)  # to the bit, whatever pandas
    own = [key for key in rows.columns if key in found.ids]
    known = {tuple(row) for row in rows[own].to_numpy().tolist()}
    drawn = found.sample(20)[:, [found.ids.index(key) for key in own]]
    assert {tuple(row) for row in drawn.tolist()} <= known
