"""The released procedure for capacity measures.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.capacity_measures.case import budgets, compute
from procedures.capacity_measures.example_case import EXAMPLE
from procedures.capacity_measures.outlining import outline
from procedures.capacity_measures.script import capacity_measures
from procedures.capacity_measures.task import CapacityMeasureTask, plan, prepare, standards_used
from procedures.edition import Procedure, Reads

CAPACITY_MEASURES: Final = Procedure(
    id="capacity_measures",
    edition="4",
    task=CapacityMeasureTask,
    prepare=prepare,
    script=capacity_measures,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(
        ("vessel_temperature",),
        by_method={
            "volumetric": ("standard_temperature",),
            "gravimetric": ("scale", "ambient_temperature", "air_pressure", "humidity"),
        },
        method="volumetric",
    ),
)
