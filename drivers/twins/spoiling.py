"""Frames as a faulty instrument or a wrongly set line delivers them."""

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from drivers.instrument import LineSettings
from drivers.protocols import Indicated
from drivers.quantity import Quantity
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.plant import in_unit

NOISE: Final = b"\x00\xff\x00"
_OTHER_UNIT: Final = {
    "kg": "g", "g": "kg", "t": "kg", "mg": "g", "lb": "kg", "ct": "g", "oz": "g",
    "m3/h": "L/min", "L/min": "m3/h", "L/h": "L/min", "L/s": "L/min", "m3/s": "m3/h", "kg/h": "kg/min",
    "m3": "L", "L": "m3", "mL": "L", "°C": "K", "K": "°C",
    "hPa": "kPa", "mbar": "kPa", "bar": "kPa", "kPa": "bar", "Pa": "hPa", "MPa": "bar",
    "kWh": "Wh", "Wh": "kWh", "kW": "W", "W": "kW", "m": "mm", "mm": "m",
}  # fmt: skip
_FINEST: Final = Decimal("0.001")


def in_other_unit(event: Indicated) -> Iterator[Indicated]:
    """What it shows when somebody changed its unit: said with the unit, or, where none is sent, without it.

    The second is what a number without a unit on the wire does: it is wrong and looks right.
    """
    shown = event.indication
    other = _OTHER_UNIT.get(shown.unit)
    if other is None:
        return
    number = in_unit(shown, other)
    if -int(number.as_tuple().exponent) > -int(_FINEST.as_tuple().exponent):
        number = number.quantize(_FINEST, ROUND_HALF_EVEN)
    for unit in (other, shown.unit):
        yield msgspec.structs.replace(event, indication=Quantity(number, unit), tare=None)


def spoiled(frame: bytes, wrong: Wrong, line: LineSettings, generator: random.Random) -> bytes:
    """A frame as it comes when these things go wrong."""
    if FaultKind.SHORT in wrong:
        frame = frame[: len(frame) // 2]
    if FaultKind.DAMAGED in wrong and frame:
        at = generator.randrange(len(frame))
        frame = frame[:at] + bytes([frame[at] ^ 1 << generator.randrange(7)]) + frame[at + 1 :]
    if FaultKind.GARBAGE in wrong:
        frame = generator.randbytes(len(frame))
    if FaultKind.NOISE in wrong:
        frame = NOISE + frame
    if FaultKind.TWICE in wrong:
        frame *= 2
    if (set_wrongly := wrong.get(FaultKind.WRONG_BAUD)) is not None:
        sent = msgspec.structs.replace(
            line,
            baud=set_wrongly.baud or (line.baud if set_wrongly.format else max(line.baud // 4, 1)),
            format=set_wrongly.format or line.format,
        )
        frame = misheard(frame, sent, line)
    return frame


def misheard(data: bytes, sent: LineSettings, heard: LineSettings) -> bytes:
    """What a receiver set to `heard` makes of bytes that a sender sends as `sent`."""
    levels = [level for byte in data for level in _levels(byte, sent.format)]
    ratio = Decimal(sent.baud) / heard.baud
    half, bits, parity = ratio / 2, int(heard.format[0]), heard.format[1] != "N"
    received, at, end = bytearray(), Decimal(0), len(levels)

    def level(time: Decimal) -> int:
        return levels[int(time)] if 0 <= time < end else 1  # the line rests at 1

    while at < end:
        if level(at):
            at = Decimal(int(at) + 1)  # the next edge can only be where a bit begins
            continue
        byte = sum(level(at + half + ratio * (1 + bit)) << bit for bit in range(bits))
        received.append(byte)
        at += ratio * (1 + bits + parity) + half
        while at < end and not level(at):  # a stop bit that is none: wait until the line rests
            at = Decimal(int(at) + 1)
    return bytes(received)


def _levels(byte: int, form: str) -> list[int]:
    """Start bit, data from the lowest, parity, stop bits."""
    bits = [byte >> at & 1 for at in range(int(form[0]))]
    parity = {"N": [], "E": [sum(bits) % 2], "O": [1 - sum(bits) % 2], "M": [1], "S": [0]}[form[1]]
    return [0, *bits, *parity] + [1] * (1 if form[2:] == "1" else 2)
