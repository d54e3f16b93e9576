"""A measurement model as a function: its value, its sensitivities, and how far it is from linear.

Source: JCGM 100:2008, 5.1.2 with its note (terms of second order), 5.1.3 (sensitivities as derivatives at the
estimates). Differences are taken over a small part of the standard uncertainty, for second and third
derivatives over a half, and refined once by halving: a logarithm far from linear still gives its own slope.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from procedures.uncertainty.evaluation import Evaluated

_PART: Final = 1 / 64
"""of the standard uncertainty: the step of a first derivative"""
_DIGITS: Final = 1e-5
"""of the estimate: a smaller step would drown in the last digits of a float"""
_HALF: Final = 0.5
"""of the standard uncertainty: the step of higher derivatives"""
Model = Callable[..., float]
"""from the inputs, in order, to the result"""


class Linearised(NamedTuple):
    """A model near its estimates."""

    value: float
    sensitivities: tuple[float, ...]


def linearise(model: Model, estimates: Sequence[float], inputs: Sequence[Evaluated]) -> Linearised:
    """The value and the sensitivities of a model at its estimates.

    Args:
        model: accepts as many numbers as there are estimates.
        estimates: in the order of the model's arguments.
        inputs: their standard uncertainties; an input with u = 0 gets the sensitivity 0.

    >>> found = linearise(lambda a, b: a * b, [2.0, 3.0], [Evaluated(0.1), Evaluated(0.1)])
    >>> [round(sensitivity, 9) for sensitivity in found.sensitivities]
    [3.0, 2.0]
    """
    near = _Near(model, estimates, inputs)
    return Linearised(near.value, tuple(near.slope(place) for place in range(len(estimates))))


def second_order_terms(
    model: Model, estimates: Sequence[float], inputs: Sequence[Evaluated]
) -> dict[tuple[int, int], float]:
    """The variance that the linear terms miss, by the places of the two inputs that make it.

    Their sum is what `combine` takes as `second_order`; it holds for independent normal inputs.
    """
    near = _Near(model, estimates, inputs)
    terms: dict[tuple[int, int], float] = {}
    for i, first in enumerate(near.steps):
        lean = near.slope(i) * first
        for j, second in enumerate(near.steps):
            if first and second:
                pair = (min(i, j), max(i, j))
                terms[pair] = terms.get(pair, 0.0) + near.bend(i, j) ** 2 / 2 + lean * near.skew(i, j)
    return terms


class _Near:
    """A model and points one standard uncertainty around its estimates."""

    def __init__(self, model: Model, estimates: Sequence[float], inputs: Sequence[Evaluated]) -> None:
        self._model = model
        self._at = tuple(estimates)
        self.steps = [one.standard for _, one in zip(estimates, inputs, strict=True)]
        self.value = model(*estimates)

    def moved(self, *moves: tuple[int, float]) -> float:
        """The result with some inputs moved by so many of their standard uncertainties."""
        there = list(self._at)
        for place, by in moves:
            there[place] += by * self.steps[place]
        return self._model(*there)

    def slope(self, i: int) -> float:
        if not self.steps[i]:
            return 0.0
        share = part_of_step(self._at[i], self.steps[i])

        def difference(h: float) -> float:
            return (self.moved((i, h * share)) - self.moved((i, -h * share))) / (2 * h * share)

        return _refined(difference) / self.steps[i]

    def bend(self, i: int, j: int) -> float:
        """The second derivative by i and j, times uᵢ uⱼ."""
        return _refined(lambda h: self._bend(i, j, h * _HALF) / (h * _HALF) ** 2)

    def skew(self, i: int, j: int) -> float:
        """The third derivative once by i and twice by j, times uᵢ uⱼ²."""
        return _refined(lambda h: self._skew(i, j, h * _HALF) / (h * _HALF) ** 3)

    def _bend(self, i: int, j: int, h: float) -> float:
        if i == j:
            return self.moved((i, h)) - 2 * self.value + self.moved((i, -h))
        alike = self.moved((i, h), (j, h)) + self.moved((i, -h), (j, -h))
        crosswise = self.moved((i, h), (j, -h)) + self.moved((i, -h), (j, h))
        return (alike - crosswise) / 4

    def _skew(self, i: int, j: int, h: float) -> float:
        if i == j:
            near = self.moved((i, h)) - self.moved((i, -h))
            return (self.moved((i, 2 * h)) - self.moved((i, -2 * h))) / 2 - near
        ahead = self.moved((i, h), (j, h)) - 2 * self.moved((i, h)) + self.moved((i, h), (j, -h))
        behind = self.moved((i, -h), (j, h)) - 2 * self.moved((i, -h)) + self.moved((i, -h), (j, -h))
        return (ahead - behind) / 2


def part_of_step(estimate: float, standard: float) -> float:
    """Which part of a standard uncertainty a slope is taken over: small, yet far above the last digits."""
    return min(1.0, max(_PART, _DIGITS * abs(estimate) / standard))


def _refined(difference: Callable[[float], float]) -> float:
    """A derivative from differences over one step and half of it, without the error that is their square."""
    return (4 * difference(0.5) - difference(1.0)) / 3
