"""Hands and eyes for measures, tanks and nozzles: filled, poured, drained as asked, and read off their necks.

What stands on the scale of the plant, and what flows through its meters, the twins feel and show by wire.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from bench.operator import Operator
from bench.operators.plant_hands import PlantHands, read_off
from drivers.clock import Clock
from drivers.quantity import Quantity
from drivers.twins.plant import DENSITY, LOAD, VOLUME, Plant, in_unit
from drivers.twins.vessels import Vessels
from procedures.action import (
    Action,
    Adjust,
    Answer,
    Choice,
    Choose,
    DeliverVolume,
    DrainVessel,
    FillVessel,
    Keyed,
    KeyIndication,
    KeyQuantity,
    StartFlow,
)

_POUR_S: Final = 2.0
"""in which a measure is filled, poured or emptied"""
_REST_S: Final = 1.0
_USUAL: Final = Quantity(1, "L/s")


class VesselHands(PlantHands):
    """Obeys with vessels and a plant; the operator still answers."""

    def __init__(
        self, plant: Plant, vessels: Vessels, clock: Clock, operator: Operator, *, eyes: bool = False
    ) -> None:
        """Take plant and vessels, and who decides; `eyes`: what has no port is read off them too."""
        super().__init__(plant, clock, operator, eyes=eyes)
        self._vessels = vessels
        self._took = Quantity(0, "s")
        self._filling: tuple[str, Quantity] | None = None
        """the vessel that is being filled, and what had flowed before"""
        self._weigh()

    async def obey(self, action: Action) -> None:
        """Do what an instruction asks for."""
        vessels = self._vessels
        match action:
            case FillVessel(vessel=name, volume=volume):
                vessels.fill(name, volume)
                await self._settle()
            case DrainVessel(vessel=name):
                vessels.drain(name)
                await self._settle()
            case DeliverVolume():
                self.let_in(action.halves[0], action.volume)
                await self.closed()
            case Adjust():
                vessels.adjust()
            case _:
                await super().obey(action)

    def seen(self, action: Action) -> Answer | None:
        """What a person would read on necks, displays and rulers."""
        match action:
            case Choose(question="vessel_side", facts={"vessel": name}):
                return self._side(name)
            case Choose(question="preset_set", facts={"nozzle": nozzle}) if nozzle in self._vessels.nozzles:
                return Choice("done")
            case KeyIndication(role=role, step=step):
                shown = self._indicated(*role.partition("/")[::2])
                return super().seen(action) if shown is None else Keyed(read_off(shown, step))
            case KeyQuantity(step=step):
                read = self._read(action)
                return super().seen(action) if read is None else Keyed(read_off(read, step))
            case _:
                return super().seen(action)

    def _side(self, name: str) -> Choice:
        beyond = self._vessels.above_line(name).value
        return Choice("above" if beyond > 0 else "below" if beyond else "at_line")

    def _indicated(self, what: str, which: str) -> Quantity | None:
        if what == "nozzle":
            return self._vessels.shown.get(which)
        return self._vessels.totals.get(which) if what == "totaliser" else None

    def _read(self, action: KeyQuantity) -> Quantity | None:
        vessels, facts = self._vessels, action.facts
        match action.question:
            case "vessel_above" | "vessel_below":
                return abs(vessels.above_line(facts["vessel"])).to(action.unit)
            case "level_rise" | "tank_dimension":
                return self._measured(facts)
            case "unit_price" | "price_shown" if facts["nozzle"] in vessels.nozzles:
                return self._price(facts["nozzle"], action)
            case "delivery_time":
                return self._took
            case "other_deliveries":
                return Quantity(0, action.unit)
            case _:
                return None

    def _measured(self, facts: Mapping[str, str]) -> Quantity | None:
        """With a ruler: how far the level rose, or one length of the plate."""
        entry = self._vessels.entries.get(f"compartment/{facts['compartment']}")
        if entry is None or "dimension" in facts:
            return entry.dimensions.get(facts["dimension"]) if entry is not None else None
        return entry.rise * in_unit(Quantity.parse(facts["volume"]), "L")

    def _price(self, nozzle: str, action: KeyQuantity) -> Quantity:
        each = self._vessels.nozzles[nozzle].unit_price
        litres = in_unit(self._vessels.shown[nozzle], "L") if action.question == "price_shown" else 1
        return Quantity(litres * each, action.unit)

    def let_in(self, action: StartFlow, volume: Quantity) -> float:
        """Through the meters of the plant into a vessel; a nozzle stops when its display shows the volume."""
        self._pour()
        vessels, flow = self._vessels, action.flow or _USUAL
        if action.source in vessels.nozzles:
            volume = vessels.deliver(action.source, volume)
        self._took = Quantity((in_unit(volume, "L") / in_unit(flow, "L/s")).quantize(Decimal("0.01")), "s")
        self._filling = action.into, self.plant.true(VOLUME, at=self.clock.monotonic())
        return self.open(volume, flow, into=False)

    async def closed(self) -> None:
        """Wait until nothing flows any more; so much more stands in the vessel then."""
        try:
            await super().closed()
        finally:
            self._pour()

    def _pour(self) -> None:
        """What flowed since the valve was opened stands in the vessel."""
        self.close()
        filling, self._filling = self._filling, None
        if filling is not None:
            into, before = filling
            self._vessels.pour(into, self.plant.true(VOLUME, at=self.clock.monotonic()) - before)
            self._weigh()

    async def _settle(self) -> None:
        self._weigh(over_s=_POUR_S)
        await self.clock.sleep(_POUR_S + _REST_S)

    def _weigh(self, *, over_s: float = 0.0) -> None:
        """What the scale of the plant carries now."""
        now = self.clock.monotonic()
        mass = self._vessels.on_scale(self.plant.true(DENSITY, at=now))
        if mass is not None:
            self.plant.set(LOAD, mass, at=now, over_s=over_s)
