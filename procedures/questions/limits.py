"""Questions about permitted errors: what a rule table says, with its clause and its doubts."""

from datetime import date
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from procedures.capacity_measures.instrument import CapacityMeasure, check_measure
from procedures.capacity_measures.rules import CapacityMeasureRules
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.rules import FuelDispenserRules
from procedures.meters import length_limits, measuring_system_limits, water_meter_limits
from procedures.meters.flow_rate import flow_rates
from procedures.physics.weight import density_limits
from procedures.point import Activity
from procedures.questions.entry import Entry, choice, decimal, exact, flag, text
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.regulation import Regulation, by_id
from procedures.water_meters.rules import WaterMeterRules
from procedures.weights import CLASSES, WeightRules

ACTIVITY: Final = choice(
    "activity", tuple(one.value for one in Activity), Activity.INITIAL_VERIFICATION.value
)


ANY_DAY: Final = date.min
"""the table is named, so no date chooses it"""


def rules_entry(table: str) -> Entry:
    """The rule table, named; the date of a test does not choose here."""
    return text("rules", table, table)


def by_table(rules: Regulation, citation: str, *figures: Figure) -> Found:
    """Figures with the clause that they come from, and with what nobody has compared with it."""
    return Found(figures=figures, source=citation or rules.citation, warnings=rules.notices())


def _weight(nominal: Quantity, accuracy_class: str, rules: str) -> Found:
    table = by_id(rules, WeightRules)[0]
    row = {Quantity.parse(name): limits for name, limits in table.limits.items()}.get(nominal, {})
    permitted = row.get(accuracy_class)
    if permitted is None:
        raise ProcedureError(
            "question.no_limit",
            "The table {rules} has no limit for {nominal} in class {class_name}.",
            "Check nominal value and class against the table.",
            rules=rules,
            nominal=str(nominal),
            class_name=accuracy_class,
        )
    densities = density_limits(float(nominal.to("mg").value), float(permitted.to("mg").value))
    upper = (
        Figure(name="upper_density", value="—")
        if densities.upper is None
        else figure("upper_density", densities.upper, "kg/m³", 6)
    )
    return by_table(
        table,
        "",
        exactly("permitted_error", permitted),
        figure("lower_density", densities.lower, "kg/m³", 6),
        upper,
    )


def _water_meter(
    *,
    accuracy_class: str,
    q3: Quantity,
    ratio: Decimal,
    flow: Quantity,
    temperature: Quantity,
    rules: str,
    in_service: bool,
) -> Found:
    table = by_id(rules, WaterMeterRules)[0]
    zone = flow_rates(q3, ratio).zone(flow)
    found = water_meter_limits.permitted_error(
        table, accuracy_class, zone, temperature, in_service=in_service
    )
    return by_table(
        table, table.limits_citation, exactly("permitted_error", found), Figure(name="zone", value=zone)
    )


def _dispenser(
    *,
    accuracy_class: str,
    volume: Quantity,
    line: str,
    minimum_quantity: Quantity | None,
    scale_interval: Quantity | None,
    rules: str,
) -> Found:
    table = by_id(rules, FuelDispenserRules)[0]
    permitted = measuring_system_limits.permitted_error(
        table,
        accuracy_class,
        volume,
        line="A" if line == "A" else "B",
        minimum_quantity=minimum_quantity,
        scale_interval=scale_interval,
    )
    figures = [exactly("permitted_error", permitted.to("mL"))]
    if minimum_quantity is not None:
        spread = measuring_system_limits.permitted_range(table, accuracy_class, volume, minimum_quantity)
        figures += [exactly("permitted_range", spread)] if spread is not None else []
    return by_table(table, table.limits_citation, *figures)


def _length(accuracy_class: str, length: Quantity, rules: str, *, in_service: bool) -> Found:
    table = by_id(rules, length_limits.LengthLimits)[0]
    found = length_limits.permitted_error(table, accuracy_class, length, in_service=in_service)
    return by_table(table, "", exactly("permitted_error", found))


def _measure(
    type: str,  # noqa: A002 - as the measure's plate and its case file call it
    nominal: Quantity,
    accuracy_class: str,
    activity: str,
    rules: str,
) -> Found:
    table = by_id(rules, CapacityMeasureRules)[0]
    measure = CapacityMeasure(measure_type=type, nominal=nominal, accuracy_class=accuracy_class)
    check_measure(measure)
    found = table.tolerance(measure, Activity(activity))
    return by_table(table, found.citation, exactly("permitted_error", found.upper))


QUESTIONS: Final = (
    Question(
        kind="limit",
        id="weight",
        entries=(
            exact("nominal", "mass", "100 g"),
            choice("accuracy_class", CLASSES),
            rules_entry("oiml-r111-1-2004"),
        ),
        answer=_weight,
        formula="δm of the table;  densities by |1/ρ − 1/8000| · 0.12 kg/m³ ≤ δm/(4 m)",
        source="OIML R 111-1:2004, Table 1",
    ),
    Question(
        kind="limit",
        id="water_meter",
        entries=(
            choice("accuracy_class", ("2", "1")),
            exact("q3", "flow", "2.5 m3/h"),
            decimal("ratio", 80),
            exact("flow", "flow", "31.25 L/h"),
            exact("temperature", "°C", "25 °C"),
            flag("in_service", default=False),
            rules_entry("oiml-r49-1-2013"),
        ),
        answer=_water_meter,
        formula="by class, zone (Q1 ≤ Q < Q2, Q2 ≤ Q ≤ Q4) and water temperature",
        source="OIML R 49-1:2013, 4.2",
    ),
    Question(
        kind="limit",
        id="dispenser",
        entries=(
            choice("accuracy_class", ("0.3", "0.5", "1.0", "1.5", "2.5"), "0.5"),
            exact("volume", "volume", "20 L"),
            choice("line", ("A", "B"), "A"),
            exact("minimum_quantity", "volume", "5 L", None),
            exact("scale_interval", "volume", "0.01 L", None),
            rules_entry("oiml-r117-1-2019"),
        ),
        answer=_dispenser,
        formula="the greater of the table at V and E_min, twice the table at the minimum measured quantity",
        source="OIML R 117-1:2019, 2.5",
        filled=("minimum_quantity",),
    ),
    Question(
        kind="limit",
        id="length_measure",
        entries=(
            choice("accuracy_class", ("I", "II", "III")),
            exact("length", "length", "5 m"),
            flag("in_service", default=False),
            rules_entry("oiml-r35-1-2007"),
        ),
        answer=_length,
        formula="±(a + b L), L in metres begun",
        source="OIML R 35-1:2007, 5.1",
    ),
    Question(
        kind="limit",
        id="capacity_measure",
        entries=(
            text("type", "bejana_ukur", "bejana_ukur"),
            exact("nominal", "volume", "20 L"),
            text("accuracy_class", "", ""),
            ACTIVITY,
            rules_entry("oiml-r120-2010"),
        ),
        answer=_measure,
        formula="a share of the nominal volume, by type and class",
        source="OIML R 120:2010",
    ),
)
