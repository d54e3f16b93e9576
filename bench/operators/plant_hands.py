"""Hands for a plant: valves, vessels and tanks that its twins feel together, moved as an instruction asks.

The water flows while the operator is asked, so that a prompt stands on the screen as long as it is obeyed.
Whatever a twin gave is TRAINING; the hands change nothing about that.
"""

import asyncio
from decimal import Decimal
from typing import Final

import msgspec

from bench.operator import Operator, Prompt
from drivers.clock import Clock
from drivers.errors import UnitError
from drivers.quantity import Quantity
from drivers.twins.plant import DIVERTER, FLOW, LOAD, POWER, TANK, Plant, in_unit
from procedures.action import (
    Action,
    Answer,
    CountPulses,
    DeliverVolume,
    DrainVessel,
    FillVessel,
    Keyed,
    KeyIndication,
    KeyQuantity,
    PlaceLoad,
    RemoveLoad,
    SetFlow,
    SetLevel,
    SetLoad,
    StartFlow,
    StopFlow,
    Wait,
)
from procedures.energy_meters.instrument import PowerFactor

_VALVE_S: Final = 1.0
"""in which a valve opens or closes"""
_REST_S: Final = 1.0
"""until the water stands still behind a closed valve"""
_LEVEL_S: Final = 5.0
"""in which a liquid rises or falls to the next level"""
LEVEL: Final = "level"
"""of the liquid under a gauge; what a dip tape reads"""
_USUAL: Final = Quantity(1, "L/s")
_INTO: Final = Quantity(1, "1")
_PAST: Final = Quantity(0, "1")


class PlantHands:
    """Obeys with a plant; the operator still answers."""

    def __init__(
        self, plant: Plant, clock: Clock, operator: Operator, *, loads: bool = True, eyes: bool = False
    ) -> None:
        """Take the plant, and who decides.

        Args:
            plant: what the twins feel together.
            clock: the clock of the twins.
            operator: who answers.
            loads: loads stand on the scale of the plant's tank; False: on another scale.
            eyes: what has no port is read off the plant too, in place of the operator.
        """
        self.plant = plant
        self.clock = clock
        self._operator = operator
        self._loads = loads
        self._eyes = eyes
        self._flow = _USUAL
        self._flows_until: float | None = None
        """clock time at which the water of a delivery stands still; None: nothing is delivered"""

    async def answer(self, prompt: Prompt) -> Answer:
        """Do it while the operator is asked; both must be done.

        A vessel is emptied when the operator says so: until then its neck may be read again.
        """
        seen = self.seen(prompt.action)
        if seen is not None and self._eyes:
            return seen
        prompt = msgspec.structs.replace(prompt, seen=seen)  # a trainee reads it from the prompt
        if isinstance(prompt.action, DrainVessel):
            said = await self._operator.answer(prompt)
            await self.obey(prompt.action)
            return said
        work = asyncio.ensure_future(self.obey(prompt.action))
        try:
            answer = await self._operator.answer(prompt)
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        return answer

    async def obey(self, action: Action) -> None:  # noqa: C901 - one branch an action
        """Do what an instruction asks for."""
        plant, now = self.plant, self.clock.monotonic()
        match action:
            case SetFlow(flow=flow):
                self._flow = flow
            case StartFlow():
                await self.begin(action)
            case StopFlow():
                await self.end(action)
            case DeliverVolume(volume=volume, flow=flow, into=into):
                await self.deliver(volume, flow or self._flow, into=bool(into))
            case FillVessel(volume=Quantity() as volume):
                missing = volume - plant.true(TANK, at=now).to(volume.unit)
                await self.deliver(missing, self._flow, into=True)
            case DrainVessel():
                plant.empty(at=now)
            case Wait(duration=duration) | CountPulses(duration=duration):
                await self.clock.sleep(seconds_of(duration))
            case SetLevel(level=level):
                plant.set(LEVEL, level, at=now, over_s=_LEVEL_S)
                await self.clock.sleep(_LEVEL_S + _REST_S)
            case SetLoad():
                switch(plant, action, at=now)
                await self.clock.sleep(_REST_S)
            case PlaceLoad(load=load) if self._loads:
                plant.set(LOAD, load, at=now)
            case RemoveLoad() if self._loads:
                plant.set(LOAD, Quantity(0, "kg"), at=now)
            case _:
                pass

    async def deliver(self, volume: Quantity, flow: Quantity, *, into: bool) -> None:
        """From standstill to standstill, the two slopes of the valve included."""
        self.open(volume, flow, into=into)
        await self.closed()

    def open(self, volume: Quantity, flow: Quantity, *, into: bool) -> float:
        """Let so much flow from now on; seconds until the valve begins to close. What flowed before ends."""
        self.close()
        seconds = (
            float(in_unit(volume, "L") / in_unit(flow, "L/s")) if volume.value > 0 and flow.value > 0 else 0
        )
        if seconds:
            plant, begun = self.plant, self.clock.monotonic()
            slope = min(_VALVE_S, seconds)
            plant.set(DIVERTER, _INTO if into else _PAST, at=begun)
            plant.set(FLOW, flow, at=begun, over_s=slope)
            plant.set(FLOW, flow * 0, at=begun + seconds, over_s=slope)
            self._flows_until = begun + seconds + slope
        return seconds

    async def closed(self) -> None:
        """Wait until the water stands still; whoever leaves in the middle closes the valve."""
        if self._flows_until is None:
            return
        try:
            await self.clock.sleep(max(0.0, self._flows_until + _REST_S - self.clock.monotonic()))
        finally:
            self.close()

    def close(self) -> None:
        """End what flows."""
        until, self._flows_until = self._flows_until, None
        if until is None:
            return
        now = self.clock.monotonic()
        if now < until:
            self.plant.set(FLOW, self._flow * 0, at=now)
        self.plant.set(DIVERTER, _PAST, at=max(now, until))

    async def begin(self, action: StartFlow) -> None:
        """The first half of a delivery; without a volume it flows until somebody stops it."""
        if action.volume is not None:
            await self.clock.sleep(min(_VALVE_S, self.let_in(action, action.volume)))
        else:
            self.plant.set(FLOW, self._flow, at=self.clock.monotonic(), over_s=_VALVE_S)
            await self.clock.sleep(_VALVE_S)

    def let_in(self, action: StartFlow, volume: Quantity) -> float:
        """Let a delivery flow; see `open`."""
        return self.open(volume, action.flow or self._flow, into=bool(action.into))

    async def end(self, action: StopFlow) -> None:
        """The second half."""
        if action.volume is not None:
            await self.closed()
        else:
            self.plant.set(FLOW, self._flow * 0, at=self.clock.monotonic(), over_s=_VALVE_S)
            await self.clock.sleep(_VALVE_S + _REST_S)

    def seen(self, action: Action) -> Answer | None:
        """What a person would read off the plant; None: it is no such question, or nothing says it."""
        now = self.clock.monotonic()
        match action:
            case KeyQuantity(question="vessel_reading", unit=unit, step=step, facts={"volume": nominal}):
                beyond = self.plant.true(TANK, at=now) - Quantity.parse(nominal)
                return Keyed(read_off(beyond.to(unit), step))
            case KeyQuantity(question="dip_level", unit=unit, step=step) if LEVEL in self.plant.names:
                return Keyed(read_off(Quantity(in_unit(self.plant.true(LEVEL, at=now), unit), unit), step))
            case KeyQuantity(question=name, unit=unit, step=step) if name in self.plant.names:
                true = self.plant.true(name, at=now)
                return Keyed(read_off(Quantity(in_unit(true, unit), unit), step))
            case KeyIndication(role=role, step=step) if role in self.plant.names:
                return Keyed(read_off(self.plant.true(role, at=now), step))
        return None


def switch(plant: Plant, load: SetLoad, *, at: float) -> None:
    """Let an electrical load run in those phases that the plant has: `current_1` to `current_3`."""
    wired = [name for name in plant.names if name.startswith("current_")]
    loaded = [name for name in wired if load.phases in ("all", f"L{name[-1]}")]
    for name in wired:
        plant.set(name, load.current if name in loaded else load.current * 0, at=at)
    factor = PowerFactor.parse(load.power_factor).value
    watts = load.voltage.to("V").value * load.current.to("A").value * factor * len(loaded)
    told = {"voltage": load.voltage, "power_factor": Quantity(factor, "1"), POWER: Quantity(watts, "W")}
    for name, value in told.items():
        plant.set(name, value, at=at)


def read_off(true: Quantity, step: Quantity | None) -> Quantity:
    """To the nearest step, as a person reads."""
    if step is None or not step.value:
        return true
    try:
        number = in_unit(true, step.unit)
    except UnitError:
        return true
    return Quantity((number / step.value).quantize(Decimal(1)) * step.value, step.unit)


def seconds_of(duration: Quantity) -> float:
    """A duration for a clock."""
    return float(in_unit(duration, "s"))
