"""A case file for level gauges: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from procedures.level_gauges.assessment import Dipped, GaugeSheet, Judging
from procedures.level_gauges.rules import GaugeMarks, LevelGaugeRules, check_marks, choose_rules
from procedures.subjects.paper_case import CaseHead, OnPaper, read_case


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: GaugeMarks
    meter: tuple[GaugeSheet, ...] = ()


def _read(content: Mapping[str, Any]) -> tuple[Case, Sequence[GaugeSheet], LevelGaugeRules, Judging]:
    case = read_case(content, Case, (GaugeMarks, GaugeSheet, Dipped))
    check_marks(case.uut)
    rules, _ = choose_rules(case.rules, case.day)
    return case, case.meter, rules, Judging(case.uut, rules, case.activity)


_PAPER: Final = OnPaper(_read)
compute, budgets = _PAPER.compute, _PAPER.budgets


EXAMPLE: Final = """\
# A case for level gauges (ALG). Levels in mm or m, temperatures in °C.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "level_gauges"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0008"        # decides nothing

[uut]                                  # the same for all gauges of the case
class = "2"                            # 2 or 3
range = "12 m"                         # highest level
installation = "after"                 # on its tank; "before" = on a test stand
d = "1 mm"

[[meter]]
id = "1"
serial = "ALG-01"
[meter.visual]                         # true: in order
seals = true

[[meter.dip]]                          # one level by gauge and by dip tape
level = "3000 mm"                      # nominal
direction = "up"                       # reached from below; "down" = from above
shown = "3002 mm"
reference = "3001 mm"
reference_error = "0.2 mm"             # of the tape, from its certificate
temperature = "30 °C"                  # of the tape
expansion = 11.5e-6                    # linear, per degree, of the tape
uncertainty = "0.5 mm"                 # of the tape, expanded

[[meter.dip]]
level = "3000 mm"
direction = "down"
shown = "3001 mm"
reference = "3000.5 mm"
temperature = "30 °C"
expansion = 11.5e-6
"""
