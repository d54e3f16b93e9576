"""What was begun goes on to its end when nobody waits for it any more."""

import asyncio
import threading
import time

import pytest

from bench.unbroken import Unbroken, in_thread


def test_a_work_goes_on_when_whoever_waits_for_it_leaves_and_is_waited_for_at_the_end():
    async def day() -> None:
        under_way, done = Unbroken(), threading.Event()

        def work() -> None:
            time.sleep(0.2)
            done.set()

        waiting = asyncio.create_task(under_way.carry_out(in_thread(work)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not done.is_set()
        await under_way.ended()
        assert done.is_set()

    asyncio.run(day())


def test_what_may_be_broken_off_is_so_when_the_time_for_it_is_over():
    async def day() -> float:
        under_way = Unbroken()
        waiting = asyncio.create_task(under_way.carry_out(asyncio.sleep(60), patience_s=0.1))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await under_way.ended()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return time.monotonic() - began

    assert 0.1 <= asyncio.run(day()) < 5


def test_a_thread_has_ended_before_whoever_is_cancelled_goes_on():
    async def day() -> None:
        done = threading.Event()

        def work() -> None:
            time.sleep(0.2)
            done.set()

        waiting = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert done.is_set()

    asyncio.run(day())


def test_what_failed_is_told_to_who_waits_and_to_nobody_else(caplog):
    async def fail() -> None:
        await asyncio.sleep(0.05)
        raise ValueError("told")

    async def day() -> None:
        under_way = Unbroken()
        with pytest.raises(ValueError, match="told"):
            await under_way.carry_out(fail())
        waiting = asyncio.create_task(under_way.carry_out(fail()))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await under_way.ended()

    asyncio.run(day())
    assert caplog.records == []
