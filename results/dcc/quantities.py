"""Quantities as the SI format writes them; the units are those of the BIPM brochure."""

from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from drivers.quantity import Quantity
from results.dcc.element import SI, dcc, element, spoken

_PREFIXES: Final = {"k": r"\kilo", "m": r"\milli", "h": r"\hecto", "M": r"\mega", "": ""}
_NAMED: Final = {
    "g": r"\gram",
    "t": r"\tonne",
    "L": r"\litre",
    "m": r"\metre",
    "s": r"\second",
    "min": r"\minute",
    "h": r"\hour",
    "Pa": r"\pascal",
    "bar": r"\bar",
    "°C": r"\degreecelsius",
    "K": r"\kelvin",
    "Hz": r"\hertz",
    "V": r"\volt",
    "A": r"\ampere",
    "Ω": r"\ohm",
    "W": r"\watt",
    "%": r"\percent",
    "1": r"\one",
    "m3": r"\metre\tothe{3}",
}
_SAID: Final = {"Wh": r"\watt\hour", "kWh": r"\kilo\watt\hour", "pcs": r"\one"}
_PREFIXED: Final = frozenset({"g", "L", "m", "Pa", "bar", "V", "A", "W", "Hz", "s"})
_PROBABILITY: Final = "0.95"
"""of every expanded uncertainty in a record"""


def unit_of(unit: str) -> str | None:
    r"""The unit as the SI format writes it; None for one that it does not know.

    >>> unit_of("kg"), unit_of("m3/h"), unit_of("lb")
    ('\\kilo\\gram', '\\metre\\tothe{3}\\per\\hour', None)
    """
    if unit in _SAID:
        return _SAID[unit]
    above, slash, below = unit.partition("/")
    parts = [_simple(above), _simple(below)] if slash else [_simple(above)]
    if None in parts:
        return None
    return r"\per".join(part for part in parts if part is not None)


def _simple(unit: str) -> str | None:
    if unit in _NAMED:
        return _NAMED[unit]
    prefix, rest = unit[:1], unit[1:]
    if prefix in _PREFIXES and rest in _PREFIXED:
        return _PREFIXES[prefix] + _NAMED[rest]
    return None


def quantity(
    name: tuple[str, str],
    value: Quantity,
    *,
    kind: str = "",
    expanded: Quantity | None = None,
    factor: Decimal = Decimal(2),
) -> Element:
    """A named quantity, with its expanded uncertainty where there is one.

    Args:
        name: Indonesian, English.
        value: all its digits are kept.
        kind: what PTB's list of types calls it, `basic_measuredValue`.
        expanded: expanded uncertainty, of the same dimension.
        factor: its coverage factor.
    """
    attributes = {"refType": kind} if kind else {}
    unit = unit_of(value.unit)
    if unit is None:
        return dcc("quantity", spoken("name", *name), spoken("noQuantity", str(value)), **attributes)
    return dcc(
        "quantity",
        spoken("name", *name),
        element(
            SI,
            "real",
            element(SI, "value", value.digits),
            element(SI, "unit", unit),
            _uncertainty(expanded, value.unit, factor) if expanded is not None else None,
        ),
        **attributes,
    )


def _uncertainty(expanded: Quantity, unit: str, factor: Decimal) -> Element:
    return element(
        SI,
        "measurementUncertaintyUnivariate",
        element(
            SI,
            "expandedMU",
            element(SI, "valueExpandedMU", expanded.to(unit).digits),
            element(SI, "coverageFactor", f"{factor:f}"),
            element(SI, "coverageProbability", _PROBABILITY),
        ),
    )
