"""A twin on a real line with a device at its other end, for the tests of both."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from drivers.catalogue import load
from drivers.clock import Clock, PatientClock
from drivers.device import Device
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import serial_line
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.settings import TwinSettings
from drivers.twins.twin import Twin

PACE = 50
RULE = SettleRule(duration_s=1.0, timeout_s=10.0)
LINES = ["tcp"] if sys.platform == "win32" else ["tcp", "pty"]


@dataclass
class Bench:
    twin: Twin
    device: Device
    clock: Clock


def scale(**settings) -> TwinSettings:
    return TwinSettings(**({"max": Quantity(6000, "g"), "d": Quantity(1, "g")} | settings))


@asynccontextmanager
async def bench(driver_id: str, line: str = LINES[-1], link=None, **settings) -> AsyncIterator[Bench]:
    driver = driver_named(driver_id)
    clock = PatientClock(PACE)
    twin = Twin(driver, scale(**settings), clock, TcpLine() if line == "tcp" else pty_line(link))
    await twin.start()
    device = Device("uut", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
    try:
        await device.start()
        yield Bench(twin, device, clock)
    finally:
        await device.close()
        await twin.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}, "a task was left behind"


def driver_named(driver_id: str):
    return load(driver_id)


def grams(number: int | str) -> Quantity:
    return Quantity(Decimal(number), "g")
