"""One `[[reply]]` of a driver file made ready for use, or the reason why it cannot be.

The rules that keep a cut or damaged frame from passing as a number are enforced here, at load time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise
from typing import TypeVar

from drivers.description import REST, BitsEntry, ReplyEntry
from drivers.protocols import State
from drivers.protocols.channel import OK
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.form import Bits, Form
from drivers.protocols.meaning import Meaning
from drivers.protocols.picture import (
    BLANKS,
    NO_FLAGS,
    NUMBERS,
    TEXT,
    PictureError,
    Piece,
    columns_of,
    drawn,
    listed,
)  # fmt: skip
from drivers.quantity import known_unit

T = TypeVar("T")

_DIGITS = set("0123456789.,")
_BITS = 8
"""of a character"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the pieces of every form of a driver."""

    start: str
    end: str
    length: int | None
    check: tuple[int, int] | None
    """offset and width of check characters inside the frame"""
    units: Mapping[str, str]


def make_form(entry: ReplyEntry, around: Surroundings) -> Form:
    """The form that `entry` describes.

    Raises:
        PictureError: the entry cannot be understood, or is not safe; the text says why and what to write.
    """
    pieces = _pieces(entry, around)
    widths = {piece.name: piece.width or 0 for piece in pieces}
    stable = {
        names: {value: REST[rest] for value, rest in by_value.items()}
        for names, by_value in (entry.stable.items() if isinstance(entry.stable, dict) else ())
    }
    form = Form(
        pieces=pieces,
        bits={bit.name or f"{bit.of}.{bit.low}": _bits(bit) for bit in entry.bits},
        units=around.units,
        stable=_meaning(stable, widths),
        stable_by_unit=entry.stable == "unit-shown",
        blank_unit=entry.blank_unit,
        kind=_meaning(entry.kind, widths),
        high_resolution=_meaning(entry.high_resolution, widths),
        negative=_meaning(entry.negative, widths),
        decimals=_meaning(entry.decimals, widths),
        unit=_meaning(entry.unit, widths),
        state=_meaning(_states(entry.state), widths),
        style=entry.show,
        unit_right=entry.unit_right,
        comma=entry.comma,
        promises=entry.then is not None,
    )
    form = replace(form, pieces=tuple(_with_values(piece, form, entry) for piece in pieces))
    _judge(entry, form)
    return form


def _pieces(entry: ReplyEntry, around: Surroundings) -> tuple[Piece, ...]:
    if (entry.match is None) == (not entry.columns):
        raise PictureError("write either match = '...' or columns = { ... }")
    if entry.match is not None:
        fixed = (Piece(text=around.start), *drawn(entry.match), Piece(text=around.end))
        return tuple(piece for piece in fixed if piece.name or piece.text)
    length = around.length
    if length is None:
        used = [*entry.columns.values(), entry.blank] if entry.blank else list(entry.columns.values())
        checked = sum(around.check) if around.check is not None else 0
        listed_to = max(last for where in used for _, last in columns_of(where))
        length = max(listed_to, checked) + len(around.end)
    fixed_text = ((0, around.start), (length - len(around.end), around.end))
    return listed(entry.columns, entry.blank, fixed_text, around.check)


def _bits(bit: BitsEntry) -> Bits:
    if bool(bit.name) == (bit.write is not None):
        raise PictureError("bits have either a name or a constant to write")
    if not 0 <= bit.low < bit.low + bit.n <= _BITS:
        raise PictureError(f"bits {bit.low} to {bit.low + bit.n - 1} of {bit.of!r} are none of a character")
    return Bits(bit.of, bit.low, bit.n, bit.write)


def _states(
    state: State | Mapping[str, Mapping[str, str]] | None,
) -> State | Mapping[str, Mapping[str, State | None]] | None:
    """What the values of a flag mean; None: that all is well."""
    if state is None or isinstance(state, State):
        return state
    known = {**{one.value: one for one in State}, OK: None}
    for by_value in state.values():
        for word in by_value.values():
            if word not in known:
                near = get_close_matches(word, known, n=1, cutoff=0)
                raise PictureError(f"{word!r} is no state. Did you mean {near[0]!r}?")
    return {name: {value: known[word] for value, word in words.items()} for name, words in state.items()}


def _meaning(words: T | Mapping[str, Mapping[str, T | None]] | None, widths: Mapping[str, int]) -> Meaning[T]:
    if not isinstance(words, Mapping):
        return Meaning(constant=words)
    return Meaning(
        by_flag={
            names: {_spelled(value).ljust(widths.get(names, 0)): word for value, word in by_value.items()}
            for names, by_value in words.items()
        }
    )


def _spelled(typed: str) -> str:
    try:
        return typed_to_bytes(typed).decode("latin-1")
    except ValueError as mistake:
        raise PictureError(str(mistake)) from None


def _with_values(piece: Piece, form: Form, entry: ReplyEntry) -> Piece:
    """The piece with the closed set of its flag: what is drawn, or else what the maps list."""
    if not piece.name or piece.name in NO_FLAGS or piece.name in entry.ignore:
        return piece
    if any(bits.of == piece.name for bits in form.bits.values()):
        return piece
    mapped = list(dict.fromkeys(v for meaning in form.meanings() for v in meaning.values_of(piece.name)))
    if not piece.values and not mapped:
        raise PictureError(f"{piece.name!r} has no meaning; use it in stable, kind, state or ignore")
    values = piece.values or tuple(mapped)
    if surplus := [value for value in mapped if value not in values]:
        raise PictureError(f"{piece.name!r} can never be {surplus[0]!r} as it is drawn")
    if wide := [value for value in values if piece.width is not None and len(value) != piece.width]:
        raise PictureError(f"{piece.name!r} has {piece.width} characters, but {wide[0]!r} has {len(wide[0])}")
    for meaning in form.meanings():
        known = meaning.values_of(piece.name)
        if meaning is form.state or not known:
            continue
        if silent := set(values).difference(known, form.state.values_of(piece.name)):
            raise PictureError(f"{piece.name!r} = {min(silent)!r} is missing in a map of {piece.name!r}")
    return replace(piece, values=values)


def _judge(entry: ReplyEntry, form: Form) -> None:
    names = {piece.name for piece in form.pieces if piece.name}
    holders = {bits.of for bits in form.bits.values()}
    if missing := holders - names:
        raise PictureError(f"bits are taken of {min(missing)!r}, which is not in the frame")
    for meaning in form.meanings():
        if unknown := set(meaning.names()) - names - form.bits.keys():
            raise PictureError(f"{min(unknown)!r} is used as a flag but is not in the frame")
    for meaning in form.meanings():
        if both := set(entry.ignore) & set(meaning.names()):
            raise PictureError(
                f"{min(both)!r} has a meaning, so it is not ignored; list all its values ('ok' in state)"
            )
    for piece in form.pieces:
        if piece.name in {*entry.ignore, *holders} and piece.width is None:
            raise PictureError(f"{piece.name!r} needs a width, as in {{{piece.name}:1}}")
    _judge_names([piece.name for piece in form.pieces if piece.name not in ("", BLANKS)])
    if form.carries_number:
        _judge_reading(entry, form)
    elif (entry.state is None) == (entry.then is None):
        raise PictureError(
            "a reading needs a {number}; a frame without one has state = '...' or then = 'wait'"
        )


def _judge_names(names: Sequence[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise PictureError(f"{min(twice)!r} stands in the frame twice; give each field its own name")


def _judge_neighbours(form: Form) -> None:
    """A number whose width is open must take every digit there is."""
    pieces = [piece for piece in form.pieces if piece.name != BLANKS]
    for left, right in pairwise(pieces):
        for number, other, edge in ((left, right, 0), (right, left, -1)):
            if number.name not in NUMBERS or number.fixed():
                continue
            texts = other.values or ((other.text,) if not other.name else ())
            free = other.name == "unit" and not other.fixed()
            if not free and not (texts and all(text and text[edge] not in _DIGITS for text in texts)):
                raise PictureError(
                    f"{number.name!r} may lose a digit to what stands beside it; give it a width"
                )


def _judge_reading(entry: ReplyEntry, form: Form) -> None:
    names = [piece.name for piece in form.pieces]
    if TEXT in names or form.state.constant is not None or entry.then is not None:
        raise PictureError("a reading has no {text} that may hide a digit, no constant state, and no then")
    if entry.stable is None:
        raise PictureError("say what rest looks like; stable = 'unknown' when nothing on the wire says it")
    if ("unit" in names) == (entry.unit is not None):
        raise PictureError("the unit is either on the wire, as {unit}, or said by unit = '...'")
    if "unit" in names and not form.units:
        raise PictureError("list the units under [units], as kg = 'kg'")
    said = {form.unit.constant, form.blank_unit, *form.units.values()} - {None}
    said |= {ours for by_value in form.unit.by_flag.values() for ours in by_value.values()}
    for unit in said:
        if unit is not None and not known_unit(unit):
            raise PictureError(f"{unit!r} is no unit of this program; write g, kg, mg, t, lb, oz, ct or gn")
    _judge_neighbours(form)
    if not form.fixed and not form.headed:
        raise PictureError("a cut line could pass for a whole one: give every hole a width")
