"""The density of moist air from temperature, pressure and humidity.

Temperatures in °C, pressures in Pa, humidity as a part of 1, densities in kg/m³; arrays broadcast.
Source: A. Picard et al., Revised formula for the density of moist air (CIPM-2007), Metrologia 45 (2008) 149;
OIML R 111-1:2004, E.3 (simplified formula). The coefficients were compared with public programs and the
results with another equation of state, not with the printed texts.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.computed import Computed, Floats, Range, possible

GAS_CONSTANT: Final = 8.314472
"""J/(mol K), CODATA 2006, as CIPM-2007 uses it; the value of 2018 changes the density by 1e-6"""
STANDARD_DENSITY: Final = 1.2
"""ρ₀ in kg/m³, OIML D 28"""
ICE_POINT_K: Final = 273.15

_VAPOUR_MOLAR_MASS: Final = 18.01528e-3
"""kg/mol"""
_CIPM: Final = "CIPM-2007"
_CIPM_RANGES: Final = (
    Range(_CIPM, "pressure", 60_000, 110_000, "Pa"),
    Range(_CIPM, "temperature", 15, 27, "°C"),
)
_CARBON_DIOXIDE: Final = Range(_CIPM, "carbon dioxide fraction", 0.0003, 0.001, "")
"""not of the source: air of rooms; catches a fraction written ten times too large"""
_SIMPLIFIED: Final = "OIML R 111-1:2004, E.3"
_SIMPLIFIED_RANGES: Final = (
    Range(_SIMPLIFIED, "pressure", 90_000, 110_000, "Pa"),
    Range(_SIMPLIFIED, "temperature", 10, 30, "°C"),
    Range(_SIMPLIFIED, "humidity", 0, 0.8, ""),
)


def saturation_pressure(temperature: ArrayLike) -> Floats:
    """Pressure of saturated water vapour in Pa (CIPM-2007, A1.1)."""
    kelvin = _temperature(temperature) + ICE_POINT_K
    exponent = 1.2378847e-5 * kelvin**2 - 1.9121316e-2 * kelvin + 33.93711047 - 6.3431645e3 / kelvin
    return np.asarray(np.exp(exponent))


def enhancement_factor(temperature: ArrayLike, pressure: ArrayLike) -> Floats:
    """f, the excess of vapour in air over vapour alone (CIPM-2007, A1.1)."""
    return np.asarray(1.00062 + 3.14e-8 * _pressure(pressure) + 5.6e-7 * _temperature(temperature) ** 2)


def vapour_fraction(temperature: ArrayLike, pressure: ArrayLike, humidity: ArrayLike) -> Floats:
    """Molar fraction of water vapour."""
    saturated = enhancement_factor(temperature, pressure) * saturation_pressure(temperature)
    return np.asarray(_humidity(humidity) * saturated / _pressure(pressure))


def compressibility_factor(temperature: ArrayLike, pressure: ArrayLike, vapour: ArrayLike) -> Floats:
    """Z of moist air with a molar fraction `vapour` of water (CIPM-2007, A1.4)."""
    t, p, x = _temperature(temperature), _pressure(pressure), np.asarray(vapour, dtype=np.float64)
    ratio = p / (t + ICE_POINT_K)
    first = (
        (1.58123e-6 - 2.9331e-8 * t + 1.1043e-10 * t**2)
        + (5.707e-6 - 2.051e-8 * t) * x
        + (1.9898e-4 - 2.376e-6 * t) * x**2
    )
    return np.asarray(1 - ratio * first + ratio**2 * (1.83e-11 - 0.765e-8 * x**2))


def cipm_2007(
    temperature: ArrayLike,
    pressure: ArrayLike,
    humidity: ArrayLike,
    *,
    carbon_dioxide: ArrayLike = 0.0004,
    gas_constant: float = GAS_CONSTANT,
) -> Computed:
    """Air density in kg/m³ by CIPM-2007.

    Args:
        temperature: °C; the formula is stated for 15 to 27.
        pressure: Pa, absolute; stated for 60 000 to 110 000.
        humidity: relative, 0 to 1.
        carbon_dioxide: molar fraction.
        gas_constant: J/(mol K).

    Raises:
        ProcedureError: a value cannot be; most likely it is in another unit.

    >>> round(cipm_2007(20, 101325, 0.5).number, 6)
    1.199314
    """
    t, p = _temperature(temperature), _pressure(pressure)
    x = vapour_fraction(t, p, humidity)
    carbon = possible(carbon_dioxide, "carbon dioxide fraction", 0, 0.1, "mol/mol")
    molar = (28.96546 + 12.011 * (carbon - 0.0004)) * 1e-3
    ideal = p * molar / (gas_constant * (t + ICE_POINT_K))
    density = ideal / compressibility_factor(t, p, x) * (1 - x * (1 - _VAPOUR_MOLAR_MASS / molar))
    warnings = (*_CIPM_RANGES[0].check(p), *_CIPM_RANGES[1].check(t), *_CARBON_DIOXIDE.check(carbon))
    return Computed(np.asarray(density), "kg/m³", warnings, 22e-6)


def simplified(temperature: ArrayLike, pressure: ArrayLike, humidity: ArrayLike) -> Computed:
    """Air density in kg/m³ by the simplified formula of OIML R 111-1:2004, E.3.

    Stated for 10 to 30 °C, 90 000 to 110 000 Pa and a humidity up to 0.8.

    >>> round(simplified(20, 101325, 0.5).number, 6)
    1.199294
    """
    t, p, h = _temperature(temperature), _pressure(pressure), _humidity(humidity)
    density = (0.34848e-2 * p - 0.9 * h * np.exp(0.061 * t)) / (ICE_POINT_K + t)
    checks = zip(_SIMPLIFIED_RANGES, (p, t, h), strict=True)
    return Computed(density, "kg/m³", tuple(w for limits, found in checks for w in limits.check(found)), 2e-4)


def jones_1978(temperature: ArrayLike, pressure: ArrayLike, humidity: ArrayLike) -> Computed:
    """Air density in kg/m³ by the formula of F. E. Jones (1978), which older certificates were made with.

    Source: NISTIR 6969, SOP 2 (unverified; compared with a public program).
    """
    t, h = _temperature(temperature), _humidity(humidity)
    kelvin = t + ICE_POINT_K
    mercury = _pressure(pressure) * (760 / 101_325)
    vapour = 1.3146e9 * np.exp(-5315.56 / kelvin)
    return Computed(np.asarray(0.46460 * (mercury - 0.37960 * h * vapour) / kelvin), "kg/m³")


def at_altitude(height_m: ArrayLike) -> Computed:
    """A rough air density in kg/m³ where pressure is not measured (OIML R 111-1:2004, E.3, unverified)."""
    height = possible(height_m, "height", -500, 9000, "m")
    return Computed(STANDARD_DENSITY * np.exp(-STANDARD_DENSITY * 9.81 * height / 101_325), "kg/m³")


def _temperature(values: ArrayLike) -> Floats:
    return possible(values, "air temperature", -60, 60, "°C")


def _pressure(values: ArrayLike) -> Floats:
    return possible(values, "air pressure", 30_000, 120_000, "Pa")


def _humidity(values: ArrayLike) -> Floats:
    return possible(values, "relative humidity", 0, 1, "")
