"""A room decides: votes as pasted or typed counts, and what the majority wants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from spinesim.errors import SpinesimError

MOST = 10_000
_LINE = re.compile(r"\s*([A-Za-z]{1,2})\s*[:;,=\t ]?\s*(\d+)?\s*")


def letters(number: int) -> list[str]:
    """A, B, … Z, AA, AB …: what the room calls out."""
    names = [chr(ord("A") + n) for n in range(26)]
    return (names + [a + b for a in names for b in names])[:number]


def count_votes(text: str, options: Sequence[str]) -> Counter[str]:
    """Votes by option.

    Parameters
    ----------
    text : str
        One vote or count a line, or separated by commas: ``A``, ``B 12``, ``C: 3``. The same letter may come
        again.
    options : sequence of str
        In the order of their letters.

    Raises
    ------
    SpinesimError
        One sentence naming the line.
    """
    known = dict(zip(letters(len(options)), options, strict=True))
    counts: Counter[str] = Counter()
    lines = [line for line in re.split(r"[\n,;]+", text) if line.strip()]
    if not lines:
        raise SpinesimError("No votes yet: write one letter or 'letter count' a line, such as 'A 12'.")
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        letter = found[1].upper() if found else ""
        if not found or letter not in known:
            raise SpinesimError(
                f"Vote {number} is '{line.strip()[:30]}': write a letter from A to {list(known)[-1]}, with a "
                "count after it if you like."
            )
        votes = int(found[2] or 1)
        if votes > MOST:
            raise SpinesimError(f"Vote {number} counts {votes:,}: give {MOST:,} at most.")
        counts[known[letter]] += votes
    if not sum(counts.values()):
        raise SpinesimError("All counts are 0: nobody has voted.")
    return counts


def majority(counts: Counter[str]) -> list[str]:
    """The options with the most votes: one, or several that tie."""
    top = max(counts.values())
    return [option for option, votes in counts.items() if votes == top]
