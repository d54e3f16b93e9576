"""One reading of the scale under test, checked: the right kind of weight, and near the load.

A forgotten load, a tare that still stands or a slip of the finger must not become the point; what a person
confirms is recorded as it is.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Kind, Origin, Reading, Stability
from procedures.action import (
    AddSmallWeights,
    Choice,
    Choose,
    ClearTare,
    Instruction,
    KeyAdded,
    Keyed,
    PlaceLoad,
    RemoveLoad,
    RemoveSmallWeights,
)
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.run import Run
from procedures.scales.basis import MOST_SMALL_WEIGHTS
from procedures.scales.display import check_display
from procedures.scales.indication_error import plain
from procedures.scales.instrument import LEGAL_UNITS
from procedures.scales.observation import Weighing
from procedures.scales.task import PlannedLoad, ScaleTask

Row = TypeVar("Row", bound=Weighing)
UUT: Final = "uut"

_ATTEMPTS: Final = 5
_TENTH: Final = Decimal("0.1")
_HALF: Final = Decimal("0.5")
_WINDOW_E: Final = 20


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the scale showed, and where that is in the journal."""

    reading: Reading
    path: str

    @property
    def indication(self) -> Quantity:
        """I."""
        return self.reading.indication


class Changeover(msgspec.Struct, frozen=True, kw_only=True):
    """What small weights found."""

    added: Quantity | None
    """ΔL; None: the indication did not rise"""
    rise: Quantity | None = None
    """as in a row of the sheet"""
    readings: tuple[str, ...] = ()

    def on(self, row: Row) -> Row:
        """The row with ΔL; as it was when there is none."""
        if self.added is None:
            return row
        return msgspec.structs.replace(
            row, added=self.added, rise=self.rise, readings=row.readings + self.readings
        )


class ScaleReader:
    """Takes readings of the scale under test."""

    def __init__(self, run: Run, task: ScaleTask) -> None:
        """Read through `run`."""
        self._run = run
        self._task = task
        self._keyed = 0
        self._rest_inferred = 0

    async def weigh(self, place: Sequence[Instruction], planned: PlannedLoad, *, net: bool = False) -> Shown:
        """Have a load placed and read the scale.

        Args:
            place: what brings the load onto the receptor; done again when the reading is refused.
            planned: what it should show.
            net: with tare; otherwise the reading must be gross.

        Raises:
            ProcedureError: it shows the wrong kind of weight or what it cannot show, or no reading was
                accepted.
        """
        load, wrong_kind = planned.load, False
        for _ in range(_ATTEMPTS):
            for instruction in place:
                await self._run.instruct(instruction)
            shown = await self.read(load, planned, net=net)
            if shown.reading.kind not in ((Kind.NET if net else Kind.GROSS), Kind.UNKNOWN):
                if wrong_kind:
                    raise _wrong_kind(shown.reading, net=net)
                wrong_kind = True
                if not net:
                    await self._run.instruct(ClearTare())
                continue
            if self._near(shown.indication, load) or await self._recorded(shown, load):
                return shown
        raise ProcedureError(
            "scales.no_reading_accepted",
            "No reading at {load} was accepted in {attempts} attempts.",
            "Check the load, the weights and whether this is the right instrument.",
            load=str(load),
            attempts=str(_ATTEMPTS),
        )

    async def read(self, expect: Quantity, planned: PlannedLoad, *, net: bool = False) -> Shown:
        """Read what stands on the receptor now; what a person mistyped may be keyed once more.

        Raises:
            ProcedureError: the scale of the data plate cannot show this.
        """
        scale = self._task.scale
        reading = await self._settled(expect)
        try:
            check_display(scale, reading, planned.load, planned.range, net=net)
        except ProcedureError:
            if reading.origin is not Origin.MANUAL:
                raise
            reading = await self._settled(expect)
            check_display(scale, reading, planned.load, planned.range, net=net)
        if reading.origin is Origin.MANUAL:
            self._keyed += 1
        elif reading.stability is Stability.NOT_REPORTED:
            self._rest_inferred += 1
        return Shown(reading=reading, path=self._run.path())

    async def _settled(self, expect: Quantity) -> Reading:
        return await self._run.settled(UUT, expect=expect, high_resolution=self._task.scale.high_resolution)

    async def changeover(self, shown: Shown, planned: PlannedLoad, *, net: bool = False) -> "Changeover":
        """Find ΔL: the small weights that make the indication rise by one step."""
        step = self.step(shown.indication, planned)
        rise = self.rise(shown.indication, planned)
        small = plain(rise * self._task.rules.standards.small_step_e)
        if shown.reading.origin is Origin.MANUAL:
            added = await self._keyed_added(shown.indication, planned.load, rise, small)
            return Changeover(added=added, rise=None if rise == step else rise)
        paths: list[str] = []
        found: Quantity | None = None
        seen: Quantity | None = None
        for count in range(1, MOST_SMALL_WEIGHTS + 1):
            total = plain(small * count)
            await self._run.instruct(AddSmallWeights(step=small, total=total))
            after = await self.read(shown.indication, planned, net=net)
            paths.append(after.path)
            if after.indication >= shown.indication + step:
                if (risen := plain(after.indication - shown.indication)) != step:
                    seen = risen
                if risen != rise:
                    await self._one_step(shown.indication, after.indication, step)
                found = total
                break
        await self._run.instruct(RemoveSmallWeights())
        return Changeover(added=found, rise=seen if seen == rise else None, readings=tuple(paths))

    async def _one_step(self, before: Quantity, after: Quantity, step: Quantity) -> None:
        """A tenth of a step cannot change the display by two: it is coarser than d, or the scale stuck.

        Raises:
            ProcedureError: the person finds that the registered d is wrong.
        """
        if after < before + step * 2:
            return
        facts = {"indication": str(before), "after": str(after), "d": str(step)}
        question = Choose(question="coarse_display", choices=("correct_d", "record"), facts=facts)
        if await self._run.ask(question) != Choice("record"):
            raise ProcedureError(
                "scales.resolution",
                "The scale shows {indication}, which is no whole number of d = {d}.",
                "The registered d differs from the display: compare d with the data plate and the display.",
                indication=f"{before}, {after}",
                d=str(step),
            )

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about the readings."""
        notices = []
        if self._keyed:
            notices.append(Reason(code="manual_readings", facts={"count": str(self._keyed)}))
        if self._rest_inferred:
            notices.append(Reason(code="stability_inferred", facts={"count": str(self._rest_inferred)}))
        return tuple(notices)

    def step(self, indication: Quantity, planned: PlannedLoad) -> Quantity:
        """The step of the display at an indication, in the unit of the scale."""
        return self._task.scale.shown_in(indication, planned.range).resolution.to(self._task.scale.unit)

    def rise(self, indication: Quantity, planned: PlannedLoad) -> Quantity:
        """By how much an indication rises next, in the unit of the scale."""
        scale = self._task.scale
        return scale.rise_at(indication, planned.range).to(scale.unit)

    def _near(self, indication: Quantity, load: Quantity) -> bool:
        """Within a tenth of the load or 20 e, but never so far that no load at all would pass for it."""
        if indication == load:  # nearly all that an audit meets
            return True
        window = self._task.scale.part_at(load).e * _WINDOW_E
        if load:
            window = max(load * _TENTH, min(window, load * _HALF))
        return abs(indication.to(load.unit) - load) <= window

    async def _recorded(self, shown: Shown, load: Quantity) -> bool:
        choices = ("measure_again", "record")
        facts = {"expected": str(load), "indication": str(shown.indication)}
        question = Choose(question="unexpected_indication", choices=choices, facts=facts)
        return await self._run.ask(question) == Choice("record")

    async def _keyed_added(
        self, indication: Quantity, load: Quantity, step: Quantity, small: Quantity
    ) -> Quantity:
        most = small * MOST_SMALL_WEIGHTS
        for _ in range(_ATTEMPTS):
            answer = await self._run.ask(KeyAdded(load=load, indication=indication, step=small))
            if isinstance(answer, Keyed) and answer.quantity.unit in LEGAL_UNITS:
                added = answer.quantity
                if Quantity(0, "g") <= added <= most:
                    return added
        raise ProcedureError(
            "scales.added_impossible",
            "Small weights that change the indication by {step} weigh between 0 and {most}.",
            "Measure this point again and key the total mass of the small weights.",
            step=str(step),
            most=str(plain(most)),
        )


def place(
    planned: PlannedLoad,
    *,
    position: str = "centre",
    direction: str = "any",
    unload_first: bool = False,
) -> PlaceLoad | RemoveLoad:
    """The instruction for a planned load; to place nothing is to empty the receptor."""
    if not planned.load:
        return RemoveLoad()
    return PlaceLoad(
        load=planned.load,
        weights=planned.weights,
        position=position,
        direction=direction,
        unload_first=unload_first,
    )


def _wrong_kind(reading: Reading, *, net: bool) -> ProcedureError:
    return ProcedureError(
        "scales.wrong_kind",
        "The scale shows a {kind} weight where a {wanted} weight is needed.",
        "Set or clear the tare on the scale, then measure this point again.",
        kind=reading.kind.value,
        wanted="net" if net else "gross",
    )
