"""Errors of the laboratory's configuration and of the command line."""

from pathlib import Path

from drivers.errors import PlainError
from results.errors import StorageError
from results.storage import DISK_FULL


class LaboratoryError(PlainError):
    """The laboratory file, a port binding, a person or a key must be put right. Exit code 2."""


def unwritable(file: Path, problem: OSError) -> PlainError:
    """What is said when the system does not let a file be written; of a full disk, with its exit code."""
    if problem.errno in DISK_FULL:
        return StorageError(
            "file.disk_full",
            "{path} was not written: the disk is full.",
            "Make room on it, or choose another one with -o.",
            path=str(file),
        )
    return LaboratoryError(
        "file.unwritable",
        "{file} cannot be written: {problem}.",
        "Choose another folder with -o.",
        file=str(file),
        problem=problem.strerror or str(problem),
    )


def no_registry() -> LaboratoryError:
    """What is said when something is to be delivered and there is nowhere to deliver it."""
    return LaboratoryError(
        "laboratory.no_registry",
        "This laboratory has no registry, so nothing can be delivered.",
        "Add the section [registry] to laboratory.toml.",
    )


def unknown_run(run: str) -> LaboratoryError:
    """What is said of a run that was never begun here.

    Args:
        run: the id or number that was asked for.
    """
    return LaboratoryError(
        "run.unknown",
        "There is no run {run} in this laboratory's journal.",
        "See the list with: tera runs.",
        run=run,
    )
