"""Old answers, babble and cuts on a Modbus line: nothing that came before a request counts as its answer."""

import asyncio
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.address import Table
from drivers.protocols.modbus import Fault, read_request, rtu
from drivers.protocols.modbus_exchange import RtuFraming, TcpFraming
from drivers.transports.modbus_bus import UnansweredError

if sys.platform == "win32":
    pytest.skip("only on POSIX there are pseudo-terminals", allow_module_level=True)

from tests.drivers.modbus_peers import FIRST, SECOND, VALUES, modbus_slave, rig, slave_driver
from tests.drivers.modbus_spoiling import lost

__all__ = ["modbus_slave"]
REQUEST = read_request(Table.HOLDING, 100, 2)
DATA = b"\x03\x04" + struct.pack(">2H", 100, 101)
ANSWER = rtu(1, DATA)
BEFORE = {
    "nothing": b"",
    "noise": b"\x00\xff",
    "a head like ours": b"\x01\x03\x04",
    "the echo": rtu(1, REQUEST),
    "another unit": rtu(9, b"\x03\x04\x12\x34\x56\x78"),
    "a broadcast": rtu(0, b"\x06\x00\x64\x00\x01"),
    "another unit's refusal": rtu(9, b"\x83\x02"),
}


@pytest.mark.parametrize("why", BEFORE)
def test_an_answer_cut_anywhere_is_the_same_answer(why):
    whole = BEFORE[why] + ANSWER
    for first in range(len(whole)):
        for second in range(first, len(whole)):
            framing = RtuFraming()
            framing.ask(1, REQUEST)
            heard = [framing.hear(part) for part in (whole[:first], whole[first:second], whole[second:])]
            assert [one for one in heard if one is not None] == [ANSWER], (first, second)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_random_bytes_are_an_answer_only_with_unit_function_length_and_check(noise, at):
    framing = RtuFraming()
    framing.ask(1, REQUEST)
    for part in (noise[:at], noise[at:]):
        heard = framing.hear(part)
        assert not isinstance(heard, bytes)


def test_a_tcp_answer_cut_anywhere_is_the_same_and_numbers_go_on_after_a_reconnection():
    framing = TcpFraming()
    last = framing.ask(1, REQUEST)[:2]
    framing.reset()
    for cut in range(13):
        head = framing.ask(1, REQUEST)[:2]
        assert head != last, "an answer to the old connection's last request must not fit the new one's first"
        answer = head + struct.pack(">HHB", 0, len(DATA) + 1, 1) + DATA
        old = last + answer[2:]
        heard = [framing.hear(part) for part in (old, answer[:cut], answer[cut:])]
        assert [one for one in heard if one is not None] == [ANSWER]
        assert framing.strangers == {1}
        framing.strangers.clear()
        last = head


def test_an_old_answer_heard_while_a_request_waits_spoils_that_request(modbus_slave):
    """The request is in line already; a second old answer would be taken for its answer."""

    def old_one_again(line, _request, answer):
        line.say(line.answers[0])
        line.say(answer, 0.01)

    async def story():
        async with rig(modbus_slave, slave_driver(gap=60, timeout=300, prove=False)) as on:
            await on.value(FIRST)
            on.line.answers[:] = on.line.answers[-1:]
            on.line.plan.append(old_one_again)
            waiting = asyncio.create_task(on.value(SECOND))
            await asyncio.sleep(0.01)
            on.line.say(on.line.answers[0])
            with pytest.raises(UnansweredError) as caught:
                await waiting
            assert caught.value.fault is Fault.STALE
            assert await on.value(SECOND) == VALUES[SECOND]

    asyncio.run(story())


def test_after_babble_the_unit_is_left_alone_as_long_as_its_answer_may_come(modbus_slave):
    asked = []

    def babble(line, _request, answer):
        asked.append(asyncio.get_running_loop().time())
        line.say(b"\x55" * 20)
        line.say(answer, 0.25)

    def seen(line, _request, answer):
        asked.append(asyncio.get_running_loop().time())
        line.say(answer)

    async def story():
        async with rig(modbus_slave, slave_driver(timeout=300, late=60)) as on:
            await on.value(FIRST)
            on.line.plan += [babble, seen]
            with pytest.raises(UnansweredError) as caught:
                await on.value(FIRST)
            assert caught.value.fault in (Fault.BAD_CHECK, Fault.STALE)
            assert await on.value(SECOND) == VALUES[SECOND]

    asyncio.run(story())
    assert asked[1] - asked[0] > 0.3


def test_an_old_answer_behind_more_babble_than_is_read_at_once_is_no_answer(modbus_slave):
    async def story():
        async with rig(modbus_slave, slave_driver(timeout=400, late=100)) as on:
            await on.value(FIRST)
            on.line.say(b"\x55" * 1500 + on.line.answers[-1])
            with pytest.raises(UnansweredError) as caught:
                await on.value(SECOND)
            assert caught.value.fault is Fault.STALE
            assert await on.value(SECOND) == VALUES[SECOND]

    asyncio.run(story())


def test_lateness_that_was_seen_once_is_forgotten_with_right_answers(modbus_slave):
    async def story():
        async with rig(modbus_slave, slave_driver(timeout=400, late=200)) as on:
            await on.value(FIRST)
            on.line.plan.append(lost)
            with pytest.raises(UnansweredError):
                await on.value(FIRST)
            assert await on.value(FIRST) == VALUES[FIRST]
            patience = on.unit.patience_s
            on.line.say(on.line.answers[0])  # the lost one, after all
            await asyncio.sleep(0.15)
            grown = on.unit.patience_s
            for _ in range(60):
                await on.value(FIRST)
            return patience, grown, on.unit.patience_s

    patience, grown, after = asyncio.run(story())
    assert grown > patience
    assert patience <= after < grown
