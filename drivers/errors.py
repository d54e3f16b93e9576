"""Errors that are told to a person: what is wrong, what to do, and the facts behind both."""

from typing import Any


class PlainError(Exception):
    """An error that a person can act on; never shown as a traceback.

    Subclasses say who must act. The sentences here are English; `bench` renders the reader's language from
    `code` and `facts`, so neither sentence is ever parsed.
    """

    def __init__(self, code: str, message: str, remedy: str, **facts: Any) -> None:
        """Fill the two sentences with the facts.

        Args:
            code: stable name of this error, `room.subject`; the key of its translations.
            message: what is wrong, one sentence, with `{fact}` placeholders.
            remedy: what to do about it, one sentence, with `{fact}` placeholders.
            facts: the values of the placeholders, kept as data.
        """
        self.code = code
        self.facts = facts
        self.message = message.format_map(facts)
        self.remedy = remedy.format_map(facts)
        super().__init__(f"{self.message} {self.remedy}")


class InstrumentError(PlainError):
    """The technician must act: cable, port, instrument."""


class LinkLostError(InstrumentError):
    """The line to the instrument is gone: unplugged, refused or closed by the other end."""


class NotSettledError(InstrumentError):
    """The instrument answers but gave no stable indication in the time allowed."""


class DescriptionError(InstrumentError):
    """A driver file says something impossible; the facts name file, path and a correction."""


def cannot(driver: str, what: str) -> DescriptionError:
    """The error for what an instrument of this driver has no way to do.

    Args:
        driver: its id.
        what: as it follows after "cannot".
    """
    return DescriptionError(
        "driver.cannot",
        "{driver} cannot {what}.",
        "Choose a driver whose instrument can, or change the driver file.",
        driver=driver,
        what=what,
    )


class UnitError(ValueError):
    """Two quantities that cannot be compared or added: an error of the program or of a typed file."""
