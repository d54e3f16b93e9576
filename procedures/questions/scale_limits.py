"""Questions about scales: limits and loads by class, substitution, creep, return to zero, drift of zero."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.mechanical_scales.instrument import read_scale as read_mechanical
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import choose_rules as choose_mechanical
from procedures.point import Activity
from procedures.questions.entry import choice, count, counts, exact, exacts, tables, text
from procedures.questions.limits import ACTIVITY, ANY_DAY, by_table, rules_entry
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.scales import creep as at_rest
from procedures.scales.classification import (
    check_classification,
    classification_notices,
    intervals,
    least_load,
)
from procedures.scales.instrument import AccuracyClass, Scale, WeighingRange, check_form
from procedures.scales.loads import eccentricity_load
from procedures.scales.rules import ScaleRules, choose_rules
from procedures.scales.substitution import RECOMMENDED, least_standards
from procedures.tolerance import limit_at

_FOUR: Final = 4
"""supports up to which the share of the table holds (R 76-1, 3.6.2)"""


def _scale(
    *,
    accuracy_class: str,
    max: Quantity | None,  # noqa: A002 - as the data plate calls it
    e: Quantity | None,
    d: Quantity | None,
    partial_ranges: tuple[WeighingRange, ...] | None,
    loads: tuple[Quantity, ...] | None,
    supports: int,
    activity: str,
    rules: str,
) -> Found:
    scale = Scale(
        accuracy_class=AccuracyClass(accuracy_class),
        max=max,
        e=e,
        d=d,
        intervals=partial_ranges or (),
        supports=supports,
    )
    check_form(scale)
    table = choose_rules(rules, ANY_DAY)[0]
    check_classification(scale, table)
    figures = [_limit(scale, table, load, Activity(activity)) for load in loads or (scale.capacity,)]
    last = scale.parts[-1]
    n = intervals(last)
    eccentric = _eccentric(scale, table)
    figures += [
        figure("n", float(n)),
        *(exactly(f"band_end {number}", load) for number, load in enumerate(_band_ends(scale, table), 1)),
        exactly("least_load", least_load(scale, scale.parts[0], table)),
        figure("eccentricity_share", float(eccentric), scale.unit, 6),
        exactly("eccentricity_load", eccentricity_load(scale, table).greatest),
        exactly("extra_load", last.resolution * table.discrimination.extra_d),
    ]
    found = by_table(table, table.tolerance.citation[Activity(activity)], *figures)
    return Found(
        figures=found.figures,
        source=found.source,
        warnings=(*found.warnings, *classification_notices(scale, table)),
    )


def _band_ends(scale: Scale, table: ScaleRules) -> list[Quantity]:
    """The loads up to which a limit holds, where it changes within Max."""
    bands = table.classes[scale.accuracy_class].bands
    ends = [part.e * band.up_to for part in scale.parts for band in bands if band.up_to is not None]
    tops = [part.max for part in scale.parts for band in bands if band.up_to is not None]
    return [end for end, top in zip(ends, tops, strict=True) if end <= top]


def _eccentric(scale: Scale, table: ScaleRules) -> Fraction:
    """The load out of the centre before it is rounded to whole intervals, in the unit of the scale."""
    share = Fraction(table.eccentricity.share) if scale.supports <= _FOUR else Fraction(1, scale.supports - 1)
    return Fraction(scale.capacity.to(scale.unit).value) * share


def _limit(scale: Scale, table: ScaleRules, load: Quantity, activity: Activity) -> Figure:
    part = scale.part_at(load)
    bands = table.classes[scale.accuracy_class].bands
    permitted = limit_at(load, part.e, bands, table.tolerance.factor[activity])
    return exactly(f"permitted_error @ {load}", permitted)


def _mechanical(
    *,
    type: str,  # noqa: A002 - as the data plate calls it
    max: Quantity,  # noqa: A002 - as the data plate calls it
    d: Quantity | None,
    loads: tuple[Quantity, ...] | None,
    activity: str,
    rules: str,
) -> Found:
    plate = {"type": type, "max": str(max)} | ({} if d is None else {"d": str(d)})
    table = choose_mechanical(rules, ANY_DAY)[0]
    permitted = Permitted(read_mechanical(plate), table, Activity(activity))
    n = Fraction(max.to("g").value) / Fraction(permitted.e.to("g").value)
    figures = [exactly(f"permitted_error @ {load}", permitted.stated(load)) for load in loads or (max,)]
    figures += [exactly("scale_interval", permitted.e), figure("n", float(n))]
    return by_table(table, "", *figures)


def _substitution(max: Quantity, e: Quantity, repeatability_error: Quantity) -> Found:  # noqa: A002 - as on the plate
    found = least_standards(max, e, repeatability_error)
    return Found(figures=(exactly("least_standards", found),), source=RECOMMENDED.citation)


def _creep(minutes: list[int], results: tuple[Quantity, ...], e: Quantity, permitted: Quantity) -> Found:
    if len(minutes) != len(results) or len(set(minutes)) < len(minutes) or 0 not in minutes:
        raise ProcedureError(
            "question.creep",
            "The entries `minutes` and `results` do not belong together.",
            "Give one result for each minute, each minute once, and one at minute 0.",
        )
    by_minute = dict(zip(minutes, results, strict=True))
    outcome = at_rest.creep(by_minute, e, permitted)
    changes = [exactly(f"change {m} min", p - by_minute[0]) for m, p in sorted(by_minute.items()) if m]
    return Found(figures=(Figure(name="outcome", value=outcome.value), *changes), outcome=outcome)


def _zero_return(before: Quantity, after: Quantity, e: Quantity) -> Found:
    outcome = at_rest.zero_return(before, after, e)
    figures = (exactly("change", after - before), exactly("permitted_error", e * Decimal("0.5")))
    return Found(figures=figures, outcome=outcome)


def _zero_drift(
    zeros: tuple[Quantity, ...], temperatures: tuple[Quantity, ...], e: Quantity, accuracy_class: str
) -> Found:
    found = at_rest.zero_drift(zeros, temperatures, e, AccuracyClass(accuracy_class))
    figures = (figure("greatest_change", float(found.greatest), e.unit, 6), exactly("permitted_error", e))
    return Found(figures=figures, outcome=found.outcome)


QUESTIONS: Final = (
    Question(
        kind="limit",
        id="scale",
        entries=(
            choice("accuracy_class", tuple(one.value for one in AccuracyClass), example="III"),
            exact("max", "mass", "15 kg", None),
            exact("e", "mass", "5 g", None),
            exact("d", "mass", "5 g", None),
            tables(
                "partial_ranges",
                WeighingRange,
                [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}],
                None,
            ),
            exacts("loads", "mass", ["2500 g", "10 kg"], None),
            count("supports", 4, 4, least=1, most=1000),
            ACTIVITY,
            rules_entry("oiml-r76-1-2006"),
        ),
        answer=_scale,
        formula="0.5 e, 1 e, 1.5 e by the load in e of its partial range; n = Max/e",
        source="OIML R 76-1:2006, 3.5.1",
        filled=("max", "e", "loads"),
    ),
    Question(
        kind="limit",
        id="mechanical_scale",
        entries=(
            text("type", "meja"),
            exact("max", "mass", "10 kg"),
            exact("d", "mass", "100 g", None),
            exacts("loads", "mass", ["5 kg", "10 kg"], None),
            ACTIVITY,
            rules_entry("kepdirjen-spk-131-2015-mechanical"),
        ),
        answer=_mechanical,
        formula="by type: (Max + 2 m)/3000, a share of Max, or the steps of class III",
        source="the rule table",
        filled=("loads",),
    ),
    Question(
        kind="limit",
        id="substitution",
        entries=(
            exact("max", "mass", "60 t"),
            exact("e", "mass", "20 kg"),
            exact("repeatability_error", "mass", "6 kg"),
        ),
        answer=_substitution,
        formula="Max/2; Max/3 up to 0.3 e; Max/5 up to 0.2 e of repeatability error; at least 1 t",
        source=RECOMMENDED.citation,
    ),
    Question(
        kind="conformity",
        id="creep",
        entries=(
            counts("minutes", [0, 5, 15, 30]),
            exacts("results", "mass", ["14999.0 g", "14999.5 g", "15000.0 g", "15000.0 g"]),
            exact("e", "mass", "5 g"),
            exact("permitted", "mass", "7.5 g"),
        ),
        answer=_creep,
        formula="|ΔP(30)| ≤ 0.5 e and |P(30) − P(15)| ≤ 0.2 e, or |ΔP| ≤ mpe for 4 h",
        source="OIML R 76-1:2006, 3.9.4.1 and A.4.11 (unverified)",
    ),
    Question(
        kind="conformity",
        id="zero_return",
        entries=(exact("before", "mass", "0 g"), exact("after", "mass", "2.0 g"), exact("e", "mass", "5 g")),
        answer=_zero_return,
        formula="|P₀(after 30 min under load) − P₀| ≤ 0.5 e",
        source="OIML R 76-1:2006, 3.9.4.2 (unverified)",
    ),
    Question(
        kind="conformity",
        id="zero_drift",
        entries=(
            exacts("zeros", "mass", ["20.0 g", "22.6 g"]),
            exacts("temperatures", "°C", ["20.1 °C", "40.3 °C"]),
            exact("e", "mass", "5 g"),
            choice("accuracy_class", ("II", "III", "IIII", "I"), "III"),
        ),
        answer=_zero_drift,
        formula="|ΔP₀|/|Δt| · 5 °C ≤ e (class I: 1 °C)",
        source="OIML R 76-1:2006, 3.9.2.3 (unverified)",
    ),
)
