"""A record named on the command line: its own file, or a paper that carries it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from results.naming import CERTIFICATE_SUFFIX
from results.storage import plain_faults


def is_paper(file: Path) -> bool:
    """Whether this is a certificate rather than the record itself."""
    return file.suffix.lower() == CERTIFICATE_SUFFIX


@contextmanager
def record_in(file: Path) -> Iterator[Path]:
    """The record's own file, with its evidence and receipt beside it; a paper is unpacked for as long.

    Raises:
        IntegrityError: the paper carries no record.
        StorageError: it cannot be read.
    """
    if not is_paper(file):
        yield file
        return
    from results.paper import unpack  # noqa: PLC0415 - the typesetter is heavy

    with plain_faults(file):
        paper = file.read_bytes()
    with TemporaryDirectory() as folder:
        yield unpack(paper, Path(folder), called=str(file))
