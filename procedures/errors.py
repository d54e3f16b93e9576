"""Errors that a metrologist can act on, and the ways a run ends that are no error at all."""

from drivers.errors import PlainError


class ProcedureError(PlainError):
    """The metrologist must act: rules, loads, standards, case files."""


class StandardError(ProcedureError):
    """The standards at hand may not be used for this test; the facts name the standard and the limit."""


class RunEnded(BaseException):
    """The run leaves the script on purpose: interrupted, voided or started again for a retake."""
