"""The released procedure for mechanical scales.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.mechanical_scales.case import budgets, compute
from procedures.mechanical_scales.example_case import EXAMPLE
from procedures.mechanical_scales.outlining import outline
from procedures.mechanical_scales.script import mechanical_scales
from procedures.mechanical_scales.task import MechanicalScaleTask, plan, prepare, standards_used

MECHANICAL_SCALES: Final = Procedure(
    id="mechanical_scales",
    edition="3",
    task=MechanicalScaleTask,
    prepare=prepare,
    script=mechanical_scales,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("ambient_temperature", "humidity")),
)
