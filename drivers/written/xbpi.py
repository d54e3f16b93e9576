"""Sartorius xBPI: binary frames of counted length with a sum, a long float, and its sign once more.

Fail closed: the sum, the length that the subtype promises, the sign beside the float and a number of whole
last digits must all agree, or there is no number. Facts: docs/protocol.md of GraysonBellamy/sartoriuslib
(MSE1203S, WZA8202-N, BCE3202-1S) and frames of its session run_60s; the worked reply of its section 3.3
carries a wrong sum. The factory number is its section 7.1; that its five bytes are ten decimal digits, the
same balance shows: in SBI it says `SerNo.    0031801165`.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Acknowledged, Decoder, Event, Indicated, Refused, State
from drivers.protocols.inquiry import Inquiry
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from drivers.written.source import Written

_MARKER: Final = 0x41
_SHORTEST: Final = 4
_LONGEST: Final = 21
_MEASUREMENT: Final = 0x48
_ERROR: Final = 0x01
_BODY: Final = 8
_MOST_DECIMALS: Final = 15
_STABLE: Final = 0x40
_OFF_SCALE: Final = b"\x7f\xff\xff\xff\xff"
_UNITS: Final = {0x02: "g", 0x03: "kg", 0x0D: "mg"}
_SIGNS: Final = {0x00: (0,), 0x40: (1, 0), 0x80: (-1, 0)}
"""the sign bits, and which signs of the float they allow; a float may round to zero"""
_WHOLE: Final = Fraction(1, 100)
"""how far, in last digits, a value may lie beside a whole one"""
_ERRORS: Final = {
    0x03: "value out of range", 0x04: "unknown command", 0x06: "not applicable now", 0x07: "wrong arguments",
    0x10: "index out of range",
}  # fmt: skip
_ACK: Final = bytes((3, _MARKER, 0, 0x44))


def framed(body: bytes) -> bytes:
    """The whole frame around a body: how many bytes follow before it, the sum after it."""
    frame = bytes((len(body) + 1,)) + body
    return frame + bytes((sum(frame) & 0xFF,))


GROSS: Final = framed(b"\x01\x09\x20")
"""read the gross weight"""
TARE: Final = framed(b"\x01\x09\x14")
_WHO: Final = framed(b"\x01\x09\x01")
_FACTORY: Final = bytes((8, _MARKER, 0x45))
"""how the frame of a factory number begins"""
_DIGITS: Final = 10
_UNKNOWN: Final = framed(bytes((_MARKER, _ERROR, 0x04)))


@dataclass(frozen=True)
class FactoryNumber(Inquiry):
    """The question for the maker's number, and the frame of ten decimal digits that answers it."""

    def told(self, frame: bytes) -> str:
        """The ten digits, wherever their frame stands; nothing where its sum or a digit is wrong."""
        at = frame.find(_FACTORY)
        while at >= 0:
            size = len(_FACTORY) + _DIGITS // 2
            whole, digits = frame[at : at + size + 1], frame[at + len(_FACTORY) : at + size].hex()
            if len(whole) > size and sum(whole[:-1]) & 0xFF == whole[-1] and digits.isdecimal():
                return digits if int(digits) else ""
            at = frame.find(_FACTORY, at + 1)
        return ""

    def answer(self, told: str) -> bytes:
        """The whole answer; a number that such a balance cannot have, it does not know the question for."""
        if not (told.isascii() and told.isdecimal() and len(told) <= _DIGITS):
            return _UNKNOWN
        return framed(_FACTORY[1:] + bytes.fromhex(told.rjust(_DIGITS, "0")))


FACTORY_NUMBER: Final = FactoryNumber(
    name="serial number", tells="serial_number", send=_WHO, forms=(), played="0031801165"
)


class XbpiDecoder:
    """Finds frames by their length, marker and sum."""

    def __init__(self) -> None:
        """Begin with an empty line."""
        self._buffer = bytearray()
        self._ended = False
        self._skipped = 0

    @property
    def skipped(self) -> int:
        """Bytes that belong to no frame."""
        return self._skipped

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while self._buffer:
            wanted = _length(self._buffer)
            if wanted and wanted > len(self._buffer) and not self._ended:
                return None
            if not wanted or wanted > len(self._buffer):
                del self._buffer[:1]
                self._skipped += 1
                continue
            frame = bytes(self._buffer[:wanted])
            del self._buffer[:wanted]
            return _event(frame)
        return None


def _length(buffer: bytearray) -> int:
    """Bytes of the frame at the front, as far as is known; 0 when none begins here."""
    length = buffer[0] + 1
    if not _SHORTEST <= length <= _LONGEST:
        return 0
    if len(buffer) > 1 and buffer[1] != _MARKER:
        return 0
    if len(buffer) > 2 and length - 4 not in _bodies(buffer[2]):  # noqa: PLR2004 - length, marker, subtype
        return 0
    return length


def _bodies(subtype: int) -> tuple[int, ...]:
    """The lengths that a subtype promises: in its low half, 16 more from 50h on."""
    low = subtype & 0x0F
    if subtype == _MEASUREMENT:
        return (_BODY, 17)
    return (low + 16,) if subtype >> 4 == 5 else (low,)  # noqa: PLR2004 - class 5 of the document


def _event(frame: bytes) -> Event:
    subtype, body = frame[2], frame[3:-1]
    if sum(frame[:-1]) & 0xFF != frame[-1]:
        return _refused("the check characters do not belong to these bytes", State.BAD_CHECK, frame)
    if frame == _ACK:
        return Acknowledged(command="tare", done=True, frame=frame)
    if subtype == _ERROR:
        code = body[0]
        return _refused(f"the balance answers {_ERRORS.get(code, f'error {code:02X}')}", State.ERROR, frame)
    if subtype != _MEASUREMENT or len(body) != _BODY or (body[1:3], body[5:7]) == (b"\x00\x81", b"\x10\x00"):
        return _refused("the frame carries something else than a weight", State.NOT_A_WEIGHT, frame)
    return _measured(body, frame)


def _refused(reason: str, state: State, frame: bytes) -> Refused:
    return Refused(reason=reason, state=state, frame=frame)


def _measured(body: bytes, frame: bytes) -> Indicated | Refused:
    if body[:5] == _OFF_SCALE:
        return _refused("the load is above or below the range", State.OUT_OF_RANGE, frame)
    unit, signs = _UNITS.get(body[6] & 0x3F), _SIGNS.get(body[6] & 0xC0)
    if unit is None:
        return _refused(f"unit {body[6] & 0x3F:02X} is not among g, kg, mg", State.UNKNOWN_UNIT, frame)
    decimals = body[5] >> 4
    scaled = _value(body[:5]) * 10**decimals
    digits = round(scaled)
    if signs is None or (digits > 0) - (digits < 0) not in signs:
        return _refused("the sign beside the value contradicts it", State.UNKNOWN_FLAG, frame)
    if abs(scaled - digits) > _WHOLE:
        return _refused("the value is no whole number of its last digit", State.NO_VALUE, frame)
    return Indicated(
        indication=Quantity(Decimal(digits).scaleb(-decimals), unit),
        stability=Stability.STABLE if body[7] & _STABLE else Stability.MOVING,
        kind=Kind.GROSS,
        frame=frame,
    )


def _value(five: bytes) -> Fraction:
    """A big-endian float32 whose mantissa goes on for another byte, exactly."""
    bits = int.from_bytes(five[:4], "big")
    exponent, mantissa = bits >> 23 & 0xFF, (bits & 0x7FFFFF) << 8 | five[4]
    if exponent == 0:
        return Fraction(0)
    value = Fraction(mantissa | 1 << 31) * Fraction(2) ** (exponent - 158)
    return -value if bits >> 31 else value


def _float40(value: Fraction) -> bytes:
    """The nearest such float, towards zero as the balance writes it."""
    if not value:
        return bytes(5)
    exponent, size = 158, abs(value)
    while size >= 1 << 32:
        size, exponent = size / 2, exponent + 1
    while size < 1 << 31:
        size, exponent = size * 2, exponent - 1
    whole = int(size) & 0x7FFFFFFF
    return ((value < 0) << 39 | exponent << 31 | whole).to_bytes(5, "big")


@dataclass(frozen=True, kw_only=True)
class Xbpi(Written):
    """A Sartorius balance set to xBPI, asked for its gross weight."""

    inquiries: tuple[Inquiry, ...] = (FACTORY_NUMBER,)

    def request(self, *, high_resolution: bool = False) -> bytes:
        """Read the gross weight; the finer display carries no mark and is not asked for."""
        if high_resolution:
            raise self.no_finer_display()
        return GROSS

    def decoder(self) -> Decoder:
        """A fresh decoder."""
        return XbpiDecoder()

    def render(self, event: Event) -> bytes:
        """The frame by which the balance says `event`."""
        match event:
            case Indicated(indication=shown, high_resolution=False):
                frame = self._said(shown, stable=event.stability is Stability.STABLE)
            case Refused(state=State.OVERLOAD | State.UNDERLOAD | State.OUT_OF_RANGE):
                frame = framed(bytes((_MARKER, _MEASUREMENT)) + _OFF_SCALE + b"\x30\x82\x00")
            case Refused(state=State.ERROR):
                frame = framed(bytes((_MARKER, _ERROR, 0x06)))
            case Acknowledged(command="tare", done=True, final=True):
                frame = _ACK
            case _:
                raise self.cannot_say(event)
        return frame

    def _said(self, shown: Quantity, *, stable: bool) -> bytes:
        ids = {unit: number for number, unit in _UNITS.items()}
        decimals = max(-int(shown.value.as_tuple().exponent), 0)
        if shown.unit not in ids or decimals > _MOST_DECIMALS:
            raise self.no_finer_display()
        sign = 0x40 if shown.value > 0 else 0x80 if shown.value < 0 else 0
        flags = _STABLE if stable else 0
        tail = bytes((decimals << 4, sign | ids[shown.unit], flags | 5))
        return framed(bytes((_MARKER, _MEASUREMENT)) + _float40(Fraction(shown.value)) + tail)


def driver() -> Xbpi:
    """The driver, as the catalogue asks for it."""
    return Xbpi(
        id="sartorius-xbpi",
        name="Sartorius Cubis MSE, BCE, WZA set to xBPI (binary)",
        evidence=Evidence.CAPTURED,
        source="session and docs/protocol.md of GraysonBellamy/sartoriuslib",
        file=Path(__file__),
        line=LineSettings(baud=9600, format="8O1"),  # MSE 19200, BCE 9600, WZA 1200
        interval_s=0.2,
        commands={"tare": Command(send=TARE, done=(_ACK,))},
    )
