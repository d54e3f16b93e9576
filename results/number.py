"""Numbers: of a record on its bench, of the certificate at its office, and the file names made from them.

A bench counts its verifications and its training runs apart, each from 1 without a gap, because training
never reaches the register.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from results.errors import RecordError
from results.record import Office

_TRAINING_MARK: Final = "L-"
_NUMBER: Final = re.compile(r"(L-)?(\d{6,})", re.ASCII)
_FIELD: Final = re.compile(r"\{(?:sequence|month_roman|month|year|bench)(?::0?\d{1,2}d?)?\}", re.ASCII)
_WILD: Final = re.compile(r"[{}].*", re.DOTALL)
"""braces that are no field: the formatter itself would follow attributes, and fill any width"""
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def number_of(sequence: int, *, training: bool) -> str:
    """Write the count of a run as its number.

    >>> number_of(7, training=False), number_of(7, training=True)
    ('000007', 'L-000007')
    """
    return f"{_TRAINING_MARK if training else ''}{sequence:06d}"


def sequence_of(number: str) -> int:
    """Read the count from a number; the inverse of `number_of`.

    Raises:
        RecordError: this is no number that a bench gives.
    """
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise RecordError(
            "record.number",
            "{number} is not a record number.",
            "Numbers look like 000017, or L-000017 for training.",
            number=repr(number),
        )
    return int(found[2])


def is_number(text: str) -> bool:
    """Say whether a text is a number as benches give them.

    >>> is_number("000017"), is_number("17"), is_number("the 000017 of Sleman")
    (True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


def record_id_of(bench: str, number: str) -> str:
    """The id of a record in the whole network.

    >>> record_id_of("B2", "000007")
    'B2:000007'
    """
    return f"{bench}:{number}"


def is_training(number: str) -> bool:
    """Say whether a number is one of the training series."""
    return number.startswith(_TRAINING_MARK)


def first_gap(numbers: Iterable[str]) -> str:
    """The first number that is missing or stands where another must; empty when none is, in either series.

    >>> first_gap(["000001", "L-000001", "000003"]), first_gap(["000001", "000002"])
    ('000002', '')
    """
    given = {False: 0, True: 0}
    for number in numbers:
        training = is_training(number)
        given[training] += 1
        if number != number_of(given[training], training=training):
            return number_of(given[training], training=training)
    return ""


def certificate_number(office: Office, *, sequence: int, bench: str, at: datetime) -> str:
    """Fill the office's pattern.

    Args:
        office: holds the pattern.
        sequence: the record's count.
        bench: the bench's name.
        at: the moment the run ended, with the office's offset; gives month and year.

    Raises:
        RecordError: the pattern names something that does not exist.
    """
    try:
        if wild := _WILD.search(_FIELD.sub("", office.certificate_number)):
            raise ValueError(f"{wild[0]!r} is no field")  # noqa: TRY301 - told as the formatter's own
        return office.certificate_number.format(
            sequence=sequence, bench=bench, month=at.month, month_roman=_ROMAN[at.month - 1], year=at.year
        )
    except ValueError as mistake:
        raise RecordError(
            "certificate.pattern",
            "The certificate number pattern {pattern} cannot be filled: {mistake}.",
            "Use only sequence, month_roman, month, year and bench in braces, in the laboratory file.",
            pattern=repr(office.certificate_number),
            mistake=str(mistake),
        ) from None


def file_stem(number: str) -> str:
    """A file name that every file system takes, different for different numbers of one bench.

    >>> file_stem("L-000007"), file_stem("500/07/XI")
    ('L-000007', '500_07_XI')
    """
    return re.sub(r"[^A-Za-z0-9.-]", "_", number).strip(".") or "_"
