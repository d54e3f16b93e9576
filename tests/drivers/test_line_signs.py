"""A line set wrongly is recognised from its bytes, and parity is named."""

import pytest

from drivers.protocols.line_signs import parity_of, wrong_line

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
