"""Modbus on the wire, without input or output: requests, the form of their answers, and what refusals mean.

An answer is recognised by its unit, its function and its length together; none of these is taken on trust.
"""

import struct
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from drivers.protocols.address import READ_CODE, Table, packed

REFUSAL: Final = 0x80
"""set in the function code of an answer that refuses"""
SHORTEST: Final = 5
"""bytes of the shortest answer on an RTU line: a refusal"""
ECHOED_CODES: Final = (5, 6, 15, 16)
"""functions that write; their answer is eight bytes long"""
BUSY_CODES: Final = (5, 6)
EXCEPTIONS: Final = {  # Modbus Application Protocol V1.1b3, 7
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge, still working",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not respond",
}


class Fault(StrEnum):
    """What is wrong with the answer to a request."""

    SILENT = "silent"
    BAD_CHECK = "bad_check"
    OTHER_UNIT = "other_unit"
    OTHER_FUNCTION = "other_function"
    OTHER_LENGTH = "other_length"
    STALE = "stale"
    CHANGED = "changed"


def _table() -> list[int]:
    table = []
    for byte in range(256):
        check = byte
        for _ in range(8):
            check = check >> 1 ^ (0xA001 if check & 1 else 0)
        table.append(check)
    return table


_CRC: Final = _table()


def crc(data: bytes | bytearray) -> int:
    """The check of an RTU frame; 0 over a whole frame whose check is right.

    >>> crc(bytes.fromhex("010400000002")).to_bytes(2, "little").hex()
    '71cb'
    """
    check, table = 0xFFFF, _CRC
    for byte in data:
        check = check >> 8 ^ table[(check ^ byte) & 0xFF]
    return check


def rtu(unit: int, pdu: bytes) -> bytes:
    """A function with its data as it stands on an RTU line."""
    frame = bytes((unit,)) + pdu
    return frame + crc(frame).to_bytes(2, "little")


@lru_cache(maxsize=1024)
def rtu_request(unit: int, request: bytes) -> bytes:
    """The same for requests, of which there are few and each is sent many times."""
    return rtu(unit, request)


def read_request(table: Table, first: int, count: int) -> bytes:
    """The request to read `count` coils or registers from address `first`."""
    return struct.pack(">BHH", READ_CODE[table], first, count)


def write_request(table: Table, at: int, value: int) -> bytes:
    """The request to write one register or coil by the function for one."""
    code, word = (5, 0xFF00 * value) if table is Table.COILS else (6, value)
    return struct.pack(">BHH", code, at, word)


def write_several(table: Table, first: int, values: Sequence[int]) -> bytes:
    """The request to write neighbouring registers or coils by the function for several, all at once."""
    if table is Table.COILS:
        code, data = 15, packed(table, b"".join(value.to_bytes(2, "big") for value in values))
    else:
        code, data = 16, struct.pack(f">{len(values)}H", *values)
    return struct.pack(">BHHB", code, first, len(values), len(data)) + data


@lru_cache(maxsize=1024)
def answer_size(request: bytes) -> int:
    """Bytes of the data in the answer to a reading request; of the whole answer to a writing one."""
    code: int
    count: int
    code, _, count = struct.unpack_from(">BHH", request)
    if code in ECHOED_CODES:
        return len(written(request))
    return 2 * count if code in (READ_CODE[Table.HOLDING], READ_CODE[Table.INPUT]) else (count + 7) // 8


def written(request: bytes) -> bytes:
    """The answer that says a writing request was carried out: its head again."""
    return request[:5]


def fault_of(request: bytes, answer: bytes) -> Fault | None:
    """What is wrong with the function and data of an answer; None: it answers this request, or refuses it."""
    if len(answer) < 2:  # noqa: PLR2004 -- a function and at least one byte
        return Fault.OTHER_LENGTH
    if answer[0] == request[0] | REFUSAL:
        return None if len(answer) == 2 else Fault.OTHER_LENGTH  # noqa: PLR2004
    if answer[0] != request[0]:
        return Fault.OTHER_FUNCTION
    if request[0] in ECHOED_CODES:
        return None if answer == written(request) else Fault.STALE
    size = answer_size(request)
    return None if answer[1] == size and len(answer) == size + 2 else Fault.OTHER_LENGTH


def refusal(answer: bytes) -> str:
    """Why an instrument refused, one sentence."""
    number = answer[1]
    return f"the instrument refuses with exception {number} ({EXCEPTIONS.get(number, 'not in the standard')})"


def rtu_length(head: bytes | bytearray) -> int | None:
    """The length of the RTU answer that begins so; None when more bytes are needed, 0 for no answer."""
    if len(head) < 3:  # noqa: PLR2004 -- unit, function, and the length or what stands in its place
        return None
    code = head[1]
    if code & REFUSAL:
        return SHORTEST
    if code in ECHOED_CODES:
        return 8
    return SHORTEST + head[2] if code in READ_CODE.values() else 0
