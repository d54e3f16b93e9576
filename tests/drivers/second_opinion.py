"""The checks of frames computed a second time, from the makers' words and without the program's code.

One row for each driver whose frames carry check characters or say a thing twice; `test_fuzz` asks it about
every frame that gave a reading. Positions are the makers': columns count from 1.
"""

import re
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal

from drivers.protocols import Indicated

Agree = Callable[[bytes, Mapping[str, Indicated]], bool]
"""whether a frame and what was read of it agree; by the quantity's name"""


def _digits(frame: bytes) -> str:
    return "".join(chr(byte) for byte in frame if 0x30 <= byte <= 0x39)


def as_written(frame: bytes, read: Mapping[str, Indicated]) -> bool:
    """Whether the digits of every number stand in the frame side by side, in one direction or the other."""
    there = _digits(frame)
    numbers = (f"{one.indication.value:f}".lstrip("-").replace(".", "").strip("0") for one in read.values())
    return all(number in there or number in there[::-1] for number in numbers)


def _xored(first: int, last: int, *, hexadecimal: bool) -> Agree:
    """All columns from `first` to `last`, bit by bit the parity of their ones, in the columns behind them."""

    def agree(frame: bytes, _read: Mapping[str, Indicated]) -> bool:
        covered, behind = frame[first - 1 : last], frame[last:]
        parity = sum((sum(byte >> bit & 1 for byte in covered) % 2) << bit for bit in range(8))
        return parity == (int(behind[:2], 16) if hexadecimal else behind[0])

    return agree


def _toledo(length: int) -> Agree:
    """With its check character, all characters together are a multiple of 128; it may be switched off."""
    return lambda frame, _read: len(frame) == length or sum(byte & 0x7F for byte in frame) % 128 == 0


def _dcon(frame: bytes, _read: Mapping[str, Indicated]) -> bool:
    """Questions and answers alike end in the last two hexadecimal digits of the sum of all before."""
    lines = frame.split(b"\r")[:-1]
    return all(f"{sum(line[:-2]):04X}"[-2:].encode() == line[-2:] for line in lines)


def _vaisala(frame: bytes, _read: Mapping[str, Indicated]) -> bool:
    """CS4: the sum of all characters of the message before it, four hexadecimal digits."""
    line = frame.rstrip(b"\r\n>").splitlines()[-1].lstrip(b">")
    return int(line[-4:], 16) == sum(line[:-4])


def _veeder_root(frame: bytes, _read: Mapping[str, Indicated]) -> bool:
    """From SOH to && the characters and the four digits behind them add up to a multiple of 65536."""
    answer = frame[frame.rindex(b"\x01") :]
    message, digits = answer.split(b"&&")
    return (sum(message + b"&&") + int(digits[:4], 16)) % 65536 == 0


def _xbpi(frame: bytes, read: Mapping[str, Indicated]) -> bool:
    """Its length, its sum, and its value as a float of 32 bits, which the fifth byte only refines."""
    (value,) = struct.unpack(">f", frame[3:7])
    shown = read[""].indication.value
    last_digit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    near = abs(Decimal(value) - shown) <= last_digit / 50 + abs(shown) / 1_000_000
    return len(frame) == frame[0] + 1 and sum(frame[:-1]) % 256 == frame[-1] and near


def _label(frame: bytes, read: Mapping[str, Indicated]) -> bool:
    """Tare, gross, net and net once more, in this order: gross is what was read, and net the difference."""
    found = re.findall(rb"^ *(-?) *([0-9.]+) (kg|g)\r$", frame, re.MULTILINE)
    tare, gross, net, again = (Decimal((sign + digits).decode()) for sign, digits, _ in found)
    shown = read[""].indication
    return gross - tare == net == again and shown.value == gross and shown.unit == found[1][2].decode()


def _zera(frame: bytes, read: Mapping[str, Indicated]) -> bool:
    """The status is told before all and behind all, the same; a value stands under its own number."""
    status = re.findall(rb"AST\r(.*?)ASTACK\r", frame, re.DOTALL)
    listed = re.findall(rb"^(\d+);([^\n]*)$", frame.replace(b"\r", b"\n"), re.MULTILINE)
    numbers = {"active_power": b"24", "voltage_1": b"0", "current_3": b"5", "frequency": b"28"}
    for name in numbers.keys() & read.keys():
        told = (Decimal(text.decode()) for number, text in listed if number == numbers[name])
        if next(told, None) != read[name].indication.value:
            return False
    return len(status) > 1 and status[0] == status[-1]


CHECKS: dict[str, Agree] = {
    "toledo-continuous": _toledo(17),
    "toledo-cardinal": _toledo(18),
    "toledo-short": _toledo(11),
    "cas-pos": _xored(3, 12, hexadecimal=False),
    "yaohua-a12e": _xored(1, 11, hexadecimal=True),
    "yaohua-a23p": _xored(2, 11, hexadecimal=True),
    "yaohua-a9": _xored(2, 9, hexadecimal=True),
    "adam-4080-checked": _dcon,
    "vaisala-hmt330-serial": _vaisala,
    "vaisala-ptb330": _vaisala,
    "vaisala-ptu300": _vaisala,
    "veeder-root-tls": _veeder_root,
    "sartorius-xbpi": _xbpi,
    "jik6cab": _label,
    "zera-mt": _zera,
}
