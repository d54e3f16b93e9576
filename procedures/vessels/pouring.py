"""What a script does with vessels: empty, pour, let in through a master meter, read the line.

Flow and temperature of a meter are logged while it flows: what nobody saw, or what its certificate does not
cover, makes the row decide nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

import msgspec

from drivers.quantity import Quantity
from procedures.action import DeliverVolume, FillVessel
from procedures.meters.flow_rate import FlowBand
from procedures.reference_standard import error_at
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.surroundings import FLUID
from procedures.vessels.drip import drained
from procedures.vessels.filling import Metered, Poured, VesselFilling
from procedures.vessels.reader import Reader, measured
from procedures.water_meters.flow_log import flow_log
from procedures.water_meters.reader import mean_of
from procedures.water_meters.rules import FlowLogRules

MASTER: Final = "master"
FLOW: Final = "flow"
MASTER_TEMPERATURE: Final = "master_temperature"
_TENTH_LITRE: Final = Quantity("0.1", "L")
_STEPS: Final = {FLOW: Quantity("0.1", "L/min"), MASTER_TEMPERATURE: FLUID.step}
_ZERO: Final = Quantity(0, "%")

F = TypeVar("F", bound=VesselFilling)


@dataclass(frozen=True)
class Pouring:
    """The vessels of one test."""

    run: Run
    reader: Reader
    drip: Callable[[Quantity], Quantity]
    """how long a vessel of this volume drips"""

    async def wet(self, vessel: str, nominal: Quantity) -> None:
        """Fill and empty it: as much clings to it then as after every filling."""
        await self.run.instruct(FillVessel(vessel=vessel, volume=nominal, wetting=True))
        await self.empty(vessel, nominal)

    async def empty(self, vessel: str, nominal: Quantity) -> None:
        """Empty it and let it drip."""
        await drained(self.run, vessel, self.drip(nominal))

    async def pour(self, standard: WorkingStandard, fills: int, into: str) -> Poured:
        """Fill a measure to its line and empty it into a vessel, so many times."""
        nominal = standard.nominal or Quantity(0, "L")
        temperature = None
        for number in range(fills):
            await self.run.instruct(FillVessel(vessel=standard.id))
            if number == 0:
                temperature = await self.reader.state("standard_temperature")
            await self.run.instruct(FillVessel(vessel=into, volume=nominal))
            await self.empty(standard.id, nominal)
        at_line = measured(standard, "at_line", Quantity(0, "mL"), temperature)
        return Poured(**msgspec.structs.asdict(at_line), fills=fills)

    async def let_in(
        self, standard: WorkingStandard, volume: Quantity, flow: Quantity, into: str, rules: FlowLogRules
    ) -> tuple[Metered, tuple[str, ...]]:
        """Fill a vessel through a master meter; what it showed, and what makes that decide nothing.

        Raises:
            ProcedureError: its register gave no volume that can be.
        """
        step = standard.scale_interval or _TENTH_LITRE
        before = await self.reader.register(MASTER, step, planned=volume, pulse=standard.pulse)
        act = DeliverVolume(volume=volume, flow=flow, into=into)
        seen = await self.run.watched((FLOW, MASTER_TEMPERATURE), act, steps=_STEPS)
        for one in seen.values():
            self.reader.noted(*one.during)
        after = await self.reader.register(MASTER, step, planned=volume, pulse=standard.pulse, start=before)
        band = _covered(standard, flow)
        log = flow_log(seen[FLOW], band, rules)
        faults = log.faults
        if log.steady and not band.holds_all(log.steady):
            faults += ("flow_outside_certificate",)
        shown = await self.reader.logged(MASTER_TEMPERATURE, seen[MASTER_TEMPERATURE])
        temperature = mean_of(shown, FLUID.step.unit)
        if temperature is None:
            faults += ("temperature_not_logged",)
        error = error_at(standard, log.mean or flow)
        passed = after.value - before.value
        return Metered(volume=passed, error=error, flow=log.mean, temperature=temperature), faults

    async def read_line(self, row: F, vessel: str, nominal: Quantity, step: Quantity) -> F:
        """Temperature and line of the vessel under test, added to its row."""
        inside = await self.reader.state("vessel_temperature")
        path = self.run.path()
        side, amount = await self.reader.side(vessel, nominal, step)
        return msgspec.structs.replace(
            row,
            above=None if side == "below" else amount,
            below=amount if side == "below" else None,
            temperature=inside,
            readings=(*row.readings, path),
        )


def _covered(standard: WorkingStandard, flow: Quantity) -> FlowBand:
    """The flows that its certificate covers; where it does not say, from half to twice the planned one."""
    aim = Fraction(flow.value)
    low, high = (
        one.fraction_in(flow.unit) if one is not None and one.dimension == flow.dimension else None
        for one in (standard.lowest, standard.highest)
    )
    return FlowBand(low if low is not None else aim / 2, high if high is not None else aim * 2, flow.unit)
