"""What an instrument says of itself, with a reading or when it is asked: its serial number, its seal counter.

Only what the wire says counts. The number of an M-Bus meter is its identification, which its maker may have
set otherwise than the plate; where they differ, the laboratory writes the number that the wire tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.instrument import Driver, inquiries_of
from drivers.mbus_driver import MbusDriver
from drivers.protocols.mbus_telegram import RefusedError, read_telegram
from drivers.protocols.mbus_writing import frames_in
from drivers.register_driver import RegisterDriver


@dataclass(frozen=True)
class Told:
    """Empty where the instrument does not tell."""

    serial: str = ""
    seal_counter: str = ""

    def is_of(self, serial: str) -> bool:
        """Whether it may be the instrument of that serial number: without blanks, dashes, leading zeros."""
        return not self.serial or not serial or _plain(self.serial) == _plain(serial)


def told_by(driver: Driver, frame: bytes) -> Told:
    """What an instrument says of itself with a reading, or in the lines that answer its inquiries."""
    if isinstance(driver, MbusDriver):
        for answer in frames_in(frame):
            if answer.is_response:
                try:
                    identity = read_telegram(answer).identity
                except RefusedError:
                    return Told()
                return Told(serial=identity.number if identity is not None else "")
    if isinstance(driver, RegisterDriver) and driver.tells:
        held = driver.remembered(frame)
        return _told({what: held.get(name, "").strip() for name, what in driver.tells.items()})
    return _told({inquiry.tells: inquiry.told(frame) for inquiry in inquiries_of(driver)})


def _told(said: Mapping[str, str]) -> Told:
    return Told(serial=said.get("serial_number", ""), seal_counter=said.get("seal_counter", ""))


def _plain(serial: str) -> str:
    return "".join(filter(str.isalnum, serial)).casefold().lstrip("0")
