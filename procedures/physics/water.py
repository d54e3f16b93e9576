"""The density of water.

Temperatures in °C, absolute pressures in Pa, densities in kg/m³; arrays broadcast.
Source: M. Tanaka et al., Recommended table for the density of water between 0 °C and 40 °C, Metrologia 38
(2001) 301; air saturation and compressibility as cited there. Compared with public programs and IAPWS-95.
The formula is for distilled water; tap water is denser: measure it, or put the difference into the budget.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.computed import Computed, Floats, Range, possible

OCEAN_WATER: Final = 999.974950
"""a₅, the greatest density in kg/m³ of water with the isotopes of the ocean"""
TAP_WATER: Final = 999.972
"""a₅ for water with the isotopes of most taps (same source, unverified)"""
ATMOSPHERE_PA: Final = 101_325.0

_A1, _A2, _A3, _A4 = -3.983035, 301.797, 522_528.9, 69.34881
_TEMPERATURE: Final = Range("Tanaka 2001", "water temperature", 0, 40, "°C")
_PRESSURE: Final = Range("Tanaka 2001, compressibility", "water pressure", 50_000, 1_100_000, "Pa")
"""not of the source: where the linear factor was compared with IAPWS-95"""
_SATURATION: Final = Range("Tanaka 2001, air saturation", "water temperature", 0, 25, "°C")
"""range from memory, unverified; beyond it the correction is below 0.002 kg/m³"""


def tanaka(
    temperature: ArrayLike,
    *,
    pressure: ArrayLike = ATMOSPHERE_PA,
    air_saturated: bool = False,
    greatest: float = OCEAN_WATER,
) -> Computed:
    """Water density in kg/m³.

    Args:
        temperature: °C; stated for 0 to 40.
        pressure: Pa, absolute, for the compressibility.
        air_saturated: the water stood in air, as it does in a vessel; False: free of air.
        greatest: a₅ in kg/m³ (`OCEAN_WATER`, `TAP_WATER`).

    >>> round(tanaka(28).number, 6)
    996.235299
    """
    t = _possible_temperature(temperature)
    density = greatest * (1 - (t + _A1) ** 2 * (t + _A2) / (_A3 * (t + _A4)))
    warnings = _TEMPERATURE.check(t)
    if air_saturated:
        density = density + air_saturation(t)
        warnings += _SATURATION.check(t)
    p = possible(pressure, "water pressure", 10_000, 1e8, "Pa")
    warnings += _PRESSURE.check(p)
    return Computed(np.asarray(density * compression(t, p)), "kg/m³", warnings)


def air_saturation(temperature: ArrayLike) -> Floats:
    """What dissolved air adds to the density, in kg/m³: negative."""
    return np.asarray(-4.612e-3 + 0.106e-3 * _possible_temperature(temperature))


def compression(temperature: ArrayLike, pressure: ArrayLike) -> Floats:
    """The density at a pressure in Pa over that at one atmosphere."""
    t = _possible_temperature(temperature)
    per_pa = 50.74e-11 - 0.326e-11 * t + 0.00416e-11 * t**2
    return np.asarray(1 + per_pa * (np.asarray(pressure, dtype=np.float64) - ATMOSPHERE_PA))


def expansion(temperature: ArrayLike) -> Computed:
    """Cubic expansion coefficient β of water in 1/°C: −(dρ/dt)/ρ of the formula.

    >>> f"{expansion(28).number:.3e}"
    '2.854e-04'
    """
    t = _possible_temperature(temperature)
    square, upper, lower = (t + _A1) ** 2, t + _A2, t + _A4
    share = square * upper / (_A3 * lower)
    slope = (2 * (t + _A1) * upper + square - square * upper / lower) / (_A3 * lower)
    return Computed(np.asarray(slope / (1 - share)), "1/°C", _TEMPERATURE.check(t))


def _possible_temperature(values: ArrayLike) -> Floats:
    return possible(values, "water temperature", -5, 100, "°C")
