"""The conclusion of a test of weights: validity weight by weight, and what the reader must know."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.scales.conclusion import conclude as with_validity
from procedures.scales.conclusion import years_later
from procedures.weights_comparison.assessment import Sheet, subjects
from procedures.weights_comparison.judging import Judged, Judging
from procedures.weights_comparison.mass import Compared
from procedures.weights_comparison.observation import Observations

_FEW = 8
"""so many weights a sentence can name"""


def conclude(
    judging: Judging,
    phase: Phase,
    *,
    on: date | None,
    notices: Sequence[Reason],
    as_found: Phase | None = None,
) -> Conclusion:
    """Join the deciding phase with its validity, weight by weight.

    Args:
        judging: the set and its rules.
        phase: the deciding one.
        on: the day of the test; None: not known, then no validity is stated.
        notices: in the order in which they are to be read.
        as_found: the phase before an adjustment.
    """
    years = judging.rules.validity_years
    whole = with_validity(phase, on=on, years=years, notices=notices, as_found=as_found)
    until = None if on is None else years_later(on, years)
    each = tuple(
        msgspec.structs.replace(one, valid_until=until if one.outcome is Outcome.CONFORMS else None)
        for one in subjects(judging, phase)
    )
    return msgspec.structs.replace(whole, subjects=each)


def observation_notices(judging: Judging, seen: Observations) -> tuple[Reason, ...]:
    """What is odd about the rows, though it decides nothing."""
    return tuple(_notices(judging, Sheet(judging, seen).judged))


def _notices(judging: Judging, judged: Sequence[Judged]) -> Iterator[Reason]:
    for one in judged:
        yield from _air(one.compared) if one.compared is not None else ()
    lower = {
        one.weight.id: name
        for one in judged
        if one.point.outcome is Outcome.DOES_NOT_CONFORM and (name := judging.lower_class(one))
    }
    if lower:
        told = [f"{weight}: {name}" for weight, name in lower.items()]
        yield Reason(code="lower_class", facts={"weights": _few(told)})
    if assumed := [one.weight.id for one in judged if one.assumed]:
        ratio = str(judging.rules.acceptance.least_ratio)
        yield Reason(code="uncertainty_assumed", facts={"weights": _few(assumed), "least_ratio": ratio})
    if few := [one.weight.id for one in judged if _too_few(judging, one)]:
        yield Reason(code="few_cycles", facts={"weights": _few(few)})
    if uncorrected := [one.weight.id for one in judged if _uncorrected(one)]:
        yield Reason(code="buoyancy_not_corrected", facts={"weights": _few(uncorrected)})


def _air(found: Compared) -> Iterator[Reason]:
    air = found.row.air
    if air is not None and found.air is not None:
        facts = {name: str(getattr(air, name)) for name in ("temperature", "pressure", "humidity")}
        density = Quantity(Decimal(found.air.numerator) / found.air.denominator, "kg/m3")
        yield Reason(code="air_conditions", facts={**facts, "density": str(density)})
    yield from found.warnings


def _too_few(judging: Judging, one: Judged) -> bool:
    if one.compared is None or one.compared.row.differences:
        return False
    wanted = judging.rules.least_cycles(one.compared.row.cycle, judging.uut.accuracy_class)
    return len(one.compared.differences) < wanted


def _uncorrected(one: Judged) -> bool:
    found = one.compared
    return found is not None and None in (found.air, found.tested_matter, found.reference_matter)


def _few(told: Sequence[str]) -> str:
    """The weights, or the first of many."""
    return ", ".join(told[:_FEW]) + (" …" if len(told) > _FEW else "")
