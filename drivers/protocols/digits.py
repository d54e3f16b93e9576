"""How the digits of a number are written in an answer of characters, exact in both ways.

Hexadecimal whole numbers are unsigned (DCON counters: ADAM 4000 user's manual, #AAN; 000002FE is 766); a
hexadecimal float is IEEE 754 of single precision, most significant digit first (Veeder-Root 576013-635, 6.3).
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final

from drivers.protocols.word import NumberForm, NumberType

_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_FLOAT: Final = NumberForm(NumberType.FLOAT32)
_FLOAT_DIGITS: Final = 8


class Digits(StrEnum):
    """What a number is written with."""

    DECIMAL = "decimal"
    HEX = "hex"
    HEX_FLOAT = "hex_float"


def hex_value(text: str, digits: Digits) -> Decimal | None:
    """The value of a field that is written in hexadecimal; None when it is anything but one number.

    >>> hex_value("000002FE", Digits.HEX), hex_value("45A2D000", Digits.HEX_FLOAT)
    (Decimal('766'), Decimal('5210'))
    """
    if not _HEX.fullmatch(text):
        return None
    if digits is Digits.HEX:
        return Decimal(int(text, 16))
    return _FLOAT.read(bytes.fromhex(text)) if len(text) == _FLOAT_DIGITS else None


def hex_text(value: Decimal, digits: Digits, width: int) -> str:
    """The field of `width` characters that says `value`, or the nearest float; empty when it cannot."""
    if digits is Digits.HEX_FLOAT:
        data = _FLOAT.write(value)
        return "" if data is None else data.hex().upper()
    if value != value.to_integral_value() or value < 0:
        return ""
    text = f"{int(value):0{width}X}"
    return text if len(text) == width else ""
