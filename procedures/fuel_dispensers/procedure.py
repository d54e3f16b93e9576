"""The released procedure for fuel dispensers.

The edition counts up with every change that can change a verdict or its evidence.
"""

from typing import Final

from procedures.edition import Procedure, Reads
from procedures.fuel_dispensers.case import budgets, compute
from procedures.fuel_dispensers.example_case import EXAMPLE
from procedures.fuel_dispensers.outlining import outline
from procedures.fuel_dispensers.script import fuel_dispensers
from procedures.fuel_dispensers.task import FuelDispenserTask, plan, prepare, standards_used

FUEL_DISPENSERS: Final = Procedure(
    id="fuel_dispensers",
    edition="4",
    task=FuelDispenserTask,
    prepare=prepare,
    script=fuel_dispensers,
    plan=plan,
    standards_used=standards_used,
    compute=compute,
    example_case=EXAMPLE,
    budgets=budgets,
    outline=outline,
    roles=(),
    reads=Reads(("nozzle", "totaliser", "vessel_temperature", "product_temperature")),
)
