"""What can happen to an answer on its way from a Modbus slave to its master, one function for each.

`READ_AT_ONCE` does no harm; `FAULTS` must give no value. The tables are those of `test_modbus_hazards` and of
the long run, `hazard_run`.
"""

import struct
from collections.abc import Callable

from drivers.protocols.modbus import Fault, rtu
from tests.drivers.modbus_peers import SpoilingLine

Treat = Callable[[SpoilingLine, bytes, bytes], None]


def late(after_s: float) -> Treat:
    return lambda line, _request, answer: line.say(answer, after_s)


def lost(_line: SpoilingLine, _request: bytes, _answer: bytes) -> None:
    return


def short(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(answer[0], bytes((answer[1], answer[2] - 2)) + answer[3:-4]))


def long(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(answer[0], bytes((answer[1], answer[2] + 2)) + answer[3:-2] + b"\x12\x34"))


def other_function(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(answer[0], b"\x04" + answer[2:-2]))


def other_unit(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(answer[0] + 1, answer[1:-2]))


def to_all_units(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(0, answer[1:-2]))


def damaged(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer[:4] + bytes((answer[4] ^ 1,)) + answer[5:])


def cut(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer[:-3])


def exception(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(answer[0], bytes((answer[1] | 0x80, 2))))


def after_noise(noise: bytes) -> Treat:
    return lambda line, _request, answer: line.say(noise + answer)


def before_noise(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer + b"\x00\xff")


def echo_glued(line: SpoilingLine, request: bytes, answer: bytes) -> None:
    line.say(request + answer)


def echo_before(line: SpoilingLine, request: bytes, answer: bytes) -> None:
    line.say(request)
    line.say(answer, 0.02)


def echo_only(line: SpoilingLine, request: bytes, _answer: bytes) -> None:
    line.say(request)


def gap_inside(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer[:5])
    line.say(answer[5:], 0.03)


def byte_by_byte(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    for at, byte in enumerate(answer):
        line.say(bytes((byte,)), 0.002 * at)


def twice(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer + answer)


def twice_with_a_pause(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(answer)
    line.say(answer, 0.002)


def text(line: SpoilingLine, _request: bytes, _answer: bytes) -> None:
    line.say(b"Thank you for using Modbus modules\r\n")  # seen in the field: free text for an answer


def old_one_first(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(line.answers[-2] + answer)


def strangers_answer(unit: int) -> Treat:
    """A right frame of another unit, then ours."""
    return lambda line, _request, answer: line.say(rtu(unit, b"\x03\x04\x12\x34\x56\x78") + answer)


def another_masters_request(line: SpoilingLine, _request: bytes, answer: bytes) -> None:
    line.say(rtu(9, struct.pack(">BHH", 3, 100, 2)) + answer)


READ_AT_ONCE: dict[str, Treat] = {
    "noise byte 00 before the answer": after_noise(b"\x00"),
    "noise byte FF before the answer": after_noise(b"\xff"),
    "noise that looks like a head before the answer": after_noise(b"\x01\x03"),
    "noise after the answer": before_noise,
    "an echo glued to the answer": echo_glued,
    "an echo 20 ms before the answer": echo_before,
    "a gap inside the answer": gap_inside,
    "the answer byte by byte": byte_by_byte,
    "an answer of another unit before ours": strangers_answer(9),
    "a broadcast before ours": strangers_answer(0),
    "a request of another master to another unit before ours": another_masters_request,
}
FAULTS: dict[str, tuple[Treat, Fault]] = {
    "no answer": (lost, Fault.SILENT),
    "a short answer": (short, Fault.OTHER_LENGTH),
    "a long answer": (long, Fault.OTHER_LENGTH),
    "an answer of another function": (other_function, Fault.OTHER_FUNCTION),
    "an answer of another unit only": (other_unit, Fault.OTHER_UNIT),
    "an answer under the number for all": (to_all_units, Fault.OTHER_UNIT),
    "a bad check": (damaged, Fault.BAD_CHECK),
    "an answer cut off": (cut, Fault.BAD_CHECK),
    "free text": (text, Fault.BAD_CHECK),
    "two answers at once": (twice, Fault.STALE),
    "the echo alone": (echo_only, Fault.BAD_CHECK),
}
