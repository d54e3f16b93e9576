"""The uncertainty of each error: reference volume, readings of the register, repeatability, temperature.

E = (Vi − Va)/Va; all components in percent of the reference volume. Repeatability is pooled over all meters
that ran at one flow: they are of one make and had the same water. Source: JCGM 100:2008, 5.1 and H.3.6.
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.meters.relative_error import percent_of
from procedures.physics.water import expansion
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, pooled, rectangular, repeated, resolution
from procedures.water_meters.assessment import Judging, Run
from procedures.water_meters.observation import Observations

_MODEL: Final = "E = (Vi − Va) / Va"
_SEVERAL: Final = 2
_COVERAGE: Final = 2


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known about a test beside its rows: the entry `uncertainty` of a case file."""

    reference: Quantity | None = None
    """expanded (k = 2), of every reference volume: in %, or a volume"""
    repeatability: Quantity | None = None
    """standard deviation of one run from earlier work, %"""
    temperature: Quantity | None = None
    """half the width within which the difference of water temperatures is known"""


def budgets_of(judging: Judging, seen: Observations, known: Knowledge) -> tuple[PointBudget, ...]:
    """One budget a run; none where nothing is known of the reference volume."""
    runs = [run for sheet in seen.meter for run in judging.runs(sheet)]
    return tuple(_budgets(judging, runs, known))


def _budgets(judging: Judging, runs: Sequence[Run], known: Knowledge) -> Iterator[PointBudget]:
    spreads = {flow.name: _spread(runs, flow.name, known) for flow in judging.flows}
    for run in runs:
        reference = _reference(run, known)
        if reference is None:
            continue
        parts = [
            component("reference", reference, unit="%", source="certificate of the standard"),
            *_reading(judging, run),
        ]
        spread = spreads[run.flow.name]
        if spread is not None:
            parts.append(component("repeatability", spread, unit="%", source="runs at this flow"))
        if known.temperature is not None:
            parts.append(_temperature(run, known.temperature))
        yield PointBudget(point=run.label, unit="%", budget=combine(parts), model=_MODEL)


def _reference(run: Run, known: Knowledge) -> Evaluated | None:
    stated = run.row.uncertainty or known.reference
    if stated is None:
        return None
    percent = stated if stated.unit == "%" else percent_of(stated, run.reference.volume)
    return Evaluated(float(percent.value) / _COVERAGE)


def _reading(judging: Judging, run: Run) -> Iterator[Component]:
    """Two readings of the register, or two pulses that were just missed."""
    step = judging.marks.pulse if run.row.pulses is not None else judging.marks.d
    if step is not None:
        one = resolution(float(percent_of(step, run.reference.volume).value))
        twice = Evaluated(one.standard * sqrt(2), one.degrees_of_freedom, one.distribution)
        yield component("register", twice, unit="%", source="smallest step, read twice")


def _spread(runs: Sequence[Run], flow: str, known: Knowledge) -> Evaluated | None:
    if known.repeatability is not None:
        return Evaluated(float(known.repeatability.to("%").value))
    by_meter: dict[str, list[float]] = {}
    for run in runs:
        if run.flow.name == flow:
            by_meter.setdefault(run.meter, []).append(float(run.error.value))
    series = [repeated(errors) for errors in by_meter.values() if len(errors) >= _SEVERAL]
    return pooled(series) if series else None


def _temperature(run: Run, half_width: Quantity) -> Component:
    """The volume that one °C makes: the expansion of water."""
    at = float(run.row.temperature.to("°C").value) if run.row.temperature is not None else 28.0
    return component(
        "temperature",
        rectangular(float(half_width.to("°C").value)),
        sensitivity=expansion(at).number * 100,
        unit="°C",
        source="difference between meter and standard",
    )
