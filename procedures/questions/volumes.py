"""Questions about volumes: weighed, filled from another vessel, delivered, through a master meter."""

from decimal import Decimal
from typing import Final

import numpy as np

from drivers.quantity import Quantity
from procedures.meters.relative_error import relative_error
from procedures.physics import air, volume, water
from procedures.physics.computed import Computed, gathered
from procedures.physics.expansion import Vessel, material
from procedures.physics.weight import REFERENCE_DENSITY
from procedures.questions.entry import Entry, count, either, measured, text
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.rounding import settled

_STEEL: Final = f"{REFERENCE_DENSITY:g} kg/m³"
_WEIGHED: Final = (
    measured("temperature", "°C", "28 °C"),
    measured("air_density", "kg/m³", "1.2 kg/m³", None),
    measured("air_temperature", "°C", "28 °C", None),
    measured("pressure", "Pa", "1013 hPa", None),
    measured("humidity", "", "50 %", "50 %"),
    measured("weights_density", "kg/m³", _STEEL, _STEEL),
)
_PLACE: Final = Decimal("1e-9")


def _vessel(prefix: str = "") -> tuple[Entry, ...]:
    return (
        text(f"{prefix}material", "stainless_steel_316", None),
        measured(f"{prefix}expansion", "1/°C", "47.7e-6 1/°C", None),
        measured(f"{prefix}reference_temperature", "°C", "20 °C", "20 °C"),
    )


def _air(density: float | None, temperature: float, pressure: float | None, humidity: float) -> Computed:
    """The density of the air, given or from its climate."""
    if density is not None:
        return Computed(np.asarray(density), "kg/m³")
    if pressure is None:
        raise either("air_density", "pressure")
    return air.simplified(temperature, pressure, humidity)


def _expansion(named: str | None, given: float | None) -> float:
    """γ of a vessel: as its certificate gives it, or of its material."""
    if given is not None:
        return given
    if named is None:
        raise either("material", "expansion")
    return float(material(named).expansion)


def _z(
    *,
    temperature: float,
    air_density: float | None,
    air_temperature: float | None,
    pressure: float | None,
    humidity: float,
    weights_density: float,
) -> Found:
    liquid = water.tanaka(temperature)
    here = temperature if air_temperature is None else air_temperature
    gas = _air(air_density, here, pressure, humidity)
    found = volume.volume_per_mass(liquid.value, gas.value, weights_density)
    figures = (
        figure("volume_per_mass", found.number, "mL/g", 10),
        figure("water_density", liquid.number, "kg/m³"),
        figure("air_density", gas.number, "kg/m³", 7),
    )
    return Found(figures=figures, warnings=gathered(liquid, gas))


def _weighed(
    *,
    indication: float,
    temperature: float,
    air_density: float | None,
    air_temperature: float | None,
    pressure: float | None,
    humidity: float,
    weights_density: float,
    material: str | None,
    expansion: float | None,
    reference_temperature: float,
) -> Found:
    factor = _z(
        temperature=temperature,
        air_density=air_density,
        air_temperature=air_temperature,
        pressure=pressure,
        humidity=humidity,
        weights_density=weights_density,
    )
    vessel = Vessel(
        expansion=_expansion(material, expansion),
        temperature=temperature,
        reference_temperature=reference_temperature,
    )
    here = temperature if air_temperature is None else air_temperature
    gas = _air(air_density, here, pressure, humidity)
    found = volume.gravimetric_volume(
        indication, water.tanaka(temperature), gas, vessel, weights=weights_density
    )
    return Found(figures=(figure("volume", found.number, "L", 10), *factor.figures), warnings=found.warnings)


def _transferred(
    *,
    volume_of_standard: float,
    fills: int,
    standard_temperature: float,
    standard_material: str | None,
    standard_expansion: float | None,
    standard_reference_temperature: float,
    temperature: float,
    material: str | None,
    expansion: float | None,
    reference_temperature: float,
) -> Found:
    standard = Vessel(
        expansion=_expansion(standard_material, standard_expansion),
        temperature=standard_temperature,
        reference_temperature=standard_reference_temperature,
    )
    vessel = Vessel(
        expansion=_expansion(material, expansion),
        temperature=temperature,
        reference_temperature=reference_temperature,
    )
    found = volume.transferred_volume(volume_of_standard, standard, vessel, fills=fills)
    return Found(figures=(figure("volume", found.number, "L", 10),), warnings=found.warnings)


def _delivered(
    *,
    reading: float,
    temperature: float,
    material: str | None,
    expansion: float | None,
    reference_temperature: float,
    liquid_expansion: float,
    meter_temperature: float | None,
    indication: float | None,
) -> Found:
    vessel = Vessel(
        expansion=_expansion(material, expansion),
        temperature=temperature,
        reference_temperature=reference_temperature,
    )
    found = float(volume.delivered_liquid(reading, vessel, liquid_expansion, meter_temperature))
    return Found(figures=(figure("reference_volume", found, "L", 10), *error_of(indication, found)))


def _master(master_volume: float, master_error: float, indication: float | None) -> Found:
    found = float(volume.by_master(master_volume, master_error * 100))
    return Found(figures=(figure("reference_volume", found, "L", 10), *error_of(indication, found)))


def error_of(indication: float | None, reference: float) -> tuple[Figure, ...]:
    """(I − V)/V in percent, when an indication was given."""
    if indication is None:
        return ()
    shown, true = (Quantity(settled(one, _PLACE), "L") for one in (indication, reference))
    return (exactly("error", relative_error(shown, true)),)


def _through_meter(
    *,
    reading: float,
    temperature: float,
    meter_temperature: float,
    material: str | None,
    expansion: float | None,
    reference_temperature: float,
    indication: float | None,
) -> Found:
    vessel = Vessel(
        expansion=_expansion(material, expansion),
        temperature=temperature,
        reference_temperature=reference_temperature,
    )
    found = volume.delivered_water(reading, vessel, meter_temperature)
    figures = (figure("reference_volume", found.number, "L", 10), *error_of(indication, found.number))
    return Found(figures=figures, warnings=found.warnings)


QUESTIONS: Final = (
    Question(
        kind="physics",
        id="volume_per_mass",
        entries=_WEIGHED,
        answer=_z,
        formula="Z = 1000/(ρ_w − ρₐ) · (1 − ρₐ/ρ_weights)",
        source="ISO 4787, ISO 8655-6 and EURAMET cg-19 (unverified)",
        filled=("air_density",),
    ),
    Question(
        kind="physics",
        id="gravimetric_volume",
        entries=(measured("indication", "kg", "19.9 kg"), *_WEIGHED, *_vessel()),
        answer=_weighed,
        formula="V = m Z [1 − γ (t − t_ref)]",
        source="ISO 4787 and EURAMET cg-19 (unverified)",
        filled=("pressure", "material"),
    ),
    Question(
        kind="physics",
        id="transferred_volume",
        entries=(
            measured("volume_of_standard", "L", "20 L"),
            count("fills", 1, 1, least=1),
            measured("standard_temperature", "°C", "28 °C"),
            *_vessel("standard_"),
            measured("temperature", "°C", "29 °C"),
            *_vessel(),
        ),
        answer=_transferred,
        formula="V = n V_s [1 + γ_s (t_s − t_s,ref)] ρ(t_s)/ρ(t) · [1 − γ (t − t_ref)]",
        source="EURAMET cg-21 (unverified); Tanaka 2001",
        filled=("standard_material", "expansion"),
    ),
    Question(
        kind="physics",
        id="delivered_volume",
        entries=(
            measured("reading", "L", "20.035 L"),
            measured("temperature", "°C", "31.0 °C"),
            *_vessel(),
            measured("liquid_expansion", "1/°C", "1.2e-3 1/°C", "0 1/°C"),
            measured("meter_temperature", "°C", "30.0 °C", None),
            measured("indication", "L", "20.00 L", None),
        ),
        answer=_delivered,
        formula="V_ref = V [1 + γ (t_v − t_ref)] [1 − β (t_v − t_m)];  E = (I − V_ref)/V_ref",
        source="OIML R 117, practice (unverified)",
        filled=("material", "liquid_expansion", "meter_temperature", "indication"),
    ),
    Question(
        kind="physics",
        id="water_through_meter",
        entries=(
            measured("reading", "L", "9.98 L"),
            measured("temperature", "°C", "27.6 °C"),
            measured("meter_temperature", "°C", "27.4 °C"),
            *_vessel(),
            measured("indication", "L", "10.0 L", None),
        ),
        answer=_through_meter,
        formula="V_ref = V [1 + γ (t_v − t_ref)] ρ(t_v)/ρ(t_m);  E = (I − V_ref)/V_ref",
        source="mass of the water; Tanaka 2001",
        filled=("material", "indication"),
    ),
    Question(
        kind="physics",
        id="master_meter",
        entries=(
            measured("master_volume", "L", "100.25 L"),
            measured("master_error", "", "-0.12 %"),
            measured("indication", "L", "100.9 L", None),
        ),
        answer=_master,
        formula="V_ref = V_m/(1 + e_m);  E = (I − V_ref)/V_ref",
        source="definition of a relative error",
        filled=("indication",),
    ),
)
