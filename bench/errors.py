"""Errors of the laboratory's configuration and of the command line."""

from drivers.errors import PlainError


class LaboratoryError(PlainError):
    """The laboratory file, a port binding, a person or a key must be put right. Exit code 2."""
