"""Whether a scale can belong to its class: number of intervals, Min, auxiliary indication.

Source: the classification rows of the rule table (OIML R 76-1:2006, Table 3, 3.3 and 3.4).
"""

from fractions import Fraction

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.scales.instrument import Scale, WeighingRange
from procedures.scales.rules import ClassRules, Limits, ScaleRules


def check_classification(scale: Scale, rules: ScaleRules) -> None:
    """Refuse a scale whose Max and e do not go with its class.

    Raises:
        ProcedureError: `scale.class_unknown_e`, `scale.too_few_intervals`, `scale.too_many_intervals`,
            `scale.partial_range` or `scale.min`.
    """
    of_class = _class(scale, rules)
    last = len(scale.parts) - 1
    for number, part in enumerate(scale.parts):
        limits = _limits(scale, part, rules)
        n = intervals(part)
        partial = bool(scale.intervals) and number < last
        if not partial and n < limits.n_min:
            raise _refused("scale.too_few_intervals", scale, part, limit=str(limits.n_min))
        if limits.n_max is not None and n > limits.n_max:
            raise _refused("scale.too_many_intervals", scale, part, limit=str(limits.n_max))
        if partial and part.max < scale.parts[number + 1].e * of_class.step_n:
            raise _refused("scale.partial_range", scale, part, limit=str(of_class.step_n))
        lowest = of_class.tariff_min_e or limits.min_e
        marked = _marked_min(scale, part)
        if marked is not None and marked < _interval_of_min(part, of_class) * lowest:
            raise _refused("scale.min", scale, part, limit=str(lowest), min=str(marked))


def classification_notices(scale: Scale, rules: ScaleRules) -> tuple[Reason, ...]:
    """What is unusual, though no reason to refuse: an odd e, a small Min, a display too fine."""
    of_class = _class(scale, rules)
    notices = []
    for part in scale.parts:
        odd = [step for step in dict.fromkeys((part.e, part.resolution)) if not _is_decimal_step(step)]
        notices += [Reason(code="scale_interval_form", facts={"interval": str(step)}) for step in odd]
        marked, least = _marked_min(scale, part), least_load(scale, part, rules, marked=False)
        if marked is not None and marked < least:
            facts = {"min": str(marked), "limit": str(least)}
            notices.append(Reason(code="min_below_class_limit", facts=facts))
        if part.resolution < part.e and not of_class.auxiliary:
            facts = {"d": str(part.resolution), "e": str(part.e), "class": scale.accuracy_class.value}
            notices.append(Reason(code="auxiliary_indication_in_class", facts=facts))
    return tuple(notices)


def least_load(scale: Scale, part: WeighingRange, rules: ScaleRules, *, marked: bool = True) -> Quantity:
    """Min: as marked, or else the least that the class permits."""
    own = _marked_min(scale, part) if marked else None
    if own is not None:
        return own
    return _interval_of_min(part, _class(scale, rules)) * _limits(scale, part, rules).min_e


def intervals(part: WeighingRange) -> Fraction:
    """The number of verification scale intervals, n = Max/e."""
    return Fraction(part.max.to("g").value) / Fraction(part.e.to("g").value)


def _is_decimal_step(step: Quantity) -> bool:
    """Whether it is 1, 2 or 5 × 10^k in its unit (OIML R 76-1:2006, 4.2.2.1, from memory)."""
    return step.value.normalize().as_tuple().digits in {(1,), (2,), (5,)}


def _class(scale: Scale, rules: ScaleRules) -> ClassRules:
    return rules.classes[scale.accuracy_class]


def _marked_min(scale: Scale, part: WeighingRange) -> Quantity | None:
    if scale.ranges:
        return part.min
    return scale.min if part.e == scale.e1 else None


def _interval_of_min(part: WeighingRange, of_class: ClassRules) -> Quantity:
    # with an auxiliary indication Min is counted in d (R 76-1, 3.4.3)
    return part.resolution if of_class.auxiliary else part.e


def _limits(scale: Scale, part: WeighingRange, rules: ScaleRules) -> Limits:
    rows = [row for row in _class(scale, rules).limits if row.e_from <= part.e]
    if not rows:
        raise _refused("scale.class_unknown_e", scale, part)
    return rows[-1]


_SENTENCES = {
    "scale.class_unknown_e": "Class {class} does not go with e = {e}.",
    "scale.too_few_intervals": (
        "Class {class} with e = {e} needs at least {limit} scale intervals; Max {max} gives n = {n}."
    ),
    "scale.too_many_intervals": (
        "Class {class} with e = {e} allows at most {limit} scale intervals; Max {max} gives n = {n}."
    ),
    "scale.partial_range": (
        "In class {class} the partial range up to {max} must hold {limit} of the next e at least."
    ),
    "scale.min": "Min {min} is less than {limit} scale intervals, the least that class {class} permits.",
}


def _refused(code: str, scale: Scale, part: WeighingRange, **facts: str) -> ProcedureError:
    n = intervals(part)
    return ProcedureError(
        code,
        _SENTENCES[code],
        "Compare class, Max, Min and e with the data plate; if they are right, the scale cannot be "
        "verified in this class.",
        **{
            "class": scale.accuracy_class.value,
            "max": str(part.max),
            "e": str(part.e),
            "n": str(n.numerator if n.denominator == 1 else round(float(n), 1)),
            **facts,
        },
    )
