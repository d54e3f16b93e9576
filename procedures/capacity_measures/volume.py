"""The volume of a measure up to its line, at its reference temperature, from one filling.

Source: ISO 4787 and EURAMET cg-19 (weighed), EURAMET cg-21 (poured), unverified; `procedures.physics.volume`.
"""

from dataclasses import dataclass

from drivers.quantity import Quantity
from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.capacity_measures.observation import Filling
from procedures.errors import ProcedureError
from procedures.physics.air import cipm_2007
from procedures.physics.computed import Computed
from procedures.physics.volume import gravimetric_volume
from procedures.physics.water import tanaka
from procedures.vessels.filling import Filled, filled
from procedures.vessels.judging import up_to_line
from procedures.vessels.measured import celsius, litres
from procedures.water_meters.observation import Weighed


@dataclass(frozen=True)
class Method:
    """A measure under test and the reference temperature of the rules."""

    measure: CapacityMeasure
    reference_temperature: Quantity

    def volume(self, row: Filling, path: str) -> Filled:
        """What the measure holds up to its line.

        Raises:
            ProcedureError: the row does not say it or says it twice, or a figure cannot be.
        """
        if bool(row.poured) is (row.weighed is not None):
            raise ProcedureError(
                "capacity_measures.reference_missing",
                "The filling at `{path}` does not say what went into the measure.",
                "Give either poured measures or weighed water.",
                path=path,
            )
        if row.weighed is None:
            found = filled(
                row.poured,
                (),
                self.measure.walls,
                row.temperature,
                default=self.reference_temperature,
                path=path,
            )
        else:
            found = self._weighed(row.weighed, row.temperature, path)
        return up_to_line(found, row, self.measure.nominal, path)

    def _weighed(self, row: Weighed, temperature: Quantity | None, path: str) -> Filled:
        if temperature is None:
            raise _missing(path, "the temperature of the water", 'temperature = "27.4 °C"')
        water = tanaka(celsius(temperature), air_saturated=False)
        if row.water_density is not None:
            water = Computed(float(row.water_density.to("kg/m3").value), "kg/m³")  # type: ignore[arg-type]  # 0-d
        if row.air_density is not None:
            air = Computed(float(row.air_density.to("kg/m3").value), "kg/m³")  # type: ignore[arg-type]  # 0-d
        elif row.air is not None:
            pressure, humidity = row.air.pressure.to("Pa").value, row.air.humidity.to("%").value / 100
            air = cipm_2007(celsius(row.air.temperature), float(pressure), float(humidity))
        else:
            raise _missing(path, "the air around the scale", 'air_density = "1.2 kg/m3"')
        vessel, notices = self.measure.walls.vessel(temperature, self.reference_temperature)
        found = gravimetric_volume(float(row.mass.to("kg").value), water, air, vessel)
        return Filled(litres(found.number), (*notices, *found.warnings))


def _missing(path: str, what: str, entry: str) -> ProcedureError:
    return ProcedureError(
        "capacity_measures.condition_missing",
        "The weighed water at `{path}` cannot be turned into a volume: {what} is missing.",
        "Add {entry}.",
        path=path,
        what=what,
        entry=entry,
    )
