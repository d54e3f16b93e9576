"""Whether an instrument that does not conform is adjusted (justir) and tested again, or finished as it is."""

from procedures.action import Adjust
from procedures.answers import chosen
from procedures.point import Phase
from procedures.run import Run

_FEW = 6
"""so many failing points a sentence can name"""


async def adjusted(run: Run, found: Phase) -> bool:
    """Ask whether it is adjusted or rejected, and have it adjusted.

    Raises:
        ProcedureError: the answer was neither.
    """
    async with run.series("adjustment"), run.step("adjust"):
        failing = ", ".join(found.verdict.failing[:_FEW])
        if await chosen(run, "adjust", ("adjust", "reject"), failing=failing) == "reject":
            return False
        await run.instruct(Adjust())
        return True
