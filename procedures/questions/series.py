"""Questions about series of readings: mean and spread, several series together, a straight line, coverage."""

from math import inf
from typing import Final

from procedures.errors import ProcedureError
from procedures.questions.budgets import GUM, PROBABILITY
from procedures.questions.entry import Entry, measured, mistaken_form, several
from procedures.questions.question import Found, Question, figure
from procedures.questions.unit import number_in
from procedures.uncertainty.coverage import coverage_factor, trapezoidal_coverage_factor
from procedures.uncertainty.evaluation import pooled, repeated
from procedures.uncertainty.straight_line import straight_line


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


def _pooled(series: list[list[float]]) -> Found:
    found = pooled([repeated(one) for one in series])
    figures = (
        figure("deviation", found.standard),
        figure("degrees_of_freedom", found.degrees_of_freedom),
        *(figure(f"mean {number}", repeated(one).mean, digits=12) for number, one in enumerate(series, 1)),
    )
    return Found(figures=figures)


def _series(written: object, name: str) -> list[list[float]]:
    if not isinstance(written, list) or not written or not all(isinstance(one, list) for one in written):
        raise mistaken_form(written, name, "a list of lists")
    return [[number_in("", value, name) for value in one] for one in written]


def _line(x: list[float], y: list[float], origin: float, at: float | None) -> Found:
    found = straight_line(x, y, origin)
    figures = [
        figure("intercept", found.intercept),
        figure("slope", found.slope),
        figure("u(intercept)", found.u_intercept),
        figure("u(slope)", found.u_slope),
        figure("r(intercept, slope)", found.correlation),
        figure("deviation", found.deviation),
        figure("degrees_of_freedom", float(found.degrees_of_freedom)),
    ]
    if at is not None:
        value, u = found.at(at)
        figures += [figure("value", value), figure("standard_uncertainty", u)]
    return Found(figures=tuple(figures))


QUESTIONS: Final = (
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
    Question(
        kind="uncertainty",
        id="pooled",
        entries=(
            Entry(
                name="series",
                takes=_series,
                form="[[number]]",
                example=[["10.01", "10.03", "10.02"], ["20.02", "20.00"]],
            ),
        ),
        answer=_pooled,
        formula="s_p² = Σ νᵢ sᵢ²/Σ νᵢ",
        source=f"{GUM}, 4.2.4 and H.3.6",
    ),
    Question(
        kind="uncertainty",
        id="straight_line",
        entries=(
            several("x", "", ["1", "2", "3", "4"]),
            several("y", "", ["1.1", "1.9", "3.2", "3.9"]),
            measured("origin", "", 0, 0),
            measured("at", "", "2.5", None),
        ),
        answer=_line,
        formula="y = a + b (x − x₀);  s² = Σ rest²/(n − 2);  u²(y) = u²(a) + d² u²(b) + 2 d r u(a) u(b)",
        source=f"{GUM}, H.3",
        filled=("at",),
    ),
)
