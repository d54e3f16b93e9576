"""Asking the operator under a path, whether the script asks or the bench before or after it."""

from collections.abc import Callable

from bench import events
from bench.attention import Attention
from bench.book import Book
from bench.operator import Operator, Prompt
from procedures.action import Action, Answer


class Asking:
    """Asks, and waits for the answer; whoever asks keeps it."""

    def __init__(
        self, operator: Operator, sentence: Callable[[Action], str], *, book: Book, attention: Attention
    ) -> None:
        """Nothing is asked yet.

        Args:
            operator: who obeys and answers.
            sentence: writes an action in the operator's language.
            book: by which the observers are told.
            attention: what may break off the waiting.
        """
        self._operator = operator
        self._sentence = sentence
        self._book = book
        self._attention = attention

    async def __call__(self, path: str, action: Action) -> Answer:
        """What the operator answers.

        Raises:
            RunEnded: a wish came first.
        """
        prompt = Prompt.of(path, action, self._sentence(action))
        self._book.tell(events.Prompted(prompt=prompt))
        return await self._attention.attend(self._operator.answer(prompt))
