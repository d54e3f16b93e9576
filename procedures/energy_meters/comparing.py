"""One run of all meters at one load, by the method of the order: pulses, comparator, power and time, dosage.

What the bench can do by itself it is told to do: the error measurement is set and begun, the energy is begun.
Where an instrument has no port, a person does and reads the same.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import CountPulses, Exchange, SetLoad, Wait
from procedures.energy_meters.observation import Comparison, MeterSheet
from procedures.energy_meters.pulses import PULSE
from procedures.energy_meters.task import EnergyMeterTask, PlannedLoad
from procedures.meters.register import Shown
from procedures.reference_standard import error_at
from procedures.run import Run
from procedures.subjects.session import Session
from procedures.subjects.sheet import Tested

_PERCENT: Final = Quantity("0.01", "%")
_SECOND: Final = Quantity("0.01", "s")
_WATT: Final = Quantity("0.1", "W")
_WATT_HOUR: Final = Quantity("0.001", "Wh")
_HALF: Final = Decimal("0.5")
_SET_ERROR, _START_ERROR, _STOP_ERROR = "set_error", "start_error", "stop_error"
_START_ENERGY, _STOP_ENERGY = "start_energy", "stop_energy"
_ENERGY: Final = "energy"


@dataclass
class Comparing:
    """What compares the meters with the reference."""

    run: Run
    task: EnergyMeterTask
    session: Session[MeterSheet]
    _commands: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    """by role; None: read by eye"""

    async def find(self) -> None:
        """Ask once what the instruments of the reference take."""
        meters = [f"comparator/{one.id}" for one in self.task.tested]
        for role in (*meters, "power", "reference"):
            self._commands[role] = await self.run.offered(role)

    async def set_load(self, current: Quantity, power_factor: str = "1", phases: str = "all") -> None:
        """Let a load run through all meters."""
        voltage = self.task.uut.voltage or Quantity(0, "V")
        await self.run.instruct(
            SetLoad(voltage=voltage, current=current, power_factor=power_factor, phases=phases)
        )

    async def compared(self, load: PlannedLoad) -> dict[str, Comparison]:
        """One run of all meters.

        Raises:
            ProcedureError: a reading is none.
        """
        common = Comparison(
            at=load.name,
            current=load.current,
            power_factor=load.power_factor,
            phases=load.phases,
            uncertainty=load.uncertainty,
            reference_error=error_at(self.task.standard(load.standard), load.current),
            faults=await self._other_load(load),
        )
        match self.task.uut.method:
            case "pulses":
                return await self._by_pulses(load, common)
            case "comparator":
                return await self._by_comparator(load, common)
            case "power_time":
                return await self._by_time(load, common)
            case "dosage":
                return await self._by_dose(load, common)

    async def _other_load(self, load: PlannedLoad) -> tuple[str, ...]:
        """A fault where the bench measures another power than was to be set."""
        if self._commands["power"] is None:
            return ()
        shown, _ = await self._power()
        allowed = load.power * self.task.rules.methods.load_share
        return ("load_not_as_planned",) if abs(shown.to("W") - load.power) > allowed else ()

    async def _power(self) -> tuple[Quantity, str]:
        return await self.session.reading("power", _WATT, channel="active_power")

    async def _by_pulses(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        await self._count(load)
        rows = {}
        for meter in self.task.tested:
            counted, path = await self.session.reading(f"counter/{meter.id}", PULSE)
            rows[meter.id] = _with(
                common,
                pulses=Decimal(load.pulses),
                reference_pulses=counted.value,
                reference_constant=self.task.uut.reference_constant,
                readings=(path,),
            )
        return rows

    async def _count(self, load: PlannedLoad) -> None:
        await self.run.instruct(CountPulses(pulses=load.pulses, duration=load.duration))

    async def _by_comparator(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        """Meters whose comparator is told to measure come one after another: it may be one for all."""
        told = [one for one in self.task.tested if _START_ERROR in self._takes(one)]
        rows = {}
        for meter in told:
            if len(told) > 1:
                await self.run.instruct(Exchange(put=f"scanning head on meter {meter.id}", position=meter.id))
            rows[meter.id] = await self._measured(load, common, meter)
        if len(told) < len(self.task.tested):
            await self._count(load)
        for meter in self.task.tested:
            if meter not in told:
                rows[meter.id] = await self._shown(common, meter)
        return {one.id: rows[one.id] for one in self.task.tested}

    def _takes(self, meter: Tested) -> tuple[str, ...]:
        return self._commands[f"comparator/{meter.id}"] or ()

    async def _measured(self, load: PlannedLoad, common: Comparison, meter: Tested) -> Comparison:
        role, takes = f"comparator/{meter.id}", self._takes(meter)
        if _SET_ERROR in takes:
            constant, pulses = self.task.uut.constant, Decimal(load.pulses)
            await self.run.act(role, _SET_ERROR, constant=constant, pulses=pulses)
        await self.run.act(role, _START_ERROR)
        await self._count(load)
        row = await self._shown(common, meter)
        if _STOP_ERROR in takes:
            await self.run.act(role, _STOP_ERROR)
        return row

    async def _shown(self, common: Comparison, meter: Tested) -> Comparison:
        shown, path = await self.session.reading(f"comparator/{meter.id}", _PERCENT, channel="error")
        return _with(common, shown=shown, readings=(path,))

    async def _by_time(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        rows = {}
        for meter in self.task.tested:
            before, first = await self._power()
            facts = {"meter": meter.id, "pulses": str(load.pulses)}
            time = await self.session.key("turn_time", _SECOND, least=_SECOND, **facts)
            after, last = await self._power()
            mean = (before + after.to(before.unit)) * _HALF
            allowed = mean * self.task.rules.methods.steady_share
            moved = ("power_not_steady",) if abs(after - before) > allowed else ()
            rows[meter.id] = _with(
                common,
                pulses=Decimal(load.pulses),
                power=mean,
                time=time,
                faults=(*common.faults, *moved),
                readings=(first, last),
            )
        return rows

    async def _by_dose(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        """Registers are read while no current flows, so that nothing goes on between two readings."""
        takes = self._commands["reference"] or ()
        await self.set_load(Quantity(0, "A"))
        if _START_ENERGY in takes:
            await self.run.act("reference", _START_ENERGY)
        begun, first = await self.session.reading("reference", _WATT_HOUR, channel=_ENERGY)
        starts = {one.id: await self.register(one.id, load.energy) for one in self.task.tested}
        await self.set_load(load.current, load.power_factor, load.phases)
        await self.run.instruct(Wait(duration=load.duration, purpose="dose"))
        await self.set_load(Quantity(0, "A"))
        ended, last = await self.session.reading("reference", _WATT_HOUR, channel=_ENERGY, least=begun)
        if _STOP_ENERGY in takes:
            await self.run.act("reference", _STOP_ENERGY)
        rows = {}
        for meter, start in starts.items():
            end = await self.register(meter, load.energy, start)
            rows[meter] = _with(
                common,
                start=start.value,
                end=end.value,
                reference_energy=ended - begun,
                readings=(first, start.path, last, end.path),
            )
        return rows

    async def register(self, meter: str, planned: Quantity, start: Shown | None = None) -> Shown:
        """The register of a meter at rest.

        Raises:
            ProcedureError: it shows no energy, or runs backwards.
        """
        step = self.task.uut.d or _WATT_HOUR
        return await self.session.register(f"meter/{meter}", step, planned=planned, start=start)


def _with(row: Comparison, **entries: object) -> Comparison:
    return msgspec.structs.replace(row, **entries)
