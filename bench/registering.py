"""Orders at the front desk: written from what was answered, and put right while nothing was tested."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from bench.errors import LaboratoryError
from bench.office_time import today
from bench.order_notes import note_changed, note_corrected, note_registered
from bench.orders import Orders
from bench.registration import answers_of, assignment_of, file_content, write_order
from bench.workplace import Workplace, read_assignment
from procedures.assignment import Assignment
from procedures.catalogue import find
from results.storage import replace_file


@dataclass(frozen=True)
class Registering:
    """What is written into the folder of orders, and into the trail before."""

    place: Workplace
    orders: Orders

    def register(self, kind: str, answers: Mapping[str, str]) -> str:
        """See `Desk`; whether the standards suffice is asked when the test begins, not here."""
        order = self._order(kind, answers)
        stem = f"{self._today():%Y%m%d}-{kind}"
        note = partial(note_registered, self.place.trail, order)
        return write_order(self.place.folders.orders, stem, order, note).stem

    def said(self, job: str) -> tuple[str, Mapping[str, str]]:
        """See `Desk`."""
        order = self._correctable(job)
        return order.kind, answers_of(order)

    def correct(self, job: str, answers: Mapping[str, str]) -> None:
        """See `Desk`."""
        before = self._correctable(job)
        after = self._order(before.kind, answers)
        if after == before:
            return
        file, trail = self.orders.file(job), self.place.trail
        note_changed(trail, file)  # an edit outside of the program is not this person's
        content = file_content(after)
        note_corrected(trail, job, content, old=answers_of(before), new=answers_of(after))
        replace_file(file, content)

    def _order(self, kind: str, answers: Mapping[str, str]) -> Assignment:
        order = assignment_of(kind, answers)
        outline = find(kind).outline
        if outline is not None:
            outline(order, self._today())
        return order

    def _today(self) -> date:
        return today(self.place.laboratory, self.place.around.clock)

    def _correctable(self, job: str) -> Assignment:
        """An order that was registered here and waits."""
        begun = self.orders.begun(self.place.journal.run_list)
        if job not in {order.job for order in self.orders.all() if order not in begun}:
            raise LaboratoryError(
                "order.begun",
                "The test of this order was begun, so what it says stays as it is.",
                "Declare a run under way not continued (key X) and correct the order then; "
                "of a sealed record, correct owner and identity with `tera amend`.",
            )
        file = self.orders.file(job)
        if self.place.trail.order(job) is None:
            raise LaboratoryError(
                "order.not_registered",
                "The order {file} was not registered on this screen.",
                "Correct the file itself with an editor; the list shows it as it is then.",
                file=str(file),
            )
        return read_assignment(file)
