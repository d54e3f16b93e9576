"""Questions of uncertainty: budgets with and without a model, readings, coverage factors."""

from decimal import Decimal
from math import inf
from typing import Final

import numpy as np

from procedures.errors import ProcedureError
from procedures.questions.entry import Entry, flag, measured, several, tables, text
from procedures.questions.models import Correlation, Correlations, Inputs, of_numbers, pairs_of, understood
from procedures.questions.question import Figure, Found, Question, figure
from procedures.questions.uncertain import UncertainInput
from procedures.rounding import report
from procedures.uncertainty.budget import Budget, Component, combine
from procedures.uncertainty.coverage import coverage_factor, trapezoidal_coverage_factor
from procedures.uncertainty.evaluation import repeated
from procedures.uncertainty.model import linearise, second_order_terms

GUM: Final = "JCGM 100:2008"
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
    more = 0.0
    if second_order and formula is not None:
        more = sum(second_order_terms(of_numbers(formula, input), estimates, evaluated).values())
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
        second_order=more,
    )
    of_result = unit or (input[0].own_unit if formula is None else "")
    return Found(figures=_told(value, found, of_result), budgets=(("", of_result, found),))


def _told(value: float, budget: Budget, unit: str) -> tuple[Figure, ...]:
    """The result of a budget as figures; value and U also as a report writes them."""
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
        figure("probability", budget.probability, digits=6),
        Figure(name="reported_value", value=stated.value, unit=unit),
        Figure(name="reported_uncertainty", value=stated.uncertainty, unit=unit),
    )


def _readings(readings: list[float]) -> Found:
    found = repeated(readings)
    figures = (
        figure("mean", found.mean, digits=12),
        figure("standard_uncertainty", found.of_mean().standard),
        figure("deviation", found.deviation),
        figure("degrees_of_freedom", float(found.readings - 1)),
    )
    return Found(figures=figures)


def _coverage(degrees_of_freedom: float | None, probability: float) -> Found:
    found = coverage_factor(inf if degrees_of_freedom is None else degrees_of_freedom, probability)
    return Found(figures=(figure("coverage_factor", found, digits=7),))


def _trapezoid(half_widths: list[float], probability: float) -> Found:
    if len(half_widths) != 2 or min(half_widths) < 0 or not sum(half_widths):  # noqa: PLR2004 - a trapezoid has two
        raise ProcedureError(
            "question.half_widths",
            "A trapezoid comes of two half-widths, neither below zero.",
            "Give two numbers, the half-widths of the two rectangular parts.",
        )
    top = abs(half_widths[0] - half_widths[1]) / sum(half_widths)
    found = trapezoidal_coverage_factor(top, probability)
    return Found(figures=(figure("coverage_factor", found, digits=7), figure("top", top)))


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
    Question(
        kind="uncertainty",
        id="readings",
        entries=(several("readings", "", ["5.007", "4.994", "5.005", "4.990", "4.999"]),),
        answer=_readings,
        formula="s² = Σ(xᵢ − x̄)²/(n − 1);  u(x̄) = s/√n;  ν = n − 1",
        source=f"{GUM}, 4.2",
    ),
    Question(
        kind="uncertainty",
        id="coverage_factor",
        entries=(measured("degrees_of_freedom", "", 16, None), PROBABILITY),
        answer=_coverage,
        formula="k = t_p(ν), ν truncated; none given: normal",
        source=f"{GUM}, annex G",
        filled=("degrees_of_freedom",),
    ),
    Question(
        kind="uncertainty",
        id="coverage_factor_trapezoid",
        entries=(several("half_widths", "", [50, 25]), measured("probability", "", "95 %", "95 %")),
        answer=_trapezoid,
        formula="β = |a₁ − a₂|/(a₁ + a₂);  k = [1 − √((1 − p)(1 − β²))]/√((1 + β²)/6);  p (1 + β)/2/√… on it",
        source="EA-4/02 M:2022, S9 (unverified)",
    ),
)
