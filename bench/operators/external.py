"""An external program as operator: JSON lines over its standard input and output.

Weight handlers, valve controllers and tests use this. End of file or the answer "abort" leaves the run; it
can be resumed.
"""

import asyncio
import json
import os
import shlex
from types import TracebackType
from typing import Self

from bench.attention import RunInterrupted
from bench.errors import LaboratoryError
from bench.operator import Prompt
from bench.operators.answers import understand
from bench.replay import plain
from procedures.action import Answer


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
        words = shlex.split(self._command, posix=os.name == "posix")
        try:
            self._process = await asyncio.create_subprocess_exec(
                *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        except (OSError, IndexError) as problem:
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
            **plain(prompt.action),
            "text": prompt.text,
            "choices": prompt.choices,
        }
        try:
            process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise RunInterrupted from None
        while heard := await process.stdout.readline():
            try:
                reply = json.loads(heard)
                answer = reply["answer"]
            except (ValueError, KeyError, TypeError):
                raise _not_the_protocol(self._command, heard) from None
            if answer == "abort":
                raise RunInterrupted
            if reply.get("id") == prompt.id:
                return understand(prompt, answer)
        raise RunInterrupted


def _not_the_protocol(command: str, heard: bytes) -> LaboratoryError:
    return LaboratoryError(
        "operator.protocol",
        "The operator program {command} wrote {line}, which is no answer.",
        'It must write one JSON object a line: {{"id": "…", "answer": "done"}}.',
        command=command,
        line=repr(heard[:80]),
    )
