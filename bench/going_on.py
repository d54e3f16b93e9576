"""What must still hold when a run is taken up again, and before its verdict: who tests, and with what."""

from datetime import date

from bench.errors import LaboratoryError
from bench.laboratory import Laboratory
from bench.people import check_competence
from drivers.notation import from_builtins
from procedures.standard import StandardUse
from results.entry import RunBegun


def check_still_valid(laboratory: Laboratory, run: str, begun: RunBegun, today: date) -> None:
    """Refuse to go on where the run could not be begun today in the same hands with the same standards.

    The record names one person who tested, and all its readings rest on the standards that it names. It is
    asked again before the verdict: a run may pass midnight without a break.

    Args:
        laboratory: as it is now; who is seated there goes on.
        run: its id.
        begun: how it was begun.
        today: at the office.

    Raises:
        LaboratoryError: another person is seated, their competence has ended, or a standard is overdue.
    """
    officer = laboratory.officer
    if begun.officer_id and begun.officer_id != officer.id:
        raise LaboratoryError(
            "run.another_officer",
            "Run {run} was begun by {name}, and its record will say that {name} tested: {other} cannot go on "
            "with it.",
            "Let {name} go on (key P, or --as {who}), or declare it not continued with a reason (X on the "
            "home screen, or tera void) and test again.",
            run=run,
            name=str(begun.officer.get("name", begun.officer_id)),
            who=begun.officer_id,
            other=officer.name,
        )
    if not laboratory.bench.training:
        check_competence(officer, begun.procedure, today)
    now = {standard.id: standard.due for standard in laboratory.standard}
    for use in (from_builtins(one, StandardUse) for one in begun.standards):
        due = now.get(use.id, use.due)
        if due < today:
            raise LaboratoryError(
                "run.standard_overdue",
                "Run {run} uses the standard {standard}, which was due on {due}: nothing more is measured "
                "with it.",
                "Declare the run not continued with a reason (X on the home screen, or tera void), and test "
                "again with a standard that is valid.",
                run=run,
                standard=use.id,
                due=due.isoformat(),
            )
