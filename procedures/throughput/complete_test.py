"""One complete test of meters of volume in one state: inspection, then flow by flow and run by run.

A run is one delivery from standstill to standstill through all meters at once, a step of its own. Flow and
state are logged while it flows; a flow outside its band decides nothing and may be run again.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import DeliverVolume, SetFlow
from procedures.meters.flow_rate import FlowBand
from procedures.meters.register import Shown
from procedures.point import Conclusion, Phase, Reason
from procedures.reference_standard import error_at, volume_of
from procedures.run import Run, Watched
from procedures.subjects.judging import concluded, phase_of
from procedures.subjects.session import Session, Test, found_and_left
from procedures.surroundings import FLUID, GAS_PRESSURE
from procedures.throughput.judging import Judging
from procedures.throughput.observation import MeterSheet, ThroughMaster, Throughput
from procedures.throughput.task import PlannedFlow, ThroughputTask
from procedures.vessels.drip import drained
from procedures.water_meters.flow_log import FlowLog, flow_log
from procedures.water_meters.observation import Measured
from procedures.water_meters.reader import mean_of

FLOW: Final = "flow"
_LITRE: Final = Quantity("0.01", "L")
_AGAIN, _RECORD = "measure_again", "record"
_ATTEMPTS = 3
_STATES: Final = {
    "temperature": FLUID,
    "reference_temperature": FLUID,
    "pressure": GAS_PRESSURE,
    "reference_pressure": GAS_PRESSURE,
}
_STEPS: Final = {FLOW: Quantity("0.001", "m3/h"), **{role: one.step for role, one in _STATES.items()}}


async def throughput_test(
    run: Run, task: ThroughputTask, judging: Judging, states: Sequence[str]
) -> Conclusion:
    """Test all meters of the task together.

    Args:
        run: the world.
        task: of this kind of meter.
        judging: what judges its rows.
        states: what is logged beside the flow: `temperature`, `reference_pressure`.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """

    def begin(prefix: str) -> Test:
        return CompleteTest(run, task, judging, states, prefix=prefix)

    phase, sheets, notices, as_found = await found_and_left(run, begin)
    told = (*task.notices, *notices)
    rules = judging.kind.rules
    return concluded(phase, sheets, rules, on=task.date, notices=told, as_found=as_found)


class CompleteTest:
    """One complete test in one state."""

    def __init__(
        self, run: Run, task: ThroughputTask, judging: Judging, states: Sequence[str], *, prefix: str
    ) -> None:
        """Begin with empty sheets."""
        self._run, self._task, self._judging, self._prefix = run, task, judging, prefix
        self._roles = (FLOW, *states)
        sheets = {one.id: MeterSheet(id=one.id, serial=one.serial) for one in task.tested}
        self._session = Session(run, sheets, judging.points, prefix)

    async def whole(self) -> Phase:
        """Carry out all sections in the order of the rules."""
        rules = self._judging.kind.rules
        await self._session.visual(self._task.tested, rules.visual.at(self._task.activity))
        for planned in self._task.flows:
            await self._flow(planned)
        async with self._run.series(f"{self._prefix}conclusion"), self._run.step("conclusion"):
            await self._session.report(*(set(rules.order) - {"visual", "accuracy"}))
        return phase_of(rules, self._judging.points(self._session.seen), self._task.planned)

    def sheets(self) -> tuple[MeterSheet, ...]:
        """Of all meters."""
        return self._session.seen

    def notices(self) -> tuple[Reason, ...]:
        """Odd rows, and where the readings come from."""
        return (*self._judging.notices(self._session.seen), *self._session.notices())

    async def _flow(self, planned: PlannedFlow) -> None:
        async with self._run.series(f"{self._prefix}accuracy/{planned.name}"):
            for number in range(1, self._task.runs + 1):
                async with self._run.step(str(number)):
                    for meter, row in (await self._delivery(planned)).items():
                        before = self._session.sheets[meter].delivery
                        self._session.change(meter, delivery=(*before, row))
                    await self._session.report("accuracy")

    async def _delivery(self, planned: PlannedFlow) -> dict[str, Throughput]:
        """One run through all meters; a flow outside its band may be run again."""
        band = self._band(planned)
        for attempt in range(1, _ATTEMPTS + 1):
            rows, log = await self._delivered(planned, band)
            if (band.holds_all(log.steady) and not log.faults) or attempt == _ATTEMPTS:
                break
            facts = {"flow": str(log.mean or "—"), "lower": str(planned.lower), "upper": str(planned.upper)}
            if await self._session.chosen("flow_outside_band", (_AGAIN, _RECORD), **facts) == _RECORD:
                break
        return rows

    def _band(self, planned: PlannedFlow) -> FlowBand:
        rules = self._judging.kind.rules
        flow = next(one for one in rules.flows if one.name == planned.name)
        return rules.band(flow, self._judging.kind.marks)

    async def _delivered(self, planned: PlannedFlow, band: FlowBand) -> tuple[dict[str, Throughput], FlowLog]:
        kind, session = self._judging.kind, self._session
        standard = self._task.standard(planned.standard)
        await self._run.instruct(SetFlow(flow=planned.aim, lower=planned.lower, upper=planned.upper))
        before = None
        if standard.kind == "vessel":
            drip = kind.rules.drip(standard.nominal or planned.volume)
            await drained(self._run, standard.id, drip)
        else:
            before = await self._master(planned)
        starts = {one.id: await self._meter(one.id, planned) for one in self._task.tested}
        act = DeliverVolume(volume=planned.volume, flow=planned.aim, into=standard.id)
        seen = await self._run.watched(self._roles, act, steps={role: _STEPS[role] for role in self._roles})
        path = self._run.path()
        for watched in seen.values():
            session.noted(watched.during)
        log = flow_log(seen[FLOW], band, kind.rules.flow_log)
        state, faults = await self._state(seen)
        common = Throughput(
            at=planned.name,
            flow=log.mean,
            flow_log=log.steady,
            faults=(*log.faults, *faults),
            temperature=state.get("temperature"),
            pressure=state.get("pressure"),
            uncertainty=planned.uncertainty,
        )
        if before is not None:
            after = await self._master(planned, before)
            master = ThroughMaster(
                volume=after.value - before.value,
                error=error_at(standard, log.mean or planned.aim),
                temperature=state.get("reference_temperature"),
                pressure=state.get("reference_pressure"),
            )
            common = msgspec.structs.replace(common, master=master)
        else:
            common = msgspec.structs.replace(common, vessel=await self._in_vessel(planned))
        rows = {}
        for meter, start in starts.items():
            end = await self._meter(meter, planned, start)
            readings = (start.path, path, end.path)
            rows[meter] = msgspec.structs.replace(common, start=start.value, end=end.value, readings=readings)
        return rows, log

    async def _meter(self, meter: str, planned: PlannedFlow, start: Shown | None = None) -> Shown:
        kind = self._judging.kind
        return await self._session.register(
            f"meter/{meter}", kind.d or _LITRE, planned=planned.volume, pulse=kind.pulse, start=start
        )

    async def _master(self, planned: PlannedFlow, start: Shown | None = None) -> Shown:
        standard = self._task.standard(planned.standard)
        step = standard.scale_interval or _LITRE
        return await self._session.register(
            "master", step, planned=planned.volume, pulse=standard.pulse, start=start
        )

    async def _state(self, seen: dict[str, Watched]) -> tuple[dict[str, Quantity], tuple[str, ...]]:
        state: dict[str, Quantity] = {}
        for role in self._roles[1:]:
            shown = await self._session.logged(role, seen[role], _STATES[role])
            mean = mean_of(shown, _STEPS[role].unit)
            if mean is None:
                return state, ("state_not_logged",)
            state[role] = mean
        return state, ()

    async def _in_vessel(self, planned: PlannedFlow) -> Measured:
        standard = self._task.standard(planned.standard)
        nominal = standard.nominal or planned.volume
        step = (standard.scale_interval or Quantity("1", "mL")).to("mL")
        deviation = await self._session.key("vessel_reading", step, vessel=standard.id, volume=str(nominal))
        inside, _ = await self._session.state("vessel_temperature", FLUID)
        return Measured(
            volume=volume_of(standard) or nominal,
            deviation=deviation,
            temperature=inside,
            reference_temperature=standard.reference_temperature,
            expansion=standard.expansion,
            material=standard.material,
        )
