"""Instruments that answer twice: understood first, the value or the end of the job later."""

import asyncio

import pytest

from drivers import catalogue
from drivers.errors import InstrumentError
from drivers.example import events_of
from drivers.protocols import Acknowledged
from tests.drivers.twin_bench import RULE, bench, grams

PROMISING = {"Radwag, value when at rest": "radwag-stable", "Vibra, understood by A00": "vibra"}
TWICE = {"Radwag, two different answers": "radwag", "A&D, the same byte twice": "and-balance"}


@pytest.mark.parametrize("why", PROMISING)
def test_a_promise_is_no_reading_and_the_value_after_it_is_one(why):
    async def story():
        async with bench(PROMISING[why]) as on:
            on.twin.place(grams(1000))
            settled = await on.device.settled(RULE)
            assert settled.reading.indication == grams(1000)

    asyncio.run(story())


@pytest.mark.parametrize("why", PROMISING)
def test_a_twin_promises_as_its_instrument_does(why):
    driver = catalogue.load(PROMISING[why])
    promise = driver.render(Acknowledged(command="", done=True, final=False, frame=b""))
    (event,) = events_of(driver, promise)
    assert event == Acknowledged(command="", done=True, final=False, frame=promise)


@pytest.mark.parametrize("why", TWICE)
def test_a_command_is_done_with_its_second_answer(why):
    async def story():
        async with bench(TWICE[why]) as on:
            answer = await on.device.command("zero")
            assert (answer.command, answer.done, answer.final) == ("zero", True, True)
            on.twin.place(grams(500))
            await on.clock.sleep(3)
            answer = await on.device.command("tare")
            assert answer.command == "tare"  # although the bytes are those of the other command
            settled = await on.device.settled(RULE)
            assert settled.reading.indication == grams(0)

    asyncio.run(story())


def test_an_accepted_command_that_is_refused_later_is_an_error():
    async def story():
        async with bench("radwag") as on:
            on.twin.place(grams(3000))  # too much to be set to zero
            await on.clock.sleep(3)
            with pytest.raises(InstrumentError) as told:
                await on.device.command("zero")
            assert told.value.code == "device.command_refused"

    asyncio.run(story())


def test_the_two_answers_of_a_balance_are_the_same_bytes_and_neither_is_a_number():
    driver = catalogue.load("and-balance")
    assert driver.commands["zero"].accepted == driver.commands["zero"].done == (b"\x06\r\n",)
    assert {type(event) for event in events_of(driver, b"\x06\r\n" * 2)} == {Acknowledged}
