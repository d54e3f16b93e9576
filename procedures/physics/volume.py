"""Volumes of vessels: by weighing water, or by filling from another vessel.

Masses in kg and volumes in L, or g and mL; temperatures in °C, densities in kg/m³; arrays broadcast.
Source: ISO 4787 and EURAMET cg-19 (gravimetric), EURAMET cg-21 (volumetric), from memory and unverified; the
factors agree with a maker's printed table of ISO 8655-6 to its fourth decimal.
"""

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.computed import Computed, Floats, gathered, possible
from procedures.physics.expansion import Vessel
from procedures.physics.water import tanaka
from procedures.physics.weight import REFERENCE_DENSITY


def volume_per_mass(water: ArrayLike, air: ArrayLike, weights: ArrayLike = REFERENCE_DENSITY) -> Computed:
    """Z in L/kg: what a balance reading in air means as a volume of water; buoyancy is within.

    Args:
        water: density of the water at its temperature, kg/m³.
        air: density of the air, kg/m³.
        weights: density of the weights that the balance was adjusted with, kg/m³.

    >>> round(volume_per_mass(tanaka(28).value, 1.2).number, 9)
    1.004838724
    """
    liquid = possible(water, "water density", 900, 1100, "kg/m³")
    gas = possible(air, "air density", 0.5, 1.5, "kg/m³")
    solid = possible(weights, "density of the weights", 1000, 25_000, "kg/m³")
    return Computed(np.asarray(1000 / (liquid - gas) * (1 - gas / solid)), "L/kg")


def gravimetric_volume(
    indication: ArrayLike,
    water: Computed,
    air: Computed,
    vessel: Vessel,
    *,
    weights: ArrayLike = REFERENCE_DENSITY,
) -> Computed:
    """The volume of a vessel at its reference temperature, from the weight of the water in it.

    Args:
        indication: balance reading, filled less empty, kg.
        water: its density where it is in the vessel.
        air: its density.
        vessel: with the temperature of vessel and water.
        weights: density of the weights that the balance was adjusted with, kg/m³.
    """
    factor = volume_per_mass(water.value, air.value, weights).value
    volume = np.asarray(indication, dtype=np.float64) * factor * vessel.shrinkage
    return Computed(np.asarray(volume), "L", gathered(water, air))


def transferred_volume(
    volume: ArrayLike, standard: Vessel, vessel: Vessel, *, fills: ArrayLike = 1
) -> Computed:
    """What a vessel holds at its reference temperature, when it was filled with water from a standard.

    The water keeps its mass, so its volume goes with the ratio of the densities, which is exact where a mean
    coefficient is not.

    Args:
        volume: of the standard at its reference temperature, L.
        standard: with its temperature when it was emptied.
        vessel: with its temperature when it was full.
        fills: how many times the standard was emptied into the vessel.
    """
    poured = delivered_water(volume, standard, vessel.temperature)
    held = poured.value * np.asarray(fills, dtype=np.float64) * vessel.shrinkage
    return Computed(np.asarray(held), "L", poured.warnings)


def delivered_water(reading: ArrayLike, vessel: Vessel, meter_temperature: ArrayLike) -> Computed:
    """The water in a vessel as a volume at another temperature, that of the meter before it; L."""
    there, here = tanaka(vessel.temperature), tanaka(meter_temperature)
    held = np.asarray(reading, dtype=np.float64) * vessel.growth
    return Computed(np.asarray(held * there.value / here.value), "L", gathered(there, here))


def delivered_liquid(
    reading: ArrayLike,
    vessel: Vessel,
    liquid_expansion: ArrayLike = 0.0,
    meter_temperature: ArrayLike | None = None,
) -> Floats:
    """The liquid in a vessel as a volume at the temperature of the meter or dispenser before it; L.

    Vref = V [1 + γ (t_v − t_ref)] [1 − β (t_v − t_m)] (OIML R 117, practice; unverified).

    Args:
        reading: of the vessel, at its reference temperature, L.
        vessel: with the temperature of the liquid in it.
        liquid_expansion: β, 1/°C: petrol about 1.2e-3, diesel about 0.84e-3 (unverified).
        meter_temperature: °C; None: as in the vessel.

    >>> measure = Vessel(expansion=47.7e-6, temperature=31.0, reference_temperature=20.0)
    >>> round(float(delivered_liquid(20.035, measure, 1.2e-3, 30.0)), 6)
    20.021458
    """
    volume = np.asarray(reading, dtype=np.float64) * vessel.growth
    if meter_temperature is None:
        return np.asarray(volume)
    difference = np.subtract(vessel.temperature, meter_temperature, dtype=np.float64)
    return np.asarray(volume * (1 - np.asarray(liquid_expansion, dtype=np.float64) * difference))


def by_master(indicated: ArrayLike, error_percent: ArrayLike) -> Floats:
    """The volume that went through a master meter of known error: V/(1 + e).

    >>> round(float(by_master(100.25, -0.12)), 6)
    100.370445
    """
    return np.asarray(np.asarray(indicated) / (1 + np.asarray(error_percent, dtype=np.float64) / 100))
