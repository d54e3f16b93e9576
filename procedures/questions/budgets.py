"""The question of a budget: inputs with and without a model, correlated or not."""

from decimal import Decimal
from math import copysign, inf, sqrt
from typing import Final

import numpy as np

from procedures.questions.entry import Entry, flag, measured, tables, text
from procedures.questions.models import Correlation, Correlations, Inputs, of_numbers, pairs_of, understood
from procedures.questions.question import Figure, Found, Question, figure
from procedures.questions.uncertain import UncertainInput
from procedures.rounding import report
from procedures.uncertainty.budget import Budget, Component, combine
from procedures.uncertainty.model import linearise, second_order_terms

GUM: Final = "JCGM 100:2008"
_MOST_CURVED: Final = 40
"""inputs whose pairs are looked at: their number goes as its square"""
_SLIGHT: Final = 1e-6
"""part of the variance below which a term of second order is noise of the differences"""
PROBABILITY: Final = measured("probability", "", "95.45 %", "95.45 %")
UNIT: Final = text("unit", "g", "")
CORRELATION: Final = tables(
    "correlation", Correlation, [{"between": ["a", "b"], "coefficient": Decimal("0.5")}], None
)
SIMULTANEOUS: Final = flag("simultaneous", default=False)


def inputs(*examples: dict[str, object]) -> Entry:
    """The tables of the inputs."""
    return tables("input", UncertainInput, list(examples))


def _budget(
    *,
    model: str | None,
    unit: str,
    input: Inputs,  # noqa: A002 - the table is called so
    correlation: Correlations | None,
    simultaneous: bool,
    probability: float,
    coverage_factor: float | None,
    second_order: bool,
) -> Found:
    evaluated = [one.evaluated() for one in input]
    estimates = [one.estimate for one in input]
    formula = None if model is None else understood(model, input)
    if formula is None:
        slopes = tuple(one.slope() for one in input)
        value = float(np.dot(slopes, estimates))
    else:
        plain = of_numbers(formula, input)
        value, slopes = linearise(plain, estimates, evaluated)
    terms: dict[tuple[int, int], float] = {}
    if second_order and formula is not None:
        if len(input) > _MOST_CURVED:
            raise ValueError(f"terms of second order are for {_MOST_CURVED} inputs at most")
        terms = second_order_terms(of_numbers(formula, input), estimates, evaluated)
    components = [
        Component(
            name=one.name,
            standard=known.standard,
            sensitivity=slope,
            degrees_of_freedom=known.degrees_of_freedom,
            distribution=known.distribution,
            value=estimate,
            unit=one.own_unit,
            source=one.source,
        )
        for one, known, estimate, slope in zip(input, evaluated, estimates, slopes, strict=True)
    ]
    found = combine(
        components,
        correlations=pairs_of(input, correlation, simultaneous=simultaneous),
        probability=probability,
        coverage=coverage_factor,
        second_order=sum(terms.values()),
    )
    of_result = unit or (input[0].own_unit if formula is None else "")
    bends = tuple(
        figure(
            f"second_order {input[a].name} × {input[b].name}", copysign(sqrt(abs(term)), term), of_result, 6
        )
        for (a, b), term in terms.items()
        if abs(term) > _SLIGHT * found.standard**2
    )
    return Found(
        figures=(*_told(value, found, of_result, fixed=coverage_factor is not None), *bends),
        budgets=(("", of_result, found),),
    )


def _told(value: float, budget: Budget, unit: str, *, fixed: bool) -> tuple[Figure, ...]:
    """The result of a budget as figures; value and U also as a report writes them.

    A fixed k (`fixed`) has no stated probability.
    """
    freedom = budget.effective_degrees_of_freedom
    stated = report(Decimal(repr(value)), Decimal(repr(float(f"{budget.expanded:.12g}"))))
    return (
        figure("value", value, unit, 12),
        figure("standard_uncertainty", budget.standard, unit, 8),
        figure("expanded_uncertainty", budget.expanded, unit, 8),
        figure("lower", value - budget.expanded, unit, 12),
        figure("upper", value + budget.expanded, unit, 12),
        figure("coverage_factor", budget.coverage_factor, digits=6),
        Figure(name="effective_degrees_of_freedom", value="∞")
        if freedom == inf
        else figure("effective_degrees_of_freedom", freedom, digits=8),
        *(() if fixed else (figure("probability", budget.probability, digits=6),)),
        Figure(name="reported_value", value=stated.value, unit=unit),
        Figure(name="reported_uncertainty", value=stated.uncertainty, unit=unit),
    )


QUESTIONS: Final = (
    Question(
        kind="uncertainty",
        id="budget",
        entries=(
            text("model", "m_s + d", None),
            UNIT,
            inputs(
                {
                    "name": "m_s",
                    "value": "10000.005 g",
                    "expanded": "0.045 g",
                    "source": "certificate, k = 2",
                },
                {"name": "d", "value": "0.020 g", "deviation": "0.025 g", "count": 3},
            ),
            CORRELATION,
            SIMULTANEOUS,
            PROBABILITY,
            measured("coverage_factor", "", 2, None),
            flag("second_order", default=False),
        ),
        answer=_budget,
        formula="u² = Σ(cᵢ uᵢ)² + 2 Σ cᵢ cⱼ u(xᵢ, xⱼ);  ν_eff = u⁴/Σ(cᵢ⁴uᵢ⁴/νᵢ);  U = k u,  k = t_p(ν_eff)",
        source=f"{GUM}, 5 and annex G",
    ),
)
