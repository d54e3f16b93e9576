"""Check characters, against frames that real instruments sent."""

import pytest

from drivers.protocols.check import Check, Computed, Spelled

YAOHUA = Check(Computed.XOR, Spelled.HEX, ((1, 9),), 9)
TOLEDO = Check(Computed.NEGATED_SUM, Spelled.BYTE, ((0, 17),), 17)


@pytest.mark.parametrize("frame", [b"\x02+00000001B\x03", b"\x02+001560019\x03", b"\x02+00326001C\x03"])
def test_the_frames_of_a_yaohua_carry_their_xor(frame):
    assert YAOHUA.holds(frame)


def test_a_changed_digit_is_found():
    assert not YAOHUA.holds(b"\x02+001561019\x03")


def test_two_exchanged_digits_are_not_found_because_the_xor_is_weak():
    assert YAOHUA.of(b"\x02+0015600") == YAOHUA.of(b"\x02+0016500") == b"19"


def test_each_half_of_the_a22_check_is_raised_by_30h():
    nibble = Check(Computed.XOR, Spelled.NIBBLE, ((1, 4),), 4)
    assert nibble.holds(b"\x02A0\x00" + nibble.of(b"\x02A0\x00") + b"\x03")
    assert nibble.of(b"\x02A0\x00") == b"71"  # 41h xor 30h
    assert nibble.of(b"\x02A\x00\x5d") == b"1<"


def test_the_toledo_sum_of_a_whole_frame_is_zero_in_seven_bits():
    frame = b"\x0240    046   000\r"
    assert (sum(frame) + TOLEDO.of(frame)[0]) & 0x7F == 0


def test_a_plain_sum_keeps_its_low_eight_bits():
    assert Check(Computed.SUM, Spelled.BYTE, ((0, 4),), 4).holds(bytes.fromhex("0401091e2c"))


def test_a_check_may_cover_several_windows():
    over_two = Check(Computed.XOR, Spelled.HEX, ((1, 3), (4, 6)), 6)
    assert over_two.of(b"\x02AB,CD") == b"04"  # 41h, 42h, 43h and 44h; the comma is left out
    assert over_two.holds(b"\x02AB,CD04\x03")
    assert over_two.of(b"\x02AB;CD") == b"04"
