"""The units that this program knows: of which dimension each is, and how much of it, exact by definition."""

from decimal import Decimal
from typing import Final

UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    # unit: (dimension, how many of the dimension's first unit it is)
    "g": ("mass", Decimal(1)),
    "mg": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal(1000)),
    "t": ("mass", Decimal(1000000)),
    "lb": ("mass", Decimal("453.59237")),  # international avoirdupois pound, exact by definition
    "oz": ("mass", Decimal("28.349523125")),
    "gn": ("mass", Decimal("0.06479891")),  # grain
    "ct": ("mass", Decimal("0.2")),  # metric carat
    "L": ("volume", Decimal(1)),
    "mL": ("volume", Decimal("0.001")),
    "m3": ("volume", Decimal(1000)),
    "°C": ("temperature", Decimal(1)),
    "hPa": ("pressure", Decimal(1)),
    "Pa": ("pressure", Decimal("0.01")),
    "s": ("time", Decimal(1)),
    "min": ("time", Decimal(60)),
    "h": ("time", Decimal(3600)),
    "%": ("ratio", Decimal(1)),
    "pcs": ("count", Decimal(1)),
    "m3/h": ("volume flow", Decimal(1)),
    "m3/s": ("volume flow", Decimal(3600)),
    "L/h": ("volume flow", Decimal("0.001")),
    "L/min": ("volume flow", Decimal("0.06")),
    "L/s": ("volume flow", Decimal("3.6")),
    "kg/h": ("mass flow", Decimal(1)),
    "kg/min": ("mass flow", Decimal(60)),
    "kg/s": ("mass flow", Decimal(3600)),
    "kg/m3": ("density", Decimal(1)),
    "K": ("thermodynamic temperature", Decimal(1)),  # no conversion to °C: that is an offset, not a factor
    "mbar": ("pressure", Decimal(1)),
    "kPa": ("pressure", Decimal(10)),
    "bar": ("pressure", Decimal(1000)),
    "MPa": ("pressure", Decimal(10000)),
    "m": ("length", Decimal(1)),
    "mm": ("length", Decimal("0.001")),
    "m/s": ("velocity", Decimal(1)),
    "Hz": ("frequency", Decimal(1)),
    "V": ("voltage", Decimal(1)),
    "A": ("current", Decimal(1)),
    "mA": ("current", Decimal("0.001")),
    "Ω": ("resistance", Decimal(1)),
    "W": ("active power", Decimal(1)),
    "kW": ("active power", Decimal(1000)),
    "VA": ("apparent power", Decimal(1)),
    "var": ("reactive power", Decimal(1)),
    "Wh": ("energy", Decimal(1)),
    "kWh": ("energy", Decimal(1000)),
    "MWh": ("energy", Decimal(1000000)),
    "kJ": ("heat", Decimal(1)),  # no conversion to Wh: most have no exact decimal
    "MJ": ("heat", Decimal(1000)),
    "GJ": ("heat", Decimal(1000000)),
    "J": ("heat", Decimal("0.001")),
    "varh": ("reactive energy", Decimal(1)),
    "kvarh": ("reactive energy", Decimal(1000)),
    "Rp": ("price", Decimal(1)),  # of a price display; the laboratory's country has one currency
    "1": ("number", Decimal(1)),  # power factor, Reynolds number
}
