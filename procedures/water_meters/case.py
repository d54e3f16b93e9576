"""A case file for water meters: observations from paper, judged by the code that judges a run."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.paper import refuse_typed, told
from procedures.point import Activity, Conclusion, Phase, Reason
from procedures.water_meters.assessment import Judging, assess
from procedures.water_meters.budget import Knowledge, budgets_of
from procedures.water_meters.conclusion import conclude, observation_notices
from procedures.water_meters.instrument import MeterMarks, check_marks
from procedures.water_meters.observation import Delivery, Observations, Sheet
from procedures.water_meters.rules import WaterMeterRules, choose_rules


class Case(Observations, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    kind: str
    activity: Activity
    date: dt.date | None = None
    rules: str | None = None
    uut: MeterMarks
    uncertainty: Knowledge = Knowledge()
    note: str = ""


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, rules = _read(content)
    phase = _phase(case, rules)
    if not phase.points:
        raise ProcedureError(
            "water_meters.empty",
            "The case has no observations.",
            "Give at least one [[meter]] with a [[meter.delivery]].",
        )
    wanted = rules.sections(case.uut, case.activity)
    absent = [name for name in wanted if name not in phase.verdict.sections]
    notices = [*rules.notices(), *observation_notices(Judging(case.uut, rules, case.activity), case)]
    if absent:
        notices.append(Reason(code="sections_absent", facts={"sections": ", ".join(absent)}))
    phase = with_uncertainty(phase, _budgets(case, rules))
    return conclude(phase, case.meter, on=case.date, years=rules.validity_years, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each error of a case."""
    return _budgets(*_read(content))


def _phase(case: Case, rules: WaterMeterRules) -> Phase:
    try:
        return assess(case.uut, rules, case.activity, case)
    except UnitError as mistake:
        raise told(str(mistake), ()) from None


def _budgets(case: Case, rules: WaterMeterRules) -> tuple[PointBudget, ...]:
    return budgets_of(Judging(case.uut, rules, case.activity), case, case.uncertainty)


def _read(content: Mapping[str, Any]) -> tuple[Case, WaterMeterRules]:
    kinds = (Case, MeterMarks, Sheet, Delivery, Knowledge)
    known = [field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)]
    refuse_typed(content)
    try:
        case = from_builtins(dict(content), Case)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise told(str(mistake), known) from None
    if any(row.readings or row.faults for sheet in case.meter for row in sheet.delivery):
        raise told("unknown field `readings` - at `$.meter[].delivery[]`", known)
    if len({sheet.id for sheet in case.meter}) < len(case.meter):
        raise told("two meters have the same id - at `$.meter`", known)
    check_marks(case.uut)
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    rules, _ = choose_rules(case.rules, case.date or dt.date.min)
    rules.rates(case.uut)  # marks that give no flows are told before any row is
    return case, rules


EXAMPLE: Final = """\
# A case for water meters (meter air). Volumes in L, mL or m3, flows in L/h, L/min or m3/h.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "water_meters"
activity = "initial_verification"      # tera; "subsequent_verification" = tera ulang
date = 2026-11-21                      # chooses the rules in force
# rules = "oiml-r49-1-2013"            # overrides them
note = "observation sheet 0231"        # decides nothing

[uut]                                  # the same for all meters of the case
class = "2"                            # accuracy class of OIML R 49; 2 when left out
q3 = "1.6 m3/h"                        # or, on older meters: qn = "1.5 m3/h" with metrological_class = "B",
ratio = 50                             # or with qmin and qt
dn = 15
d = "0.1 L"                            # smallest volume that can be read, on the sub-dial
# pulse = "0.1 L"                      # volume of one pulse

# [uncertainty]                        # what is known beside the rows; all of it may be left out
# reference = "0.05 %"                 # expanded, of every reference volume
# repeatability = "0.2 %"              # standard deviation of one run from earlier work
# temperature = "0.5 °C"               # half the width within which water temperatures are known

[[meter]]
id = "1"
serial = "A-0001"
[meter.visual]                         # true: in order
type_approval = true
descriptive_markings = true

[[meter.delivery]]                     # one run
flow = "32 L/h"                        # its mean; must lie in a band of the test. Or name it: at = "Q1"
start = "1234567.1 L"                  # register with all digits and sub-dials; or volume, or pulses
end = "1234572.0 L"
temperature = "27.4 °C"                # of the water in the meter; decides the limit of the upper zone
# flow_log = ["32.1 L/h", "32.4 L/h"]  # each must lie in the band
# uncertainty = "5 mL"                 # of the reference volume, expanded
[meter.delivery.vessel]                # water in a measure (bejana)
volume = "5 L"                         # from its certificate, at its reference temperature
deviation = "-16 mL"                   # read on its neck; more water is above zero
# temperature = "27.6 °C"              # of the water in it; left out: no correction for temperature
# material = "stainless_steel_304"     # or expansion = "51.8e-6", per degree
# reference_temperature = "28 °C"

[[meter.delivery]]
flow = "51.2 L/h"
volume = "9.95 L"
temperature = "27.4 °C"
[meter.delivery.weighed]               # water on a scale
mass = "9.900 kg"                      # filled less empty
air_density = "1.16 kg/m3"             # or the air itself:
# air = { temperature = "28 °C", pressure = "1010 hPa", humidity = "60 %" }
# water_density = "996.3 kg/m3"        # measured; left out: pure water at the temperature above

[[meter.delivery]]
flow = "1500 L/h"
volume = "100.9 L"
temperature = "27.4 °C"
[meter.delivery.master]                # water through a master meter
volume = "100.25 L"
error = "-0.12 %"                      # of its certificate at this flow
# Or, in place of vessel, weighed and master: reference = "9.98 L", the volume at the meter.
"""
