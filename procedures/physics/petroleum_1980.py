"""Volume correction of crude oil and its products to 15 °C: the tables of 1980.

Temperatures in °C, densities in kg/m³ at 15 °C; arrays broadcast. The oil trade still uses these tables; the
algorithm of 2004 differs from them by less than 1e-4.
Source: API Standard 2540 = ASTM D1250-80, tables 54A, 54B and 54D; coefficients compared with several public
programs, ranges from memory and unverified. The rounding that the printed tables prescribe is not applied.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.computed import Computed, Floats, Range, possible

BASE_C: Final = 15.0

_TEMPERATURE: Final = Range("ASTM D1250-80, table 54", "temperature", -18, 150, "°C")


class Table(StrEnum):
    """Which of the tables 54."""

    CRUDE = "54A"
    PRODUCT = "54B"
    LUBRICANT = "54D"


_DENSITIES: Final = {
    Table.CRUDE: Range("ASTM D1250-80, table 54A", "density at 15 °C", 610.5, 1075, "kg/m³"),
    Table.PRODUCT: Range("ASTM D1250-80, table 54B", "density at 15 °C", 653, 1075, "kg/m³"),
    Table.LUBRICANT: Range("ASTM D1250-80, table 54D", "density at 15 °C", 800, 1164, "kg/m³"),
}


def expansion(table: Table, density: ArrayLike) -> Floats:
    """α at 15 °C in 1/°C.

    The zones of table 54B meet at 770.5, 787.5 and 838.5 kg/m³; an edge belongs to the upper zone.
    """
    rho = possible(density, "density of oil", 300, 1300, "kg/m³")
    match table:
        case Table.CRUDE:
            return np.asarray(613.9723 / rho**2)
        case Table.LUBRICANT:
            return np.asarray(0.6278 / rho)
        case Table.PRODUCT:
            zones = [
                346.4228 / rho**2 + 0.4388 / rho,
                -0.00336312 + 2680.3206 / rho**2,
                594.5418 / rho**2,
                186.9696 / rho**2 + 0.4862 / rho,
            ]
            return np.asarray(np.choose(np.searchsorted([770.5, 787.5, 838.5], rho, side="right"), zones))


def volume_correction(table: Table, density: ArrayLike, temperature: ArrayLike) -> Computed:
    """VCF: the volume at 15 °C over the volume at a temperature.

    Args:
        table: by the kind of oil.
        density: at 15 °C, kg/m³.
        temperature: °C.

    >>> round(volume_correction(Table.PRODUCT, 740, 28).number, 6)
    0.983994
    """
    t = possible(temperature, "temperature", -100, 250, "°C")
    change = expansion(table, density) * (t - BASE_C)
    warnings = (*_DENSITIES[table].check(density), *_TEMPERATURE.check(t))
    return Computed(np.asarray(np.exp(-change * (1 + 0.8 * change))), "", warnings)
