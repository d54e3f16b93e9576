"""From the indications of a cycle to exact differences between each weight and the reference.

The weighings of a cycle are evenly spaced in time, so that a steady drift of the balance falls out of every
difference. Fractions, because a third of a milligram has no end in decimals and a verdict must not depend on
where it is cut. Source: OIML R 111-1:2004, C.4 (from memory, unverified).
"""

from collections.abc import Sequence
from fractions import Fraction

from procedures.errors import ProcedureError
from procedures.weights_comparison.instrument import Cycle


def differences(cycle: Cycle, indications: Sequence[Fraction], tested: int = 1) -> tuple[Fraction, ...]:
    """Weight less reference, for each weight of one cycle.

    Args:
        cycle: order of weighing.
        indications: in that order, of one unit.
        tested: how many weights stand between the two weighings of the reference.

    Raises:
        ProcedureError: another number of indications belongs to such a cycle.

    >>> differences("ABBA", [Fraction(text) for text in ("0.012", "0.157", "0.161", "0.020")])
    (Fraction(143, 1000),)
    """
    wanted = length(cycle, tested)
    if len(indications) != wanted:
        raise ProcedureError(
            "weights.cycle_length",
            "A cycle {cycle} of {tested} weights has {wanted} indications, not {count}.",
            "Give all of them, in the order of weighing; leave out a cycle that was broken off.",
            cycle=cycle,
            tested=str(tested),
            wanted=str(wanted),
            count=str(len(indications)),
        )
    if cycle == "ABBA":
        first, one, again, last = indications
        return ((one + again - first - last) / 2,)
    first, *between, last = indications
    parts = len(between) + 1
    return tuple(
        shown - first - (last - first) * Fraction(place, parts) for place, shown in enumerate(between, 1)
    )


def length(cycle: Cycle, tested: int) -> int:
    """How many weighings a cycle has."""
    return 4 if cycle == "ABBA" else tested + 2


def order(cycle: Cycle, tested: Sequence[str], reference: str) -> tuple[str, ...]:
    """What stands on the pan, weighing by weighing.

    >>> order("AB1...BnA", ["200 g", "200 g*"], "A")
    ('A', '200 g', '200 g*', 'A')
    """
    between = [*tested, *tested] if cycle == "ABBA" else tested
    return (reference, *between, reference)
