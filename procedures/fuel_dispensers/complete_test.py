"""One complete test of a dispenser in one state: inspection, then all deliveries nozzle by nozzle.

The totaliser is read at the beginning and the end of a nozzle's series, so that a series that is done again
after a crash counts nothing twice. A delivery that was done again is named when the totaliser does not agree.
"""

from decimal import Decimal
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import DeliverVolume, FillVessel
from procedures.explanation import with_uncertainty
from procedures.fuel_dispensers.assessment import assess
from procedures.fuel_dispensers.budget import Knowledge, budgets_of
from procedures.fuel_dispensers.checks import RUPIAH, totaliser_point
from procedures.fuel_dispensers.instrument import Nozzle
from procedures.fuel_dispensers.observation import Delivery, Observations, Sheet, Totalled
from procedures.fuel_dispensers.task import FuelDispenserTask, PlannedFlow
from procedures.point import Outcome, Phase
from procedures.run import Run
from procedures.vessels.drip import drained
from procedures.vessels.judging import MOST_APART
from procedures.vessels.reader import Reader

_SECOND: Final = Quantity("0.1", "s")
_CENTILITRE: Final = Quantity("0.01", "L")
_UNIT_PRICE: Final = Quantity(1, RUPIAH)
_AGAIN, _RECORD = "measure_again", "record"
_ATTEMPTS: Final = 5
_FAR_PRICE: Final = Decimal("0.01")
"""a price further than this part from price × volume is asked about (a choice of this program)"""
_LEAST_PRICE: Final = Quantity("0.01", RUPIAH)
_NOTHING: Final = Quantity(0, RUPIAH)


class CompleteTest:
    """Fills the observation sheets of all nozzles from a run."""

    def __init__(self, run: Run, task: FuelDispenserTask, *, prefix: str = "") -> None:
        """Begin with empty sheets; `prefix` stands before the names of all series, `as_left/`."""
        self.reader = Reader(run)
        self._run = run
        self._task = task
        self._prefix = prefix
        self._sheets = {nozzle.id: Sheet(id=nozzle.id) for nozzle in task.uut.nozzles}
        self._totals: tuple[Totalled, ...] = ()
        self._reported: set[str] = set()

    @property
    def seen(self) -> Observations:
        """All rows as they stand."""
        return Observations(nozzle=tuple(self._sheets.values()), totaliser=self._totals)

    async def whole(self) -> Phase:
        """Carry out all sections that the rules ask for."""
        task = self._task
        if "visual" in task.rules.order:
            async with self._run.series(f"{self._prefix}visual"):
                for nozzle in task.uut.nozzles:
                    async with self._run.step(nozzle.id):
                        found = await self.reader.inspected(task.rules.visual.at(task.activity), nozzle.id)
                        self._change(nozzle.id, visual=found)
                        await self._report()
        for nozzle in task.uut.nozzles:
            async with self._run.series(f"{self._prefix}nozzle/{nozzle.id}"):
                await self._nozzle(nozzle)
        phase = assess(task.limits, self.seen, required=task.rules.order)
        return with_uncertainty(phase, budgets_of(task.limits, self.seen, Knowledge()))

    async def _nozzle(self, nozzle: Nozzle) -> None:
        task = self._task
        async with self._run.step("begin"):
            for name in dict.fromkeys(flow.standard for flow in task.flows):
                await self._wet(name, nozzle)
            before = await self._totaliser(nozzle)
            price = nozzle.unit_price
            if price is None and "price" in task.rules.order:
                asked = await self.reader.keyed(
                    "unit_price", _UNIT_PRICE, least=_LEAST_PRICE, nozzle=nozzle.id
                )
                price = asked.value
        for flow in task.flows:
            for number in range(1, flow.repeats + 1):
                async with self._run.step(f"{flow.name}/{number}"):
                    row = await self._delivery(nozzle, flow, first=number == 1, unit_price=price)
                    row = msgspec.structs.replace(row, unit_price=price)
                    self._change(nozzle.id, delivery=(*self._sheets[nozzle.id].delivery, row))
                    await self._report()
        async with self._run.step("end"):
            if before is not None:
                await self._total(nozzle, before)
            await self._report(last=True)

    async def _wet(self, name: str, nozzle: Nozzle) -> None:
        """A dry measure holds back more than one that dripped: fill it; each delivery drains it first."""
        standard = self._task.standard(name)
        nominal = standard.nominal or self._task.rules.standards.least_size
        await self._run.instruct(FillVessel(vessel=name, volume=nominal, wetting=True, source=nozzle.id))

    async def _delivery(
        self, nozzle: Nozzle, flow: PlannedFlow, *, first: bool, unit_price: Decimal | None
    ) -> Delivery:
        task = self._task
        standard, of_test = task.standard(flow.standard), task.rules.flow(flow.name, "$")
        await drained(self._run, standard.id, task.rules.drip(flow.volume))
        preset = None
        if of_test.preset and first and "preset" in task.rules.order:
            preset = await self._preset(nozzle, flow.volume)
        facts = {"nozzle": nozzle.id, "flow": flow.name}
        await self.reader.chosen("flow_level", ("done",), **facts)
        deliver = DeliverVolume(volume=flow.volume, flow=flow.aim, into=standard.id, source=nozzle.id)
        await self._run.instruct(deliver)
        step = task.uut.d or _CENTILITRE
        apart = flow.volume * MOST_APART
        shown = await self.reader.shown(
            f"nozzle/{nozzle.id}", step, least=flow.volume - apart, most=flow.volume + apart
        )
        path = self._run.path()
        mean = None
        if flow.aim is not None:
            seconds = await self.reader.keyed("delivery_time", _SECOND, least=_SECOND, **facts)
            mean = _flow(shown, seconds)
        price = None
        if of_test.price and first and "price" in task.rules.order:
            price = await self._price(shown, unit_price, facts)
        temperature = product = None
        if task.rules.temperature.vessel:
            temperature = await self.reader.state("vessel_temperature")
        if task.rules.temperature.liquid:
            product = await self.reader.state("product_temperature")
        return Delivery(
            at=flow.name,
            indication=shown,
            vessel=await self.reader.neck(standard, temperature),
            flow=mean,
            product_temperature=product,
            price=price,
            preset=preset,
            uncertainty=flow.uncertainty,
            readings=(path, self._run.path()),
        )

    async def _price(self, shown: Quantity, unit_price: Decimal | None, facts: dict[str, str]) -> Decimal:
        """The price on the display; one that is far from price × volume may be a slip, and is asked about."""
        expected = None if unit_price is None else unit_price * shown.to("L").value
        for _ in range(_ATTEMPTS):
            found = await self.reader.keyed("price_shown", _UNIT_PRICE, least=_NOTHING, **facts)
            if expected is None or abs(found.value - expected) <= expected * _FAR_PRICE:
                break
            told = {"price": str(found), "expected": str(Quantity(round(expected), RUPIAH))}
            if await self.reader.chosen("price_unexpected", (_AGAIN, _RECORD), **told) == _RECORD:
                break
        return found.value

    async def _preset(self, nozzle: Nozzle, volume: Quantity) -> Quantity | None:
        facts = {"nozzle": nozzle.id, "volume": str(volume)}
        fitted = await self.reader.chosen("preset_set", ("done", "not_fitted"), **facts)
        if fitted == "not_fitted":
            self._change(nozzle.id, preset_fitted=False)
            return None
        return volume

    async def _totaliser(self, nozzle: Nozzle, least: Quantity | None = None) -> Quantity | None:
        if "totaliser" not in self._task.rules.order:
            return None
        step = self._task.uut.totaliser_step or self._task.rules.totaliser.step
        return await self.reader.shown(f"totaliser/{nozzle.behind}", step, least=least)

    async def _total(self, nozzle: Nozzle, before: Quantity) -> None:
        after = await self._totaliser(nozzle, least=before)
        if after is None:
            return
        row = Totalled(nozzles=(nozzle.id,), before=before, after=after, readings=(self._run.path(),))
        point = totaliser_point(self._task.limits, self.seen, row)
        if point.outcome is not Outcome.CONFORMS and point.error is not None and point.error.value > 0:
            facts = {"nozzle": nozzle.id, "difference": str(point.error)}
            none = Quantity(0, "L")
            besides = await self.reader.keyed("other_deliveries", _CENTILITRE, least=none, **facts)
            row = msgspec.structs.replace(row, besides=besides)
        self._totals = (*self._totals, row)

    def _change(self, nozzle: str, **changes: object) -> None:
        self._sheets[nozzle] = msgspec.structs.replace(self._sheets[nozzle], **changes)

    async def _report(self, *, last: bool = False) -> None:
        """Report points that were not reported yet; a range only when its deliveries are complete."""
        for point in assess(self._task.limits, self.seen).points:
            waits = point.section == "repeatability" and not last
            if not waits and point.label not in self._reported:
                self._reported.add(point.label)
                await self._run.report(point)


def _flow(volume: Quantity, time: Quantity) -> Quantity:
    """The mean flow of a delivery, cut off to a hundredth of L/min."""
    hundredths = volume.to("L").value * 6000 // time.to("s").value
    return Quantity(hundredths.scaleb(-2), "L/min")
