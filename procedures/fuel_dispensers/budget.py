"""The uncertainty of each error: measure, its neck, the display, repeats, temperature of the liquid.

E = (I − V)/D; all components in percent of D. Source: JCGM 100:2008, 5.1.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.fuel_dispensers.assessment import runs_of
from procedures.fuel_dispensers.delivered import Limits, Run
from procedures.fuel_dispensers.observation import Observations
from procedures.meters.relative_error import percent_of
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, pooled, rectangular, repeated, resolution

_SEVERAL: Final = 2
_COVERAGE: Final = 2
_MODEL: Final = {
    "nominal": "E = (I − V) / Vn",
    "indicated": "E = (I − V) / I",
    "reference": "E = (I − V) / V",
}


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known about a test beside its rows: the entry `uncertainty` of a case file."""

    reference: Quantity | None = None
    """expanded (k = 2), of every measure: in %, or a volume"""
    neck: Quantity | None = None
    """smallest step that can be read on the neck"""
    repeatability: Quantity | None = None
    """standard deviation of one delivery from earlier work, %"""
    temperature: Quantity | None = None
    """half the width within which the difference between measure and dispenser is known"""


def budgets_of(limits: Limits, seen: Observations, known: Knowledge) -> tuple[PointBudget, ...]:
    """One budget a delivery; none where nothing is known of the measure."""
    runs = [run for sheet in seen.nozzle for run in runs_of(limits, sheet)]
    return tuple(_budgets(limits, runs, known))


def _budgets(limits: Limits, runs: Sequence[Run], known: Knowledge) -> Iterator[PointBudget]:
    for run in runs:
        stated = run.row.uncertainty or known.reference
        if stated is None:
            continue
        percent = stated if stated.unit == "%" else percent_of(stated, run.whole)
        parts = [
            component(
                "reference",
                Evaluated(float(percent.value) / _COVERAGE),
                unit="%",
                source="certificate of the measure",
            ),
            *_readings(limits, run, known),
        ]
        yield PointBudget(
            point=f"accuracy/{run.name}",
            unit="%",
            budget=combine([*parts, *_spread(runs, run, known), *_temperature(limits, run, known)]),
            model=_MODEL[limits.rules.denominator],
        )


def _readings(limits: Limits, run: Run, known: Knowledge) -> Iterator[Component]:
    for name, step in (("display", limits.marks.d), ("neck", known.neck)):
        if step is not None:
            found = resolution(float(percent_of(step, run.whole).value))
            yield component(name, found, unit="%", source="smallest step that can be read")


def _spread(runs: Sequence[Run], run: Run, known: Knowledge) -> Iterator[Component]:
    """Pooled over all nozzles at this flow: they are of one make."""
    if known.repeatability is not None:
        told = Evaluated(float(known.repeatability.to("%").value))
        yield component("repeatability", told, unit="%", source="earlier work")
        return
    by_nozzle: dict[str, list[float]] = {}
    for one in runs:
        if one.flow.name == run.flow.name:
            by_nozzle.setdefault(one.nozzle, []).append(float(one.share))
    series = [repeated(errors) for errors in by_nozzle.values() if len(errors) >= _SEVERAL]
    if series:
        yield component("repeatability", pooled(series), unit="%", source="deliveries at this flow")


def _temperature(limits: Limits, run: Run, known: Knowledge) -> Iterator[Component]:
    beta = limits.rules.liquid_expansion(limits.marks.nozzle(run.nozzle))
    if known.temperature is not None and beta is not None:
        yield component(
            "temperature",
            rectangular(float(known.temperature.to("°C").value)),
            sensitivity=beta * 100,
            unit="°C",
            source="difference between measure and dispenser",
        )
