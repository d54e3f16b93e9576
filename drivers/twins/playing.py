"""Which twin plays a driver, and a twin that is served until somebody stops it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from drivers.clock import Clock
from drivers.instrument import Driver, need_wire
from drivers.mbus_driver import MbusDriver
from drivers.query_driver import QueryDriver
from drivers.register_driver import RegisterDriver
from drivers.twins.line import TcpLine, TwinLine, pty_line
from drivers.twins.mbus_twin import MbusTwin
from drivers.twins.plant import Plant, Source
from drivers.twins.played import PlayedInstrument
from drivers.twins.query_twin import QueryTwin
from drivers.twins.register_twin import RegisterTwin, ScaleRegisterTwin
from drivers.twins.scenario import Scenario
from drivers.twins.twin import CharacterTwin, Twin
from drivers.twins.vessels import Vessels


@runtime_checkable
class PlaysItself(Protocol):
    """A driver that brings its own twin, because no file can say how its instrument speaks."""

    def twin(
        self, scenario: Scenario, clock: Clock, line: TwinLine, *, source: Source | None
    ) -> PlayedInstrument:
        """The simulated instrument, switched on; its line is not connected yet."""


def plant_of(scenario: Scenario, *, at: float) -> Plant | None:
    """The plant that a scenario describes, beginning at time `at`; None when it describes none.

    Raises:
        DescriptionError: a mistake in its quantities.
    """
    if scenario.plant is None and not scenario.vessel:
        return None
    return Plant(scenario.plant, at=at)


def vessels_of(scenario: Scenario) -> Vessels | None:
    """The measures, tanks and nozzles of a scenario; None when it has none."""
    return Vessels(scenario.vessel, scenario.nozzle) if scenario.vessel else None


def play(
    driver: Driver,
    scenario: Scenario,
    clock: Clock,
    line: TwinLine,
    *,
    source: Source | None = None,
    tcp: bool = False,
) -> PlayedInstrument:
    """The twin of a driver, switched on; its line is not connected yet.

    Args:
        driver: what it speaks.
        scenario: what it does and what goes wrong.
        clock: time.
        line: where it is heard.
        source: what is true around it.
        tcp: a register map speaks Modbus TCP; otherwise RTU, on whatever line.

    Raises:
        InstrumentError: it is not on a wire.
        DescriptionError: the driver cannot write what this instrument would show.
    """
    need_wire(driver)
    if isinstance(driver, PlaysItself):
        return driver.twin(scenario, clock, line, source=source)
    if isinstance(driver, MbusDriver):
        return MbusTwin(driver, clock, line, scenario, source=source)
    if isinstance(driver, QueryDriver):
        return QueryTwin(driver, clock, line, scenario, source=source)
    scale = driver.kind == "scale"
    if isinstance(driver, RegisterDriver):
        if scale:
            return ScaleRegisterTwin(
                driver, scenario.scale, clock, line, tcp=tcp, scenario=scenario, source=source
            )
        return RegisterTwin(driver, clock, line, tcp=tcp, scenario=scenario, source=source)
    return (
        Twin(driver, scenario.scale, clock, line, scenario=scenario, source=source)
        if scale
        else CharacterTwin(driver, clock, line, scenario, source=source)
    )


async def serve(
    driver: Driver,
    scenario: Scenario,
    clock: Clock,
    *,
    port: int | None = None,
    link: Path | None = None,
    tcp: bool = True,
    announce: Callable[[PlayedInstrument], None],
) -> None:
    """Play an instrument until cancelled.

    Args:
        driver: what it is.
        scenario: what it does and what goes wrong.
        clock: time.
        port: TCP port number, 0 for any; None: a pseudo-terminal.
        link: path that shall point at the pseudo-terminal.
        tcp: on a TCP port a register map speaks Modbus TCP; False: RTU, as behind a device server.
        announce: told the running twin, with its address.

    Raises:
        InstrumentError: not on a wire, the port is taken, or there are no pseudo-terminals.
        DescriptionError: the driver cannot write what this instrument would show.
    """
    line = TcpLine(port) if port is not None else pty_line(link)
    source = plant_of(scenario, at=clock.monotonic())
    twin = play(driver, scenario, clock, line, source=source, tcp=tcp and port is not None)
    try:
        await twin.start()
        announce(twin)
        await asyncio.Event().wait()
    finally:
        await twin.close()
