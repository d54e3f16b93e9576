"""Mistakes on the command line, told in the reader's language: argparse knows English only.

The language is looked for before the line is understood, because the line is what has the mistake.
"""

import argparse
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NoReturn

from bench.cli.help import help_in, language_of

_CASES: Final = (
    (r"the following arguments are required: (?P<names>.+)", "usage.required"),
    (r"argument COMMAND: invalid choice: (?P<value>.+?) \(choose from (?P<known>.+)\)", "usage.command"),
    (r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(choose from (?P<known>.+)\)", "usage.choice"),
    (r"unrecognized arguments: (?P<names>.+)", "usage.unknown"),
    (
        r"argument (?P<name>.+?): expected (?:one argument|\d+ arguments?|at least one argument)",
        "usage.value",
    ),
    (r"argument (?P<name>.+?): invalid (?P<type>\w+) value: (?P<value>.+)", "usage.type"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)", "usage.together"),
    (r"one of the arguments (?P<names>.+) is required", "usage.one_of"),
    (r"ambiguous option: (?P<name>\S+) could match (?P<known>.+)", "usage.ambiguous"),
)


class UsageMistake(SystemExit):
    """A line that cannot be understood."""

    def __init__(self, message: str, program: str) -> None:
        """Take the sentence of argparse and the command that it is about."""
        super().__init__(2)
        self.message = message
        self.program = program


class Parser(argparse.ArgumentParser):
    """Prints help in a language, and leaves it to the caller to tell a mistake."""

    def __init__(self, *, language: str = "en", **named: Any) -> None:
        """Take the language of the reader, for this command and those below it."""
        super().__init__(formatter_class=help_in(language), **named)
        self._below: Any = partial(Parser, language=language)

    def add_subparsers(self, **named: Any) -> Any:
        """Make a place for commands below this one."""
        return super().add_subparsers(parser_class=self._below, **named)

    def error(self, message: str) -> NoReturn:
        """Say which command does not understand what."""
        raise UsageMistake(message, self.prog)


def tell(mistake: UsageMistake, arguments: Sequence[str]) -> None:
    """Write what is wrong and where help stands to standard error."""
    from bench.cli.output import warn  # noqa: PLC0415 - keeps --help light
    from bench.labels import Labels  # noqa: PLC0415 - so it does

    labels = Labels(language_of(arguments))
    remedy = labels.text("usage.remedy", command=mistake.program)
    warn(f"tera: {told(mistake.message, labels.language)}\n      {remedy}")


def told(message: str, language: str) -> str:
    """A sentence of argparse in a language; one that is not known stays as it is.

    >>> told("unrecognized arguments: --speed", "id")
    'Tidak dikenal: --speed.'
    """
    from bench.labels import Labels  # noqa: PLC0415 - keeps --help light

    for pattern, name in _CASES:
        found = re.fullmatch(pattern, message)
        if found is not None:
            facts = {key: value.replace("'", "") for key, value in found.groupdict().items()}
            return Labels(language).text(name, **facts)
    return message[:1].upper() + message[1:] + "."
