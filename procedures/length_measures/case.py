"""A case file for measures of length: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from procedures.length_measures.assessment import Judging
from procedures.length_measures.instrument import LengthMarks, check_marks
from procedures.length_measures.observation import Compared, MeasureSheet
from procedures.length_measures.rules import LengthMeasureRules, choose_rules
from procedures.subjects.paper_case import CaseHead, OnPaper, read_case


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: LengthMarks
    meter: tuple[MeasureSheet, ...] = ()


def _read(content: Mapping[str, Any]) -> tuple[Case, Sequence[MeasureSheet], LengthMeasureRules, Judging]:
    case = read_case(content, Case, (LengthMarks, MeasureSheet, Compared))
    check_marks(case.uut)
    rules, _ = choose_rules(case.rules, case.day)
    return case, case.meter, rules, Judging(case.uut, rules, case.activity)


_PAPER: Final = OnPaper(_read)
compute, budgets = _PAPER.compute, _PAPER.budgets


EXAMPLE: Final = """\
# A case for measures of length (meter kayu, ban ukur). Lengths in m or mm, temperatures in °C, pulls in N.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "length_measures"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0019"        # decides nothing

[uut]                                  # the same for all measures of the case
class = "II"                           # I, II or III
form = "tape"                          # ban ukur; "bar" = meter kayu
length = "10 m"
expansion = 11.5e-6                    # linear, per degree; left out: not corrected
tension = 50                           # marked pull in N, of a tape
section = 2.6                          # mm2, and
modulus = 206000                       # N/mm2, for a pull other than the marked one

[[meter]]
id = "1"
serial = "B-0001"
[meter.visual]                         # true: in order
marks_readable = true

[[meter.comparison]]                   # one length beside the standard
nominal = "5 m"                        # as the marks of the measure say
reference = "5000.35 mm"               # as the standard shows between the same marks
reference_error = "0.05 mm"            # of the standard, from its certificate
temperature = "28.0 °C"                # of the measure
reference_temperature = "28.0 °C"      # of the standard, when it is another
reference_expansion = 10.5e-6          # linear, per degree, of the standard
tension = 50                           # pull in N
uncertainty = "0.1 mm"                 # of the standard, expanded

[[meter.comparison]]
nominal = "10 mm"
reference = "10.10 mm"
interval = true                        # between two marks, neither of them the first
temperature = "28.0 °C"
tension = 50
"""
