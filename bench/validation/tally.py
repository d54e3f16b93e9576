"""Counting what held while an installation is tried, and keeping what did not."""

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.errors import PlainError
from results.malformed import MISFITS
from results.statement import ValidationPart


class Tally:
    """One part of a validation under way."""

    def __init__(self, name: str) -> None:
        """Begin a part of that name."""
        self.name = name
        self.held = 0
        self.findings: list[str] = []

    def expect(self, what: str, *, holds: bool) -> None:
        """Count one check; what does not hold is kept under its name."""
        if holds:
            self.held += 1
        else:
            self.findings.append(what)

    @contextmanager
    def tried(self, what: str) -> Iterator[None]:
        """A check that holds when nothing in it is raised; one that fails does not hide the others."""
        try:
            yield
        except PlainError as refusal:
            self.findings.append(f"{what}: {refusal.message}")
        except (*MISFITS, OSError, AssertionError) as fault:  # whatever is broken here is a finding
            self.findings.append(f"{what}: {type(fault).__name__}: {fault}")
        else:
            self.held += 1

    def part(self) -> ValidationPart:
        """What came out; a part in which nothing was tried has found that."""
        if not self.held and not self.findings:
            self.findings.append("nothing was tried")
        return ValidationPart(self.name, self.held, tuple(self.findings))
