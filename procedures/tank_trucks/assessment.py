"""From the fillings of a tank truck to points and verdict. Pure: same sheet, same verdict.

A compartment shows its nominal volume, so its error is nominal less actual. Lengths of the plate are
recorded; they decide nothing, but one that is missing leaves the test open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.conformity import worst
from procedures.errors import ProcedureError
from procedures.phase import phase_of
from procedures.point import Activity, Method, Outcome, Phase, Point, Reason, Subject
from procedures.subjects.judging import inspected
from procedures.tank_trucks.instrument import TankTruck
from procedures.tank_trucks.observation import Filling, Observations, Raised, Sheet
from procedures.tank_trucks.rules import Section, TankTruckRules
from procedures.vessels.filling import Filled, filled
from procedures.vessels.judging import up_to_line, volume_point

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
_MOST: Final = {"length": Quantity(20, "m"), "volume": Quantity(100_000, "L")}
"""of any tank on a road: what is more was written in another unit (a choice of this program)"""


@dataclass(frozen=True)
class Judging:
    """One tank, one table, one activity."""

    truck: TankTruck
    rules: TankTruckRules
    activity: Activity

    def volume(self, compartment: str, row: Filling, path: str) -> Filled:
        """The volume of a compartment up to its mark.

        Raises:
            ProcedureError: the row does not say it.
        """
        default = self.rules.standards.reference_temperature
        found = filled(
            row.poured,
            row.removed,
            self.truck.walls,
            row.temperature,
            default=default,
            path=path,
            metered=row.metered,
        )
        return up_to_line(found, row, self.truck.compartment(compartment, path).nominal, path)

    def volumes(self, sheet: Sheet) -> list[Filled]:
        """The volumes of all fillings of a compartment."""
        return [
            self.volume(sheet.id, row, f"$.compartment[{sheet.id}].filling[{number}]")
            for number, row in enumerate(sheet.filling)
        ]


def assess(judging: Judging, seen: Observations, *, required: Sequence[Section] = ()) -> Phase:
    """Judge one test.

    Args:
        judging: tank, table, activity.
        seen: what was seen.
        required: sections without which the verdict stays open.

    Raises:
        ProcedureError: a row cannot be judged.
    """
    points = tuple(point for name in judging.rules.order for point in _section(judging, seen, name))
    missing = list(_missing(judging, seen, required))
    return phase_of(judging.rules.id, judging.rules.order, points, missing)


def subjects(phase: Phase, seen: Observations) -> tuple[Subject, ...]:
    """The outcome of each compartment; what concerns the whole tank counts for all."""
    found = []
    for sheet in seen.compartment:
        own = [point for point in phase.points if point.subject in {sheet.id, ""}]
        lacking = any(
            reason.code == "section_missing" and reason.facts.get("compartment", sheet.id) == sheet.id
            for reason in phase.verdict.reasons
        )
        outcome = worst([*(point.outcome for point in own), *([I] if lacking else [])])
        failing = tuple(point.label for point in own if point.outcome is N)
        found.append(Subject(id=sheet.id, outcome=outcome, failing=failing))
    return tuple(found)


def _section(judging: Judging, seen: Observations, name: Section) -> Iterator[Point]:
    if name == "visual":
        yield from inspected(seen.visual, judging.rules.visual.at(judging.activity), judging.rules.id)
        return
    for sheet in seen.compartment:
        judging.truck.compartment(sheet.id, f"$.compartment[{sheet.id}]")
        match name:
            case "dimensions":
                yield from _dimensions(judging, sheet)
            case "accuracy":
                for number, row in enumerate(sheet.filling, 1):
                    yield _point(judging, sheet, row, number)
            case "sensitivity":
                for number, raised in enumerate(sheet.sensitivity, 1):
                    yield _raised(judging, sheet, raised, number)


def _dimensions(judging: Judging, sheet: Sheet) -> Iterator[Point]:
    plate = judging.rules.plate
    wanted = dict.fromkeys(plate.lengths, "length") | dict.fromkeys(plate.volumes, "volume")
    for name, value in sheet.dimensions.items():
        if value.dimension != wanted.get(name) or value.value < 0 or value > _MOST[value.dimension]:
            raise ProcedureError(
                "tank_trucks.dimension",
                "The plate of compartment {compartment} cannot say {name} = {value}.",
                "Lengths are: {lengths}; volumes are: {volumes}.",
                compartment=sheet.id,
                name=name,
                value=str(value),
                lengths=", ".join(plate.lengths),
                volumes=", ".join(plate.volumes),
            )
        yield Point(
            section="dimensions",
            label=f"dimensions/{sheet.id}/{name}",
            subject=sheet.id,
            indication=value,
            method=Method.INSPECTION,
            outcome=C,
            reason="recorded",
        )


def _point(judging: Judging, sheet: Sheet, row: Filling, number: int) -> Point:
    path = f"$.compartment[{sheet.id}].filling[{number - 1}]"
    compartment = judging.truck.compartment(sheet.id, path)
    return volume_point(
        f"accuracy/{sheet.id}/{number}",
        compartment.nominal,
        judging.volume(sheet.id, row, path).volume,
        judging.rules.tolerance(judging.truck, compartment, judging.activity),
        row,
        least_ratio=judging.rules.standards.least_ratio,
        subject=sheet.id,
    )


def _raised(judging: Judging, sheet: Sheet, row: Raised, number: int) -> Point:
    """Whether the level rises enough; without a limit, whether it rises at all."""
    path = f"$.compartment[{sheet.id}].sensitivity[{number - 1}]"
    compartment = judging.truck.compartment(sheet.id, path)
    dimensions = (row.added.dimension, row.rise.dimension)
    if (
        dimensions != ("volume", "length")
        or not row.added.value > 0
        or row.added > compartment.nominal
        or row.rise > _MOST["length"]
    ):
        raise ProcedureError(
            "tank_trucks.raised",
            "A rise of {rise} by {added} at `{path}` cannot be.",
            "Give the added volume, above zero, and the rise of the level in mm.",
            rise=str(row.rise),
            added=str(row.added),
            path=path,
        )
    least = judging.rules.sensitivity.least_rise
    outcome, reason = (C, "recorded") if row.rise.value > 0 else (I, "not_sensitive")
    if least is not None:
        share = Fraction(row.added.to("L").value) * 1000 / Fraction(compartment.nominal.to("L").value)
        enough = Fraction(row.rise.to("mm").value) >= Fraction(least.to("mm").value) * share
        outcome, reason = (C, "") if enough else (N, "not_sensitive")
    return Point(
        section="sensitivity",
        label=f"sensitivity/{sheet.id}/{number}",
        subject=sheet.id,
        nominal=row.added,
        indication=row.rise,
        method=Method.INSPECTION,
        outcome=outcome,
        reason=reason,
    )


def _missing(judging: Judging, seen: Observations, required: Sequence[Section]) -> Iterator[Reason]:
    if "visual" in required and not seen.visual:
        yield Reason(code="section_missing", facts={"section": "visual"})
    there = {sheet.id: sheet for sheet in seen.compartment}
    for compartment in judging.truck.compartments:
        sheet = there.get(compartment.id, Sheet(id=compartment.id))
        plate = {*judging.rules.plate.lengths, *judging.rules.plate.volumes}
        lacks = {
            "dimensions": bool(plate - sheet.dimensions.keys()),
            "accuracy": len(sheet.filling) < judging.rules.fillings,
            "sensitivity": not sheet.sensitivity,
        }
        for name, lacking in lacks.items():
            if lacking and name in required:
                yield Reason(code="section_missing", facts={"section": name, "compartment": compartment.id})
