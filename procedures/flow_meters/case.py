"""A case file for flow meters: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from procedures.flow_meters.assessment import Flow
from procedures.flow_meters.instrument import FlowMarks, flows_of
from procedures.flow_meters.rules import FlowMeterRules, choose_rules
from procedures.subjects.paper_case import OnPaper, read_case
from procedures.throughput.judging import Judging
from procedures.throughput.observation import MeterSheet
from procedures.throughput.paper_case import PARTS, ThroughputCase


class Case(ThroughputCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: FlowMarks


def _read(content: Mapping[str, Any]) -> tuple[Case, Sequence[MeterSheet], FlowMeterRules, Judging]:
    case = read_case(content, Case, (FlowMarks, *PARTS))
    rules, _ = choose_rules(case.rules, case.day)
    flows_of(case.uut)  # marks that give no flows are told before any row is
    return case, case.meter, rules, Judging(Flow(case.uut, rules, case.activity))


_PAPER: Final = OnPaper(_read)
compute, budgets = _PAPER.compute, _PAPER.budgets


EXAMPLE: Final = """\
# A case for flow meters (meter arus) for liquids other than water. Flows in m3/h or L/min, volumes in L.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "flow_meters"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0033"        # decides nothing

[uut]                                  # the same for all meters of the case
class = "0.5"                          # 0.3, 0.5, 1.0, 1.5 or 2.5
part = "system"                        # a complete measuring system; "meter" = the meter alone
qmin = "6 m3/h"
qmax = "60 m3/h"
mmq = "200 L"                          # minimum measured quantity
d = "0.1 L"                            # smallest volume that can be read
liquid = "solar"
liquid_expansion = 0.00084             # cubic, per degree, of the liquid of the test

[[meter]]
id = "1"
serial = "M-0001"
[meter.visual]                         # true: in order
descriptive_markings = true
seals = true

[[meter.delivery]]                     # one run against a master meter
at = "Qmax"                            # or flow = "58 m3/h"
start = "100000.0 L"
end = "101003.2 L"
temperature = "29.1 °C"                # of the liquid in the meter
uncertainty = "0.1 %"                  # of the reference volume, expanded
[meter.delivery.master]
volume = "1001.5 L"
error = "0.05 %"                       # of its certificate at this flow
temperature = "28.8 °C"

[[meter.delivery]]
at = "Qmin"
volume = "1001.1 L"
temperature = "29.0 °C"
[meter.delivery.vessel]                # or into a measure (bejana)
volume = "1000 L"                      # from its certificate, at its reference temperature
deviation = "350 mL"                   # read on its neck; more liquid is above zero
temperature = "29.4 °C"
material = "mild_steel"                # or expansion = "33.5e-6", per degree
reference_temperature = "28 °C"
"""
