"""The line for each instrument of a laboratory: a port of its own, or a place on a bus that it shares.

An address says both: `COM3`, `socket://host:4001`, `rfc2217://host:4001` for a line of one's own;
`tcp://host:502?unit=3` for Modbus TCP, `rtu+tcp://host:4001?unit=3` for an RTU line behind a device server,
`COM3?unit=3` for an RTU line. Without `unit` it is the number that the instrument leaves the factory with.
`COM3?address=5` and `COM3?id=12345678` (F for any digit) are meters on a wired M-Bus.
"""

import re
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError, LinkLostError
from drivers.instrument import Driver, LineSettings
from drivers.mbus_driver import MbusDriver
from drivers.protocols.modbus_exchange import Framing, RtuFraming, TcpFraming
from drivers.register_driver import RegisterDriver
from drivers.transports import Transport
from drivers.transports.bus_unit import BusUnit
from drivers.transports.mbus_bus import MbusBus, MbusLine, is_address
from drivers.transports.modbus_bus import ModbusBus
from drivers.transports.serial_port import SerialPort
from drivers.transports.tapped import Ear, TappedTransport, TappedWire
from drivers.transports.wire_port import WirePort
from drivers.transports.wires import TcpWire, Wire, serial_wire, watched_wire

_NETWORK: Final = re.compile(r"(tcp|rtu\+tcp)://(\[[^\]]+\]|[^:/?]+)(?::(\d{1,5}))?/?", re.IGNORECASE)
_UNIT: Final = re.compile(r"(.*?)[?&]unit=(\d{1,3})")
_METER: Final = re.compile(r"(.*?)[?&](?:address=(\d{1,3})|id=([0-9Ff]{8}))")
_MODBUS_PORT: Final = 502
_UNITS: Final = range(1, 248)


class Lines:
    """All lines of one laboratory; instruments on one bus share its one owner."""

    def __init__(self, clock: Clock, ear: Ear | None = None) -> None:
        """Begin without any; nothing is opened before an instrument is started.

        Args:
            clock: what is received is stamped with it.
            ear: who listens to all that is said on these lines.
        """
        self._clock = clock
        self._ear = ear
        self._buses: dict[str, tuple[ModbusBus | MbusBus, LineSettings]] = {}

    def line(self, driver: Driver, address: str, settings: LineSettings | None = None) -> Transport | BusUnit:
        """The line of an instrument.

        Args:
            driver: how it is spoken to; a register map is spoken on a bus.
            address: as the laboratory writes it.
            settings: how a serial line is set; None: as the instrument leaves the factory.

        Raises:
            LinkLostError: the address and the driver do not fit together.
            DescriptionError: the settings contradict those of another instrument on the same bus.
        """
        settings = settings or driver.line
        if isinstance(driver, RegisterDriver):
            port, unit = _parted(address)
            return BusUnit(self._bus(port, settings), driver, unit)
        if isinstance(driver, MbusDriver) and not _NETWORK.fullmatch(address):
            return self._meter(driver, address, settings)
        if _NETWORK.fullmatch(address):
            raise LinkLostError(
                "link.not_modbus",
                "{driver} does not speak Modbus, so it cannot be reached at {port}.",
                "Write socket://host:port for a device server, or choose a register-map driver.",
                driver=driver.mark.id,
                port=address,
            )
        return self._serial(address, settings)

    def _serial(self, address: str, settings: LineSettings) -> Transport:
        line = serial_line(address, settings)
        return line if self._ear is None else TappedTransport(line, self._ear)

    def _meter(self, driver: MbusDriver, address: str, settings: LineSettings) -> MbusLine:
        found = _METER.fullmatch(address)
        port = found[1] if found else address
        primary = int(found[2]) if found and found[2] else None
        if primary is not None and not is_address(primary):
            raise LinkLostError(
                "link.meter_address",
                "{port} names the meter {address}, and there are only 0 to 250, and 254 for any.",
                "Write the primary address that the meter's menu shows, or ?id= with its eight digits.",
                port=address,
                address=primary,
            )
        bus, set_so = self._buses.setdefault(
            port, (MbusBus(self._serial(port, settings), self._clock), settings)
        )
        if not isinstance(bus, MbusBus) or set_so != settings:
            raise _contradiction(port)
        return MbusLine(bus, driver, primary, (found[3] or "") if found else "")

    def _bus(self, port: str, settings: LineSettings) -> ModbusBus:
        if port in self._buses:
            bus, set_so = self._buses[port]
            if not isinstance(bus, ModbusBus) or (set_so != settings and not port.lower().startswith("tcp:")):
                raise _contradiction(port)
            return bus
        wire, framing = _wire(port, settings)
        wire = wire if self._ear is None else TappedWire(wire, self._ear)
        bus = ModbusBus(wire, framing, self._clock)
        self._buses[port] = bus, settings
        return bus


def serial_line(address: str, settings: LineSettings) -> Transport:
    """The fastest transport for the address of a serial line on this system."""
    wire = watched_wire(address, settings)
    return SerialPort(address, settings) if wire is None else WirePort(wire)


def _contradiction(port: str) -> DescriptionError:
    return DescriptionError(
        "bus.settings",
        "Two instruments on {port} want different line settings.",
        "Set both instruments to the same speed and parity, or give one a port of its own.",
        port=port,
    )


def _parted(address: str) -> tuple[str, int | None]:
    """The port, and the unit number if one is written."""
    found = _UNIT.fullmatch(address)
    if found is None:
        return address, None
    unit = int(found[2])
    if unit not in _UNITS:
        raise LinkLostError(
            "link.unit",
            "{port} names the unit {unit}, and there are only 1 to 247.",
            "Write the unit number that the instrument's menu shows.",
            port=address,
            unit=unit,
        )
    return found[1], unit


def _wire(port: str, settings: LineSettings) -> tuple[Wire, Framing]:
    network = _NETWORK.fullmatch(port)
    if network is None:
        return serial_wire(port, settings), RtuFraming()
    host, number = network[2].strip("[]"), int(network[3] or _MODBUS_PORT)
    if network[1].lower() == "tcp":
        return TcpWire(port, host, number), TcpFraming()
    return TcpWire(port, host, number, settings), RtuFraming()
