"""The links of the journal: each entry on the one before it, whole or with other runs between."""

import pytest

from results.chain import (
    FIRST,
    check_links,
    checked_body,
    checked_entry,
    entry_hash,
    mark_of,
    marked_entries,
    written_entry,
)
from results.errors import IntegrityError

BODY = b'{"entry":"noted","what":"x"}'
AT = "2026-11-21T09:00:00+07:00"
GENUINE = "eb23df7b5ec4bbec4309a765e81509a11441e3fd2a0c88064f04b208328168d1"


def entry(sequence, previous, body=BODY):
    return written_entry(sequence=sequence, run="r", at=AT, elapsed=1.5, previous=previous, body=body)


def chain(count):
    made = [entry(1, FIRST)]
    while len(made) < count:
        made.append(entry(made[-1].sequence + 1, made[-1].hash))
    return made


FOUR = chain(4)
ALONE = entry(9, FOUR[3].hash)
"""another run stands between it and the fourth"""


def told(entries, *, whole):
    with pytest.raises(IntegrityError) as caught:
        check_links(entries, where="here", whole=whole)
    assert caught.value.code == "journal.chain"
    return caught.value.facts["sequence"], caught.value.facts["why"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_sound_chain_passes(whole):
    check_links(FOUR, where="here", whole=whole)
    check_links([], where="here", whole=whole)


def test_over_a_gap_only_the_whole_journal_asks_for_what_is_missing():
    check_links([*FOUR, ALONE], where="here", whole=False)
    check_links(FOUR[1:], where="here", whole=False)
    assert told([*FOUR, ALONE], whole=True) == (5, "it is missing")
    assert told(FOUR[1:], whole=True) == (1, "it is missing")


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_repeated_or_out_of_order_is_named(whole):
    wrong = "it is repeated or stands in the wrong place"
    assert told([FOUR[0], FOUR[1], FOUR[1]], whole=whole) == (2, wrong)
    assert told([FOUR[0], FOUR[0]], whole=whole) == (1, wrong)
    assert told([FOUR[0], FOUR[1], FOUR[0]], whole=whole) == (1, wrong)


@pytest.mark.parametrize("whole", [True, False])
def test_what_does_not_follow_from_the_entry_before_is_named(whole):
    stranger = entry(3, FOUR[0].hash)
    assert told([*FOUR[:2], stranger], whole=whole) == (3, "it does not follow from the entry before it")
    assert told([entry(1, FOUR[0].hash)], whole=whole) == (1, "it does not follow from the entry before it")


def test_bytes_that_cannot_be_read_again_are_never_kept():
    for body in (b"", b"{}", b'{"entry":"unheard of"}', b"\xff"):
        with pytest.raises(IntegrityError) as caught:
            entry(1, FIRST, body)
        assert caught.value.code == "journal.chain"


def test_the_hash_of_an_entry_is_the_one_of_the_first_release():
    assert FOUR[0].hash == GENUINE


@pytest.mark.parametrize("column", range(7))
def test_a_change_in_any_column_of_a_row_is_seen(column):
    kept = FOUR[1]
    row = [kept.sequence, kept.run, kept.at, kept.elapsed, kept.body, kept.previous, kept.hash]
    assert checked_entry(tuple(row), where="here") == kept
    assert checked_body(tuple(row), where="here") == kept.body
    row[column] = {0: 3, 1: "s", 2: AT + " ", 3: 1.25, 4: BODY + b" ", 5: FIRST, 6: FIRST}[column]
    for check in (checked_entry, checked_body):
        with pytest.raises(IntegrityError):
            check(tuple(row), where="here")


def test_a_row_that_is_none_is_told_and_not_read():
    for row in ((1, "r", AT, 1.5, "text", FIRST, FIRST), (1, "r", AT, None, BODY, FIRST, FIRST)):
        with pytest.raises(IntegrityError) as caught:
            checked_body(row, where="here")
        assert caught.value.facts["sequence"] == 1


def marked(body=BODY, mark=None, sequence=1):
    known = mark_of(FOUR[0].hash) if mark is None else mark
    (read,) = marked_entries("r", [(sequence, AT, 1.5, body, FIRST, known)], where="here")
    return read


def test_a_row_with_its_mark_is_read_with_its_whole_hash():
    assert mark_of(FOUR[0].hash) == int.from_bytes(bytes.fromhex(FOUR[0].hash)[:4], "big")
    assert marked() == FOUR[0]


MISMARKED = {
    "another body": {"body": b'{"entry":"noted","what":"y"}'},
    "another sequence": {"sequence": 2},
    "another mark": {"mark": mark_of(FOUR[0].hash) ^ 1},
}


@pytest.mark.parametrize("changed", MISMARKED.values(), ids=MISMARKED)
def test_a_row_that_its_mark_does_not_fit_is_named(changed):
    with pytest.raises(IntegrityError) as caught:
        marked(**changed)
    assert caught.value.code == "journal.chain"
    assert caught.value.facts["sequence"] == changed.get("sequence", 1)


@pytest.mark.parametrize(
    "body", [b"{", b'{"entry":"unheard of"}', b"\xff"], ids=["cut off", "unknown", "no text"]
)
def test_a_row_whose_hash_fits_and_that_is_no_entry_is_named(body):
    own = entry_hash(3, run="r", at=AT, elapsed=1.5, previous=FIRST, body=body)
    with pytest.raises(IntegrityError) as caught:
        checked_entry((3, "r", AT, 1.5, body, FIRST, own), where="here")
    assert caught.value.facts["sequence"] == 3
    with pytest.raises(IntegrityError) as caught:
        marked(body=body, mark=mark_of(own), sequence=3)
    assert caught.value.facts["sequence"] == 3
