"""What could not be read back as a record is none, though its journal gives the same bytes."""

import math

import msgspec
import pytest

from drivers.notation import to_json
from results import envelope as dsse
from results.composition import record_of
from results.entry import CLOCK, Closed, Noted
from results.evidence import write_evidence
from results.journal import Journal
from results.verification import verify_record
from tests.results.made_run import keys_in, write_run

STATE = {"state": "synchronised"}
ODD = {"a number": (1, 300.0), "nothing": (None, 300.0), "a list": ([], 300.0), "no end": ("", math.inf)}


@pytest.mark.parametrize(("state", "elapsed"), ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("trusted", [True, False])
def test_what_cannot_be_read_as_a_record_is_none_though_the_journal_gives_the_same_bytes(
    tmp_path, state, elapsed, trusted
):
    """JSON has no infinity, and a note of the clock may hold anything."""
    seals, keys = keys_in(tmp_path / "keys")
    with Journal(tmp_path / "journal.db") as journal:
        pen = write_run(journal, end="open", samples=0, clock=STATE)
        pen.keep(Noted(what=CLOCK, facts={"state": state}))
        pen.elapsed = elapsed
        pen.keep(Closed(how="voided", reason="Listrik padam"))
        entries = journal.entries("run-1")
    digest = write_evidence(tmp_path / "000001.h5", entries)
    *_, note, end = entries
    sound = msgspec.structs.replace(end, elapsed=note.elapsed if math.isinf(elapsed) else end.elapsed)
    record = record_of((*entries[:-2], sound), evidence_digest=digest)
    written = msgspec.structs.replace(
        record,
        journal_head=end.hash,
        clock={"begun": STATE, "ended": {"state": state}},
        duration_s=elapsed if math.isinf(elapsed) else record.duration_s,
    )
    path = tmp_path / "000001.tera.json"
    path.write_bytes(dsse.render(dsse.sign(to_json(written), training=False, seals=seals)))
    report = verify_record(path, keys if trusted else None)
    assert [check.part for check in report.checks if check.fault] == ["content"]
    assert report.record is None
