"""Why a frame was refused, column by column: what `tera driver try --explain` prints.

The form that comes nearest is laid over the bytes; each of its parts says what it wants and what stands
there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from drivers.file_driver import FileDriver
from drivers.protocols import Event, Refused
from drivers.protocols.check import Check
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.form import Form
from drivers.protocols.line_signs import wrong_line
from drivers.protocols.picture import CHECK, NUMBERS, Piece


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form over the bytes where it stands."""

    first: int
    """column, from 1"""
    last: int
    name: str
    shown: str
    """the bytes there, as they are typed in a driver file"""
    said: str
    """what it means, or what is wrong"""
    right: bool

    def line(self, write: Callable[[str], str] = str) -> str:
        """The part as a line of text."""
        where = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        shown = f"'{self.shown}'"
        return (
            f"  {'   ' if self.right else '>>>'} {where:>7}  {self.name:<10} {shown:<14} {write(self.said)}"
        )


@dataclass(frozen=True, slots=True)
class _Over:
    """A form laid over a frame."""

    form: Form
    frame: bytes
    check: Check | None


def explain(driver: FileDriver, event: Event, write: Callable[[str], str] = str) -> Iterator[str]:
    """Lines of text about one event: nothing for a reading, its parts for a refusal.

    Args:
        driver: the driver that refused.
        event: what its decoder said.
        write: puts clauses into the reader's language.
    """
    if not isinstance(event, Refused):
        return
    frame = event.frame
    for inquiry in driver.inquiries:
        if told := inquiry.told(frame):
            yield f"  {write('it tells its ' + inquiry.tells.replace('_', ' '))}: {told}"
            return
    yield f"  bytes {' '.join(f'{byte:02X}' for byte in frame)}"
    if wrong := wrong_line(frame):
        yield f"  >>> {write(wrong)}"
        return
    forms = driver.frames.forms
    nearest, parts = nearest_form(driver, frame)
    meant = forms[nearest].state.constant
    near = f"form {nearest + 1} of {len(forms)} comes nearest"
    if meant:
        near += f"; it means {meant.value}, so no number is read"
    yield f"  {write(near)}"
    yield from (part.line(write) for part in parts)


def nearest_form(driver: FileDriver, frame: bytes) -> tuple[int, list[Part]]:
    """The form that a refused frame comes nearest to, by its place in the file, laid over the frame."""
    laid = [_laid(form, driver, frame) for form in driver.frames.forms]
    nearest = min(range(len(laid)), key=lambda at: _distance(laid[at]))
    return nearest, laid[nearest]


def _distance(parts: Sequence[Part]) -> tuple[int, int]:
    wrong = [part for part in parts if not part.right]
    return len(wrong), -(wrong[0].first if wrong else 0)


def _laid(form: Form, driver: FileDriver, frame: bytes) -> list[Part]:
    frames = driver.frames
    ordered = frames.ordered(frame)
    check = frames.check
    if check is not None and check.optional and len(frame) > check.at:
        ordered = ordered[: check.at]
    text = ordered.decode("latin-1")
    spans = _fixed(form, text) if form.fixed else _open(form, text)
    over = _Over(form, frame, check)
    parts = [_part(over, piece, first, text[first:last]) for piece, first, last in spans]
    end = spans[-1][2] if spans else 0
    if end < len(text) and all(part.right for part in parts):
        said = "too long: this form ends before"
        parts.append(Part(end + 1, len(text), "", _typed(text[end:]), said, right=False))
    if not parts or (
        check is not None and check.optional and len(frame) > check.at and not check.holds(frame)
    ):
        shown = bytes_to_typed(frame[check.at :]) if check else ""
        said = f"should be '{bytes_to_typed(check.of(frame))}'" if check else "nothing fits"
        parts.append(Part(len(text) + 1, len(frame), CHECK, shown, said, right=False))
    return parts


def _fixed(form: Form, text: str) -> list[tuple[Piece, int, int]]:
    spans, at = [], 0
    for piece in form.pieces:
        spans.append((piece, at, at + piece.least))
        at += piece.least
    if at < len(text):
        spans[-1] = (spans[-1][0], spans[-1][1], at)
    return spans


def _open(form: Form, text: str) -> list[tuple[Piece, int, int]]:
    """The longest beginning of the form that fits, and the first part that does not, over all the rest."""
    patterns = [f"({piece.pattern()})" for piece in form.pieces]
    for count in range(len(patterns), -1, -1):
        found = re.match("".join(patterns[:count]), text, re.DOTALL)
        if found is not None:
            spans = [(form.pieces[at], *found.span(at + 1)) for at in range(count)]
            if count < len(patterns):
                spans.append((form.pieces[count], found.end(), len(text)))
            return spans
    return []


def _part(over: _Over, piece: Piece, first: int, shown: str) -> Part:
    said, right = _judged(over, piece, shown)
    width = max(len(shown), 1)
    return Part(first + 1, first + width, piece.name or "fixed", _typed(shown), said, right)


def _typed(text: str) -> str:
    return bytes_to_typed(text.encode("latin-1"))


def _judged(over: _Over, piece: Piece, shown: str) -> tuple[str, bool]:
    if len(shown) < piece.least:
        return f"too short: {piece.least} characters should stand here", False
    if not piece.name:
        return ("as drawn", True) if shown == piece.text else (f"should be '{_typed(piece.text)}'", False)
    if piece.name == CHECK and over.check is not None:
        if over.check.holds(over.frame):
            return "belongs to these bytes", True
        return f"should be '{bytes_to_typed(over.check.of(over.frame))}'", False
    return _field(over.form, piece, shown)


def _field(form: Form, piece: Piece, shown: str) -> tuple[str, bool]:
    if piece.name in NUMBERS:
        return _number(form, piece, shown)
    if piece.name == "unit":
        return _unit(form, shown)
    if any(bits.of == piece.name for bits in form.bits.values()):
        return _bits(form, piece, shown)
    if piece.values and shown not in piece.values:
        return "is none of " + ", ".join(f"'{_typed(value)}'" for value in piece.values), False
    state = form.state.by_flag.get(piece.name, {}).get(shown)
    if state is not None:
        return f"means {state.value}, so no number is read", False
    return ("listed" if piece.values else "anything may stand here"), True


def _bits(form: Form, piece: Piece, shown: str) -> tuple[str, bool]:
    said, right = [], True
    for name, bits in form.bits.items():
        if bits.of != piece.name or bits.written is not None:
            continue
        value = str((ord(shown) >> bits.low) & ((1 << bits.width) - 1))
        maps = [
            listed for one in form.meanings() if one is not form.state and (listed := one.values_of(name))
        ]
        state = form.state.by_flag.get(name, {}).get(value)
        if state is not None:
            said.append(f"{name} = {value} means {state.value}")
        elif maps and not any(value in listed for listed in maps):
            said.append(f"{name} = {value} is not listed")
        else:
            said.append(f"{name} = {value}")
            continue
        right = False
    return ", ".join(said), right


def _number(form: Form, piece: Piece, shown: str) -> tuple[str, bool]:
    value = form.number_in(shown)
    if value is not None:
        return f"is {value:f}", True
    if piece.name == "tare" and not shown.strip(" "):
        return "no tare", True
    if not form.comma and "," in shown:
        return "a comma; say comma = true if the instrument writes one", False
    return "is no number: sign, blanks, digits and one point, nothing else", False


def _unit(form: Form, shown: str) -> tuple[str, bool]:
    bare = shown.strip(" ")
    if bare in form.units:
        return f"is {form.units[bare]}", True
    if not bare and form.blank_unit:
        return "left blank", True
    return f"is none of {', '.join(map(repr, form.units))}", False
