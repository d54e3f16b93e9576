"""The decision: does an error, known exactly or within bounds, lie inside its tolerance?

Simple acceptance: limits are inclusive and nothing is rounded before the comparison. Quantities are compared
as the exact decimals that they are: a binary float would flip results that lie exactly on the limit.
"""

from collections.abc import Iterable, Sequence
from math import lcm

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Outcome, Tolerance


def decide(lowest: Quantity, highest: Quantity, tolerance: Tolerance) -> Outcome:
    """Compare the interval in which an error lies with its tolerance.

    Args:
        lowest: lower end of the interval; equal to `highest` when the error is known exactly.
        highest: upper end, inclusive like the lower one.
        tolerance: the permitted limits, both inclusive.

    >>> limits = Tolerance(lower=Quantity.parse("-0.05 g"), upper=Quantity.parse("0.05 g"))
    >>> decide(Quantity.parse("0.05 g"), Quantity.parse("0.05 g"), limits).value
    'conforms'
    """
    if lowest > highest:
        raise ValueError(f"an error cannot lie between {lowest} and {highest}")
    if tolerance.lower <= lowest and highest <= tolerance.upper:
        return Outcome.CONFORMS
    if lowest > tolerance.upper or highest < tolerance.lower:
        return Outcome.DOES_NOT_CONFORM
    return Outcome.INDETERMINATE


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """One failure fails the whole, one doubt leaves it open; nothing at all is no pass."""
    found = set(outcomes)
    if Outcome.DOES_NOT_CONFORM in found:
        return Outcome.DOES_NOT_CONFORM
    if found == {Outcome.CONFORMS}:
        return Outcome.CONFORMS
    return Outcome.INDETERMINATE


def whole_digits(*quantities: Quantity) -> tuple[int, ...]:
    """Count quantities of one dimension in a step that goes into each of them without a rest.

    >>> whole_digits(Quantity.parse("1.5 kg"), Quantity.parse("0.25 g"))
    (6000, 1)

    Raises:
        UnitError: they have no common unit in which all of them are exact.
    """
    ratios = [quantity.value.as_integer_ratio() for quantity in _in_one_unit(quantities)]
    step = lcm(*[below for _, below in ratios])
    return tuple([above * (step // below) for above, below in ratios])


def _in_one_unit(quantities: tuple[Quantity, ...]) -> Sequence[Quantity]:
    units = dict.fromkeys([quantity.unit for quantity in quantities])
    if len(units) == 1:  # nearly always, and an audit asks thousands of times
        return quantities
    for unit in units:
        try:
            return [quantity.to(unit) for quantity in quantities]
        except UnitError:
            continue  # grams have no exact value in pounds, but pounds have one in grams
    raise UnitError(f"{', '.join(map(str, quantities))} have no common exact unit")
