"""The operator port: whoever carries out instructions and answers questions.

The console, a script, an external program and the TUI implement it; the conductor knows only this.
"""

from typing import Literal, Protocol

import msgspec

from procedures.action import Action, Answer


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction or question, with the path under which its answer will be journaled."""

    id: str
    """journal path"""
    kind: Literal["instruct", "ask"]
    action: Action
    text: str
    """the sentence that a person sees, in the operator's language"""
    choices: tuple[str, ...] = ()


class Operator(Protocol):
    """Answers prompts, one at a time."""

    async def answer(self, prompt: Prompt) -> Answer:
        """Carry out or answer.

        Raises:
            RunInterrupted: the operator leaves; the run is kept and can be resumed.
        """
