"""Several results from the same inputs: their uncertainties and how they hang together.

Source: JCGM 100:2008, 5.2.3 and H.2; JCGM 102:2011, 6.2. Rows of an array are simultaneous readings.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from procedures.errors import ProcedureError
from procedures.uncertainty.model import part_of_step

Matrix = NDArray[np.float64]
VectorModel = Callable[[NDArray[np.float64]], ArrayLike]
"""from an array of inputs to an array of results"""


def covariance_of_means(readings: ArrayLike) -> tuple[NDArray[np.float64], Matrix]:
    """The means of simultaneous readings and the covariance matrix of these means.

    Args:
        readings: shape (repeats, quantities).

    Raises:
        ProcedureError: fewer than two repeats.
    """
    table = np.asarray(readings, dtype=np.float64)
    repeats = table.shape[0]
    if repeats < 2:  # noqa: PLR2004 - one reading has no spread
        raise ProcedureError(
            "uncertainty.too_few_readings",
            "{count} readings say nothing about their spread.",
            "Take at least two readings, or give a standard deviation from earlier work.",
            count=str(repeats),
        )
    rest = table - table.mean(axis=0)
    return table.mean(axis=0), rest.T @ rest / (repeats * (repeats - 1))


def covariance_from(standard: ArrayLike, correlation: ArrayLike) -> Matrix:
    """A covariance matrix from standard uncertainties and correlation coefficients."""
    u = np.asarray(standard, dtype=np.float64)
    return np.asarray(correlation, dtype=np.float64) * np.outer(u, u)


def correlation_of(covariance: Matrix) -> Matrix:
    """Correlation coefficients; a quantity without uncertainty is correlated with nothing."""
    u = np.sqrt(np.diag(covariance))
    scale = np.outer(u, u)
    coefficients: Matrix = np.divide(covariance, scale, out=np.eye(len(u)), where=scale > 0)
    return coefficients


def propagate(
    model: VectorModel, estimates: Sequence[float] | NDArray[np.float64], covariance: Matrix
) -> tuple[NDArray[np.float64], Matrix]:
    """The results of a model and their covariance matrix, to first order: J U Jᵀ.

    Args:
        model: accepts and gives one-dimensional arrays.
        estimates: the inputs.
        covariance: of the inputs, in the same order.
    """
    at = np.asarray(estimates, dtype=np.float64)
    value = np.atleast_1d(np.asarray(model(at), dtype=np.float64))
    jacobian = np.zeros((value.size, at.size))
    for place, step in enumerate(np.sqrt(np.diag(covariance))):
        if step > 0:
            near = step * part_of_step(float(at[place]), float(step))
            move = np.zeros_like(at)
            move[place] = near
            wide = (np.asarray(model(at + move)) - np.asarray(model(at - move))) / 2
            narrow = np.asarray(model(at + move / 2)) - np.asarray(model(at - move / 2))
            jacobian[:, place] = (4 * narrow - wide) / 3 / near
    return value, jacobian @ covariance @ jacobian.T
