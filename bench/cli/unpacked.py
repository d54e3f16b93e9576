"""A record named on the command line: its own file, a paper that carries it, or its number at this bench."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.errors import LaboratoryError
from bench.laboratory import Folders
from bench.let_go import told_where
from results.naming import CERTIFICATE_SUFFIX, LARGEST_PAPER, RECORD_SUFFIX
from results.number import file_stem, is_number
from results.storage import plain_faults, read_whole


def named_record(lab: Path, name: Path) -> Path:
    """The file that is meant: of the record with that number in the laboratory's folder, or of that name.

    Raises:
        LaboratoryError: it is a number, and no record of this laboratory has it; or it is a folder.
        StorageError: it cannot be looked at.
    """
    number = str(name)
    if not is_number(number):
        with plain_faults(name):
            folder = name.is_dir()
        if folder:
            raise LaboratoryError(
                "record.folder",
                "{folder} is a folder, not a record.",
                "Name one file in it, such as 000017.tera.json. All that lie in a folder: tera audit FOLDER.",
                folder=str(name),
            )
        return name
    file = Folders(lab).records / f"{file_stem(number)}{RECORD_SUFFIX}"
    if file.exists():
        return file
    raise LaboratoryError(
        "record.not_here",
        "There is no record {number} among the records of this laboratory.",
        "See the list with: tera runs. A record from elsewhere is named by its file.",
        number=number,
    )


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
