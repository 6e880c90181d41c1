"""Finished work on disk: one file for each content key, whole or not at all, and never a pickle."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spinesim.errors import SpinesimError
from spinesim.study.executor.job import Say, warn
from spinesim.study.results_file import packed, read_head, unpacked

FOLDER = "SPINESIM_KEEP"
LIMIT = 4 * 2**30
"""Bytes that kept work may take; what was not used for longest goes first."""

SPARE = 2**30  # bytes of the disk that stay free
NAME = re.compile(r"[0-9a-f]{64}\.npz")
LEFT_OVER = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]+\.tmp")
STALE = 86_400  # seconds after which an unfinished file is nobody's


def default_folder() -> Path:
    """``SPINESIM_KEEP``, else a folder of this user's cache."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("spinesim", appauthor=False) / "work"


class Kept:
    """A folder of finished work.

    Parameters
    ----------
    folder : path, optional
        Default: ``SPINESIM_KEEP``, else a folder of this user's cache. A folder that was asked for must
        be writable; without the default one, work goes on unkept.
    limit : int
        Bytes.
    say : callable
        Told what a person should know: a full disk, damaged files.
    """

    def __init__(self, folder: str | Path | None = None, limit: int = LIMIT, say: Say = warn) -> None:
        self.asked = folder is not None
        self.folder = Path(os.path.abspath(folder)) if folder is not None else default_folder()
        self.limit, self.say = limit, say
        self.given_up = False
        self.read = self.written = 0
        self._damaged: set[str] = set()
        self._used: dict[str, int] = {}
        self._since_tidied = 0
        self._ready = False

    def begin(self) -> None:
        """Make the folder, and see that it can be written.

        Raises
        ------
        SpinesimError
            If it cannot, before anything is computed.
        """
        if self._ready:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            trial = self.folder / f".{'0' * 64}.{secrets.token_hex(4)}.tmp"
            trial.write_bytes(b"")
            trial.unlink()
        except OSError as refused:
            words = f"Cannot keep finished work in {self.folder} ({refused.strerror})"
            if self.asked:
                raise SpinesimError(f"{words}; give another folder to --keep, or --no-keep.") from None
            self._give_up(f"{words}; going on without keeping it.")
            return
        self._ready = True
        self._tidy()

    def path(self, key: str) -> Path:
        """Where the work of this key is kept."""
        return self.folder / f"{key}.npz"

    def has(self, key: str) -> bool:
        """Whether work of this key is kept, in a file that has its end and its right name."""
        path = self.path(key)
        if not path.exists():
            return False
        try:
            if read_head(path)["key"] == key:
                return True
        except Exception:  # whatever a foreign or damaged file makes its readers raise
            pass
        self._damaged.add(key)
        return False

    def holds(self, key: str) -> bool:
        """Whether this run wrote or read it, so that it is not tidied away."""
        return self.path(key).name in self._used

    def get(self, key: str) -> Any | None:
        """What is kept under this key, or None; a damaged file counts as none."""
        path = self.path(key)
        try:
            with np.load(path, allow_pickle=False) as file:
                value = unpacked({name: file[name] for name in file.files}, key)
            os.utime(path)
        except FileNotFoundError:
            return None
        except Exception:  # whatever a foreign or damaged file makes its readers raise
            self._damaged.add(key)
            return None
        self.read += 1
        self._used[path.name] = 0
        return value

    def put(self, key: str, value: Any) -> bool:
        """Keep what a job returned: `Results`, or a mapping of texts to arrays, numbers and texts.

        A disk that is full stops the keeping, not the work: it is said once.

        Returns
        -------
        bool
            Whether it is kept.
        """
        arrays = packed(value, key)
        if self.given_up:
            return False
        size = sum(array.nbytes for array in arrays.values())
        if sum(self._used.values()) + size > self.limit:
            self._give_up(
                f"Finished work fills its {self.limit / 2**30:.3g} GiB in {self.folder}; from here on "
                "nothing more is kept."
            )
            return False
        try:
            self._write(self.path(key), arrays, size)
        except OSError as refused:
            self._give_up(
                f"Cannot keep more finished work in {self.folder} ({refused.strerror}); the work goes on "
                "without: free some space, or name another folder (--keep)."
            )
            return False
        self.written += 1
        self._used[self.path(key).name] = size
        self._since_tidied += size
        if self._since_tidied > self.limit / 20:
            self._tidy()
        return True

    def _write(self, path: Path, arrays: Mapping[str, Any], size: int) -> None:
        """Write beside, then rename: a reader finds a whole file or none."""
        if shutil.disk_usage(self.folder).free < min(SPARE, self.limit) + size:
            raise OSError(errno.ENOSPC, "the disk is almost full")
        half = self.folder / f".{path.stem}.{secrets.token_hex(4)}.tmp"
        try:
            with half.open("xb") as file:
                np.savez(file, **arrays)
            os.replace(half, path)
        except PermissionError:
            if not path.exists():  # Windows replaces no file that somebody reads; it is the same anyway
                raise
        finally:
            half.unlink(missing_ok=True)

    def tell(self) -> None:
        """Say, once, how many kept files could not be used."""
        if self._damaged:
            n = len(self._damaged)
            self.say(f"{n} kept file{'s' * (n > 1)} in {self.folder} could not be read; computed again.")
            self._damaged.clear()

    def _give_up(self, why: str) -> None:
        if not self.given_up:
            self.given_up = True
            self.say(why)

    def _tidy(self) -> None:
        """Take away what was not used for longest until the rest fits; never what this run used."""
        self._since_tidied = 0
        found = []
        try:
            for entry in os.scandir(self.folder):
                if NAME.fullmatch(entry.name):
                    found.append((entry.stat().st_mtime, entry.stat().st_size, entry.path, entry.name))
                elif LEFT_OVER.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - STALE:
                    os.unlink(entry.path)
            total = sum(size for _, size, _, _ in found)
            for _, size, path, name in sorted(found):
                if total <= self.limit:
                    return
                if name not in self._used:
                    os.unlink(path)
                    total -= size
        except OSError:
            return  # another run tidies the same folder; the next one will
