"""How values are written in JSON and read from TOML: one notation for files, wires and records.

A quantity is `{"value": "1.20", "unit": "kg"}` in JSON and may be the string `"1.20 kg"` in a file that a
person writes. Numbers are never binary floats on the way in: TOML and JSON numbers arrive as decimals.
"""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from drivers.errors import PlainError, UnitError
from drivers.file_place import with_line
from drivers.quantity import Quantity

T = TypeVar("T")
_FIELDS: Final = 2
"""of a quantity: value and unit"""


def _to_builtin(value: Any) -> Any:
    if isinstance(value, Quantity):
        digits = str(value.value)  # as `Quantity.digits`, in half the time: an audit writes millions
        return {"value": digits if "E" not in digits else value.digits, "unit": value.unit}
    raise NotImplementedError(f"{type(value).__name__} has no written form")


@lru_cache(maxsize=4096)
def _written(value: Any, unit: Any) -> Quantity:
    """Quantities never change, and a record says the same ones over and over."""
    if not isinstance(value, str):
        raise UnitError("the value of a quantity is written as a string")
    return Quantity(value, unit)


def _from_builtin(kind: type, value: Any) -> Any:
    if kind is not Quantity:
        raise NotImplementedError(f"{kind.__name__} has no written form")
    if isinstance(value, str):
        return Quantity.parse(value)
    if isinstance(value, dict) and len(value) == _FIELDS:
        try:
            return _written(value["value"], value["unit"])
        except (KeyError, TypeError):  # another name, or something by which nothing can be looked up
            raise _no_quantity(value) from None
    raise _no_quantity(value)


def _no_quantity(value: Any) -> UnitError:
    return UnitError(f"Expected a quantity such as '0.5 kg', got {value!r}")


_ENCODER = msgspec.json.Encoder(enc_hook=_to_builtin, order="deterministic")


def to_json(value: Any) -> bytes:
    """Write a value as JSON; the same value gives the same bytes."""
    return _ENCODER.encode(value)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Read JSON into `kind`.

    Raises:
        msgspec.ValidationError: the message names the path of the mistake.
        msgspec.DecodeError: not JSON at all.
    """
    return msgspec.json.decode(data, type=kind, dec_hook=_from_builtin)


def to_builtins(value: Any) -> Any:
    """The plain dicts, lists and strings that `value` is written as."""
    return msgspec.to_builtins(value, enc_hook=_to_builtin)


def to_plain(value: Any) -> dict[str, Any]:
    """A struct as JSON gives it back: lists for tuples, strings for decimals; what was kept equals it."""
    plain: dict[str, Any] = msgspec.json.decode(to_json(value))
    return plain


def from_builtins(value: Any, kind: type[T]) -> T:
    """Read plain dicts, lists and strings into `kind`.

    Raises:
        msgspec.ValidationError: the message names the path of the mistake.
    """
    return msgspec.convert(value, kind, dec_hook=_from_builtin)


def read_toml(text: str, number: Callable[[str], Any] = Decimal) -> dict[str, Any]:
    """The tables of a TOML text; `number` reads its numbers with a point.

    Raises:
        tomllib.TOMLDecodeError: it is none, or deeper or with longer numbers than a person writes.
    """
    try:
        return tomllib.loads(text, parse_float=number)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("it is nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise tomllib.TOMLDecodeError("a number in it is too long") from None


def from_toml(text: str, kind: type[T], *, source: str | Path, error: type[PlainError]) -> T:
    """Read a TOML text into `kind`.

    Args:
        text: the file's text.
        kind: a frozen struct that forbids unknown fields.
        source: the file's name, for the message.
        error: the class to raise; it says who must act.

    Raises:
        PlainError: of class `error`; names the file and the line or path of the mistake.
    """
    try:
        return from_builtins(read_toml(text), kind)
    except tomllib.TOMLDecodeError as mistake:
        raise error(
            "file.syntax",
            "{file} is not readable as TOML: {mistake}.",
            "Correct that line and try again.",
            file=str(source),
            mistake=with_line(str(mistake), text),
        ) from None
    except msgspec.ValidationError as mistake:
        raise error(
            "file.content",
            "{file} has a mistake: {mistake}.",
            "Correct that entry and try again.",
            file=str(source),
            mistake=str(mistake),
        ) from None
