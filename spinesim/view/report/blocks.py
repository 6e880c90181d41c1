"""What a report is made of: sections of paragraphs, lists, tables and pictures. All text, no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

FILL = "To be filled by you: "
"""How a gap is flagged: the template shows such a text as one."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is "" or "note"."""

    text: str
    kind: str = ""
    is_a: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    lines: Sequence[str]
    is_a: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Code:
    """Something to be typed."""

    text: str
    is_a: ClassVar[str] = "code"


@dataclass(frozen=True)
class Chain:
    """Steps in a row, as boxes joined by arrows: each a name and a line under it."""

    steps: Sequence[tuple[str, str]]
    label: str
    is_a: ClassVar[str] = "chain"


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows.

    Attributes
    ----------
    caption : str
    heads : sequence of str
    rows : sequence of sequence of str
    numbers : collection of int
        Columns set flush right.
    file : str
        The table of the result folder it is from.
    even : bool
        Whether all columns are of one width.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    file: str = ""
    even: bool = False
    is_a: ClassVar[str] = "table"


@dataclass(frozen=True)
class Picture:
    """A figure as a data address, with what it shows in words."""

    src: str
    alt: str
    caption: str
    is_a: ClassVar[str] = "picture"


@dataclass(frozen=True)
class Fold:
    """Something long, closed on the screen until asked for; on paper `instead` stands in its place."""

    title: str
    blocks: Sequence[Block]
    instead: str
    is_a: ClassVar[str] = "fold"


Block = Paragraph | Bullets | Code | Chain | Table | Picture | Fold


@dataclass(frozen=True)
class Section:
    """A numbered part of the report."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default_factory=list)
