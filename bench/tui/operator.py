"""The screen as operator: a prompt waits here until the person in front of the screen answers it."""

import asyncio
from collections.abc import Callable

from bench.operator import Prompt
from procedures.action import Answer


class TuiOperator:
    """Hands each prompt to the screen and awaits its answer; one prompt at a time.

    Leaving needs no answer: the work is paused and the conductor withdraws the prompt by cancelling.
    """

    def __init__(self, show: Callable[[Prompt | None], None]) -> None:
        """Take the screen's function that shows a prompt, or None when it was withdrawn or answered."""
        self._show = show
        self._answer: asyncio.Future[Answer] | None = None
        self.prompt: Prompt | None = None

    async def answer(self, prompt: Prompt) -> Answer:
        """Show the prompt and wait for the person."""
        self.prompt = prompt
        self._answer = asyncio.get_running_loop().create_future()
        self._show(prompt)
        try:
            return await self._answer
        finally:
            self.prompt = self._answer = None
            self._show(None)

    def give(self, prompt: Prompt, answer: Answer) -> bool:
        """Answer the prompt; False when it is not the one that waits, or has its answer already."""
        if self._answer is None or self._answer.done() or self.prompt is not prompt:
            return False
        self._answer.set_result(answer)
        return True
