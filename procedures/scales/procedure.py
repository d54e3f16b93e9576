"""The released procedure for scales.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.scales.case import budgets, compute
from procedures.scales.example_case import EXAMPLE
from procedures.scales.outlining import outline
from procedures.scales.script import scales
from procedures.scales.task import ScaleTask, plan, prepare, standards_used

SCALES: Final = Procedure(
    id="scales",
    edition="5",
    task=ScaleTask,
    prepare=prepare,
    script=scales,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    budgets=budgets,
    outline=outline,
    example_case=EXAMPLE,
    # Habits of careful work and no clause: unconfirmed.
    rechecks={"zero": 5 * 60, "warm_up": 30 * 60, "environment": 30 * 60},
    reads=Reads(("uut",)),
)
