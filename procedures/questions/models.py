"""What questions of uncertainty share: the inputs and their correlations, and a model that fits them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from procedures.errors import ProcedureError
from procedures.questions.uncertain import UncertainInput
from procedures.uncertainty.budget import Component, combine
from procedures.uncertainty.covariance import correlation_of, covariance_from, covariance_of_means
from procedures.uncertainty.evaluation import Distribution, Evaluated
from procedures.uncertainty.expression import Expression, expression


class Correlation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table `[[correlation]]`."""

    between: tuple[str, str]
    coefficient: Decimal | int


Inputs = tuple[UncertainInput, ...]
Correlations = tuple[Correlation, ...]


def understood(model: str, inputs: Inputs) -> Expression:
    """The model, whose names are those of the inputs."""
    formula = expression(model)
    fit_together([formula], inputs)
    return formula


def fit_together(models: Sequence[Expression], inputs: Inputs) -> None:
    """Refuse a model that names what is no input, an input that no model names, two inputs of one name."""
    names = [one.name for one in inputs]
    wanted = {name for formula in models for name in formula.names}
    odd = wanted ^ set(names) or {name for name in names if names.count(name) > 1}
    if odd:
        raise ProcedureError(
            "question.model_names",
            "The model `{model}` and the inputs do not fit together: {names}.",
            "Give one [[input]] for each name in the model, each name once, and none besides.",
            model="; ".join(formula.text for formula in models),
            names=", ".join(sorted(odd)),
        )


def of_numbers(formula: Expression, inputs: Inputs) -> Any:
    """The model as a function of as many numbers as there are inputs."""
    names = [one.name for one in inputs]
    return lambda *at: float(finite(formula(dict(zip(names, at, strict=True))), formula.text))


def finite(values: Any, model: str) -> Any:
    """The values; refused where a model has none."""
    if not np.isfinite(values).all():
        raise ProcedureError(
            "question.no_result",
            "The model `{model}` has no result near these inputs.",
            "Check the inputs: a division by zero, or a root or logarithm of less than nothing.",
            model=model,
        )
    return values


def pairs_of(
    inputs: Inputs, correlation: Correlations | None, *, simultaneous: bool
) -> dict[tuple[str, str], float]:
    """Correlation coefficients by the names of two inputs: as given, and those of simultaneous readings."""
    names = {one.name for one in inputs}
    pairs: dict[tuple[str, str], float] = {}
    if simultaneous:
        r = correlation_of(covariance_of_means(readings_table(inputs))[1])
        listed = [one.name for one in inputs]
        pairs = {(a, b): float(r[i, j]) for i, a in enumerate(listed) for j, b in enumerate(listed) if i < j}
    for one in correlation or ():
        if not names.issuperset(one.between):
            raise ProcedureError(
                "question.correlation_names",
                "A correlation names {names}, and one of them is no input.",
                "Write the names of two inputs.",
                names=" and ".join(one.between),
            )
        pairs[one.between] = float(one.coefficient)
    return pairs


def covariance_of(inputs: Inputs, evaluated: list[Evaluated], correlation: Correlations) -> Any:
    """The covariance matrix of the inputs."""
    names = [one.name for one in inputs]
    matrix = np.eye(len(names))
    for (first, second), r in pairs_of(inputs, correlation, simultaneous=False).items():
        a, b = names.index(first), names.index(second)
        matrix[a, b] = matrix[b, a] = r
    if correlation:
        combine(
            [Component(name=n, standard=e.standard) for n, e in zip(names, evaluated, strict=True)],
            correlations=pairs_of(inputs, correlation, simultaneous=False),
            coverage=1,
        )  # refuses coefficients that are impossible
        if any(one.distribution is not Distribution.NORMAL for one in evaluated):
            raise ProcedureError(
                "question.correlated_shape",
                "Correlated inputs are drawn from normal distributions, and one is of another shape.",
                "Leave the correlation out, or give standard uncertainties without degrees of freedom.",
            )
    return covariance_from([one.standard for one in evaluated], matrix)


def readings_table(inputs: Inputs) -> Any:
    """Simultaneous readings, a row each time."""
    series = [one.shown for one in inputs]
    if not series[0] or any(len(one) != len(series[0]) for one in series):
        raise ProcedureError(
            "question.simultaneous",
            "Simultaneous readings need as many readings of every input.",
            "Give `readings` of one length for every input, or leave simultaneous out.",
        )
    return np.array(series).T
