"""Errors of the laboratory's configuration and of the command line."""

from pathlib import Path

from drivers.errors import PlainError


class LaboratoryError(PlainError):
    """The laboratory file, a port binding, a person or a key must be put right. Exit code 2."""


def unwritable(file: Path, problem: OSError) -> LaboratoryError:
    """What is said when the system does not let a file be written."""
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
