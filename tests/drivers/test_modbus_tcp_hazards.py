"""Every known way in which a Modbus TCP connection brings a wrong answer, against somebody else's slave."""

import asyncio
import sys

import pytest

from drivers.errors import LinkLostError
from drivers.transports.modbus_bus import UnansweredError

if sys.platform == "win32":
    pytest.skip("the foreign slave is built with POSIX tools", allow_module_level=True)

from tests.drivers.hazard_run import Outcome
from tests.drivers.hazard_run_tcp import run, tcp_place
from tests.drivers.modbus_peers import FIRST, SECOND, VALUES, modbus_slave, number_of, slave_driver
from tests.drivers.modbus_tcp_spoiling import FAULTS, HARMLESS

__all__ = ["modbus_slave"]
LATE_S = 0.3
"""longer than a busy computer needs for an answer that nothing delays"""


def driver(*, prove=True):
    return slave_driver(timeout=int(1000 * LATE_S), late=50, prove=prove)


async def value(place, which):
    exchange = await place.unit.read(place.unit.driver.registers.blocks[which])
    return number_of(place.unit.driver, exchange.frame)


async def again(place):
    """Open the connection once more if it is gone."""
    await place.unit.close()
    await place.unit.open()


@pytest.mark.parametrize("why", HARMLESS)
def test_an_answer_in_pieces_is_read_without_asking_again(why, modbus_slave):
    async def story():
        async with tcp_place(modbus_slave, driver()) as place:
            assert await value(place, FIRST) == VALUES[FIRST]
            asked = len(place.line.requests)
            place.line.plan.append(HARMLESS[why])
            assert await value(place, SECOND) == VALUES[SECOND]
            assert len(place.line.requests) == asked + 1
            assert place.line.connections == 1

    asyncio.run(story())


@pytest.mark.one_in(4)
@pytest.mark.parametrize("prove", [True, False], ids=["with a proof", "without a proof"])
@pytest.mark.parametrize("why", FAULTS)
def test_a_fault_gives_no_wrong_value_and_the_next_read_is_right(why, prove, modbus_slave):
    async def story():
        async with tcp_place(modbus_slave, driver(prove=prove)) as place:
            assert await value(place, FIRST) == VALUES[FIRST]
            place.line.plan.append(FAULTS[why])
            try:
                assert (
                    await value(place, SECOND) == VALUES[SECOND]
                )  # what comes behind its answer is not seen yet
            except UnansweredError:
                pass
            except LinkLostError:
                await again(place)
            assert place.line.spoiled == 1
            for _ in range(3):
                try:
                    assert await value(place, FIRST) == VALUES[FIRST]
                except UnansweredError:
                    continue  # an old answer that came in between
                except LinkLostError:  # what was left of it is no head, or the connection was half-closed
                    await again(place)
                else:
                    break
            else:
                pytest.fail("no reading after the fault")
            assert await value(place, SECOND) == VALUES[SECOND]

    asyncio.run(story())


def test_a_short_run_of_everything_gives_no_wrong_value(modbus_slave):
    tally = asyncio.run(run(modbus_slave, 360, 5, lines=6))
    assert tally.wrong == []
    assert tally.slow == []
    assert tally.outcomes[Outcome.RIGHT] > 200
    assert tally.outcomes[Outcome.LOST] > 0
