"""The plain console as operator: one sentence, one line of answer."""

import asyncio
from collections.abc import Callable

from bench.attention import RunInterrupted
from bench.operator import Prompt
from bench.operators.answers import AnswerError, understand
from procedures.action import Answer, Choose, Inspect, KeyAdded, KeyIndication


class ConsoleOperator:
    """Asks on standard output, reads standard input."""

    def __init__(
        self,
        label: Callable[[str], str],
        read_line: Callable[[str], str] = input,
        show: Callable[[str], None] = print,
    ) -> None:
        """Take the words and the two ends of the console.

        Args:
            label: gives the reader's word for an id such as a choice.
            read_line: shows a prompt and returns a line without its end; raises EOFError at the end.
            show: shows a line.
        """
        self._label = label
        self._read_line = read_line
        self._show = show

    async def answer(self, prompt: Prompt) -> Answer:
        """Ask until the answer fits; Enter alone means done, conforms or the nominal offered.

        Raises:
            RunInterrupted: end of input or Ctrl-C.
        """
        self._show(prompt.text)
        for number, choice in enumerate(prompt.choices, start=1):
            self._show(f"  {number}  {self._label(choice)}")
        while True:
            try:
                typed = (await asyncio.to_thread(self._read_line, "> ")).strip()
            except (EOFError, KeyboardInterrupt):
                raise RunInterrupted from None
            try:
                return understand(prompt, _meant(prompt, typed))
            except AnswerError as mistake:
                self._show(str(mistake))


def _meant(prompt: Prompt, typed: str) -> str:
    action = prompt.action
    if isinstance(action, Choose | Inspect):
        if not typed and isinstance(action, Inspect):
            return "conforms"
        picked = [part.strip() for part in typed.split(",")]
        if all(part.isdecimal() and 1 <= int(part) <= len(prompt.choices) for part in picked):
            return ",".join(prompt.choices[int(part) - 1] for part in picked)
        return typed
    if isinstance(action, KeyIndication | KeyAdded):
        offered = action.expect if isinstance(action, KeyIndication) else None
        if not typed:
            return str(offered) if offered is not None else ""
        unit = (
            (offered or action.step or getattr(action, "indication", None)) if typed[-1].isdecimal() else None
        )
        number = typed.replace(",", ".") if typed.count(",") + typed.count(".") == 1 else typed
        return f"{number} {unit.unit}" if unit is not None else number
    return typed or "done"
