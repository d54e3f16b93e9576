"""A fast clock for many twins: in order, never behind, and never ahead of who is at work."""

import asyncio
import time

import pytest

from drivers.clock import PatientClock, within


def test_who_sleeps_less_wakes_first_at_the_time_that_was_asked_for():
    clock, woken = PatientClock(10_000), []

    async def sleeper(seconds):
        await clock.sleep(seconds)
        woken.append((seconds, round(clock.monotonic(), 3)))

    async def all_of_them():
        await asyncio.gather(*map(sleeper, (30.0, 10.0, 20.0)))

    asyncio.run(all_of_them())
    assert woken == [(10.0, 10.0), (20.0, 20.0), (30.0, 30.0)]


def test_time_does_not_pass_while_the_computer_is_busy():
    clock = PatientClock(1000)

    async def busy():
        await clock.sleep(1)
        time.sleep(0.05)  # noqa: ASYNC251 -- 50 s of this clock, if it ran on
        await clock.sleep(1)
        return clock.monotonic()

    assert asyncio.run(busy()) == pytest.approx(2)


def test_it_is_no_faster_than_its_pace():
    clock, began = PatientClock(100), time.monotonic()
    asyncio.run(clock.sleep(10))
    assert time.monotonic() - began >= 0.09


def test_who_waits_for_less_than_time_can_show_still_gets_on():
    clock = PatientClock(10_000)

    async def waits():
        for _ in range(100):
            await clock.sleep(0)
        return clock.monotonic()

    assert asyncio.run(waits()) > 0


def test_what_takes_too_long_is_given_up_and_forgotten():
    clock = PatientClock(10_000)

    async def given_up():
        with pytest.raises(TimeoutError):
            await within(clock, 5, asyncio.Event().wait())
        await within(clock, 50, clock.sleep(1))
        return clock.monotonic()

    assert asyncio.run(given_up()) == pytest.approx(6)


@pytest.mark.parametrize("pace", [0, -1])
def test_a_clock_that_stands_or_goes_back_is_refused(pace):
    with pytest.raises(ValueError, match="above zero"):
        PatientClock(pace)
