"""Numbers in registers are exact both ways, in every order, and addresses are shown as manuals print them."""

import struct
from decimal import Decimal
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.framer import FramerRTU

from drivers.protocols.address import AddressError, Table, read_address, shown
from drivers.protocols.modbus import crc, rtu
from drivers.protocols.word import NumberForm, NumberType, WordOrder, in_order

WHOLE = {
    NumberType.INT16: (-(2**15), 2**15 - 1),
    NumberType.UINT16: (0, 2**16 - 1),
    NumberType.INT32: (-(2**31), 2**31 - 1),
    NumberType.UINT32: (0, 2**32 - 1),
    NumberType.INT64: (-(2**63), 2**63 - 1),
    NumberType.UINT64: (0, 2**64 - 1),
    NumberType.BCD16: (0, 9999),
    NumberType.BCD32: (0, 99999999),
}
ORDERS = st.sampled_from(list(WordOrder))


@given(st.sampled_from(list(WHOLE)), ORDERS, st.data())
def test_whole_numbers_come_back_from_their_registers(kind, order, data):
    value = Decimal(data.draw(st.integers(*WHOLE[kind])))
    form = NumberForm(kind, order)
    registers = form.write(value)
    assert form.read(registers) == value
    assert form.write(Decimal(WHOLE[kind][1]) + 1) is None


@given(ORDERS, st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_float_is_the_shortest_decimal_that_is_that_float(order, number):
    form = NumberForm(NumberType.FLOAT32, order)
    registers = in_order(struct.pack(">f", number), order)
    value = form.read(registers)
    assert struct.pack(">f", float(value)) == struct.pack(">f", number) or number == 0
    assert len(value.as_tuple().digits) <= 9
    assert form.read(form.write(value)) == value


@given(ORDERS, st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_double_is_exact(order, number):
    form = NumberForm(NumberType.FLOAT64, order)
    assert float(form.read(in_order(struct.pack(">d", number), order))) == number


@given(st.binary(min_size=8, max_size=8), st.sampled_from(["int32", "uint32", "float32", "int64"]))
def test_another_makers_library_reads_the_same_number(data, kind):
    """pymodbus as the oracle, for the two orders that it knows."""
    size = NumberForm(NumberType(kind)).size
    registers = [int.from_bytes(data[at : at + 2], "big") for at in range(0, size, 2)]
    theirs = getattr(ModbusClientMixin.DATATYPE, kind.upper())
    for ours, order in ((WordOrder.BIG, "big"), (WordOrder.SWAPPED, "little")):
        value = NumberForm(NumberType(kind), ours).read(data[:size])
        number = ModbusClientMixin.convert_from_registers(registers, theirs, word_order=order)
        if value is None:
            assert not isfinite(number) or 0 < abs(number) < 2.0**-126
        else:
            assert struct.pack(">d", float(value)) == struct.pack(">d", float(number)) or kind == "float32"
            assert abs(float(value) - number) <= abs(number) * 1e-7


@given(st.binary(max_size=260))
def test_the_check_is_that_of_another_makers_library(data):
    assert crc(data).to_bytes(2, "little") == FramerRTU.compute_CRC(data).to_bytes(2, "big")
    assert crc(rtu(1, data)) == 0


NO_NUMBER = {
    "quiet NaN": (NumberType.FLOAT32, "7FC00000"),
    "a NaN with a load": (NumberType.FLOAT32, "FFA12345"),
    "infinity": (NumberType.FLOAT32, "7F800000"),
    "NaN of eight bytes": (NumberType.FLOAT64, "7FF8000000000000"),
    "a nibble that is no decimal digit": (NumberType.BCD16, "12A4"),
}


@pytest.mark.parametrize("why", NO_NUMBER)
def test_what_is_no_number_never_becomes_one(why):
    kind, data = NO_NUMBER[why]
    assert NumberForm(kind).read(bytes.fromhex(data)) is None


ORDERED = {
    WordOrder.ABCD: "43663333",
    WordOrder.CDAB: "33334366",
    WordOrder.BADC: "66433333",
    WordOrder.DCBA: "33336643",
}


@pytest.mark.parametrize("order", ORDERED)
def test_the_four_orders_are_those_of_the_letters(order):
    assert NumberForm(NumberType.FLOAT32, order).read(bytes.fromhex(ORDERED[order])) == Decimal("230.2")


@given(st.sampled_from(list(Table)), st.integers(0, 0xFFFF))
def test_an_address_is_shown_both_ways_and_read_from_both(table, address):
    sent, manual = shown(address, table).rstrip(")").split(" (")
    assert read_address(int(sent), table) == read_address(manual, table) == address


WRONG = {
    "the first address is 1 in manuals": ("40000", "no address"),
    "a register of another table": ("30001", "stands in the table 'input'"),
    "no leading digit": ("0x10", "no address"),
    "beyond the last": (65536, "from 0 to 65535"),
    "below the first": (-1, "from 0 to 65535"),
    "beyond the last, as in manuals": ("465537", "no address"),
}


@pytest.mark.parametrize("why", WRONG)
def test_an_address_that_cannot_be_meant_is_refused(why):
    typed, reason = WRONG[why]
    with pytest.raises(AddressError, match=reason):
        read_address(typed, Table.HOLDING)


def test_a_float_with_its_words_swapped_is_no_small_number():
    """1.5 m3/h, sent with the other word order, would be 2.3e-41."""
    swapped = in_order(struct.pack(">f", 1.5), WordOrder.SWAPPED)
    assert NumberForm(NumberType.FLOAT32, WordOrder.SWAPPED).read(swapped) == Decimal("1.5")
    assert NumberForm(NumberType.FLOAT32, WordOrder.BIG).read(swapped) is None
    for kind, smallest in (("f", 2.0**-126), ("d", 2.0**-1022)):
        form = NumberForm(NumberType.FLOAT32 if kind == "f" else NumberType.FLOAT64)
        assert form.read(struct.pack(f">{kind}", smallest)) is not None
        assert form.read(struct.pack(f">{kind}", smallest / 2)) is None
        assert form.read(struct.pack(f">{kind}", 0.0)) == 0
