"""An external program as operator: JSON lines over its standard input and output.

Weight handlers, valve controllers and tests use this. End of file or the answer "abort" leaves the run; it
can be resumed.
"""

import asyncio
import json
import os
import shlex
from types import TracebackType
from typing import Final, Self

from bench.attention import RunInterrupted
from bench.errors import LaboratoryError
from bench.operator import Prompt
from bench.operators.answers import understand
from drivers.notation import to_plain
from procedures.action import Answer

_LONGEST_LINE: Final = 1 << 16
_SECRETS: Final = frozenset({"TERA_PIN", "TERA_NEW_PIN", "TERA_PASSPHRASE", "TERA_SIGN_ACCOUNT"})
"""what a person signs with is none of the program's business"""


class ExternalOperator:
    """Starts a command and talks to it."""

    def __init__(self, command: str) -> None:
        """Keep the command line; it starts with the context."""
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start the program.

        Raises:
            LaboratoryError: it cannot be started.
        """
        try:
            words = shlex.split(self._command, posix=os.name == "posix")
            self._process = await asyncio.create_subprocess_exec(
                words[0],
                *words[1:],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                env={name: value for name, value in os.environ.items() if name not in _SECRETS},
            )
        except (OSError, ValueError, IndexError) as problem:
            raise LaboratoryError(
                "operator.not_started",
                "The operator program {command} cannot be started: {problem}.",
                "Check its path; try it alone on the command line.",
                command=self._command,
                problem=str(problem),
            ) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its input and give it a moment to end by itself."""
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def answer(self, prompt: Prompt) -> Answer:
        """Send one line, wait for one line.

        Raises:
            RunInterrupted: it ended or said "abort".
            AnswerError: it answered something that does not fit.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RunInterrupted
        line = {
            "id": prompt.id,
            "kind": prompt.kind,
            **to_plain(prompt.action),
            "text": prompt.text,
            "choices": prompt.choices,
        }
        try:
            process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise RunInterrupted from None
        try:
            heard = await process.stdout.readline()
        except ValueError:
            raise _not_the_protocol(self._command, b"a line without an end") from None
        if not heard:
            raise RunInterrupted
        try:
            reply = json.loads(heard)
            answered, answer = reply["id"], reply["answer"]
        except (ValueError, KeyError, TypeError):
            if _says_abort(heard):
                raise RunInterrupted from None
            raise _not_the_protocol(self._command, heard) from None
        if answer == "abort":
            raise RunInterrupted
        if answered != prompt.id:
            raise _not_the_protocol(self._command, heard)
        return understand(prompt, answer)


def _says_abort(heard: bytes) -> bool:
    """Whether it is `{"answer": "abort"}`, which needs no id."""
    try:
        return bool(json.loads(heard)["answer"] == "abort")
    except (ValueError, KeyError, TypeError):
        return False


def _not_the_protocol(command: str, heard: bytes) -> LaboratoryError:
    return LaboratoryError(
        "operator.protocol",
        "The operator program {command} wrote {line}, which is no answer.",
        'It must answer with one line and the id of the prompt: {{"id": "…", "answer": "done"}}.',
        command=command,
        line=repr(heard[:80]),
    )
