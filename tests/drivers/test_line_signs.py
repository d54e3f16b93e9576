"""A line set wrongly is recognised from its bytes, and parity is named."""

import pytest

from drivers.protocols.address import Table
from drivers.protocols.checked_frames import checked_bus
from drivers.protocols.line_signs import parity_of, wrong_line
from drivers.protocols.mbus_link import ACK, RSP_UD, long, short
from drivers.protocols.modbus import read_request, rtu, write_several

LINE = b"ST,GS,   245.6 g\r\n"


def with_parity(data, odd):
    return bytes(byte | (0x80 if byte.bit_count() % 2 != odd else 0) for byte in data)


SIGNS = {
    "7E1 read as 8N1": (with_parity(LINE * 2, odd=0), "set it to 7E1"),
    "7O1 read as 8N1": (with_parity(LINE * 2, odd=1), "set it to 7O1"),
    "7M1 read as 8N1": (bytes(byte | 0x80 for byte in LINE), "set it to 7M1"),
    "an A&D read too fast": (
        bytes.fromhex("f8807800780078f8788000800080008000808080f8807878f8788000f8f878f88078008078"),
        "wrong baud rate",
    ),
    "noise of a wrong baud rate": (bytes(range(128, 200)), "baud rate, data bits or parity"),
}


@pytest.mark.parametrize("why", SIGNS)
def test_a_wrong_line_is_said(why):
    data, said = SIGNS[why]
    assert said in (wrong_line(data) or "")


RIGHT = {
    "text": LINE * 3,
    "the lamp byte of a CAS": b"ST,GS,1\xc4,000013.5 kg\r\n" * 3,
    "a NUL as status": b"\x00\r0 12.345\r4  0.500\r\n" * 3,
    "nothing": b"",
}


@pytest.mark.parametrize("why", RIGHT)
def test_a_right_line_is_not_doubted(why):
    assert wrong_line(RIGHT[why]) is None


def test_a_few_bytes_are_too_few_to_name_a_parity():
    assert parity_of(with_parity(b"ST,", odd=0)) is None


ASKED = rtu(1, read_request(Table.HOLDING, 0, 4))
ANSWERED = rtu(1, b"\x03\x08" + bytes.fromhex("80c4fa0000008001"))
WRITTEN = rtu(1, write_several(Table.HOLDING, 0xFF00, [0xFFFF, 0x8000]))
TELEGRAM = long(RSP_UD, 0xFA, b"\x72" + bytes(range(160, 200)))
BUSES = {
    "one answer": (ANSWERED, "Modbus RTU"),
    "both sides": ((ASKED + ANSWERED) * 3, "Modbus RTU"),
    "from the middle of an answer to the middle of another": (
        ANSWERED[5:] + ANSWERED * 2 + ANSWERED[:7],
        "Modbus RTU",
    ),
    "registers written": (WRITTEN, "Modbus RTU"),
    "a refusal": (rtu(200, b"\x83\x02"), "Modbus RTU"),
    "a telegram": (TELEGRAM, "M-Bus"),
    "a request, a yes and telegrams": ((short(0x5B, 0xFA) + bytes([ACK]) + TELEGRAM) * 2, "M-Bus"),
}


@pytest.mark.parametrize("why", BUSES)
def test_frames_of_a_bus_whose_checks_are_right_come_from_a_line_that_is_set_rightly(why):
    data, bus = BUSES[why]
    assert checked_bus(data) == bus
    assert wrong_line(data) is None


@pytest.mark.parametrize("bus", ["Modbus RTU", "M-Bus"])
def test_frames_of_a_bus_that_a_line_spoilt_are_no_excuse_for_its_settings(bus):
    whole = {"Modbus RTU": ANSWERED, "M-Bus": TELEGRAM}[bus]
    assert not [
        at
        for at in range(len(whole))
        if checked_bus(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
    ]
    assert checked_bus(bytes([ACK]) * 100) is None
    assert checked_bus(bytes(100)) is None
    assert checked_bus(b"") is None
