"""The laboratory's instruments, connected: driver, line and device of each, and twins where asked for.

One owner per port: whoever holds `Instruments` owns the lines until `close`.
"""

import os
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.laboratory import Folders, InstrumentEntry, Laboratory, TwinEntry
from bench.safe_state import SAFE
from bench.station import Bound, Players, Station
from drivers import catalogue
from drivers.clock import Clock
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.instrument import Driver
from drivers.reading import Origin
from drivers.transports.lines import Lines
from drivers.twins.hands import ScaleHands
from drivers.twins.line import TcpLine, TwinLine, pty_line
from drivers.twins.plant import Plant
from drivers.twins.played import PlayedInstrument
from drivers.twins.playing import plant_of, play, vessels_of
from drivers.twins.vessels import Vessels


def _line_of_this_system() -> TwinLine:
    return pty_line() if os.name == "posix" else TcpLine()


@dataclass
class Instruments:
    """All instruments of one laboratory, by name."""

    clock: Clock
    lines: Lines
    bound: dict[str, Bound] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """for which tests each stands here; empty: for any"""
    twins: dict[str, PlayedInstrument] = field(default_factory=dict)
    plants: dict[str, Plant] = field(default_factory=dict)
    """what twins feel together, by the scenario file that they share"""
    vessels: Vessels | None = None
    """what people fill and read by eye, of the first scenario that has such"""
    twin_line: Callable[[], TwinLine] = field(default=_line_of_this_system)
    """where the next twin is heard"""

    @classmethod
    async def connect(
        cls,
        laboratory: Laboratory,
        folders: Folders,
        clock: Clock,
        *,
        lines: Lines | None = None,
        twin_line: Callable[[], TwinLine] = _line_of_this_system,
    ) -> "Instruments":
        """Open every line; one that is down is kept and told when it is asked for a reading.

        Args:
            laboratory: its instruments.
            folders: where its drivers are.
            clock: of the bench.
            lines: by which instruments are reached; None: the ports of this computer.
            twin_line: where each twin is heard.

        Raises:
            InstrumentError: an unknown driver, or a twin that cannot be played.
        """
        instruments = cls(clock, lines or Lines(clock), twin_line=twin_line)
        try:
            for entry in laboratory.instrument:
                await instruments._add(entry, folders)
        except BaseException:
            await instruments.close()
            raise
        return instruments

    async def _add(self, entry: InstrumentEntry, folders: Folders) -> None:
        driver = catalogue.load(entry.driver, folder=folders.drivers)
        _check_roles(entry, driver)
        port, origin, device = entry.port, Origin.INSTRUMENT, None
        if driver.keyed:
            port, origin = "", Origin.MANUAL
        else:
            if entry.twin is not None:
                twin = self._played(driver, entry.twin, folders.root)
                self.twins[entry.name] = twin
                if entry.serial:
                    twin.tells["serial_number"] = entry.serial
                await twin.start()
                port, origin = twin.address, Origin.TWIN
            line = self.lines.line(driver, port, entry.line)
            device = Device(entry.name, driver, line, self.clock, origin=origin)
            await device.start()
        self.roles[entry.name], self.kinds[entry.name] = entry.roles, entry.kinds
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

    def _played(self, driver: Driver, entry: TwinEntry, root: Path) -> PlayedInstrument:
        scenario = entry.played(root)
        if entry.scenario not in self.plants:
            plant = plant_of(scenario, at=self.clock.monotonic())
            if plant is not None:
                self.plants[entry.scenario] = plant
                self.vessels = self.vessels or vessels_of(scenario)
        source = self.plants.get(entry.scenario)
        return play(driver, scenario, self.clock, self.twin_line(), source=source)

    def players(self, kind: str, reads: Collection[str] | None) -> Players:
        """The instruments that can play each role in a test of that kind, and those that must be made safe.

        Args:
            kind: the procedure's id.
            reads: the roles that it may read, and those of the surroundings; None: any.
        """
        by_role: dict[str, list[Bound]] = {}
        for name, roles in self.roles.items():
            for said in roles if kind in (self.kinds[name] or (kind,)) else ():
                role, _, channel = said.partition(":")
                read = reads is None or role in reads or role.partition("/")[0] in reads
                if not read and SAFE not in self.bound[name].driver.commands:
                    continue
                others = by_role.setdefault(role, [])
                if name not in {bound.name for bound in others}:
                    others.append(replace(self.bound[name], channel=channel or None))
        return Players({role: tuple(bounds) for role, bounds in by_role.items()})

    def plant(self) -> Plant | None:
        """What the twins feel together: of the first instrument that has such; None: each feels its own."""
        return next(iter(self.plants.values()), None)

    def scale_of(self, station: Station, *roles: str) -> ScaleHands | None:
        """The simulated scale that plays the first of some roles in a run, if one does."""
        playing = [station.roles[role].name for role in roles if role in station.roles]
        played: list[object] = [self.twins.get(name) for name in playing]
        return next((twin for twin in played if isinstance(twin, ScaleHands)), None)

    async def close(self) -> None:
        """Give all lines back."""
        async with AsyncExitStack() as stack:  # one that fails must not keep the others open
            for twin in self.twins.values():
                stack.push_async_callback(twin.close)
            for bound in self.bound.values():
                if bound.device is not None:
                    stack.push_async_callback(bound.device.close)


def _check_roles(entry: InstrumentEntry, driver: Driver) -> None:
    """Refuse a role that is to be played by a quantity which the instrument does not show."""
    for said in entry.roles:
        _, _, channel = said.partition(":")
        if channel and channel not in driver.channels:
            raise InstrumentError(
                "laboratory.no_channel",
                "{instrument} is to play {role}, but its driver {driver} shows only: {channels}.",
                'Correct the entry in laboratory.toml, as in roles = ["meter/3:count_0"].',
                instrument=entry.name,
                role=said,
                driver=driver.mark.id,
                channels=", ".join(filter(None, driver.channels)) or "one quantity, without a name",
            )
