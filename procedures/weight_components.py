"""What a load of weights brings into a budget: certificate or class, known error, drift, buoyancy.

Source: EURAMET cg-18, version 4.0, 7.1.2 (from memory, unverified). All sensitivities are −1: E = I − L.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import Evaluated, expanded, rectangular
from procedures.weights import LoadReference

_AIR_BY_MASS: Final = 0.1 * 1.2 / 8000
"""a tenth of the air's buoyancy on weights of 8000 kg/m³, by their mass"""


def load_components(
    load: Quantity,
    found: LoadReference | None,
    *,
    unit: str,
    drift: Quantity | None,
    drift_share: Decimal,
    adjusted_before: bool,
    worst: Callable[[], Quantity],
    share: str,
) -> Iterator[Component]:
    """The components of one load.

    Args:
        load: its nominal mass.
        found: what is known of its weights; None: nothing.
        unit: of the result.
        drift: of the weights since their calibration; None: `drift_share` of their U.
        drift_share: as the rules assume.
        adjusted_before: the instrument was adjusted at the place just before, so buoyancy matters less.
        worst: gives the permitted error of the instrument, of which unknown weights may be wrong by a share.
        share: that share, `1/3`.
    """
    value = _in(unit, load)

    def part(name: str, evaluated: Evaluated, told: str) -> Component:
        return component(name, evaluated, -1.0, value=value, unit=unit, source=told)

    if found is None:
        half = _in(unit, worst()) * float(Fraction(share))
        yield part(
            "weights_class", rectangular(half), f"at most {share} of the permitted error, as the rules ask"
        )
        found = LoadReference()
    for one in found.certified:
        told = f"certificate: U = {one.uncertainty}, k = {one.coverage_factor}"
        yield part("weights", expanded(_in(unit, one.uncertainty), float(one.coverage_factor)), told)
    for name, mass, told in (
        ("weights_class", found.class_limit, "class limit"),
        ("weights_error", found.error, "known, not corrected"),
        ("drift", _drift(found, drift, drift_share), "since the calibration"),
    ):
        if mass is not None:
            yield part(name, rectangular(_in(unit, mass)), f"{told}: ± {mass}")
    # a quarter of the limit, and the air when the instrument was not adjusted in it
    half = _in(unit, found.limit) / 4 if found.limit is not None else 0.0
    if not adjusted_before:
        half += _AIR_BY_MASS * value
    told = "adjusted just before the test" if adjusted_before else "not adjusted just before the test"
    yield part("buoyancy", rectangular(half), told)


def _drift(found: LoadReference, drift: Quantity | None, share: Decimal) -> Quantity | None:
    if not found.certified or drift is not None:
        return drift if found.certified else None
    whole = Quantity(0, found.certified[0].uncertainty.unit)
    for one in found.certified:
        whole += one.uncertainty
    return whole * share


def _in(unit: str, mass: Quantity) -> float:
    return float(mass.to(unit).value)
