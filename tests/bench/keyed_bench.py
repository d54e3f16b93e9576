"""A bench without ports: a person who answers from arithmetic. The operator's port, and nothing else.

What is instructed is handed to `obey`; what is asked is answered by `show` (roles) and `key` (questions).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.attention import RunInterrupted
from bench.operator import Prompt
from drivers.quantity import Quantity
from procedures.action import Action, Answer, Choice, Choose, Done, Inspect, Keyed, KeyIndication, KeyQuantity


@dataclass
class KeyedBench:
    """Answers all prompts; leaves once at the prompt `leave_at`."""

    show: Callable[[str], Quantity]
    key: Callable[[KeyQuantity], Quantity]
    obey: Callable[[Action], None] = lambda _: None
    answers: dict[str, str] = field(default_factory=dict)
    leave_at: int = 0
    asked: list[Prompt] = field(default_factory=list)

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        if len(self.asked) == self.leave_at:
            self.leave_at = -1
            raise RunInterrupted
        match prompt.action:
            case Inspect():
                return Choice(self.answers.get("inspect", "conforms"))
            case Choose(question=question, choices=choices):
                return Choice(self.answers.get(question, choices[-1]))
            case KeyIndication(role=role):
                return Keyed(self.show(role))
            case KeyQuantity() as question:
                return Keyed(self.key(question))
            case action:
                self.obey(action)
                return Done()
