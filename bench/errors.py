"""Errors of the laboratory's configuration and of the command line."""

from drivers.errors import PlainError


class LaboratoryError(PlainError):
    """The laboratory file, a port binding, a person or a key must be put right. Exit code 2."""


def no_registry() -> LaboratoryError:
    """What is said when something is to be delivered and there is nowhere to deliver it."""
    return LaboratoryError(
        "laboratory.no_registry",
        "This laboratory has no registry, so nothing can be delivered.",
        "Add the section [registry] to laboratory.toml.",
    )
