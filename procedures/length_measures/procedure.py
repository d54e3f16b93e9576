"""The released procedure for measures of length.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.length_measures.case import EXAMPLE, budgets, compute
from procedures.length_measures.task import LengthTask, length_measures, outline, prepare
from procedures.subjects.task import plan, standards_used

LENGTH_MEASURES: Final = Procedure(
    id="length_measures",
    edition="4",
    task=LengthTask,
    prepare=prepare,
    script=length_measures,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("meter", "temperature")),
)
