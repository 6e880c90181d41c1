"""Chance: the same name, occurrence and patient always meet the same uniform, and nothing else decides it."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
from scipy import stats

from spinesim.errors import SpinesimError
from spinesim.evidence import Draws

MANY = 20_000


def test_values_are_pinned() -> None:
    """A change of these numbers silently changes every published study."""
    drawn = Draws(seed=7, run=2).block("imaging.uptake", 3, 3)
    assert drawn.tolist() == [0.5793826708526756, 0.8179344486642194, 0.13508901950684482]


def test_strictly_inside_zero_and_one_and_float64() -> None:
    drawn = Draws(1).block("a", 0, 200_000)
    assert drawn.dtype == np.float64
    assert drawn.shape == (200_000,)
    assert drawn.min() > 0
    assert drawn.max() < 1


def test_an_exact_zero_is_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Zero:
        def __init__(self, bits: object) -> None:
            pass

        def random(self, n: int) -> np.ndarray:
            return np.zeros(n)

    monkeypatch.setattr(np.random, "Generator", Zero)
    assert (Draws(1).block("a", 0, 3) > 0).all()


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 1023, 1024, 1025])
def test_one_more_patient_leaves_the_others_alone(n: int) -> None:
    fewer = Draws(3).block("uptake", 0, n)
    more = Draws(3).block("uptake", 0, n + 1)
    assert np.array_equal(fewer, more[:n])
    chance = Draws(3)
    grown = [chance.block("uptake", 0, k) for k in (n + 1, n, n + 900)]
    assert np.array_equal(grown[0][:n], fewer)
    assert np.array_equal(grown[1], fewer)
    assert np.array_equal(grown[2][:n], fewer)


def test_at_is_the_block_patient_by_patient() -> None:
    chance = Draws(11, 4)
    ids = [*range(10), 1022, 1023, 1024, 1025, 2047, 2048, 4999]
    block = Draws(11, 4).block("flare", 2, 5000)
    assert [chance.at("flare", 2, i) for i in reversed(ids)] == [block[i] for i in reversed(ids)]
    assert [chance.at("flare", 2, np.int64(i)) for i in ids] == [block[i] for i in ids]
    assert type(chance.at("flare", 2, 5)) is float


def test_the_order_of_questions_is_nothing() -> None:
    names = [("a", 0), ("b", 0), ("a", 1)]
    forward, backward = Draws(5), Draws(5)
    one = {key: forward.block(*key, 50).copy() for key in names}
    backward.at("between", 9, 9)
    other = {key: backward.block(*key, 50).copy() for key in reversed(names)}
    assert all(np.array_equal(one[key], other[key]) for key in names)


def test_names_occurrences_runs_and_seeds_are_independent() -> None:
    blocks = [
        Draws(seed, run).block(name, occurrence, MANY)
        for seed, run, name, occurrence in [
            (0, 0, "a", 0), (0, 0, "a", 1), (0, 0, "a", 2), (0, 0, "b", 0), (0, 1, "a", 0), (1, 0, "a", 0),
            (0, 0, "a/0", 0), (1, 1, "b", 1), (0, 10, "a", 0), (0, 0, "ab", 0),
            (10, 0, "a", 0), (0, 0, "a", 10),
        ]
    ]  # fmt: skip
    bound = 4 / np.sqrt(MANY)
    for one, other in itertools.combinations(blocks, 2):
        assert not np.array_equal(one, other)
        assert abs(np.corrcoef(one, other)[0, 1]) < bound
    neighbours = [abs(np.corrcoef(one[:-1], one[1:])[0, 1]) for one in blocks]
    assert max(neighbours) < bound


def test_many_names_first_patient_is_uniform_too() -> None:
    chance = Draws(2)
    first = np.array([chance.block(f"decision{i}", 0, 1)[0] for i in range(4000)])
    assert stats.kstest(first, "uniform").statistic < 2.3 / np.sqrt(4000)


def test_uniformity() -> None:
    drawn = Draws(12345).block("uniformity", 0, MANY)
    # P(D > 2.3 / sqrt(n)) is about 2 exp(-2 x 2.3^2) = 5e-5: four standard errors, two-sided
    assert stats.kstest(drawn, "uniform").statistic < 2.3 / np.sqrt(MANY)
    assert abs(drawn.mean() - 0.5) < 4 * np.sqrt(1 / 12 / MANY)


def test_hash_seed_and_process_are_nothing(fresh_process) -> None:
    code = (
        "from spinesim.evidence import Draws; d = Draws(7, 1);"
        "print(d.block('uptake', 1, 50).tobytes().hex(), d.at('uptake', 1, 49).hex())"
    )
    here = Draws(7, 1)
    expected = f"{here.block('uptake', 1, 50).tobytes().hex()} {here.at('uptake', 1, 49).hex()}\n"
    for seed in ("0", "1"):
        assert fresh_process(code, PYTHONHASHSEED=seed) == expected


def test_what_was_let_go_comes_back_identical_and_memory_is_bounded() -> None:
    bound = 100_000
    small = Draws(4, cache_bytes=bound)
    first = small.block("a", 0, 2000).copy()
    scalar = small.at("a", 0, 1999)
    for i in range(50):
        small.block("b", i, 2000)
        small.at("c", i, 5)
        assert small.cached_bytes <= bound
    assert ("a", 0) not in small._arrays
    assert np.array_equal(small.block("a", 0, 2000), first)
    assert small.at("a", 0, 1999) == scalar == first[1999]


def test_the_least_recently_used_goes_first() -> None:
    small = Draws(4, cache_bytes=3 * 8 * 100)
    for name in ("a", "b", "c"):
        small.block(name, 0, 100)
    small.block("a", 0, 50)
    small.block("d", 0, 100)
    assert [key[0] for key in small._arrays] == ["c", "a", "d"]
    lists = Draws(4, cache_bytes=3 * 1024 * 32)
    for name in ("a", "b", "c", "a", "d"):
        lists.at(name, 0, 0)
    assert [key[0] for key in lists._lists] == ["c", "a", "d"]


def test_memory_is_counted_when_a_block_grows() -> None:
    chance = Draws(4)
    for n in (10, 5, 20, 20, 30):
        chance.block("a", 0, n)
    assert chance.cached_bytes == 30 * 8
    chance.at("a", 0, 0)
    chance.at("a", 0, 1)
    assert chance.cached_bytes == 30 * 8 + 1024 * 32


def test_a_block_larger_than_the_bound_is_given_but_not_kept() -> None:
    tiny = Draws(4, cache_bytes=80)
    assert np.array_equal(tiny.block("a", 0, 1000), Draws(4).block("a", 0, 1000))
    assert tiny.at("a", 0, 7) == Draws(4).at("a", 0, 7)
    assert tiny.cached_bytes == 0


def test_blocks_are_read_only_for_good() -> None:
    chance = Draws(4)
    for block in (chance.block("a", 0, 10), chance.block("a", 0, 10), chance.block("a", 0, 4)):
        with pytest.raises(ValueError, match="read-only"):
            block[0] = 0.5
        with pytest.raises(ValueError, match="WRITEABLE"):
            block.flags.writeable = True


def test_pickles_small_and_alike() -> None:
    chance = Draws(4, 2, cache_bytes=10**6)
    block = chance.block("a", 0, 5000)
    packed = pickle.dumps(chance)
    assert len(packed) < 500
    again = pickle.loads(packed)
    assert (again.seed, again.run, repr(again)) == (4, 2, "Draws(seed=4, run=2)")
    assert np.array_equal(again.block("a", 0, 5000), block)
    assert again._cache_bytes == 10**6


@pytest.mark.parametrize("wrong", [-1, 1.0, "1", None, True, np.bool_(True), float("nan")])
def test_only_whole_numbers_of_zero_or_above(wrong: object) -> None:
    sentence = r"^Draws: {} must be a whole number of 0 or above, not .+\.$"
    for make, what in [
        (lambda: Draws(wrong), "seed"),
        (lambda: Draws(0, wrong), "run"),
        (lambda: Draws(0).block("a", wrong, 3), "occurrence"),
        (lambda: Draws(0).block("a", 0, wrong), "patients"),
        (lambda: Draws(0).at("a", wrong, 3), "occurrence"),
        (lambda: Draws(0).at("a", 0, wrong), "patient_id"),
    ]:
        with pytest.raises(SpinesimError, match=sentence.format(what)):
            make()


def test_numpy_integers_and_huge_seeds_are_welcome() -> None:
    assert Draws(np.int64(7), np.uint8(1)).at("a", 0, 0) == Draws(7, 1).at("a", 0, 0)
    assert 0 < Draws(2**200).at("a", 0, 0) < 1
    assert Draws(0).block("a", 0, 0).shape == (0,)


@pytest.mark.parametrize("name", ["", None, 3, ["a"]])
def test_a_decision_needs_a_name(name: object) -> None:
    for ask in (lambda: Draws(0).block(name, 0, 3), lambda: Draws(0).at(name, 0, 3)):
        with pytest.raises(SpinesimError, match="the decision's name must be text"):
            ask()
