"""The number on a wire: sign, blanks, digits, at most one point, and nothing beside them.

A number that is not wholly understood is no number: `+007.12/3`, `12:07.50`, `1,5` and `1.2.3` are refused.
"""

import re
from decimal import Decimal
from typing import Final

import msgspec

NUMBER: Final = r"[ ]*(?:[+-][ ]*)?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
"""The pattern of a number whose width the wire does not fix."""

_SIGNED: Final = re.compile(r"[ ]*([+-]?)[ ]*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SIGN_FIRST: Final = re.compile(r"([+-]?)[ ]*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_UNSIGNED: Final = re.compile(r"[ ]*()([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


class NumberStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the instrument writes a number; reading accepts every style, writing needs one."""

    width: int = 0
    """characters, when the picture does not fix them"""
    plus: bool = False
    """a plus sign stands before positive values"""
    zeros: bool = False
    """filled with zeros instead of blanks"""
    sign_first: bool = False
    """the sign stands at the left end of the field, apart from the digits"""


def read_number(
    text: str, *, comma: bool = False, signed: bool = True, sign_first: bool = False
) -> Decimal | None:
    """The exact value of a whole field, or None when the field is anything but a number.

    >>> read_number("-  1.640"), read_number("-0000.00"), read_number("007.12/3")
    (Decimal('-1.640'), Decimal('-0.00'), None)

    Args:
        text: the field as it came.
        comma: the instrument is declared to write a decimal comma.
        signed: False where the sign comes elsewhere in the frame and none may stand here.
        sign_first: a sign may stand at the left end of the field and nowhere else.
    """
    if comma:
        if "." in text:
            return None
        text = text.replace(",", ".")
    pattern = _UNSIGNED if not signed else _SIGN_FIRST if sign_first else _SIGNED
    found = pattern.fullmatch(text)
    return Decimal(found[1] + found[2]) if found else None


def write_number(value: Decimal, width: int, style: NumberStyle, *, comma: bool = False) -> str | None:
    """The field of `width` characters that shows `value`, or None when it does not fit.

    >>> write_number(Decimal("-1.640"), 9, NumberStyle(sign_first=True))
    '-   1.640'
    """
    digits = f"{value.copy_abs():f}"
    if comma:
        digits = digits.replace(".", ",")
    sign = "-" if value.is_signed() else "+" if style.plus else ""
    if style.zeros:
        text = sign + digits.rjust(width - len(sign), "0")
    elif style.sign_first:
        text = sign + digits.rjust(width - len(sign))
    else:
        text = (sign + digits).rjust(width)
    return text if len(text) == width or not width else None
