"""The plain console as operator: one sentence, one line of answer."""

import asyncio
import signal
from collections.abc import Callable
from typing import Final, TextIO

from bench.attention import RunInterrupted
from bench.operator import Prompt
from bench.operators.answers import AnswerError, understand
from procedures.action import Answer, Choose, Inspect, KeyAdded, KeyIndication, KeyQuantity

_ON_ITS_WAY_S: Final = 0.01


class ConsoleOperator:
    """Asks on a terminal, line by line."""

    def __init__(
        self,
        label: Callable[[str], str],
        problem: Callable[[AnswerError], tuple[str, str]],
        *,
        output: TextIO,
        keyboard: TextIO,
    ) -> None:
        """Take the words and the two ends of the console.

        Args:
            label: gives the reader's word for an id such as a choice.
            problem: gives the reader's two sentences for an answer that does not fit.
            output: where questions go; standard error when standard output belongs to a program.
            keyboard: where answers come from.
        """
        self._label = label
        self._problem = problem
        self._output = output
        self._keyboard = keyboard

    async def answer(self, prompt: Prompt) -> Answer:
        """Ask until it fits; Enter alone means done, conforms, the nominal offered, or the only choice.

        Raises:
            RunInterrupted: end of input or Ctrl-C.
        """
        self._show(prompt.text)
        for number, choice in enumerate(prompt.choices, start=1):
            self._show(f"  {number}  {self._label(choice)}")
        while True:
            typed = await self._read()
            try:
                return understand(prompt, _meant(prompt, typed.strip()))
            except AnswerError as mistake:
                if prompt.choices:
                    mistake.facts["allowed"] = ", ".join(map(str, range(1, len(prompt.choices) + 1)))
                self._show(" ".join(self._problem(mistake)))

    def _show(self, line: str, *, end: str = "\n") -> None:
        print(line, end=end, file=self._output, flush=True)

    async def _read(self) -> str:
        """Wait for a line; the loop stands still meanwhile, because only so does Ctrl-C reach us at once.

        One of a moment ago is on its way through the tasks: it ends this one while the loop still turns.
        """
        self._show("> ", end="")
        ctrl_c = _CtrlC()
        before = signal.signal(signal.SIGINT, ctrl_c)
        try:
            await asyncio.sleep(_ON_ITS_WAY_S)
            ctrl_c.breaks_off()
            line = self._keyboard.readline()
        except KeyboardInterrupt:
            raise RunInterrupted from None
        finally:
            signal.signal(signal.SIGINT, before)
        if not line:
            raise RunInterrupted
        return line


class _CtrlC:
    """Keeps what comes while the loop turns, which it would tear; breaks off a wait for the keyboard."""

    def __init__(self) -> None:
        self._came = False
        self._breaks_off = False

    def __call__(self, *_: object) -> None:
        self._came = True
        if self._breaks_off:
            raise KeyboardInterrupt

    def breaks_off(self) -> None:
        """Break off from now on, and at once when it came before."""
        self._breaks_off = True
        if self._came:
            raise KeyboardInterrupt


def _meant(prompt: Prompt, typed: str) -> str:
    action = prompt.action
    if isinstance(action, Choose | Inspect):
        return _chosen(prompt, typed)
    if isinstance(action, KeyIndication | KeyAdded | KeyQuantity):
        offered = None if isinstance(action, KeyAdded) else action.expect
        if not typed:
            return str(offered) if offered is not None else ""
        number = typed.replace(",", ".") if typed.count(",") + typed.count(".") == 1 else typed
        unit = _unit_of(action) if typed[-1].isdecimal() else ""
        return f"{number} {unit}" if unit else number
    return typed or "done"


def _chosen(prompt: Prompt, typed: str) -> str:
    if not typed and isinstance(prompt.action, Inspect):
        return "conforms"
    if not typed and len(prompt.choices) == 1:
        return prompt.choices[0]
    picked = [part.strip() for part in typed.split(",")]
    if all(part.isdecimal() and 1 <= int(part) <= len(prompt.choices) for part in picked):
        return ",".join(prompt.choices[int(part) - 1] for part in picked)
    return typed


def _unit_of(action: KeyIndication | KeyAdded | KeyQuantity) -> str:
    """The unit of a number keyed without one; empty: the question names none."""
    match action:
        case KeyQuantity(unit=unit):
            return unit
        case KeyAdded(step=step):
            return step.unit
        case KeyIndication(expect=expect, step=step):
            known = expect or step
            return known.unit if known is not None else ""
