"""Any byte or row that is flipped, removed, swapped or repeated, in the real files, is found and named.

A byte of the journal that carries no entry (free space of a page, counters of SQLite) may differ
without a word, and then every entry is still the one that was written: that is what is proved.
"""

import random
import shutil

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results.errors import IntegrityError, RecordError
from results.journal import Journal
from results.verification import load_record
from tests.results.made_run import keys_in, seal_with, write_run

QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = ("flipped", "removed", "repeated", "swapped")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    root = tmp_path_factory.mktemp("sealed")
    with Journal(root / "journal.db") as journal:
        write_run(journal, "run-1", end="concluded")
        found = seal_with(journal, root / "keys", root / "records")
        rows = journal.entries("run-1")
    _, keys = keys_in(root / "keys")
    return root, found, keys, rows


def changed(content: bytes, kind: str, place: int, bit: int) -> bytes:
    """The content with one byte flipped, removed, repeated, or swapped with the next."""
    place %= len(content) - 1
    before, one, after = content[:place], content[place : place + 1], content[place + 1 :]
    match kind:
        case "flipped":
            return before + bytes([one[0] ^ (1 << bit)]) + after
        case "removed":
            return before + after
        case "repeated":
            return before + one + one + after
        case _:
            return before + after[:1] + one + after[1:]


damage = given(
    kind=st.sampled_from(KINDS), place=st.integers(min_value=0, max_value=2**31), bit=st.integers(0, 7)
)


@QUIET
@damage
def test_every_changed_byte_of_the_journal_is_found_or_carries_no_entry(sealed, tmp_path, kind, place, bit):
    root, _, _, rows = sealed
    content = (root / "journal.db").read_bytes()
    other = changed(content, kind, place, bit)
    file = tmp_path / "journal.db"
    for left in tmp_path.glob("journal.db*"):
        left.unlink()
    file.write_bytes(other)
    found = None
    try:
        with Journal(file, read_only=True) as journal:
            journal.verify([rows[-1].hash])
            assert journal.entries("run-1") == rows
            assert [run.state for run in journal.runs()] == ["sealed"]
    except RecordError as fault:
        found = fault
    assert found is None or "journal.db" in str(found.facts.get("path", found.facts.get("where", "")))


@pytest.mark.parametrize("said", ["at", "run"])
def test_a_text_of_the_journal_that_is_none_any_more_is_found(sealed, tmp_path, said):
    root, _, _, rows = sealed
    content = bytearray((root / "journal.db").read_bytes())
    text = rows[-1].at if said == "at" else rows[-1].run
    place = -1
    while (place := content.find(text.encode(), place + 1)) >= 0:
        content[place] ^= 0x80
    file = tmp_path / "journal.db"
    file.write_bytes(content)
    with pytest.raises(RecordError) as told, Journal(file, read_only=True) as journal:
        journal.verify([rows[-1].hash])
    assert told.value.facts["path"] == str(file)


@pytest.mark.parametrize("suffix", [".tera.json", ".h5"])
@QUIET
@damage
def test_every_changed_byte_of_record_and_evidence_is_found_and_its_part_is_named(  # noqa: PLR0917 -- pytest's
    sealed, tmp_path, suffix, kind, place, bit
):
    _, found, keys, _ = sealed
    for file in (found.record, found.evidence):
        shutil.copy(file, tmp_path / file.name)
    target = tmp_path / f"000001{suffix}"
    content = target.read_bytes()
    other = changed(content, kind, place, bit)
    if other == content:  # two equal neighbours were swapped
        return
    target.write_bytes(other)
    with pytest.raises(IntegrityError) as told:
        load_record(tmp_path / found.record.name, keys)
    assert told.value.message


ROWS = {
    "flipped": "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'entry', 'entri') AS BLOB) "
    "WHERE sequence = {}",
    "time": "UPDATE entry SET at = replace(at, '2026', '2025') WHERE sequence = {}",
    "removed": "DELETE FROM entry WHERE sequence = {}",
    "moved": "UPDATE entry SET sequence = 9999 WHERE sequence = {}",
    "of another run": "UPDATE entry SET run = 'run-2' WHERE sequence = {}",
    "without its link": "UPDATE entry SET previous = hash WHERE sequence = {}",
    "with another hash": "UPDATE entry SET hash = previous WHERE sequence = {}",
}


@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS.keys())
def test_any_changed_row_is_named(sealed, tmp_path, statement):
    root, _, _, rows = sealed
    for sequence in random.Random(1).sample(range(2, len(rows)), 12):  # noqa: S311 -- a choice of rows, no secret
        file = tmp_path / f"{sequence}.db"
        shutil.copy(root / "journal.db", file)
        other = apsw.Connection(str(file))
        kept = dict(other.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
        for name in kept:
            other.execute(f"DROP TRIGGER {name}")
        other.execute(statement.format(sequence))
        for sql in kept.values():  # whoever does this puts the triggers back
            other.execute(sql)
        other.close()
        with Journal(file, read_only=True) as journal, pytest.raises(IntegrityError) as told:
            journal.verify()
        assert told.value.facts["sequence"] in {sequence, sequence + 1, 9999}
