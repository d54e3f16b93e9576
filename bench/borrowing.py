"""The line of an instrument, lent to the workbench: the bench stops reading it, and goes on afterwards.

One owner per line stays true: whoever borrows it has it alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.desk import BorrowedLine
from bench.errors import LaboratoryError
from bench.trial import Trial
from bench.workplace import Workplace
from drivers import catalogue
from drivers.instrument import need_wire
from drivers.transports.lines import serial_line


@asynccontextmanager
async def borrowed(place: Workplace, name: str) -> AsyncIterator[BorrowedLine]:
    """Lend the line of an instrument.

    Raises:
        LaboratoryError: there is no line, or others talk on it too.
        DescriptionError: the driver is not read from bytes of a line.
    """
    bound = place.instruments.bound[name]
    entry = next(one for one in place.laboratory.instrument if one.name == name)
    if bound.device is None or bound.device.shares_line:
        raise LaboratoryError(
            "workbench.no_line",
            "{instrument} has no line of its own that could be watched.",
            "Choose an instrument on a serial line; a bus is looked at with: tera driver read.",
            instrument=name,
        )
    need_wire(bound.driver)
    own = catalogue.file_of(entry.driver, folder=place.folders.drivers)
    settings = entry.line or bound.driver.line
    await bound.device.close()
    try:
        yield BorrowedLine(
            Trial(bound.driver, own), serial_line(bound.port, settings), settings, place.folders.root
        )
    finally:
        await bound.device.start()
