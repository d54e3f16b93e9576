"""The picture of an answer: fixed characters and holes, read strictly and written back.

A hole whose width is open ends where a character stands that cannot belong to it; a picture in which a number
could lose a digit to its neighbour is refused when the driver file is loaded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from drivers.protocols.picture import BLANKS, TEXT, PictureError, Piece, drawn

NUMBER: Final = r"[ ]*[+-]?[ ]*(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?"
_UNIT: Final = r"[^ 0-9+.,;=-][^ ,;=]{0,7}"
_IN_A_NUMBER: Final = set("0123456789.,+-Ee")
_FROM_A_NUMBER: Final = set(".+-")
_BEFORE: Final = "\n"
_MOST_BLANKS: Final = 40


def instead_of_number(texts: tuple[str, ...]) -> str:
    """The pattern of what may stand in place of a number.

    One character stands for any run of it with dots and blanks: `*` for `****.*`, `-` for `---.-`.
    """
    parts = [
        rf"[ .]*{re.escape(text)}[ .{re.escape(text)}]*" if len(text) == 1 else f"[ ]*{re.escape(text)}[ ]*"
        for text in texts
    ]
    return "|".join(parts)


@dataclass(frozen=True)
class AnswerLine:
    """One form of an answer; the lines of a longer answer are joined by a line feed."""

    pieces: tuple[Piece, ...]
    numbers: Mapping[str, str]
    """the holes that hold a number, and the pattern of what may stand there instead; empty: nothing else"""
    units: frozenset[str]
    """the holes that hold a unit"""

    @classmethod
    def from_picture(
        cls, picture: str, numbers: Mapping[str, str], units: frozenset[str], ignored: frozenset[str]
    ) -> "AnswerLine":
        """Draw it.

        Raises:
            PictureError: it cannot be read, or is not safe; the text says why and what to write.
        """
        line = cls(drawn(picture), numbers, units)
        line._judge(ignored)
        return line

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return 1 + sum(piece.text.count(_BEFORE) for piece in self.pieces if not piece.name)

    @property
    def holes(self) -> frozenset[str]:
        """The names in it."""
        return frozenset(piece.name for piece in self.pieces if piece.name) - {BLANKS, TEXT}

    def values_of(self, name: str) -> tuple[str, ...]:
        """The closed set of a flag."""
        return next((piece.values for piece in self.pieces if piece.name == name), ())

    def read(self, text: str) -> dict[str, str] | None:
        """What its holes hold; None when the text is another answer."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        parts = zip(self.pieces, found.groups(), strict=True)
        return {piece.name: part for piece, part in parts if piece.name and piece.name not in (BLANKS, TEXT)}

    def write(self, held: Mapping[str, str], pattern: str) -> str:
        """The text whose holes hold this; all else is as in `pattern`, a text of this form."""
        found = self._pattern.fullmatch(pattern)
        parts = found.groups() if found else ("",) * len(self.pieces)
        return "".join(_written(piece, held, part) for piece, part in zip(self.pieces, parts, strict=True))

    def before(self, name: str, text: str) -> str:
        """The characters of `text` that stand before a hole, for check characters."""
        found = self._pattern.fullmatch(text)
        at = next(at for at, piece in enumerate(self.pieces) if piece.name == name)
        return text[: found.start(at + 1)] if found else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(f"({self._of(piece)})" for piece in self.pieces), re.DOTALL)

    def _of(self, piece: Piece) -> str:
        if piece.name in self.numbers and piece.width is None:
            instead = self.numbers[piece.name]
            return f"{NUMBER}|{instead}" if instead else NUMBER
        if piece.name in self.units and piece.width is None and not piece.values:
            return _UNIT
        if piece.name == TEXT:
            return r"[^\r\n]*"
        if piece.name == BLANKS:
            return f"[ ]{{0,{_MOST_BLANKS}}}"
        return piece.pattern()

    def _judge(self, ignored: frozenset[str]) -> None:
        names = [piece.name for piece in self.pieces if piece.name not in ("", BLANKS, TEXT)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise PictureError(f"{min(twice)!r} stands in the answer twice; give each hole its own name")
        for piece in self.pieces:
            open_hole = piece.name not in ("", BLANKS, TEXT) and piece.width is None and not piece.values
            if open_hole and piece.name not in {*self.numbers, *self.units}:
                if piece.name in ignored:
                    raise PictureError(f"{piece.name!r} needs a width, as in {{{piece.name}:8}}")
                raise PictureError(
                    f"{{{piece.name}}} is neither the number nor the unit of a quantity; "
                    f"write {{{piece.name}=A|B}} for a flag, or {{{piece.name}:8}} and ignore it"
                )
        pieces = [piece for piece in self.pieces if piece.name != BLANKS]
        for at, hole in enumerate(pieces):
            if hole.name not in self.numbers or hole.width is not None:
                continue
            before, after = pieces[at - 1 : at], pieces[at + 1 : at + 3]
            if not (self._apart(before, -1, _FROM_A_NUMBER) and self._apart(after, 0, _IN_A_NUMBER)):
                raise PictureError(
                    f"{hole.name!r} may lose a digit to what stands beside it; give it a width"
                )

    def _apart(self, beside: list[Piece], edge: int, digits: set[str]) -> bool:
        """Whether a number ends here: nothing follows, or what cannot be part of it."""
        if not beside:
            return True
        first, *further = beside
        if first.name in self.units and not first.values:
            return True
        texts = first.values or ((first.text,) if not first.name else ())
        if edge == 0 and texts == (",",) and further and further[0].name in self.units:
            return True  # no decimal comma: a unit begins with no digit
        return bool(texts) and all(
            text and (text[edge] not in digits or (edge == 0 and text[0] == "," and text[1:2] in ('"', " ")))
            for text in texts
        )


def _written(piece: Piece, held: Mapping[str, str], part: str) -> str:
    if piece.name in held and piece.name:
        text = held[piece.name]
        return text if piece.width is None else text.rjust(piece.width)
    return part or (piece.text if not piece.name else piece.values[0] if piece.values else "")
