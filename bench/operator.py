"""The operator port: whoever carries out instructions and answers questions.

The console, a script, an external program and the TUI implement it; the conductor knows only this.
"""

from typing import Literal, Protocol, Self

import msgspec

from procedures.action import Action, Answer, Choose, Inspect, Instruction


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction or question, with the path under which its answer will be journaled."""

    id: str
    """journal path"""
    kind: Literal["instruct", "ask"]
    action: Action
    text: str
    """the sentence that a person sees, in the operator's language"""
    choices: tuple[str, ...] = ()
    seen: Answer | None = None
    """what a person would read there, where a twin stands in place of what is read by eye: training only"""

    @classmethod
    def of(cls, path: str, action: Action, text: str) -> Self:
        """The prompt for an action, with the choices that it allows."""
        match action:
            case Inspect():
                choices: tuple[str, ...] = ("conforms", *action.items)
            case Choose():
                choices = action.choices
            case _:
                choices = ()
        kind: Literal["instruct", "ask"] = "instruct" if isinstance(action, Instruction) else "ask"
        return cls(id=path, kind=kind, action=action, text=text, choices=choices)


class Operator(Protocol):
    """Answers prompts, one at a time."""

    async def answer(self, prompt: Prompt) -> Answer:
        """Carry out or answer.

        Raises:
            RunInterrupted: the operator leaves; the run is kept and can be resumed.
        """
