"""The two volumes of a run: what the meter indicated, and what went through it.

The reference is the volume at the meter: water in a measure is taken from the temperature there to that of
the meter, weighed water is corrected for the air's buoyancy, a master meter for its error. Where nothing is
corrected, the digits stay exact. Sources: `procedures.physics.volume`, and OIML R 49-2:2013 (unverified).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.meters.relative_error import relative_error
from procedures.physics.air import cipm_2007
from procedures.physics.computed import Computed
from procedures.physics.expansion import Vessel, material
from procedures.physics.volume import delivered_water, volume_per_mass
from procedures.physics.water import tanaka
from procedures.point import Reason
from procedures.rounding import settled
from procedures.surroundings import WATER, refuse_impossible
from procedures.water_meters.instrument import MeterMarks
from procedures.water_meters.observation import Delivery, Mastered, Measured, Weighed

_PLACE: Final = Decimal("1e-9")
"""L; a corrected volume ends here: a millionth of what any measure can tell"""
_PLACES: Final = 9
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Reference:
    """The volume that went through a meter."""

    volume: Quantity
    notices: tuple[Reason, ...] = ()
    scale: Decimal = Decimal(1)
    """factor before the indication, where that is corrected in place of the reference to stay exact"""
    exact: Quantity | None = None
    """what the scaled indication is compared with; None: the volume"""

    def error(self, indicated: Quantity) -> Quantity:
        """(Vi − Va)/Va in percent, for comparing exactly."""
        return relative_error(indicated * self.scale, self.exact or self.volume)

    def share(self, indicated: Quantity) -> Fraction:
        """The same without rounding: what is added up with others must not be rounded before."""
        whole = (self.exact or self.volume).fraction_in("L")
        return ((indicated * self.scale).fraction_in("L") / whole - 1) * 100


def indicated_volume(row: Delivery, marks: MeterMarks, path: str) -> Quantity:
    """What the meter says went through.

    Raises:
        ProcedureError: the row does not say it, says it twice, or the register ran backwards.
    """
    ways = [row.volume is not None, row.pulses is not None, row.start is not None or row.end is not None]
    if sum(ways) != 1 or (ways[2] and (row.start is None or row.end is None)):
        raise ProcedureError(
            "water_meters.indication_missing",
            "The run at `{path}` does not say what the meter indicated.",
            "Give start and end of the register, or volume, or pulses: one of the three.",
            path=path,
        )
    if row.volume is not None:
        found = row.volume
    elif row.pulses is not None:
        if marks.pulse is None or row.pulses < 0:
            raise ProcedureError(
                "water_meters.pulse_unknown",
                "The pulses at `{path}` cannot be turned into a volume.",
                'Give the volume of one pulse in [uut], pulse = "0.1 L".',
                path=path,
            )
        found = marks.pulse * row.pulses
    elif row.start is not None and row.end is not None:
        found = row.end - row.start
    else:
        raise AssertionError("one of the three is there")
    if found.dimension != "volume" or found.value < 0:
        raise ProcedureError(
            "water_meters.indication_impossible",
            "The meter at `{path}` indicated {volume}, which cannot be.",
            "Read the register again; when it went past its last digit, give the volume.",
            path=path,
            volume=str(found),
        )
    return found


def reference_volume(row: Delivery, default_temperature: Quantity, path: str) -> Reference:
    """What went through the meter.

    Raises:
        ProcedureError: the row does not say it or says it twice, or a figure cannot be.
    """
    given = [one for one in (row.vessel, row.weighed, row.master, row.reference) if one is not None]
    if len(given) != 1:
        raise ProcedureError(
            "water_meters.reference_missing",
            "The run at `{path}` does not say what went through the meter.",
            "Give one of vessel, weighed, master or reference.",
            path=path,
        )
    for temperature in (row.temperature, row.vessel.temperature if row.vessel is not None else None):
        refuse_impossible(temperature, WATER, path)
    match given[0]:
        case Measured() as measured:
            found = _measured(measured, row.temperature, default_temperature)
        case Weighed() as weighed:
            found = _weighed(weighed, row.temperature, path)
        case Mastered() as master:
            found = _mastered(master)
        case Quantity() as volume:
            found = Reference(volume)
    if found.volume.dimension != "volume" or found.volume.value <= 0:
        raise ProcedureError(
            "water_meters.reference_impossible",
            "The reference volume {volume} at `{path}` cannot be: it must be a volume above zero.",
            "Check the reading of the standard.",
            volume=str(found.volume),
            path=path,
        )
    return found


def _measured(row: Measured, at_meter: Quantity | None, default: Quantity) -> Reference:
    read = row.volume if row.deviation is None else row.volume + row.deviation
    read = read * row.fills
    if row.temperature is None:
        return Reference(read)
    there = float(row.temperature.to("°C").value)
    here = there if at_meter is None else float(at_meter.to("°C").value)
    expansion = row.expansion
    if expansion is None and row.material is not None:
        expansion = material(row.material).expansion
    reference = default if row.reference_temperature is None else row.reference_temperature
    vessel = Vessel(
        expansion=float(expansion or 0),
        temperature=there,
        reference_temperature=float(reference.to("°C").value),
    )
    found = delivered_water(float(read.to("L").value), vessel, here)
    notices = found.warnings
    if expansion is None:
        notices += (Reason(code="expansion_unknown", facts={"vessel": str(row.volume)}),)
    return Reference(_litres(found), notices)


def _weighed(row: Weighed, at_meter: Quantity | None, path: str) -> Reference:
    if row.water_density is not None:
        water = Computed(float(row.water_density.to("kg/m3").value), "kg/m³")  # type: ignore[arg-type]  # 0-d
    elif at_meter is not None:
        water = tanaka(float(at_meter.to("°C").value))
    else:
        raise _missing(path, "the temperature of the water", 'temperature = "27.4 °C"')
    if row.air_density is not None:
        air = Computed(float(row.air_density.to("kg/m3").value), "kg/m³")  # type: ignore[arg-type]  # 0-d
    elif row.air is not None:
        air = cipm_2007(
            float(row.air.temperature.to("°C").value),
            float(row.air.pressure.to("Pa").value),
            float(row.air.humidity.to("%").value / _HUNDRED),
        )
    else:
        raise _missing(path, "the air around the scale", 'air_density = "1.2 kg/m3"')
    factor = volume_per_mass(water.value, air.value)
    volume = float(row.mass.to("kg").value) * factor.number
    return Reference(Quantity(settled(volume, _PLACE), "L"), (*water.warnings, *air.warnings))


def _mastered(row: Mastered) -> Reference:
    """V/(1 + e): the indication is multiplied instead, so that the comparison stays exact."""
    scale = 1 + row.error.to("%").value / _HUNDRED
    if scale <= 0:
        raise ProcedureError(
            "water_meters.master_error",
            "A master meter with an error of {error} cannot be.",
            "Give the error of its certificate in percent.",
            error=str(row.error),
        )
    shown = row.volume
    exact = Fraction(shown.value) / Fraction(scale)
    steps = round(exact * 10**_PLACES)
    return Reference(
        Quantity(Decimal(steps).scaleb(-_PLACES).normalize() + 0, shown.unit), scale=scale, exact=shown
    )


def _litres(found: Computed) -> Quantity:
    return Quantity(settled(found.number, _PLACE), "L")


def _missing(path: str, what: str, entry: str) -> ProcedureError:
    return ProcedureError(
        "water_meters.condition_missing",
        "The weighed water at `{path}` cannot be turned into a volume: {what} is missing.",
        "Add {entry}.",
        path=path,
        what=what,
        entry=entry,
    )
