"""Volume correction of crude oil and its products: the algorithm of 2004.

Temperatures in °F, gauge pressures in psi, densities in kg/m³ at 60 °F; arrays broadcast.
Source: API MPMS 11.1 (2004) = ASTM D1250-04 = IP 200/04, coefficients compared with several public programs.
The printed examples of the book were not at hand: compare one certified calculation before a dispute rests
on this. Factors are not rounded before they are multiplied (addendum 2 of 2019).
"""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from procedures.errors import ProcedureError
from procedures.physics.computed import Computed, Floats, Range, possible
from procedures.point import Reason

WATER_AT_60_F: Final = 999.016
"""kg/m³, for API gravity and relative density"""

_BASE_SHIFTED: Final = 60.0068749
"""60 °F of ITS-90 on IPTS-68"""
_DELTA_60: Final = 0.01374979547
"""δ₆₀, twice that shift, °F"""
_SCALE_SHIFT: Final = (
    -0.148759, -0.267408, 1.080760, 1.269056, -4.089591, -1.871251, 7.438081, -3.536296,
)  # fmt: skip
"""ITS-90 less IPTS-68, a polynomial in t/630 °C without constant term"""
_NAME: Final = "API MPMS 11.1 (2004)"
_TEMPERATURE: Final = Range(_NAME, "temperature", -58, 302, "°F")
_PRESSURE: Final = Range(_NAME, "gauge pressure", 0, 1500, "psi")
_SETTLED: Final = 1e-8
"""kg/m³"""
_ROUNDS: Final = 50
_BEYOND: Final = 0.1
"""by how much of its range's lower end a base density may lie below it; it warns there"""
_HEAVIEST: Final = 1299.0
"""kg/m³"""
_HEAVIER: Final = 0.4
"""no oil is so much heavier at 60 °F than it is at 302 °F"""


class Oil(StrEnum):
    """The commodity groups; `PRODUCT` chooses among the four products by density."""

    CRUDE = "crude"
    PRODUCT = "product"
    GASOLINE = "gasoline"
    TRANSITION = "transition"
    JET = "jet"
    FUEL_OIL = "fuel_oil"
    LUBRICANT = "lubricant"


class _Group(NamedTuple):
    k0: float
    k1: float
    k2: float
    lower: float
    upper: float


_GROUPS: Final = {
    Oil.CRUDE: _Group(341.0957, 0.0, 0.0, 610.6, 1163.5),
    Oil.GASOLINE: _Group(192.4571, 0.2438, 0.0, 610.6, 770.352),
    Oil.TRANSITION: _Group(1489.0670, 0.0, -0.00186840, 770.352, 787.5195),
    Oil.JET: _Group(330.3010, 0.0, 0.0, 787.5195, 838.3127),
    Oil.FUEL_OIL: _Group(103.8720, 0.2701, 0.0, 838.3127, 1163.5),
    Oil.LUBRICANT: _Group(0.0, 0.34878, 0.0, 800.9, 1163.5),
}
_PRODUCTS: Final = (Oil.GASOLINE, Oil.TRANSITION, Oil.JET, Oil.FUEL_OIL)


class Correction(NamedTuple):
    """Volume at 60 °F and atmospheric pressure over the volume as it is."""

    thermal: Computed
    """CTL"""
    compressibility: Floats
    """Fp, in 1e-5/psi"""
    pressure: Floats
    """CPL"""

    @property
    def both(self) -> Floats:
        """CTPL = CTL × CPL."""
        return np.asarray(self.thermal.value * self.pressure)


def correction(oil: Oil, density: ArrayLike, temperature: ArrayLike, pressure: ArrayLike = 0.0) -> Correction:
    """The factors for a density at 60 °F.

    Args:
        oil: commodity group.
        density: at 60 °F and atmospheric pressure, kg/m³.
        temperature: of the oil, °F; stated for −58 to 302.
        pressure: gauge, psi; stated for 0 to 1500.

    Raises:
        ProcedureError: the compressibility has no solution at that pressure.

    >>> round(correction(Oil.CRUDE, 850, 100, 500).both.item(), 8)
    0.98381672
    """
    rho = possible(density, "density of oil", 300, 1300, "kg/m³")
    k0, k1, k2 = _coefficients(oil, rho)
    # The base temperature moves to IPTS-68 and with it the density, so that old coefficients stay in force.
    a = _DELTA_60 / 2 * ((k0 / rho + k1) / rho + k2)
    b = (2 * k0 + k1 * rho) / (k0 + (k1 + k2 * rho) * rho)
    shifted = rho * (1 + np.expm1(a * (1 + 0.8 * a)) / (1 + a * (1 + 1.6 * a) * b))
    alpha = (k0 / shifted + k1) / shifted + k2
    fahrenheit = possible(temperature, "temperature", -150, 500, "°F")
    t = on_ipts_68(fahrenheit)
    step = t - _BASE_SHIFTED
    thermal = np.exp(-alpha * step * (1 + 0.8 * alpha * (step + _DELTA_60)))
    factor = np.exp(-1.9947 + 0.00013427 * t + (793_920 + 2326 * t) / shifted**2)
    psi = possible(pressure, "gauge pressure", -15, 15_000, "psi")
    squeezed = 1 - 1e-5 * factor * psi
    if (squeezed <= 0).any():
        raise ProcedureError(
            "petroleum.pressure",
            "The pressure is too high for the compressibility formula.",
            "Check the gauge pressure: it is given in psi.",
        )
    warnings = (*_density_warnings(oil, rho), *_TEMPERATURE.check(fahrenheit), *_PRESSURE.check(psi))
    return Correction(
        Computed(np.asarray(thermal), "", warnings), np.asarray(factor), np.asarray(1 / squeezed)
    )


def density_at_60_f(
    oil: Oil, density: ArrayLike, temperature: ArrayLike, pressure: ArrayLike = 0.0
) -> Computed:
    """The density at 60 °F and atmospheric pressure, kg/m³, from an observed one (hydrometer corrected).

    Raises:
        ProcedureError: no density at 60 °F gives that observation.
    """
    observed = possible(density, "density of oil", 300, 1300, "kg/m³")
    lower, upper = _density_limits(oil)[0] * (1 - _BEYOND), _HEAVIEST
    # The density under pressure has a minimum below the range; from the heavy side no step falls behind it.
    base = np.clip(observed * (1 + _HEAVIER), lower, upper)

    def missed(guess: Floats) -> Floats:
        return np.asarray(guess * correction(oil, guess, temperature, pressure).both - observed)

    for _ in range(_ROUNDS):
        step = base * 1e-6
        slope = (missed(base + step) - missed(base - step)) / (2 * step)
        better = np.clip(base - missed(base) / slope, lower, upper)
        if np.all(np.abs(better - base) < _SETTLED) and np.all(np.abs(missed(better)) < 10 * _SETTLED):
            warnings = correction(oil, better, temperature, pressure).thermal.warnings
            return Computed(np.asarray(better), "kg/m³", warnings)
        base = better
    raise ProcedureError(
        "petroleum.no_base_density",
        "No density at 60 °F of {oil} explains the observed one.",
        "Check density, temperature and the commodity group; on the edge of two groups name the group.",
        oil=oil.value,
    )


def density_at(oil: Oil, density: ArrayLike, temperature: ArrayLike, pressure: ArrayLike = 0.0) -> Computed:
    """The density at a temperature in °F and gauge pressure in psi, from that at 60 °F; kg/m³."""
    found = correction(oil, density, temperature, pressure)
    rho = np.asarray(density, dtype=np.float64)
    return Computed(np.asarray(rho * found.both), "kg/m³", found.thermal.warnings)


def volume_correction(
    oil: Oil, density: ArrayLike, temperature_c: ArrayLike, base_c: float = 15.0
) -> Computed:
    """Volume at a base temperature in °C over the volume as it is, both at atmospheric pressure.

    Args:
        oil: commodity group.
        density: at the base temperature, kg/m³.
        temperature_c: of the oil, °C.
        base_c: 15 or 20 °C.
    """
    base = density_at_60_f(oil, density, fahrenheit_of(base_c))
    here = correction(oil, base.value, fahrenheit_of(temperature_c)).thermal
    there = correction(oil, base.value, fahrenheit_of(base_c)).thermal
    return Computed(np.asarray(here.value / there.value), "", here.warnings)


def density_of_gravity(api_gravity: ArrayLike) -> Floats:
    """Density at 60 °F in kg/m³ of an API gravity.

    >>> round(float(density_of_gravity(30)), 6)
    875.298848
    """
    return np.asarray(141.5 / (np.asarray(api_gravity, dtype=np.float64) + 131.5) * WATER_AT_60_F)


def fahrenheit_of(celsius: ArrayLike) -> Floats:
    """°C in °F."""
    return np.asarray(1.8 * np.asarray(celsius, dtype=np.float64) + 32)


def on_ipts_68(fahrenheit: ArrayLike) -> Floats:
    """A temperature of ITS-90 on the scale of 1968, which the coefficients were found with; °F."""
    celsius = (np.asarray(fahrenheit, dtype=np.float64) - 32) / 1.8
    tau = celsius / 630
    shift = np.zeros_like(tau)
    for coefficient in reversed(_SCALE_SHIFT):
        shift = (shift + coefficient) * tau
    return np.asarray(1.8 * (celsius - shift) + 32)


def _coefficients(oil: Oil, density: Floats) -> tuple[Floats, Floats, Floats]:
    if oil is not Oil.PRODUCT:
        group = _GROUPS[oil]
        return np.asarray(group.k0), np.asarray(group.k1), np.asarray(group.k2)
    bounds = [_GROUPS[product].upper for product in _PRODUCTS[:-1]]
    place = np.searchsorted(bounds, density, side="right")
    table = np.array([_GROUPS[product][:3] for product in _PRODUCTS])
    return table[place, 0], table[place, 1], table[place, 2]


def _density_warnings(oil: Oil, density: Floats) -> tuple[Reason, ...]:
    return Range(_NAME, f"density of {oil.value}", *_density_limits(oil), "kg/m³").check(density)


def _density_limits(oil: Oil) -> tuple[float, float]:
    if oil is Oil.PRODUCT:
        return _GROUPS[Oil.GASOLINE].lower, _GROUPS[Oil.FUEL_OIL].upper
    return _GROUPS[oil].lower, _GROUPS[oil].upper
