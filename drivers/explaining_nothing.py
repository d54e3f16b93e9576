"""Why no frame was found in recorded bytes: what `tera driver try --explain` says then.

What was seen comes first, then what is most likely and what to try. That the line was set wrongly is told by
`line_signs`.
"""

from collections.abc import Iterator
from typing import Final

from drivers.file_driver import FileDriver
from drivers.instrument import Driver
from drivers.mbus_driver import MbusDriver
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.framing import FixedFraming, Framing, LineFraming, SpanFraming
from drivers.protocols.line_signs import wrong_line
from drivers.protocols.mbus_link import LONG

NOTHING: Final = "Nothing was recorded: is the instrument on, and set to send?"
ENDS: Final = (b"\r\n", b"\x03", b"\r", b"\n")
"""how instruments end their frames"""
_SEVEN_BITS: Final = 0x7F


def explain_nothing(driver: Driver, data: bytes) -> Iterator[str]:
    """Clauses about bytes in which a driver found no frame at all.

    Args:
        driver: the driver that found none.
        data: the bytes.
    """
    if not data:
        yield NOTHING
        return
    yield f"no frame of this driver is among these {len(data)} bytes"
    if isinstance(driver, FileDriver):
        if high := sum(byte > _SEVEN_BITS for byte in data):
            yield f"{high} of these bytes have the highest bit set"
        yield from _marks(driver.frames.framing, data)
        if wrong_line(data):
            return
        if driver.request() is not None:
            yield "this instrument answers only when asked: record with --driver and --ask"
        yield "another driver may fit: `tera driver new NAME --from FILE` looks for it"
    elif isinstance(driver, MbusDriver):
        yield f"the byte 68h, with which a telegram begins, came {data.count(LONG)} times"
        yield "a meter answers only when asked, at its own speed: record with --driver and --ask"
    else:
        yield "this driver reads questions and answers together: record with --driver and --ask"


def _marks(framing: Framing, data: bytes) -> Iterator[str]:
    """How often the beginning and the end of a frame came, and what came instead."""
    if not isinstance(framing, LineFraming | SpanFraming | FixedFraming):
        return
    start = b"" if isinstance(framing, LineFraming) else framing.start
    counts = {name: data.count(mark) for name, mark in (("start", start), ("end", framing.end)) if mark}
    for name, mark in (("start", start), ("end", framing.end)):
        if name in counts:
            yield f"the {name} mark '{bytes_to_typed(mark)}' came {counts[name]} times"
    other = next((end for end in ENDS if end in data), b"")
    if other and not counts.get("end", 1):
        yield f"'{bytes_to_typed(other)}' came {data.count(other)} times: perhaps its frames end so"
    if all(counts.values()):
        yield "the marks never stand as far apart as in a frame of this driver"
