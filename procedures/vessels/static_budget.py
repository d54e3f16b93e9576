"""The uncertainty of the volume of a vessel at rest: standards, its own line, repeats, temperature.

All components in mL; a component in percent is one of the volume. Source: JCGM 100:2008, 5.1; EURAMET cg-21.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.physics.water import expansion
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, rectangular, repeated, resolution
from procedures.vessels.measured import celsius

_COVERAGE: Final = 2
_SEVERAL: Final = 2
_WARM: Final = Quantity(28, "°C")


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known about a test beside its rows: the entry `uncertainty` of a case file."""

    reference: Quantity | None = None
    """expanded (k = 2), of every reference volume: in %, or a volume"""
    line: Quantity | None = None
    """smallest difference from the line of the vessel under test that can be told"""
    temperature: Quantity | None = None
    """half the width within which the difference between standard and vessel is known"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A volume with what its uncertainty rests on."""

    label: str
    volume: Quantity
    group: str
    """fillings of one group are repeats of one another"""
    uncertainty: Quantity | None
    temperature: Quantity | None


def budgets_of(found: Sequence[Found], known: Knowledge, model: str) -> tuple[PointBudget, ...]:
    """One budget a filling; none where nothing is known of the standard."""
    return tuple(_budgets(found, known, model))


def _budgets(found: Sequence[Found], known: Knowledge, model: str) -> Iterator[PointBudget]:
    for one in found:
        stated = one.uncertainty or known.reference
        if stated is None:
            continue
        volume = one.volume * (stated.value / 100) if stated.unit == "%" else stated
        parts = [
            component(
                "reference",
                Evaluated(_millilitres(volume) / _COVERAGE),
                unit="mL",
                source="certificate of the standard",
            ),
            *_others(found, one, known),
        ]
        yield PointBudget(point=one.label, unit="mL", budget=combine(parts), model=model)


def _others(found: Sequence[Found], one: Found, known: Knowledge) -> Iterator[Component]:
    if known.line is not None:
        least = resolution(_millilitres(known.line))
        yield component("neck", least, unit="mL", source="smallest difference from the line")
    same = [_millilitres(other.volume) for other in found if other.group == one.group]
    if len(same) >= _SEVERAL:
        series = repeated(same)
        spread = Evaluated(series.deviation, series.readings - 1)
        yield component("repeatability", spread, unit="mL", source=f"{series.readings} fillings")
    if known.temperature is not None:
        water = expansion(celsius(_WARM if one.temperature is None else one.temperature)).number
        yield component(
            "temperature",
            rectangular(celsius(known.temperature)),
            sensitivity=water * _millilitres(one.volume),
            unit="°C",
            source="difference between standard and vessel",
        )


def _millilitres(volume: Quantity) -> float:
    return float(volume.to("mL").value)
