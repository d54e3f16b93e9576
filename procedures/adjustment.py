"""Whether an instrument that does not conform is adjusted (justir) and tested again, or finished as it is."""

from procedures.action import Adjust, Choice, Choose
from procedures.errors import ProcedureError
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
        choices = ("adjust", "reject")
        answer = await run.ask(Choose(question="adjust", choices=choices, facts={"failing": failing}))
        if answer == Choice("reject"):
            return False
        if answer != Choice("adjust"):
            raise ProcedureError(
                "procedure.answer",
                "The answer to {question} was none of its choices.",
                "Answer with one of: {choices}.",
                question="adjust",
                choices=", ".join(choices),
            )
        await run.instruct(Adjust())
        return True
