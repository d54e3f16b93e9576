"""Runs one command line: finds the handler, tells errors in plain sentences, gives the exit code."""

import importlib
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Sequence

from bench.cli.exit_code import ExitCode, code_of
from bench.cli.help import language_of
from bench.cli.parser import parser
from bench.cli.usage import UsageMistake
from bench.cli.usage import tell as tell_usage
from drivers.errors import PlainError

Handler = Callable[[Namespace], int]


def run(arguments: Sequence[str]) -> int:
    """Run one command."""
    try:
        options = parser(language_of(arguments)).parse_args(arguments)
    except UsageMistake as mistake:
        tell_usage(mistake, arguments)
        return ExitCode.USAGE
    options.lang = options.lang or os.environ.get("TERA_LANG") or "id"
    if options.lang not in {"id", "en"}:
        options.lang = "id"
    try:
        return _done(options)
    except PlainError as error:
        tell(options, error)
        return code_of(error)
    except KeyboardInterrupt:
        return ExitCode.IN_DOUBT
    except BrokenPipeError:
        # The reader of our output has gone (`tera runs | head`); that is no fault of this command.
        _print_nowhere()
        return ExitCode.DONE
    except Exception as unforeseen:  # noqa: BLE001 - the last line of defence: no traceback at a user
        return _unforeseen(options, unforeseen)


def _done(options: Namespace) -> int:
    code = int(_handler(options.handler)(options))
    sys.stdout.flush()  # here it can still be told that it fails
    return code


def _print_nowhere() -> None:
    """What is still to be printed would fail once more, at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _handler(name: str) -> Handler:
    module, _, function = name.partition(":")
    handler: Handler = getattr(importlib.import_module(module), function)
    return handler


def tell(options: Namespace, error: PlainError) -> None:
    """Write the two sentences of an error to standard error."""
    from bench.cli.output import warn  # noqa: PLC0415 - keeps --help light
    from bench.labels import Labels  # noqa: PLC0415 - so it does

    if options.debug:
        traceback.print_exception(error)
    sentence, remedy = Labels(options.lang).problem(error)
    warn(f"tera: {sentence}\n      {remedy}")


def _changed_program() -> PlainError | None:
    """That files of this program were changed, so that what is missing may be one of them; None when not."""
    try:
        from bench.software import check_unchanged  # noqa: PLC0415 - keeps --help light

        check_unchanged()
    except PlainError as changed:
        return changed
    except (OSError, ImportError):  # so much is gone that not even this can be looked at
        return None
    return None


def _unforeseen(options: Namespace, error: Exception) -> int:
    from results.errors import StorageError  # noqa: PLC0415 - keeps --help light
    from results.storage import DISK_FULL  # noqa: PLC0415 - so it does

    if isinstance(error, OSError) and error.errno in DISK_FULL and error.filename is None:
        _print_nowhere()
        full = StorageError(
            "output.full",
            "What this command prints cannot all be written: the disk is full.",
            "Make room where its output goes, and run it again.",
        )
        tell(options, full)
        return code_of(full)
    if isinstance(error, FileNotFoundError | ImportError) and (changed := _changed_program()) is not None:
        tell(options, changed)
        return code_of(changed)
    if options.debug:
        traceback.print_exception(error)
    tell(
        options,
        PlainError(
            "program.unforeseen",
            "An unforeseen error stopped this command: {kind}: {error}.",
            "What was journaled is kept. Run it again with --debug and report what it prints.",
            kind=type(error).__name__,
            error=str(error),
        ),
    )
    return ExitCode.IN_DOUBT
