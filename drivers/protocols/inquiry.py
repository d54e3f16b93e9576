"""A question by which an instrument tells something of itself, and what a line says in answer to it.

What is told is a run of printable characters in the place where the maker's manual shows it; any other line
tells nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from drivers.protocols import Acknowledged, Event, Refused, State
from drivers.protocols.picture import BLANKS, TEXT, PictureError, Piece, drawn
from drivers.protocols.query import MOST_ERRORS, ErrorQueue
from drivers.protocols.questions import Answer, Manner, Question

TOLD: Final = "told"
NOT_NOW: Final = "the instrument answers that it cannot tell now"
Tells = Literal["serial_number", "seal_counter"]
"""what an instrument says of itself"""

_LONGEST: Final = 64
_BETWEEN: Final = re.compile(rb"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Inquiry:
    """One question, the forms of its answer, and the answers that mean: not now."""

    name: str
    tells: Tells
    send: bytes
    """the whole question, its end included"""
    forms: tuple[tuple[Piece, ...], ...]
    played: str
    """what the played instrument tells"""
    refused: frozenset[bytes] = frozenset()
    """whole lines without their ends"""
    start: bytes = b""
    """what stands before each line, and behind it"""
    end: bytes = b""

    def told(self, frame: bytes) -> str:
        """What an answer tells, wherever in the frame its line stands; nothing where no line is one."""
        for line in _BETWEEN.split(frame):
            for pattern in self._patterns:
                if found := pattern.fullmatch(line.decode("latin-1")):
                    return found[TOLD].strip(" ")
        return ""

    def refuses(self, frame: bytes) -> bool:
        """Whether it answers that it cannot tell now."""
        return any(line in self.refused for line in _BETWEEN.split(frame))

    def line(self, told: str) -> str:
        """The line by which an instrument tells this, without its end."""
        return "".join(_written(piece, told) for piece in self.forms[0])

    def answer(self, told: str) -> bytes:
        """The whole answer by which an instrument tells this."""
        return self.start + self.line(told).encode("latin-1", "replace") + self.end

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_pattern(form)) for form in self.forms)


@dataclass(frozen=True)
class Inquiring:
    """The script that asks it of an instrument whose talk is an interview, and empties its error queue."""

    manner: Manner
    inquiry: Inquiry
    errors: ErrorQueue | None = None

    def ask(self, answers: tuple[Answer, ...]) -> Question | None:
        """The next question after these answers."""
        if not answers:
            return Question(self.inquiry.send, silence=self.errors is not None)
        first = len(answers) == 1
        if self.errors is None or len(answers) > MOST_ERRORS or not (first or self._unread(answers[-1])):
            return None
        return self.errors.query.question

    def event(self, answers: tuple[Answer, ...], frame: bytes) -> Event:
        """Whether it tells; the frame is then the answer alone."""
        line = "\n".join(answers[0]).encode("latin-1")
        if any(self._unread(entry) for entry in answers[1:]):
            return Refused(reason="the instrument reports an error", state=State.ERROR, frame=frame)
        if self.inquiry.told(line):
            return Acknowledged(command=self.inquiry.name, done=True, frame=line)
        if not answers[0]:
            return Refused(reason="no answer", state=State.NO_VALUE, frame=frame)
        if self.inquiry.refuses(line):
            return Refused(reason=NOT_NOW, state=State.BUSY, frame=frame)
        return Refused(reason="it answers something else", state=State.MALFORMED, frame=frame)

    def _unread(self, entry: Answer) -> bool:
        return self.errors is not None and not self.errors.empty(entry)


def form_of(picture: str) -> tuple[Piece, ...]:
    """The pieces of an answer drawn as in `'I4 A "{told}"'`.

    Raises:
        PictureError: it cannot be read, or does not say where what is told ends; the text says what to write.
    """
    pieces = drawn(picture)
    at = [place for place, piece in enumerate(pieces) if piece.name == TOLD]
    if len(at) != 1 or pieces[at[0]].values:
        raise PictureError("draw what is told exactly once, as {told} or {told:10}")
    for piece in pieces:
        if piece.name not in ("", TOLD, BLANKS, TEXT) and not piece.fixed():
            raise PictureError(f"{{{piece.name}}} needs a width; write {{text}} for what may be anything")
    after = pieces[at[0] + 1 : at[0] + 2]
    if pieces[at[0]].width is None and after and after[0].name:
        raise PictureError("a character that ends {told} must stand after it, or write its width")
    if not any(not piece.name and piece.text.strip() for piece in pieces):
        raise PictureError("something that only this answer has must stand in it")
    return pieces


def _pattern(form: Sequence[Piece]) -> str:
    parts = []
    for at, piece in enumerate(form):
        if piece.name != TOLD:
            own = "|".join(map(re.escape, piece.values)) if piece.values else piece.pattern()
            parts.append(f"(?:{own})")
        elif piece.width is not None:
            parts.append(rf"(?P<{TOLD}>(?=[ ]*[!-~])[ -~]{{{piece.width}}})")
        else:
            end = re.escape(form[at + 1].text[0]) if at + 1 < len(form) else ""
            one = f"(?!{end})[!-~]" if end else "[!-~]"
            more = f"(?!{end})[ -~]" if end else "[ -~]"
            parts.append(f"(?P<{TOLD}>{one}(?:{more}){{0,{_LONGEST - 1}}})")
    return "".join(parts)


def _written(piece: Piece, told: str) -> str:
    if piece.name == TOLD:
        return told.ljust(piece.width or 0)
    return piece.text or (piece.values[0] if piece.values else " " * (piece.width or 0))
