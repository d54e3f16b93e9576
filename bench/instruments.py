"""The laboratory's instruments, connected: driver, line and device of each, and twins where asked for.

One owner per port: whoever holds `Instruments` owns the lines until `close`.
"""

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.laboratory import Folders, InstrumentEntry, Laboratory
from bench.station import Bound, Station
from drivers import catalogue
from drivers.clock import Clock
from drivers.device import Device
from drivers.reading import Origin
from drivers.register_driver import RegisterDriver
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.register_twin import ScaleRegisterTwin
from drivers.twins.twin import Twin


@dataclass
class Instruments:
    """All instruments of one laboratory, by name."""

    clock: Clock
    lines: Lines
    bound: dict[str, Bound] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    twins: dict[str, Twin | ScaleRegisterTwin] = field(default_factory=dict)

    @classmethod
    async def connect(cls, laboratory: Laboratory, folders: Folders, clock: Clock) -> "Instruments":
        """Open every line; one that is down is kept and told when it is asked for a reading.

        Raises:
            InstrumentError: an unknown driver, or a twin that cannot be played.
        """
        instruments = cls(clock, Lines(clock))
        try:
            for entry in laboratory.instrument:
                await instruments._add(entry, folders.drivers)
        except BaseException:
            await instruments.close()
            raise
        return instruments

    async def _add(self, entry: InstrumentEntry, own_drivers: Path) -> None:
        driver = catalogue.load(entry.driver, folder=own_drivers)
        port, origin, device = entry.port, Origin.INSTRUMENT, None
        if driver.keyed:
            port, origin = "", Origin.MANUAL
        else:
            if entry.twin is not None:
                line_of_twin = pty_line() if os.name == "posix" else TcpLine()
                if isinstance(driver, RegisterDriver):
                    twin: Twin | ScaleRegisterTwin = ScaleRegisterTwin(
                        driver, entry.twin, self.clock, line_of_twin
                    )
                else:
                    twin = Twin(driver, entry.twin, self.clock, line_of_twin)
                self.twins[entry.name] = twin
                await twin.start()
                port, origin = twin.address, Origin.TWIN
            line = self.lines.line(driver, port, entry.line)
            device = Device(entry.name, driver, line, self.clock, origin=origin)
            await device.start()
        self.roles[entry.name] = entry.roles
        self.bound[entry.name] = Bound(
            name=entry.name,
            driver=driver,
            driver_text=driver.text,
            port=port,
            serial=entry.serial,
            origin=origin,
            settle=entry.settle,
            device=device,
        )

    def station(self) -> Station:
        """The first instrument of each role."""
        by_role: dict[str, Bound] = {}
        for name, roles in self.roles.items():
            for role in roles:
                by_role.setdefault(role, self.bound[name])
        return Station(by_role)

    def twin_of(self, role: str) -> Twin | ScaleRegisterTwin | None:
        """The twin that plays a role, if a twin does."""
        for name, roles in self.roles.items():
            if role in roles:
                return self.twins.get(name)
        return None

    async def close(self) -> None:
        """Give all lines back."""
        async with AsyncExitStack() as stack:  # one that fails must not keep the others open
            for twin in self.twins.values():
                stack.push_async_callback(twin.close)
            for bound in self.bound.values():
                if bound.device is not None:
                    stack.push_async_callback(bound.device.close)
