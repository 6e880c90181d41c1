"""Joint draws of all uncertain parameters: named uniforms in, evidence out.

Each parameter with an interval has its own named uniform, so adding one changes no other's draws. What
moves together (`spinesim.study.uncertainty.joint`) is made from the same kind of uniforms. Parameters that
the user changed or a stance replaced have no interval any more and stay where they are: a stance is a
scenario, around which the others vary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence
from spinesim.evidence.store import near
from spinesim.study.executor.job import Say, warn
from spinesim.study.uncertainty.blocks import Alike, Block, Fitted, Linked, Shares, Single, people_of
from spinesim.study.uncertainty.fits import load_fits
from spinesim.study.uncertainty.joint import Joint, load_joint, root
from spinesim.study.uncertainty.settle import settle

Floats = npt.NDArray[np.float64]
MOST_DRAWS = 100_000


@dataclass(frozen=True, eq=False)
class Sampler:
    """What varies, and how: blocks of parameters over the evidence they start from.

    Attributes
    ----------
    evidence : Evidence
        Base values; what is not sampled stays at them.
    blocks : tuple of Block
        In the order of the data files.
    """

    evidence: Evidence
    blocks: tuple[Block, ...]

    @cached_property
    def dims(self) -> tuple[str, ...]:
        """Names of the independent uniforms, the axes of the unit cube."""
        return tuple(dim for block in self.blocks for dim in block.dims)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the parameters that vary."""
        return tuple(key for block in self.blocks for key in block.ids)

    @cached_property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Parameters that can only be varied together, by the name of their block."""
        return {block.name: block.ids for block in self.blocks}

    def uniforms(self, draws: int, seed: int = 1) -> Floats:
        """Named uniforms, shape (draws, len(dims)); the first rows are the same whatever `draws`."""
        if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
            raise SpinesimError(f"draws is {draws}; give a whole number from 1 to {MOST_DRAWS:,}.")
        chance = Draws(seed)
        found = np.empty((draws, len(self.dims)))
        for k, dim in enumerate(self.dims):
            found[:, k] = chance.block(f"uncertainty.{dim}", 0, draws)
        return found

    def values(self, uniforms: Floats) -> Floats:
        """Values of `ids` at points of the unit cube.

        Parameters
        ----------
        uniforms : array, shape (n, len(dims))

        Returns
        -------
        array, shape (n, len(ids))
            Each in its parameter's unit and within what the model accepts.
        """
        u = np.asarray(uniforms, dtype=np.float64)
        if u.ndim != 2 or u.shape[1] != len(self.dims):
            raise SpinesimError(f"values needs {len(self.dims)} uniforms a draw, in columns; see `dims`.")
        columns = dict(zip(self.dims, u.T, strict=True))
        found: dict[str, Floats] = {}
        for block in self.blocks:
            found |= block.values({dim: columns[dim] for dim in block.dims})
        found = settle(self.evidence, found)
        return np.column_stack([found[key] for key in self.ids]) if self.ids else np.empty((len(u), 0))

    def sample(self, draws: int, seed: int = 1) -> Floats:
        """Joint draws, shape (draws, len(ids)); the first rows are the same whatever `draws`."""
        return self.values(self.uniforms(draws, seed))

    def evidence_of(self, row: Floats) -> Evidence:
        """The evidence with one draw put in."""
        return self.evidence.change(dict(zip(self.ids, row.tolist(), strict=True)))

    def only(self, keys: Sequence[str]) -> Sampler:
        """A sampler of these parameters or blocks alone; what must move with them moves too.

        Raises
        ------
        SpinesimError
            For a parameter nobody knows, or one that has no interval.
        """
        blocks: dict[str, Block] = {}
        of = {key: block for block in self.blocks for key in block.ids}
        named = {block.name: block for block in self.blocks}
        for key in keys:
            block = named.get(key) or of.get(key)
            if block is None and key in self.evidence:
                raise SpinesimError(
                    f"'{key}' does not vary: it has no interval (or you or a stance set it); give it low and "
                    "high in data/parameters, or leave it out."
                )
            if block is None:
                raise SpinesimError(f"There is no parameter or group '{key}'; {near(key, {**of, **named})}.")
            if isinstance(block, Alike) and key in block.ids:
                block = _some(block, [k for k in keys if k in block.ids] if block.name not in keys else None)
            elif isinstance(block, Linked) and block.name not in keys:
                block = _linked(block, [k for k in block.ids if k in keys])
            blocks[block.name] = block
        return Sampler(self.evidence, tuple(blocks.values()))

    def reading(self, keys: frozenset[str] | set[str]) -> Sampler:
        """Only what touches these parameters (those a run reads); groups lose members it does not read."""
        kept: list[Block] = []
        for block in self.blocks:
            read = [key for key in block.ids if key in keys]
            if read and isinstance(block, Alike) and block.rho < 1:
                kept.append(_some(block, read))
            elif read:
                kept.append(block)
        return Sampler(self.evidence, tuple(kept))


def _some(block: Alike, keys: Sequence[str] | None) -> Alike:
    """A group with only these members, whose draws stay as they are."""
    if keys is None or block.rho == 1:
        return block
    members = tuple(one for one in block.parameters if one.id in keys)
    name = members[0].id if len(members) == 1 else block.name
    return Alike(name, members, block.rho, block.factor or block.name)


def _linked(block: Linked, keys: Sequence[str]) -> Linked:
    """Linked parameters with only these members, correlated as they are."""
    at = [block.ids.index(key) for key in keys]
    matrix = (block.low @ block.low.T)[np.ix_(at, at)]
    name = keys[0] if len(keys) == 1 else block.name
    return Linked(name, tuple(block.parameters[k] for k in at), root(matrix))


def make_sampler(
    evidence: Evidence,
    *,
    joint: Joint | None = None,
    fits: str | Path | None = None,
    say: Say = warn,
) -> Sampler:
    """Find out what varies, and together with what.

    Parameters
    ----------
    evidence : Evidence
        Base values, perhaps with a stance or changes of the user, which stay fixed.
    joint : Joint, optional
        Defaults to ``correlations.toml`` beside the evidence.
    fits : path, optional
        Folder of posterior draws; defaults to ``calibrations/fits`` beside the evidence.
    say : callable
        Told if the draws are of other evidence.

    Raises
    ------
    SpinesimError
        For a faulty file of correlations or fits.
    """
    joint = load_joint(evidence) if joint is None else joint
    fixed = set(evidence.changes)
    blocks: list[Block] = []
    taken: set[str] = set()
    whole = {key: row for one in joint.shares for row in one.rows for key in row}
    for fit in load_fits(evidence, fits, say):
        touched = {key for key in fit.ids if not fixed.isdisjoint(whole.get(key, (key,)))}
        kept = [k for k, key in enumerate(fit.ids) if key not in touched]
        if kept:
            ids = tuple(fit.ids[k] for k in kept)
            fitted = completed(evidence, Fitted(fit.name, ids, fit.draws[:, kept]), whole)
            blocks.append(copied(evidence, fitted, joint, fixed))
            taken.update(blocks[-1].ids)
    for one in joint.shares:
        rows = [row for row in one.rows if fixed.isdisjoint(row) and taken.isdisjoint(row)]
        if rows:
            base = tuple(tuple(evidence.value(key) for key in row) for row in rows)
            people = one.people if one.people is not None else people_of(evidence, rows[0])
            blocks.append(Shares(one.name, one.keys, tuple(rows), base, people))
    taken.update(whole)

    def free(keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key not in taken and evidence[key].kind != "fixed"]

    for group in joint.alike:
        members = free(group.members)
        if len(members) > 1:
            blocks.append(Alike(group.name, tuple(evidence[key] for key in members), group.rho))
            taken.update(members)
    for pair in joint.paired:
        members = free(pair.members)
        if len(members) > 1:
            at = [pair.members.index(key) for key in members]
            low = root(pair.matrix[np.ix_(at, at)])
            blocks.append(Linked(pair.name, tuple(evidence[key] for key in members), low))
            taken.update(members)
    blocks += [Single(evidence[key]) for key in free(list(evidence.parameters))]
    return Sampler(evidence, tuple(blocks))


def copied(evidence: Evidence, fit: Fitted, joint: Joint, fixed: set[str]) -> Fitted:
    """A fit together with the shares that were copied from it to other conditions."""
    ids, columns = list(fit.ids), list(fit.draws.T)
    for one in joint.shares:
        for row in one.rows:
            if not set(row) <= set(fit.ids):
                continue
            own = [evidence.value(key) for key in row]
            for other in one.rows:
                same = [evidence.value(key) for key in other] == own
                if same and fixed.isdisjoint(other) and ids.count(other[0]) == 0:
                    ids += other
                    columns += [columns[ids.index(key)] for key in row]
    return Fitted(fit.name, tuple(ids), np.column_stack(columns))


def completed(evidence: Evidence, fit: Fitted, whole: Mapping[str, tuple[str, ...]]) -> Fitted:
    """A fit of some shares made whole: those it leaves out take the rest in proportion."""
    ids, draws = list(fit.ids), list(fit.draws.T)
    for row in dict.fromkeys(whole[key] for key in fit.ids if key in whole):
        inside = [key for key in row if key in fit.ids]
        rest = [key for key in row if key not in fit.ids]
        total = np.sum([draws[ids.index(key)] for key in inside], axis=0)
        left = math.fsum(evidence.value(key) for key in rest)
        if rest and left > 0 and (total <= 1).all():
            ids += rest
            draws += [(1 - total) * evidence.value(key) / left for key in rest]
        else:
            for key in inside:
                draws[ids.index(key)] = draws[ids.index(key)] / total
    return Fitted(fit.name, tuple(ids), np.column_stack(draws))
