"""A case file for gas meters: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from procedures.gas_meters.assessment import Gas
from procedures.gas_meters.instrument import GasMarks
from procedures.gas_meters.rules import GasMeterRules, choose_rules
from procedures.subjects.paper_case import OnPaper, read_case
from procedures.throughput.judging import Judging
from procedures.throughput.observation import MeterSheet
from procedures.throughput.paper_case import PARTS, ThroughputCase


class Case(ThroughputCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: GasMarks


def _read(content: Mapping[str, Any]) -> tuple[Case, Sequence[MeterSheet], GasMeterRules, Judging]:
    case = read_case(content, Case, (GasMarks, *PARTS))
    rules, _ = choose_rules(case.rules, case.day)
    rules.limits(case.uut.accuracy_class)
    rules.marks(case.uut)  # marks that give no flows are told before any row is
    return case, case.meter, rules, Judging(Gas(case.uut, rules, case.activity))


_PAPER: Final = OnPaper(_read)
compute, budgets = _PAPER.compute, _PAPER.budgets


EXAMPLE: Final = """\
# A case for gas meters (meter gas). Flows in m3/h or L/h, volumes in L or m3, pressures absolute, in hPa.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "gas_meters"
activity = "initial_verification"      # tera; "subsequent_verification" = tera ulang
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0107"        # decides nothing

[uut]                                  # the same for all meters of the case
class = "1.5"                          # 0.5, 1.0 or 1.5
qmin = "0.04 m3/h"
qmax = "6 m3/h"                        # G4; qt is left out where the rules give it
d = "0.2 L"                            # smallest volume that can be read

[[meter]]
id = "1"
serial = "G-0001"
[meter.visual]                         # true: in order
descriptive_markings = true

[[meter.delivery]]                     # one run against a master meter
at = "Qmax"                            # or flow = "5.9 m3/h"
start = "12000.0 L"
end = "12201.4 L"
temperature = "27.1 °C"                # of the gas in the meter
pressure = "1010.2 hPa"                # absolute
uncertainty = "0.3 %"                  # of the reference volume, expanded
[meter.delivery.master]
volume = "200.00 L"
error = "-0.12 %"                      # of its certificate at this flow
temperature = "26.8 °C"
pressure = "1012.0 hPa"

[[meter.delivery]]
at = "0.2 Qmax"
volume = "99.6 L"
temperature = "27.0 °C"
pressure = "1012.6 hPa"
[meter.delivery.master]
volume = "100.00 L"
temperature = "26.8 °C"
pressure = "1012.8 hPa"

[[meter.delivery]]
at = "Qmin"
volume = "19.8 L"
reference = "20.00 L"                  # volume at the meter, found otherwise
"""
