"""A measurement model as a function: its value, its sensitivities, and how far it is from linear.

Source: JCGM 100:2008, 5.1.2 with its note (terms of second order), 5.1.4 (numerical sensitivities). The
differences are taken over the standard uncertainty, where the result needs them, and refined once by halving.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum

from procedures.uncertainty.evaluation import Evaluated

Model = Callable[..., float]
"""from the inputs, in order, to the result"""


@dataclass(frozen=True)
class Linearised:
    """A model near its estimates."""

    value: float
    sensitivities: tuple[float, ...]
    second_order: float
    """variance that the linear terms miss, for independent normal inputs"""
    second_order_terms: dict[tuple[int, int], float]
    """parts of it by the places of two inputs"""


def linearise(model: Model, estimates: Sequence[float], inputs: Sequence[Evaluated]) -> Linearised:
    """Take the derivatives of a model at its estimates.

    Args:
        model: accepts as many numbers as there are estimates.
        estimates: in the order of the model's arguments.
        inputs: their standard uncertainties; an input with u = 0 gets the sensitivity 0.

    >>> from procedures.uncertainty.evaluation import Evaluated
    >>> linearise(lambda a, b: a * b, [2.0, 3.0], [Evaluated(0.1), Evaluated(0.1)]).sensitivities
    (3.0, 2.0)
    """
    at = list(estimates)
    steps = [one.standard for one in inputs]
    value = model(*at)

    def moved(*moves: tuple[int, float]) -> float:
        there = list(at)
        for place, by in moves:
            there[place] += by
        return model(*there)

    def slope(place: int) -> float:
        step = steps[place]
        if not step:
            return 0.0
        wide = (moved((place, step)) - moved((place, -step))) / (2 * step)
        narrow = (moved((place, step / 2)) - moved((place, -step / 2))) / step
        return (4 * narrow - wide) / 3

    def bend(first: int, second: int) -> float:
        """The difference that makes f_ij uᵢ uⱼ."""
        a, b = steps[first], steps[second]
        if first == second:
            return moved((first, a)) - 2 * value + moved((first, -a))
        corners = moved((first, a), (second, b)) - moved((first, a), (second, -b))
        return (corners - moved((first, -a), (second, b)) + moved((first, -a), (second, -b))) / 4

    def skewed(first: int, second: int) -> float:
        """The difference that makes f_ijj uᵢ uⱼ²."""
        a, b = steps[first], steps[second]
        if first == second:
            far = moved((first, 2 * a)) - moved((first, -2 * a))
            return far / 2 - moved((first, a)) + moved((first, -a))
        ahead = moved((first, a), (second, b)) + moved((first, a), (second, -b)) - 2 * moved((first, a))
        behind = moved((first, -a), (second, b)) + moved((first, -a), (second, -b)) - 2 * moved((first, -a))
        return (ahead - behind) / 2

    slopes = tuple(slope(place) for place in range(len(at)))
    terms: dict[tuple[int, int], float] = {}
    for i, first in enumerate(steps):
        for j, second in enumerate(steps):
            if first and second:
                terms[i, j] = bend(i, j) ** 2 / 2 + slopes[i] * first * skewed(i, j)
    return Linearised(value, slopes, fsum(terms.values()), terms)
