"""What bytes look like when the line is set wrongly: the wrong baud rate, or parity read as data.

An 8-bit line that carries 7 bits and parity shows the parity as the highest bit of every byte, so parity can
be named exactly. A baud rate can only be doubted. Frames of a bus that are whole and checked come from a line
set rightly, however few of their bytes are characters.
"""

from typing import Final

from drivers.protocols.checked_frames import checked_bus
from drivers.protocols.escape import PRINTABLE

SPOILED: Final = b"\xff\xff"
"""what stands in place of a character that came with a wrong parity or without its stop bit

It is no digit and no flag, and a frame with it has another length."""
_SEVEN_BITS: Final = 0x7F
_LONG_ENOUGH: Final = 8
"""bytes from which parity is believed to be more than chance"""
_TOO_FAST: Final = frozenset(b"\x00\x78\x80\xf8")
"""the only bytes that come when a line is read much faster than it is sent"""
_CONTROLS: Final = b"\x01\x02\x03\x04\x06\n\r"
_LEAST_TEXT: Final = 0.9


def wrong_line(data: bytes) -> str | None:
    """Why `data` looks like a line set wrongly, one sentence; None when it does not."""
    odd = sum(byte > _SEVEN_BITS or byte == 0 for byte in data)
    if not data or odd * 4 < len(data) or checked_bus(data) is not None:
        return None
    if set(data) <= _TOO_FAST:
        return "only the bytes 00 78 80 F8 come: the line is read at a wrong baud rate"
    if parity := parity_of(data):
        return f"every byte has {parity[0]} parity: the line carries 7 data bits, set it to {parity[1]}"
    return (
        "many bytes are NUL or have the highest bit set: baud rate, data bits or parity are set wrongly,"
        " or it is no characters that this instrument sends"
    )


def parity_of(data: bytes) -> tuple[str, str] | None:
    """The parity that 8-bit bytes show, and the line format to set; None when they show none."""
    if len(data) < _LONG_ENOUGH or not _is_text(bytes(byte & _SEVEN_BITS for byte in data)):
        return None
    ones = {byte.bit_count() % 2 for byte in data}
    high = {byte > _SEVEN_BITS for byte in data}
    if len(high) == 1:
        return ("mark", "7M1") if True in high else None
    if len(ones) == 1:
        return ("odd", "7O1") if ones == {1} else ("even", "7E1")
    return None


def _is_text(data: bytes) -> bool:
    shown = sum(byte in PRINTABLE or byte in _CONTROLS for byte in data)
    return shown >= _LEAST_TEXT * len(data)
