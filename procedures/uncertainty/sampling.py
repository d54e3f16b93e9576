"""Drawing the inputs of a model: each by its own distribution, or jointly normal.

Source: JCGM 101:2008, 6.4. Limits that are known only roughly (a rectangle with finite degrees of freedom)
are drawn as 6.4.3 has it: the width itself is drawn first.
"""

from collections.abc import Callable, Sequence
from math import inf, sqrt
from typing import assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray

from procedures.errors import ProcedureError
from procedures.uncertainty.evaluation import Distribution, Evaluated
from procedures.uncertainty.student import student

Floats = NDArray[np.float64]
Sampler = Callable[[np.random.Generator, int], Sequence[Floats]]
"""from a generator and a number of trials to one array for each input"""

_NO_VARIANCE = 2
"""Student's t has no variance with so many degrees of freedom or fewer"""


def independent(estimates: Sequence[float], inputs: Sequence[Evaluated]) -> Sampler:
    """Draw each input by itself.

    Raises:
        ProcedureError: an input rests on so few readings that its distribution has no variance.
    """
    pairs = list(zip(estimates, inputs, strict=True))
    for place, (_, one) in enumerate(pairs, start=1):
        if one.distribution is Distribution.STUDENT and one.degrees_of_freedom <= _NO_VARIANCE:
            raise ProcedureError(
                "uncertainty.no_variance",
                "Input {place} has {freedom} degrees of freedom: its distribution has no variance.",
                "Take at least four readings, or use a pooled standard deviation.",
                place=str(place),
                freedom=f"{one.degrees_of_freedom:g}",
            )

    def sample(generator: np.random.Generator, trials: int) -> list[Floats]:
        drawn = [_unit(one, generator, trials) for _, one in pairs]
        for array, (estimate, one) in zip(drawn, pairs, strict=True):
            np.multiply(array, one.standard, out=array)
            np.add(array, estimate, out=array)
        return drawn

    return sample


def gaussian(estimates: ArrayLike, covariance: ArrayLike) -> Sampler:
    """Draw inputs that are jointly normal (JCGM 101:2008, 6.4.8).

    Raises:
        ValueError: the matrix is no covariance matrix.
    """
    at, matrix = np.asarray(estimates, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    values, vectors = np.linalg.eigh(matrix)
    if not np.allclose(matrix, matrix.T) or values.min() < -1e-9 * abs(values).max():
        raise ValueError("no covariance matrix: not symmetric, or with a negative variance")
    root = vectors * np.sqrt(np.clip(values, 0, None))

    def sample(generator: np.random.Generator, trials: int) -> list[Floats]:
        return list(at[:, None] + root @ generator.standard_normal((at.size, trials)))

    return sample


def _unit(one: Evaluated, generator: np.random.Generator, trials: int) -> Floats:
    """Draws around 0 that have the standard deviation 1 (Student's t and rough limits: a little more)."""
    match one.distribution:
        case Distribution.NORMAL:
            return generator.standard_normal(trials)
        case Distribution.STUDENT:
            return student(generator, one.degrees_of_freedom, trials)
        case Distribution.RECTANGULAR:
            return sqrt(3) * _roughly(one, generator, trials) * _sides(generator, trials)
        case Distribution.ARCSINE:
            turns = generator.random(trials)
            return sqrt(2) * _roughly(one, generator, trials) * np.sin(2 * np.pi * turns)
        case Distribution.TRIANGULAR | Distribution.TRAPEZOIDAL:
            top = one.top if one.distribution is Distribution.TRAPEZOIDAL else 0.0
            wide, narrow = (1 + top) / 2, (1 - top) / 2
            drawn = wide * _sides(generator, trials) + narrow * _sides(generator, trials)
            return sqrt(6 / (1 + top * top)) * _roughly(one, generator, trials) * drawn
        case _:
            assert_never(one.distribution)


def _sides(generator: np.random.Generator, trials: int) -> Floats:
    return generator.uniform(-1, 1, trials)


def _roughly(one: Evaluated, generator: np.random.Generator, trials: int) -> Floats | float:
    """The half-width over its estimate: 1, or drawn within ±Δ when it is known only to a part Δ."""
    if one.degrees_of_freedom == inf:
        return 1.0
    return 1 + _sides(generator, trials) / sqrt(2 * one.degrees_of_freedom)
