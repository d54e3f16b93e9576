"""A case file for energy meters: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from procedures.energy_meters.assessment import Judging
from procedures.energy_meters.instrument import EnergyMarks, check_marks
from procedures.energy_meters.observation import Comparison, MeterSheet, NoLoad, Registered, Starting
from procedures.energy_meters.rules import EnergyMeterRules, choose_rules
from procedures.subjects.paper_case import CaseHead, OnPaper, read_case


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: EnergyMarks
    meter: tuple[MeterSheet, ...] = ()


def _read(content: Mapping[str, Any]) -> tuple[Case, Sequence[MeterSheet], EnergyMeterRules, Judging]:
    case = read_case(content, Case, (EnergyMarks, MeterSheet, Comparison, NoLoad, Starting, Registered))
    check_marks(case.uut)
    rules, _ = choose_rules(case.rules, case.day)
    rules.limits(case.uut)
    return case, case.meter, rules, Judging(case.uut, rules, case.activity)


_PAPER: Final = OnPaper(_read)
compute, budgets = _PAPER.compute, _PAPER.budgets


EXAMPLE: Final = """\
# A case for energy meters (meter kWh). Power in W or kW, energy in Wh or kWh, times in s, min, h.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "energy_meters"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
# rules = "oiml-r46-1-2012"            # overrides them
note = "observation sheet 0412"        # decides nothing

[uut]                                  # the same for all meters of the case
class = "2"                            # A, B, C, D on newer meters
constant = 1600                        # pulses, or turns of the disc, per kWh
systems = 1                            # measuring systems: 1, or 3 on a meter of three phases
voltage = "230 V"                      # of one measuring system
ib = "5 A"                             # or, on newer meters: ist, imin, itr
imax = "60 A"
d = "0.01 kWh"                         # smallest step of the register

[[meter]]
id = "1"
serial = "A-0001"
[meter.visual]                         # true: in order
descriptive_markings = true
seals = true

[meter.no_load]                        # voltage and no current
duration = "30 min"
pulses = 0

[meter.starting]                       # at the starting current of the rules, or current = "0.025 A"
intervals = ["380 s", "391 s"]         # times to the next pulse; waited = "700 s" where none came

[[meter.comparison]]                   # one run: pulses against the pulses of a reference standard
current = "5 A"
power_factor = "1"                     # or "0.5 ind", "0.8 cap"
pulses = 100                           # of the meter
reference_pulses = 6215                # counted meanwhile
reference_constant = 100000            # pulses per kWh of the reference
uncertainty = "0.1 %"                  # of the reference, expanded
# reference_error = "-0.02 %"          # from its certificate at this load

[[meter.comparison]]                   # turns of the disc or pulses, and a stop watch
current = "5 A"
pulses = 100
power = "2200.0 W"                     # or phase_power = ["1100 W", "1100 W", "1100 W"]
time = "102.0 s"

[[meter.comparison]]                   # register against the register of the reference
current = "60 A"
start = "1234.56 kWh"
end = "1244.57 kWh"
reference_energy = "10.002 kWh"

# [[meter.comparison]]                 # a comparator or bench that shows the error itself
# current = "5 A"
# shown = "0.26 %"

[meter.register]                       # what the register counted while pulses were counted
start = "1234.56 kWh"
end = "1235.56 kWh"
pulses = 1600
"""
