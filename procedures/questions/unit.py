"""A number with its unit, read into the unit that a formula computes in.

Physics is computed in floats; the digits that a person wrote are converted as fractions first, so a unit
costs no accuracy. A temperature has an offset besides its factor. Exact quantities (`drivers.quantity`) are
for what is compared with a limit; they know fewer units.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from procedures.errors import ProcedureError

_MOST_DIGITS: Final = 60
"""of a written number, and the greatest power of ten: more would only cost time"""
_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*?)\s*", re.ASCII)


class Unit(NamedTuple):
    """How many of the dimension's first unit one is, and where its zero lies."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


def _table() -> dict[str, Unit]:
    of_one_dimension = {
        "": {"": "1", "1": "1", "mol/mol": "1", "%": "0.01", "‰": "0.001", "ppm": "1e-6", "µmol/mol": "1e-6"},
        "pressure": {
            "Pa": "1",
            "hPa": "100",
            "mbar": "100",
            "kPa": "1000",
            "bar": "1e5",
            "MPa": "1e6",
            "atm": "101325",
            "mmHg": "133.322387415",
            "psi": "6894.757293168361",
        },
        "density": {"kg/m³": "1", "kg/m3": "1", "g/L": "1", "mg/cm³": "1", "mg/cm3": "1", "kg/L": "1000"}
        | dict.fromkeys(("g/cm³", "g/cm3", "g/mL", "kg/dm³"), "1000"),
        "expansion": dict.fromkeys(("1/°C", "/°C", "1/K", "/K", "K⁻¹", "°C⁻¹", "K-1"), "1")
        | dict.fromkeys(("1/°F", "/°F"), "1.8"),
        "mass": {"kg": "1", "g": "1e-3", "mg": "1e-6", "µg": "1e-9", "t": "1000"},
        "volume": {"L": "1", "mL": "1e-3", "µL": "1e-6", "m3": "1000", "m³": "1000", "cm3": "1e-3"}
        | {"cm³": "1e-3", "dm³": "1"},
        "length": {"m": "1", "mm": "1e-3", "cm": "1e-2", "km": "1000", "µm": "1e-6", "nm": "1e-9"},
        "time": {"s": "1", "min": "60", "h": "3600"},
        "voltage": {"V": "1", "kV": "1000", "mV": "1e-3"},
        "current": {"A": "1", "mA": "1e-3"},
        "power": {"W": "1", "kW": "1000"},
        "energy": {"Wh": "1", "kWh": "1000", "MWh": "1e6"},
        "meter constant": dict.fromkeys(("1/kWh", "imp/kWh", "rev/kWh", "/kWh"), "1"),
    }
    table = {
        name: Unit(dimension, Fraction(factor))
        for dimension, units in of_one_dimension.items()
        for name, factor in units.items()
    }
    zero = Fraction("273.15")
    table["°C"] = Unit("temperature", Fraction(1))
    table["K"] = Unit("temperature", Fraction(1), -zero)
    table["°F"] = Unit("temperature", Fraction(5, 9), Fraction(-160, 9))
    return table


UNITS: Final = _table()


def number_in(unit: str, written: object, name: str) -> float:
    """A written value as a number of this unit.

    Args:
        unit: that the formula computes in; empty: a pure number, which may be written in percent.
        written: a text with number and unit; a bare number for a pure number only.
        name: of the entry, for the message.

    Raises:
        ProcedureError: no number, no unit, or a unit of something else.

    >>> number_in("°C", "68 °F", "temperature"), number_in("", "50 %", "humidity")
    (20.0, 0.5)
    """
    wanted = UNITS[unit]
    number, own = parted(written, name)
    if not own and wanted.dimension:
        raise ProcedureError(
            "question.no_unit",
            "The entry `{entry}` = {value} has no unit.",
            'Write number and unit as a text, such as "20 {unit}".',
            entry=name,
            value=str(written),
            unit=unit,
        )
    here = UNITS.get(own)
    if here is None or here.dimension != wanted.dimension:
        known = [other for other, one in UNITS.items() if one.dimension == wanted.dimension and other]
        raise ProcedureError(
            "question.unit",
            "The entry `{entry}` = {value} is not in a unit that fits.",
            "Write it in one of: {units}.",
            entry=name,
            value=str(written),
            units=", ".join(known),
        )
    value = (number * here.factor + here.offset - wanted.offset) / wanted.factor
    return float(value)


def number(written: object, name: str) -> Fraction:
    """A pure number, exactly.

    Raises:
        ProcedureError: it is none.
    """
    found, own = parted(written, name)
    if own:
        raise no_number(written, name)
    return found


def no_number(written: object, name: str) -> ProcedureError:
    """What is said of an entry that is no number."""
    return ProcedureError(
        "question.no_number",
        "The entry `{entry}` = {value} is no number that can be used.",
        "Write digits with a dot as the decimal mark, and the unit behind them where there is one.",
        entry=name,
        value=str(written)[:_MOST_DIGITS],
    )


def parted(written: object, name: str) -> tuple[Fraction, str]:
    """The number of a written value, exactly, and the text behind it.

    Raises:
        ProcedureError: it does not begin with a number.
    """
    if isinstance(written, bool) or not isinstance(written, int | Decimal | str):
        raise no_number(written, name)
    if not isinstance(written, str):
        return _exact(Decimal(written), written, name), ""
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise no_number(written, name)
    return _exact(Decimal(found[1]), written, name), found[2]


def _exact(value: Decimal, written: object, name: str) -> Fraction:
    if (
        not value.is_finite()
        or abs(value.adjusted()) > _MOST_DIGITS
        or len(value.as_tuple().digits) > _MOST_DIGITS
    ):
        raise no_number(written, name)
    return Fraction(value)
