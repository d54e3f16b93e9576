"""The link layer of wired M-Bus: frames of one byte, five bytes, or counted length, each with its check.

Facts: EN 13757-2, FT 1.2 of IEC 60870-5-1; the frames and fields as in the public M-Bus documentation 4.8.
"""

from dataclasses import dataclass
from typing import Final

ACK: Final = 0xE5
"""the single character by which a slave says yes"""
STOP: Final = 0x16
_SHORT: Final = 0x10
LONG: Final = 0x68
_SHORT_SIZE: Final = 5
_AROUND: Final = 6
"""bytes of a long frame that its length does not count"""
_LEAST: Final = 3
"""control, address, control information: a control frame"""

SND_NKE: Final = 0x40
SND_UD: Final = 0x53
REQ_UD2: Final = 0x5B
FCB: Final = 0x20
"""the frame count bit, in requests"""
RSP_UD: Final = 0x08
RESPONSES: Final = frozenset({0x08, 0x18, 0x28, 0x38})
"""RSP_UD, with the bits for access demand and for a full buffer"""
SELECTED: Final = 253
"""the address of whichever meter has been selected by its identity"""
ANYONE: Final = 254
"""the address that every meter answers: for a line with one meter"""
LAST_ADDRESS: Final = 250
SELECT: Final = 0x52
"""the control information of a selection"""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose check holds."""

    control: int
    address: int
    data: bytes
    """what follows the address: control information and all after it; empty in a short frame"""
    raw: bytes

    @property
    def is_response(self) -> bool:
        """Whether a slave sent it with user data."""
        return self.control in RESPONSES and bool(self.data)

    @property
    def is_request(self) -> bool:
        """Whether a master asks for user data of class 2."""
        return self.control | FCB == REQ_UD2 | FCB and not self.data


def short(control: int, address: int) -> bytes:
    """A short frame.

    >>> short(SND_NKE, 1).hex(" ")
    '10 40 01 41 16'
    """
    return bytes((_SHORT, control, address, (control + address) & 0xFF, STOP))


def long(control: int, address: int, data: bytes) -> bytes:
    """A frame of counted length; with the control information alone it is a control frame."""
    body = bytes((control, address)) + data
    return bytes((LONG, len(body), len(body), LONG)) + body + bytes((sum(body) & 0xFF, STOP))


def size_of(buffer: bytes | bytearray) -> int | None:
    """Bytes of the frame at the front; None while more must come, 0 when none begins here."""
    if buffer[0] == ACK:
        return 1
    if buffer[0] == _SHORT:
        size: int | None = _SHORT_SIZE
    else:
        size = _long_size(buffer) if buffer[0] == LONG else 0
    if not size or len(buffer) < size:
        return None if size is None or size else 0
    return size if buffer[size - 1] == STOP else 0


def _long_size(buffer: bytes | bytearray) -> int | None:
    """Bytes of the frame whose head this is; None while the head is not whole, 0 when it is none."""
    if len(buffer) < 4:  # noqa: PLR2004 -- start, length twice, start
        return None if all(a == b for a, b in zip(buffer[1:], buffer[1:2] * 2, strict=False)) else 0
    length = buffer[1]
    whole = length == buffer[2] and buffer[3] == LONG and length >= _LEAST
    return length + _AROUND if whole else 0


def opened(raw: bytes) -> Frame | None:
    """The frame in bytes that `size_of` has measured, or None when its check does not hold."""
    body = raw[1:3] if raw[0] == _SHORT else raw[4:-2]
    if sum(body) & 0xFF != raw[-2]:
        return None
    return Frame(control=body[0], address=body[1], data=body[2:], raw=raw)
