"""A record named on the command line: its own file, or a paper that carries it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.let_go import told_where
from results.naming import CERTIFICATE_SUFFIX, LARGEST_PAPER
from results.storage import read_whole


def is_paper(file: Path) -> bool:
    """Whether this is a certificate rather than the record itself."""
    return file.suffix.lower() == CERTIFICATE_SUFFIX


@contextmanager
def record_in(file: Path) -> Iterator[Path]:
    """The record's own file, with its evidence and receipt beside it; a paper is unpacked for as long.

    Raises:
        IntegrityError: the paper carries no record.
        StorageError: it cannot be read; or, from within, its evidence was let go, with where it is.
    """
    if not is_paper(file):
        with told_where(file):
            yield file
        return
    from results.paper import unpack  # noqa: PLC0415 - the typesetter is heavy

    paper = read_whole(file, most=LARGEST_PAPER)
    with TemporaryDirectory() as folder:
        yield unpack(paper, Path(folder), called=str(file))
