"""The released procedure for tank trucks.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.tank_trucks.case import budgets, compute
from procedures.tank_trucks.example_case import EXAMPLE
from procedures.tank_trucks.outlining import outline
from procedures.tank_trucks.script import tank_trucks
from procedures.tank_trucks.task import TankTruckTask, plan, prepare, standards_used

TANK_TRUCKS: Final = Procedure(
    id="tank_trucks",
    edition="4",
    task=TankTruckTask,
    prepare=prepare,
    script=tank_trucks,
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
            "master": ("master", "flow", "master_temperature"),
            "volumetric": ("standard_temperature",),
        },
        method="volumetric",
    ),
)
