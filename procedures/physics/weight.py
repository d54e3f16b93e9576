"""Weights in air: conventional mass, buoyancy, and the densities that a class permits.

Masses in any one unit, densities in kg/m³; arrays broadcast.
Source: OIML D 28:2004 (conventional mass); OIML R 111-1:2004, 10 and annex C (buoyancy, densities), from
memory and unverified; the density limits agree with the printed ones of table 5.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.air import STANDARD_DENSITY
from procedures.physics.computed import Computed, Floats, Range, possible

REFERENCE_DENSITY: Final = 8000.0
"""ρ_c in kg/m³ of the weights that conventional mass is referred to, at 20 °C"""

_AIR: Final = Range("OIML R 111-1:2004, 10.2", "air density", 1.08, 1.32, "kg/m³")
"""within a tenth of 1.2 kg/m³ the densities of the classes keep buoyancy small"""
_DENSEST: Final = 25_000.0
"""kg/m³, above all metals"""


class DensityLimits(NamedTuple):
    """Densities of a weight, in kg/m³."""

    lower: float
    upper: float | None
    """None: no matter is too dense"""


def conventional_mass(mass: ArrayLike, density: ArrayLike) -> Computed:
    """The mass of a weight of 8000 kg/m³ that balances a body in air of 1.2 kg/m³.

    Args:
        mass: true mass.
        density: of the body, kg/m³.

    >>> round(conventional_mass(1.0, 21500.0).number, 9)
    1.0000942
    """
    rho = _density(density)
    standard = 1 - STANDARD_DENSITY / REFERENCE_DENSITY
    return Computed(np.asarray(np.asarray(mass) * (1 - STANDARD_DENSITY / rho) / standard), "as the mass")


def true_mass(conventional: ArrayLike, density: ArrayLike) -> Computed:
    """The inverse of `conventional_mass`."""
    rho = _density(density)
    standard = 1 - STANDARD_DENSITY / REFERENCE_DENSITY
    return Computed(
        np.asarray(np.asarray(conventional) * standard / (1 - STANDARD_DENSITY / rho)), "as the mass"
    )


def buoyancy(air: ArrayLike, density: ArrayLike, reference_density: ArrayLike) -> Computed:
    """C of m_ct = m_cr (1 + C) + Δm_w, without unit (OIML R 111-1:2004, 10.2 and C.4).

    Args:
        air: air density, kg/m³.
        density: of the weight under test, kg/m³.
        reference_density: of the reference weight, kg/m³.

    >>> f"{buoyancy(1.15, 7100, 8000).number:.6e}"
    '-7.922535e-07'
    """
    a = possible(air, "air density", 0.5, 1.5, "kg/m³")
    inverse = 1 / _density(density) - 1 / _density(reference_density)
    return Computed(np.asarray((a - STANDARD_DENSITY) * inverse), "", _AIR.check(a))


def buoyancy_uncertainty(
    mass: ArrayLike,
    air: tuple[ArrayLike, ArrayLike],
    density: tuple[ArrayLike, ArrayLike],
    reference_density: tuple[ArrayLike, ArrayLike],
    air_at_reference: ArrayLike = STANDARD_DENSITY,
) -> Floats:
    """Standard uncertainty of the buoyancy correction, in the unit of the mass (OIML R 111-1:2004, C.6.3.1).

    A variance that the formula makes negative (reference calibrated in other air) counts as 0.

    Args:
        mass: conventional mass of the reference.
        air: density and its standard uncertainty, kg/m³.
        density: of the weight under test and its standard uncertainty, kg/m³.
        reference_density: of the reference and its standard uncertainty, kg/m³.
        air_at_reference: air density when the reference itself was calibrated, kg/m³.
    """
    (a, u_a), (t, u_t), (r, u_r) = (
        [np.asarray(part, dtype=np.float64) for part in pair] for pair in (air, density, reference_density)
    )
    m, excess = np.asarray(mass, dtype=np.float64), a - STANDARD_DENSITY
    before = np.asarray(air_at_reference, dtype=np.float64) - STANDARD_DENSITY
    variance = (
        (m * (r - t) / (r * t) * u_a) ** 2
        + (m * excess) ** 2 * u_t**2 / t**4
        + m**2 * excess * (excess - 2 * before) * u_r**2 / r**4
    )
    return np.asarray(np.sqrt(np.maximum(variance, 0)))


def density_limits(nominal: float, permitted: float) -> DensityLimits:
    """Densities with which a tenth of air density moves a weight by a quarter of its limit (R 111-1, 10.1).

    Args:
        nominal: nominal mass.
        permitted: permitted error in the same unit.

    >>> [round(limit) for limit in density_limits(100_000, 0.05)]
    [7934, 8067]
    """
    room = permitted / nominal / 4 / (STANDARD_DENSITY / 10)
    least, most = 1 / REFERENCE_DENSITY - room, 1 / REFERENCE_DENSITY + room
    return DensityLimits(1 / most, 1 / least if least * _DENSEST > 1 else None)


def _density(values: ArrayLike) -> Floats:
    return possible(values, "density of a body", 100, _DENSEST, "kg/m³")
