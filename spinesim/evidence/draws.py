"""Chance, by name: the same decision for the same patient always meets the same uniform.

A block of uniforms belongs to (seed, run, decision name, occurrence) and is indexed by patient. Its
key is a stable 128-bit hash of those four, given to NumPy's counter-based Philox generator, so no
draw depends on the order of the questions, on the number of patients, on the worker or on
``PYTHONHASHSEED``.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from spinesim.errors import SpinesimError

FloatArray = NDArray[np.float64]

CACHE_BYTES = 128 * 2**20
"""Memory one `Draws` may keep, in bytes."""

_CHUNK = 1024  # patients in one cached list for `at`; a multiple of the four numbers a Philox step makes
_PHILOX_STEP = 4
_LIST_BYTES_PER_PATIENT = 32  # a Python float (24) and the list's pointer to it (8)
_SMALLEST = 2.0**-54  # stands in for an exact 0; the generator never returns 1


class Draws:
    """Uniforms in (0, 1) by decision name, occurrence and patient.

    Parameters
    ----------
    seed : int
        0 or above: which stream of chance.
    run : int, optional
        0 or above: which repetition of the study.
    cache_bytes : int, optional
        Memory kept for blocks already drawn, in bytes; the least recently used are let go first,
        and are identical when drawn again.

    Raises
    ------
    SpinesimError
        If `seed` or `run` is not a whole number of 0 or above.

    Notes
    -----
    Pickles to its seed and run alone; what was cached is drawn again on the other side.

    Examples
    --------
    >>> chance = Draws(seed=7)
    >>> bool((chance.block("imaging.uptake", 0, 5) == chance.block("imaging.uptake", 0, 9)[:5]).all())
    True
    """

    __slots__ = ("_arrays", "_cache_bytes", "_held", "_lists", "run", "seed")

    def __init__(self, seed: int, run: int = 0, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.seed = _whole(seed, "seed")
        self.run = _whole(run, "run")
        self._cache_bytes = _whole(cache_bytes, "cache_bytes")
        self._arrays: OrderedDict[tuple[str, int], FloatArray] = OrderedDict()
        self._lists: OrderedDict[tuple[str, int, int], list[float]] = OrderedDict()
        self._held = 0

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (self.seed, self.run, self._cache_bytes)

    def __repr__(self) -> str:
        return f"Draws(seed={self.seed}, run={self.run})"

    @property
    def cached_bytes(self) -> int:
        """Memory held for blocks and lists, in bytes; never above the bound."""
        return self._held

    def block(self, name: str, occurrence: int, patients: int) -> FloatArray:
        """Give one uniform to each of the first `patients` patients.

        Parameters
        ----------
        name : str
            The decision, for example ``"imaging.uptake"``.
        occurrence : int
            0 for the first time the decision is met, 1 for the second, and so on.
        patients : int
            How many patients, 0 or above.

        Returns
        -------
        ndarray, shape (patients,)
            Read-only uniforms strictly between 0 and 1. The first n are the same whatever `patients`.

        Raises
        ------
        SpinesimError
            If a name is empty, or `occurrence` or `patients` is not a whole number of 0 or above.
        """
        patients = _whole(patients, "patients")
        key = (_named(name), _whole(occurrence, "occurrence"))
        known = self._arrays.get(key)
        if known is not None and len(known) >= patients:
            self._arrays.move_to_end(key)
            return known[:patients]
        drawn = self._draw(name, key[1], 0, patients)
        drawn.flags.writeable = False
        if known is not None:
            del self._arrays[key]
            self._held -= known.nbytes
        if drawn.nbytes <= self._cache_bytes:
            self._make_room(drawn.nbytes)
            self._arrays[key] = drawn
        return drawn[:patients]

    def at(self, name: str, occurrence: int, patient_id: int) -> float:
        """Give one patient's uniform: the same number as ``block(name, occurrence, n)[patient_id]``.

        Parameters
        ----------
        name : str
            The decision.
        occurrence : int
            0 for the first time the decision is met, 1 for the second, and so on.
        patient_id : int
            The patient's number, 0 or above.

        Returns
        -------
        float
            Strictly between 0 and 1.

        Raises
        ------
        SpinesimError
            If a name is empty, or `occurrence` or `patient_id` is not a whole number of 0 or above.
        """
        try:
            key = (name, occurrence, patient_id // _CHUNK)
            values = self._lists[key]
            self._lists.move_to_end(key)
        except (KeyError, TypeError):
            values = self._chunk(name, occurrence, patient_id)
        return values[patient_id % _CHUNK]

    def _chunk(self, name: str, occurrence: int, patient_id: int) -> list[float]:
        number = _whole(patient_id, "patient_id") // _CHUNK
        occurrence = _whole(occurrence, "occurrence")
        values: list[float] = self._draw(name, occurrence, number * _CHUNK, _CHUNK).tolist()
        size = _CHUNK * _LIST_BYTES_PER_PATIENT
        if size <= self._cache_bytes:
            self._make_room(size)
            self._lists[name, occurrence, number] = values
        return values

    def _draw(self, name: str, occurrence: int, start: int, count: int) -> FloatArray:
        """Draw patients `start` (a multiple of the Philox step) to `start + count`."""
        text = f"{self.seed}/{self.run}/{_named(name)}/{occurrence}".encode()
        key = int.from_bytes(blake2b(text, digest_size=16).digest(), "little")
        philox = np.random.Philox(counter=start // _PHILOX_STEP, key=key)
        uniforms = np.random.Generator(philox).random(count)
        return np.maximum(uniforms, _SMALLEST, out=uniforms)

    def _make_room(self, size: int) -> None:
        """Let go of the least recently used, scalar lists last, until `size` bytes more fit."""
        while self._held + size > self._cache_bytes and self._arrays:
            self._held -= self._arrays.popitem(last=False)[1].nbytes
        while self._held + size > self._cache_bytes and self._lists:
            self._lists.popitem(last=False)
            self._held -= _CHUNK * _LIST_BYTES_PER_PATIENT
        self._held += size


def _remake(seed: int, run: int, cache_bytes: int) -> Draws:
    return Draws(seed, run, cache_bytes=cache_bytes)


def _named(name: str) -> str:
    """Return the decision's name, or say that it is none."""
    if not isinstance(name, str) or not name:
        raise SpinesimError(f"Draws: the decision's name must be text, not {name!r}.")
    return name


def _whole(number: int, what: str) -> int:
    """Return a plain int of 0 or above, or say which argument is wrong."""
    try:
        if isinstance(number, (bool, np.bool_)):
            raise TypeError
        whole = operator.index(number)
    except TypeError:
        whole = -1
    if whole < 0:
        raise SpinesimError(f"Draws: {what} must be a whole number of 0 or above, not {number!r}.")
    return whole
