"""An uncertainty budget: the parts, the sum, and a table that explains it.

Source: JCGM 100:2008, 5.1 (independent parts), 5.2 (correlated parts), annex G (coverage). Parts that are
correlated count as one part in the degrees of freedom, with the fewest that any of them has: the formula of
Welch and Satterthwaite is for independent parts only.
"""

from collections.abc import Mapping, Sequence
from math import fsum, inf, isfinite, sqrt
from typing import Final

import msgspec

from procedures.errors import ProcedureError
from procedures.uncertainty.coverage import NOISE, TWO_SIGMA, coverage_factor, effective_degrees_of_freedom
from procedures.uncertainty.evaluation import Distribution, Evaluated

Correlations = Mapping[tuple[str, str], float]
"""correlation coefficients by the names of two components; a pair that is not named is independent"""

_NOISE: Final = 1e-9
"""below zero by so little is an eigenvalue of zero"""


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a budget."""

    name: str
    standard: float
    """standard uncertainty of the input, in the input's unit"""
    sensitivity: float = 1.0
    """change of the result per change of the input"""
    degrees_of_freedom: float = inf
    distribution: Distribution = Distribution.NORMAL
    value: float | None = None
    """the estimate, for the table"""
    unit: str = ""
    """of value and standard uncertainty, for the table"""
    source: str = ""
    """certificate, readings or clause that the figure rests on"""

    @property
    def contribution(self) -> float:
        """Signed: sensitivity × standard uncertainty, in the unit of the result."""
        return self.sensitivity * self.standard


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the components come to, in the unit of the result."""

    components: tuple[Component, ...]
    standard: float
    """combined standard uncertainty"""
    effective_degrees_of_freedom: float
    """not truncated; infinite when every part is exact in itself"""
    probability: float
    coverage_factor: float
    expanded: float
    """U = k u"""
    correlations: tuple[tuple[str, str, float], ...] = ()
    second_order: float = 0.0
    """variance from the terms of second order, already within `standard`"""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the table that explains a budget."""

    component: Component
    contribution: float
    """without sign"""
    share: float
    """part of the combined variance that this component makes alone; correlations may add or take away"""


def component(
    name: str,
    evaluated: Evaluated,
    sensitivity: float = 1.0,
    *,
    value: float | None = None,
    unit: str = "",
    source: str = "",
) -> Component:
    """A component from an evaluated standard uncertainty."""
    return Component(
        name=name,
        standard=evaluated.standard,
        sensitivity=sensitivity,
        degrees_of_freedom=evaluated.degrees_of_freedom,
        distribution=evaluated.distribution,
        value=value,
        unit=unit,
        source=source,
    )


def combine(
    components: Sequence[Component],
    *,
    correlations: Correlations | None = None,
    probability: float = TWO_SIGMA,
    coverage: float | None = None,
    second_order: float = 0.0,
) -> Budget:
    """Combine components to a standard and an expanded uncertainty.

    Args:
        components: their names are unique.
        correlations: coefficients from −1 to 1; None: all are independent.
        probability: of the coverage interval; chooses k by the effective degrees of freedom.
        coverage: a fixed k instead, where a rule prescribes one.
        second_order: variance to add for a model that is not linear enough (the sum of `second_order_terms`).

    Raises:
        ProcedureError: a figure is negative or not finite, a correlation is impossible, or so few readings
            stand behind the result that no interval can be given.

    >>> parts = [Component(name="a", standard=3.0), Component(name="b", standard=4.0)]
    >>> combine(parts, coverage=2).expanded
    10.0
    """
    for part in components:
        if not (0 <= part.standard < inf and isfinite(part.sensitivity) and part.degrees_of_freedom > 0):
            raise ProcedureError(
                "uncertainty.impossible_component",
                "The uncertainty component {component} is impossible: u = {standard}, ν = {freedom}.",
                "Correct the standard uncertainty, sensitivity or degrees of freedom of that component.",
                component=part.name,
                standard=str(part.standard),
                freedom=str(part.degrees_of_freedom),
            )
    contributions = [part.sensitivity * part.standard for part in components]
    squares = [contribution * contribution for contribution in contributions]
    freedoms = [part.degrees_of_freedom for part in components]
    first_order = fsum(squares)
    if correlations:
        squares, freedoms = _grouped(components, contributions, correlations)
        first_order = fsum(squares)
    variance = first_order + second_order
    if not variance >= 0:
        raise ProcedureError(
            "uncertainty.too_curved",
            "The terms of second order leave a negative variance: the model is too curved for a budget.",
            "Use Monte Carlo trials for this model.",
        )
    freedom = effective_degrees_of_freedom(
        first_order, [(s, f) for s, f in zip(squares, freedoms, strict=True) if f != inf and s]
    )
    standard = sqrt(variance)
    factor = coverage if coverage is not None else _factor(freedom, probability)
    return Budget(
        components=tuple(components),
        standard=standard,
        effective_degrees_of_freedom=freedom,
        probability=probability,
        coverage_factor=factor,
        expanded=factor * standard,
        correlations=tuple((a, b, r) for (a, b), r in correlations.items()) if correlations else (),
        second_order=second_order,
    )


def explain(budget: Budget) -> tuple[Row, ...]:
    """The table, the largest contribution first."""
    variance = budget.standard**2
    rows = [
        Row(
            component=part,
            contribution=abs(part.contribution),
            share=part.contribution**2 / variance if variance else 0.0,
        )
        for part in budget.components
    ]
    return tuple(sorted(rows, key=lambda row: row.contribution, reverse=True))


def _factor(freedom: float, probability: float) -> float:
    if freedom * NOISE < 1:
        raise ProcedureError(
            "uncertainty.no_interval",
            "With {freedom} effective degrees of freedom no coverage interval can be given.",
            "Repeat the readings that dominate the budget.",
            freedom=f"{freedom:.2f}",
        )
    return coverage_factor(freedom, probability)


def _grouped(
    components: Sequence[Component], contributions: Sequence[float], correlations: Correlations
) -> tuple[list[float], list[float]]:
    """Variances and degrees of freedom, with correlated components taken together."""
    index = {part.name: place for place, part in enumerate(components)}
    if len(index) < len(components):
        raise ValueError("components that are correlated need unique names")
    _fit_together(index, correlations)
    group = list(range(len(components)))
    variances = [contribution * contribution for contribution in contributions]
    crossed = []
    for (first, second), coefficient in correlations.items():
        a, b = index[first], index[second]
        if not coefficient:
            continue
        crossed.append((a, 2 * coefficient * contributions[a] * contributions[b]))
        joined, gone = group[a], group[b]
        group = [joined if one == gone else one for one in group]
    sums = dict.fromkeys(group, 0.0)
    for place, variance in enumerate(variances):
        sums[group[place]] += variance
    for place, cross in crossed:
        sums[group[place]] += cross
    freedoms = dict.fromkeys(sums, inf)
    for place, part in zip(group, components, strict=True):
        freedoms[place] = min(freedoms[place], part.degrees_of_freedom)
    return [max(variance, 0.0) for variance in sums.values()], list(freedoms.values())


def _fit_together(index: Mapping[str, int], correlations: Correlations) -> None:
    import numpy as np  # noqa: PLC0415 - only correlated budgets need it

    matrix = np.eye(len(index))
    for (first, second), coefficient in correlations.items():
        a, b = index[first], index[second]
        matrix[a, b] = matrix[b, a] = coefficient if a != b else np.nan
    if np.isnan(matrix).any() or np.linalg.eigvalsh(matrix).min() < -_NOISE:
        pairs = [
            f"{first} and {second}: {coefficient}" for (first, second), coefficient in correlations.items()
        ]
        raise ProcedureError(
            "uncertainty.impossible_correlation",
            "These correlations are impossible: {pairs}.",
            "Give coefficients from −1 to 1 of two different components that fit together.",
            pairs="; ".join(pairs),
        )
