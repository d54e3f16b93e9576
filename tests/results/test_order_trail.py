"""What the trail says of an order hangs together: who, what, from what to what, and why."""

import pytest

from results.entry import BENCH, Noted
from results.errors import IntegrityError
from results.journal import Journal
from results.order_trail import CHANGED, REGISTERED, check_orders, known_orders

AT = "2026-11-22T08:00:00+07:00"
FIRST = {"by": "budi", "order": "20261122-scales-001", "old": "", "new": "a1", "why": "order 0231"}
EDITED = FIRST | {"old": "a1", "new": "b2", "why": "edited outside of the program"}


def trail(tmp_path, *notes):
    with Journal(tmp_path / "journal.db") as journal:
        for what, facts in notes:
            journal.append(BENCH, Noted(what=what, facts=facts), at=AT, elapsed=1.0)
        return journal.entries(BENCH)


def test_an_order_registered_and_edited_is_known_by_what_it_is_now(tmp_path):
    entries = trail(tmp_path, (REGISTERED, FIRST), (CHANGED, EDITED))
    check_orders(entries, where="journal.db")
    assert known_orders(entries) == {"20261122-scales-001": "b2"}


WRONG = {
    "nobody registered it": ((REGISTERED, FIRST | {"by": ""}),),
    "it does not say why": ((REGISTERED, FIRST | {"why": ""}),),
    "it does not say what it is now": ((REGISTERED, FIRST | {"new": ""}),),
    "it was never registered": ((CHANGED, EDITED | {"old": ""}),),
    "another one was registered in between": ((REGISTERED, FIRST), (CHANGED, EDITED | {"old": "c3"})),
    "it was registered twice": ((REGISTERED, FIRST), (REGISTERED, FIRST | {"new": "c3"})),
}


@pytest.mark.parametrize("notes", WRONG.values(), ids=WRONG)
def test_an_entry_that_does_not_follow_is_found(tmp_path, notes):
    with pytest.raises(IntegrityError) as caught:
        check_orders(trail(tmp_path, *notes), where="journal.db")
    assert caught.value.facts["sequence"] == len(notes)
