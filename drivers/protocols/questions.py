"""One question and its answer on a line of characters: echo, prompt, lines, and where the answer ends.

What an instrument says is believed only as the answer to a question that it was just asked. Whether an answer
is whole is decided by bytes that no later byte can change, so that any split of them gives the same answer.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from drivers.protocols import Event

Answer = tuple[str, ...]
"""the lines of an answer without their ends; none where the instrument stayed silent"""

_MOST_LINES: Final = 200
_BETWEEN: Final = b"\r\n"


class Echo(StrEnum):
    """Whether each question comes back before its answer."""

    NEVER = "never"
    ALWAYS = "always"
    EITHER = "either"
    """a person can switch it"""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an instrument speaks."""

    end: bytes = b"\r\n"
    """of each line that it sends"""
    echo: Echo = Echo.NEVER
    prompt: bytes = b""
    """what it may send to say that it is ready"""
    longest: int = 256
    """characters of a line"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent, and how its answer ends."""

    send: bytes
    """with its line end"""
    lines: int = 1
    """lines of the answer; 0: a setting, and what is said to it until the line is quiet is not looked at"""
    last: frozenset[bytes] = frozenset()
    """instead: the answer goes on to one of these lines"""
    silence: bool = False
    """no answer is an answer too"""


class NotAnAnswerError(ValueError):
    """What came is no answer to this question; the text says why."""


class Script(Protocol):
    """Questions in turn, and what all their answers mean together."""

    @property
    def manner(self) -> Manner:
        """How the instrument speaks."""

    def ask(self, answers: tuple[Answer, ...]) -> Question | None:
        """The next question after these answers; None when all has been asked."""

    def event(self, answers: tuple[Answer, ...], frame: bytes) -> Event:
        """What the answers mean; `frame` is everything that went over the line."""


def hear(manner: Manner, question: Question, data: bytes) -> tuple[Answer, int] | None:
    """The answer at the front of `data` and how many bytes it took; None when more bytes are needed.

    Raises:
        NotAnAnswerError: these bytes never become an answer.
    """
    if not (question.lines or question.last):
        return None  # only the quiet after it says that it is over
    at = _between(manner, data, 0)
    if manner.echo is not Echo.NEVER:
        after = _after_echo(manner, question, data, at)
        if after is None:
            return None
        at = _between(manner, data, after)
    lines: list[str] = []
    while question.last or len(lines) < question.lines:
        at = _between(manner, data, at)
        end = data.find(manner.end, at, at + manner.longest + len(manner.end))
        if end < 0:
            if len(data) - at >= manner.longest + len(manner.end):
                raise NotAnAnswerError(f"a line has more than {manner.longest} characters")
            return None
        line, at = data[at:end], end + len(manner.end)
        lines.append(line.decode("latin-1"))
        if line in question.last:
            break
        if len(lines) >= _MOST_LINES:
            raise NotAnAnswerError(f"the answer has more than {_MOST_LINES} lines")
    return tuple(lines), at


def quiet(manner: Manner, data: bytes) -> bool:
    """Whether these bytes, come without a question, say nothing: line ends and prompts."""
    rest = data[_between(manner, data, 0) :]
    return not rest or (bool(manner.prompt) and manner.prompt.startswith(rest))


def _between(manner: Manner, data: bytes, at: int) -> int:
    """Where the next line begins, behind line ends and prompts."""
    while at < len(data):
        if data[at] in _BETWEEN:
            at += 1
        elif manner.prompt and data.startswith(manner.prompt, at):
            at += len(manner.prompt)
        else:
            break
    return at


def _after_echo(manner: Manner, question: Question, data: bytes, at: int) -> int | None:
    """Where the answer begins; None while that is not known."""
    said, rest = question.send.rstrip(_BETWEEN), data[at:]
    if len(rest) <= len(said):
        if said.startswith(rest):
            return None
    elif rest.startswith(said) and rest[len(said)] in _BETWEEN:
        return at + len(said) + 1
    if manner.echo is Echo.ALWAYS:
        raise NotAnAnswerError("the question does not come back as it was sent")
    return at
