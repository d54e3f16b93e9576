"""The driver port: what any description of an instrument can do, whether it is a file or Python."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import msgspec

from drivers.errors import InstrumentError
from drivers.protocols import Decoder, Event
from drivers.protocols.inquiry import Inquiry
from drivers.quantity import Quantity
from drivers.reading import DriverMark


class Evidence(StrEnum):
    """What a driver rests on; `UNCONFIRMED` is said wherever the driver is used."""

    CAPTURED = "captured"
    MANUAL = "manual"
    UNCONFIRMED = "unconfirmed"


InstrumentKind = Literal[
    "scale", "flow_meter", "water_meter", "energy_meter", "pulse_counter", "tank_gauge",
    "thermometer", "hygrometer", "barometer", "pressure_gauge", "weather_station", "multimeter",
]  # fmt: skip
"""What an instrument is; `weather_station` gives several conditions of the room at once"""


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a serial line is set before it is opened."""

    baud: int = 9600
    format: str = "8N1"
    """data bits, parity (N, E, O, M, S), stop bits"""
    flow: str = "none"
    """none, xon-xoff or rts-cts"""
    dtr: bool | None = None
    """None leaves the line as the system sets it; some indicators restart when it toggles"""
    rts: bool | None = None


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A declared command and the whole frames that answer it; nothing that is not declared can be sent.

    The same frame may be in `accepted` and in `done`: it then comes twice.
    """

    send: bytes
    done: tuple[bytes, ...] = ()
    """answers that mean done"""
    accepted: tuple[bytes, ...] = ()
    """answers that mean: accepted, wait for `done`"""
    refused: tuple[bytes, ...] = ()


def need_wire(driver: "Driver") -> None:
    """Refuse a driver whose reading a person keys, where a line is meant.

    Raises:
        InstrumentError: it is not on a wire.
    """
    if driver.keyed:
        raise InstrumentError(
            "driver.keyed",
            "{driver} is not on a wire: a person keys what is shown, so no line leads to it.",
            "Choose the driver of an instrument that sends or answers; `tera driver list` shows them.",
            driver=driver.mark.id,
        )


@runtime_checkable
class Asked(Protocol):
    """A driver whose instrument tells something of itself when it is asked."""

    @property
    def inquiries(self) -> Sequence[Inquiry]:
        """The questions; none where its maker documents none."""


def inquiries_of(driver: "Driver") -> Sequence[Inquiry]:
    """What an instrument can be asked of itself."""
    return driver.inquiries if isinstance(driver, Asked) else ()


@runtime_checkable
class Counting(Protocol):
    """A driver some of whose quantities are counters."""

    def wraps_at(self, channel: str) -> Quantity | None:
        """Where a counter begins anew at zero; None for a quantity that does not."""


def wraps_at(driver: "Driver", channel: str) -> Quantity | None:
    """Where a quantity of an instrument begins anew at zero; None: it does not, or nobody knows."""
    return driver.wraps_at(channel) if isinstance(driver, Counting) else None


@runtime_checkable
class TakesNumbers(Protocol):
    """A driver some of whose commands take numbers: the constant of a meter, how many pulses to count."""

    @property
    def numbered(self) -> Mapping[str, Sequence[str]]:
        """By command, the names of its numbers; the command is not in `commands`."""

    def told(self, command: str, numbers: Mapping[str, Decimal]) -> "Driver":
        """The same instrument with this command among its `commands`, for these numbers.

        Raises:
            DescriptionError: the instrument cannot be told these numbers.
        """


def commands_of(driver: "Driver") -> tuple[str, ...]:
    """The names of all commands that an instrument takes, those with numbers too."""
    return (*driver.commands, *(driver.numbered if isinstance(driver, TakesNumbers) else ()))


def told(driver: "Driver", command: str, numbers: Mapping[str, Decimal]) -> "Driver":
    """A driver that declares this command for these numbers; itself where the command takes none.

    Raises:
        DescriptionError: the instrument cannot be told these numbers.
    """
    if isinstance(driver, TakesNumbers) and command in driver.numbered:
        return driver.told(command, numbers) if numbers or command not in driver.commands else driver
    return driver


class Driver(Protocol):
    """A description of an instrument, usable to read it and to play it."""

    @property
    def mark(self) -> DriverMark:
        """Id and digest."""

    @property
    def name(self) -> str:
        """The maker's name of the instrument or family."""

    @property
    def kind(self) -> str:
        """What it is: an `InstrumentKind`."""

    @property
    def evidence(self) -> Evidence:
        """What the description rests on."""

    @property
    def channels(self) -> Sequence[str]:
        """The names of its quantities, the main one first; one empty name where it shows only one."""

    @property
    def keyed(self) -> bool:
        """Whether there is no wire and a person keys the reading."""

    @property
    def text(self) -> str:
        """The driver file, or the source of a driver in Python: what the digest is of."""

    @property
    def line(self) -> LineSettings:
        """Factory settings of the serial line."""

    @property
    def commands(self) -> Mapping[str, Command]:
        """Declared commands by name: `zero`, `tare`."""

    @property
    def has_high_resolution(self) -> bool:
        """Whether the finer display can be asked for on the wire."""

    @property
    def interval_s(self) -> float:
        """Least seconds between two requests, or the usual seconds between two frames of a stream."""

    @property
    def timeout_s(self) -> float:
        """Seconds of silence after which the instrument is said not to answer."""

    def request(self, *, high_resolution: bool = False) -> bytes | None:
        """The bytes that ask for one indication; None when the instrument streams by itself."""

    def decoder(self) -> Decoder:
        """A fresh decoder."""

    def render(self, event: Event) -> bytes:
        """The frame by which this instrument would say `event`: the inverse of decoding.

        Raises:
            DescriptionError: this instrument has no way to say it.
        """
