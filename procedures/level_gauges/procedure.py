"""The released procedure for level gauges.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.level_gauges.case import EXAMPLE, budgets, compute
from procedures.level_gauges.task import LevelTask, level_gauges, outline, prepare
from procedures.subjects.task import plan, standards_used

LEVEL_GAUGES: Final = Procedure(
    id="level_gauges",
    edition="4",
    task=LevelTask,
    prepare=prepare,
    script=level_gauges,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("meter", "temperature")),
)
