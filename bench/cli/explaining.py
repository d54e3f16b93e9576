"""`tera compute --explain`: one sentence a point, and the whole uncertainty budget behind it.

Figures of a budget are floats for a reader's eye; nothing is compared with them.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import isinf
from typing import Final

from bench.cli.output import say, table
from bench.labels import Labels
from drivers.notation import to_builtins
from procedures.explanation import PointBudget
from procedures.point import Conclusion
from procedures.uncertainty.budget import Row, explain

_COLUMNS: Final = ("input", "value", "standard", "sensitivity", "contribution", "freedom", "share", "source")


def print_explanation(labels: Labels, conclusion: Conclusion, budgets: Mapping[str, PointBudget]) -> None:
    """Every point in one sentence, then its budget as a table."""
    say()
    for point in conclusion.points:
        say(labels.explain(point))
        if point.label in budgets:
            print_budget(labels, budgets[point.label])
            say()


def budgets_as_json(budgets: Mapping[str, PointBudget]) -> list[dict[str, object]]:
    """The same tables for a program; an infinite number of degrees of freedom is null."""
    return [budget_as_json(one) for one in budgets.values()]


def budget_as_json(one: PointBudget) -> dict[str, object]:
    """One of these tables."""
    budget = one.budget
    return {
        "point": one.point,
        "unit": one.unit,
        "model": one.model,
        "components": [
            {
                "input": row.component.name,
                "value": row.component.value,
                "unit": row.component.unit or one.unit,
                "standard_uncertainty": row.component.standard,
                "distribution": row.component.distribution.value,
                "sensitivity": row.component.sensitivity,
                "contribution": row.contribution,
                "share": row.share,
                "degrees_of_freedom": _finite(row.component.degrees_of_freedom),
                "source": row.component.source,
            }
            for row in explain(budget)
        ],
        "correlations": to_builtins(budget.correlations),
        "standard_uncertainty": budget.standard,
        "effective_degrees_of_freedom": _finite(budget.effective_degrees_of_freedom),
        "probability": budget.probability,
        "coverage_factor": budget.coverage_factor,
        "expanded": budget.expanded,
        "reported": {"value": f"{one.reported:f}", "unit": one.unit},
    }


def print_budget(labels: Labels, one: PointBudget) -> None:
    """The table of a budget, largest contribution first, and what it comes to."""
    budget = one.budget
    if one.model:
        say(f"  {one.model}")
    rows = [tuple(labels.text(f"budget.{name}") for name in _COLUMNS)]
    rows += [_row(labels, row, one.unit) for row in explain(budget)]
    table([("  ", *row) for row in rows])
    figures = {
        "standard": _figure(labels, budget.standard),
        "unit": one.unit,
        "freedom": _freedom(labels, budget.effective_degrees_of_freedom),
        "factor": labels.number(one.coverage_factor),
        "probability": _figure(labels, 100 * budget.probability, digits=4),
        "expanded": f"{labels.number(one.reported)} {one.unit}".rstrip(),
    }
    say(f"  {labels.text('budget.result', **figures)}")


def _row(labels: Labels, row: Row, unit: str) -> tuple[str, ...]:
    part = row.component
    value = "" if part.value is None else _figure(labels, part.value, digits=12)
    return (
        labels.word("input", part.name),
        f"{value} {part.unit or unit}" if value else "—",
        f"{_figure(labels, part.standard)} {part.unit or unit}",
        _figure(labels, part.sensitivity, digits=6),
        f"{_figure(labels, row.contribution)} {unit}",
        _freedom(labels, part.degrees_of_freedom),
        f"{_figure(labels, 100 * row.share, digits=2)} %",
        labels.clause(part.source),
    )


def _figure(labels: Labels, value: float, digits: int = 3) -> str:
    return labels.number(Decimal(f"{value:.{digits}g}"))


def _freedom(labels: Labels, value: float) -> str:
    return "∞" if isinf(value) else _figure(labels, value, digits=max(3, len(str(int(value)))))


def _finite(value: float) -> float | None:
    return None if isinf(value) else value
