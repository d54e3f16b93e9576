"""Drivers in Python, for the few instruments that a driver file cannot describe."""

from importlib import import_module
from typing import Final

from drivers.errors import DescriptionError
from drivers.instrument import Driver

WRITTEN: Final = {
    "jik6cab": "drivers.written.print_job",
    "sartorius-xbpi": "drivers.written.xbpi",
    "zera-mt": "drivers.written.zera",
}
"""by id, the module; each has a function `driver`"""
_MARK: Final = b"\ndef driver()"


def driver_of_text(text: bytes, file: str) -> Driver | None:
    """The driver whose source this is, as a record keeps it; None: it is no Python.

    Raises:
        DescriptionError: it is the source of another release, which is not run.
    """
    if _MARK not in text:
        return None
    for module in WRITTEN.values():
        driver: Driver = import_module(module).driver()
        if driver.text.encode("utf-8") == text:
            return driver
    raise DescriptionError(
        "driver.other_release",
        "The driver {file} is written in Python and is not the one of this release; such a text is not run.",
        "Use the release of the program that the record names.",
        file=file,
    )
