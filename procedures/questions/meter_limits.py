"""Questions about the permitted errors of energy meters, gas meters and level gauges."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.energy_meters.instrument import EnergyMarks, PowerFactor
from procedures.energy_meters.instrument import check_marks as check_energy
from procedures.energy_meters.rules import choose_rules as choose_energy
from procedures.energy_meters.rules import permitted_error
from procedures.gas_meters.instrument import GasMarks
from procedures.gas_meters.rules import choose_rules as choose_gas
from procedures.level_gauges.rules import GaugeMarks
from procedures.level_gauges.rules import check_marks as check_gauge
from procedures.level_gauges.rules import choose_rules as choose_gauge
from procedures.point import Activity
from procedures.questions.entry import choice, decimal, exact, flag, text
from procedures.questions.limits import ACTIVITY, ANY_DAY, by_table, rules_entry
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.subjects.judging import cut


def _energy(
    *,
    accuracy_class: str,
    systems: Decimal,
    ist: Quantity | None,
    imin: Quantity | None,
    itr: Quantity | None,
    ib: Quantity | None,
    imax: Quantity,
    current: Quantity,
    power_factor: str,
    single_phase: bool,
    activity: str,
    rules: str,
) -> Found:
    marks = EnergyMarks(
        accuracy_class=accuracy_class,
        constant=Decimal(1),
        systems=int(systems),
        ist=ist,
        imin=imin,
        itr=itr,
        ib=ib,
        imax=imax,
    )
    check_energy(marks)
    table = choose_energy(rules, ANY_DAY)[0]
    factor = PowerFactor.parse(power_factor)
    limit = permitted_error(table, marks, current, factor, Activity(activity), single=single_phase)
    return by_table(table, table.limits_citation, exactly("permitted_error", cut(limit, "%")))


def _gas(
    *,
    accuracy_class: str,
    qmin: Quantity,
    qmax: Quantity,
    qt: Quantity | None,
    flow: Quantity,
    activity: str,
    rules: str,
) -> Found:
    marks = GasMarks(accuracy_class=accuracy_class, qmin=qmin, qmax=qmax, qt=qt)
    table = choose_gas(rules, ANY_DAY)[0]
    flows, of_class = table.marks(marks), table.limits(accuracy_class)
    here = Fraction(flow.to("m3/h").value)
    if not flows["qmin"] <= here <= flows["qmax"]:
        raise ValueError(f"{flow} lies outside Qmin to Qmax")
    zone = "lower" if here < flows["qt"] else "upper"
    return by_table(
        table,
        table.limits_citation,
        exactly("permitted_error", cut(table.permitted(marks, here, Activity(activity)), "%")),
        Figure(name="zone", value=zone),
        figure("qt", float(flows["qt"]), "m3/h"),
        exactly("weighted_mean_limit", Quantity(of_class.weighted, "%")),
        exactly("same_sign_limit", Quantity(of_class.same_sign, "%")),
    )


def _gauge(
    *,
    accuracy_class: str,
    range: Quantity,  # noqa: A002 - as the data plate calls it
    installation: str,
    level: Quantity,
    activity: str,
    rules: str,
) -> Found:
    marks = GaugeMarks(
        accuracy_class=accuracy_class,
        range=range,
        installation="before" if installation == "before" else "after",
    )
    check_gauge(marks)
    table = choose_gauge(rules, ANY_DAY)[0]
    limit = table.permitted(marks, level, Activity(activity))
    return by_table(
        table,
        table.limits_citation,
        exactly("permitted_error", cut(limit, "mm")),
        exactly("hysteresis_limit", table.hysteresis[accuracy_class]),
    )


QUESTIONS: Final = (
    Question(
        kind="limit",
        id="energy_meter",
        entries=(
            text("accuracy_class", "B"),
            decimal("systems", 1, 1),
            exact("ist", "A", "0.02 A", None),
            exact("imin", "A", "0.25 A", None),
            exact("itr", "A", "0.5 A", None),
            exact("ib", "A", "5 A", None),
            exact("imax", "A", "60 A"),
            exact("current", "A", "5 A"),
            text("power_factor", "1", "1"),
            flag("single_phase", default=False),
            ACTIVITY,
            rules_entry("oiml-r46-1-2012"),
        ),
        answer=_energy,
        formula="by class, current (Imin, Itr, Imax or Ib, Imax) and cos φ",
        source="OIML R 46-1/-2:2012, 3.3.2, Table 2",
        filled=("ist", "imin", "itr"),
    ),
    Question(
        kind="limit",
        id="gas_meter",
        entries=(
            choice("accuracy_class", ("1.5", "1.0", "0.5")),
            exact("qmin", "flow", "0.04 m3/h"),
            exact("qmax", "flow", "6 m3/h"),
            exact("qt", "flow", "0.6 m3/h", None),
            exact("flow", "flow", "1.2 m3/h"),
            ACTIVITY,
            rules_entry("oiml-r137-1-2012"),
        ),
        answer=_gas,
        formula="by class and zone: Qmin ≤ Q < Qt, Qt ≤ Q ≤ Qmax",
        source="OIML R 137-1/-2:2012, 5.3",
    ),
    Question(
        kind="limit",
        id="level_gauge",
        entries=(
            choice("accuracy_class", ("2", "3")),
            exact("range", "length", "12 m"),
            choice("installation", ("after", "before"), "after"),
            exact("level", "length", "6000 mm"),
            ACTIVITY,
            rules_entry("syarat-teknis-alg"),
        ),
        answer=_gauge,
        formula="the greater of a part of the level and a length, by class and installation",
        source="the rule table",
    ),
)
