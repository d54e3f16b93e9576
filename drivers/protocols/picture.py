"""The picture of a frame: what stands where, character by character.

A picture is drawn (`'S {flag=S|D} {number} {unit}'`) or listed in columns as the maker's manual prints them;
both become the same row of pieces, and every character of a frame belongs to a piece.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.number import NUMBER

NUMBERS: Final = ("number", "tare")
BLANKS: Final = "_"
TEXT: Final = "text"
CHECK: Final = "check"
NO_FLAGS: Final = frozenset((*NUMBERS, BLANKS, CHECK, TEXT, "unit"))
"""what a piece may be called that says nothing by a value from a list"""

_HOLE: Final = re.compile(r"\{([^{}]*)\}")
_INSIDE: Final = re.compile(r"(\w+)(?::(\d+)|=(.*))?", re.ASCII | re.DOTALL)
_RANGE: Final = re.compile(r"(\d+)(?:-(\d+))?")


class PictureError(ValueError):
    """The picture or the columns cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a frame: fixed characters when it has no name, else a hole."""

    name: str = ""
    text: str = ""
    width: int | None = None
    values: tuple[str, ...] = ()
    """the closed set of a flag"""

    @property
    def least(self) -> int:
        """The fewest characters it can take."""
        if not self.name:
            return len(self.text)
        if self.width is not None:
            return self.width
        return min(map(len, self.values), default=0)

    def fixed(self) -> bool:
        """Whether it always takes the same number of characters."""
        return not self.name or self.width is not None or len(set(map(len, self.values))) == 1

    def pattern(self) -> str:
        """What it may hold; a flag of one width takes anything here and is judged by its closed set later."""
        if not self.name:
            return re.escape(self.text)
        if self.fixed():
            return f".{{{self.least}}}"
        if self.values:
            return "|".join(re.escape(value) for value in sorted(self.values, key=len, reverse=True))
        return {BLANKS: "[ ]*", TEXT: r"[\x20-\x7E]*", "unit": "[A-Za-z%]{1,4}"}.get(self.name, NUMBER)


def drawn(picture: str) -> tuple[Piece, ...]:
    """The pieces of a drawn picture.

    Holes are `{name}`, `{name:width}` and `{name=A|B}`; `{_}` is any run of blanks, `{text}` any characters.

    Raises:
        PictureError: a hole that cannot be read.
    """
    pieces: list[Piece] = []
    for index, part in enumerate(_HOLE.split(picture)):
        if index % 2 == 0:
            if part:
                pieces.append(Piece(text=_characters(part)))
            continue
        found = _INSIDE.fullmatch(part)
        if found is None:
            raise PictureError(f"{{{part}}} is no hole; write {{name}}, {{name:3}} or {{name=A|B}}")
        name, width, values = found.groups()
        pieces.append(
            Piece(
                name=name,
                width=int(width) if width else None,
                values=tuple(map(_characters, values.split("|"))) if values is not None else (),
            )
        )
    return tuple(pieces)


def _characters(typed: str) -> str:
    try:
        return typed_to_bytes(typed).decode("latin-1")
    except ValueError as mistake:
        raise PictureError(str(mistake)) from None


def columns_of(text: str) -> Iterator[tuple[int, int]]:
    """The offsets (from, to) of 1-based columns written as `"3-8"`, or several as `"2, 9-10"`.

    Raises:
        PictureError: not a column or a range of columns.
    """
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise PictureError(f"{text!r} is no column; write '2' or '3-8', counted from 1 as in the manual")
        yield first - 1, last


def listed(
    columns: Mapping[str, str],
    blank: str,
    fixed: Sequence[tuple[int, str]],
    check: tuple[int, int] | None,
) -> tuple[Piece, ...]:
    """The pieces of a frame listed in columns.

    Args:
        columns: name of the field to its columns.
        blank: columns that hold a blank.
        fixed: offset and characters of the start and the end of the frame.
        check: offset and width of the check characters inside the frame.

    Raises:
        PictureError: columns overlap, or a column belongs to nothing.
    """
    fields: list[tuple[int, int, Piece]] = []
    for name, where in columns.items():
        (first, last), *more = columns_of(where)
        if more:
            raise PictureError(f"{name} must be one range of columns, not {where!r}")
        fields.append((first, last, Piece(name=name, width=last - first)))
    if blank:
        fields.extend((first, last, Piece(text=" " * (last - first))) for first, last in columns_of(blank))
    fields.extend((at, at + len(text), Piece(text=text)) for at, text in fixed if text)
    if check:
        fields.append((check[0], check[0] + check[1], Piece(name=CHECK, width=check[1])))
    here = 0
    for first, last, piece in sorted(fields, key=lambda field: field[:2]):
        if first != here:
            wrong = "belongs to nothing" if first > here else "is used twice"
            column = min(first, here) + 1
            raise PictureError(f"column {column} {wrong} (at {piece.name or piece.text!r})")
        here = last
    return tuple(piece for _, _, piece in sorted(fields, key=lambda field: field[:2]))
