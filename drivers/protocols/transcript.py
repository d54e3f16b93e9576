"""The decoder of whole interviews: every question as it was sent, each with what came after it.

That is the frame of a reading that was asked for in several questions; it can be decoded again years later.
An interview in which anything does not fit gives no number.
"""

from drivers.protocols import Event, Refused, State
from drivers.protocols.questions import Answer, NotAnAnswerError, Question, Script, hear, quiet


class TranscriptDecoder:
    """Decodes one stream of interviews, both directions in the order of the line."""

    def __init__(self, script: Script) -> None:
        self._script = script
        first = script.ask(())
        if first is None:
            raise ValueError("a script without questions")
        self._first = first.send
        self._buffer = bytearray()
        self._skipped = 0
        self._ended = False
        self._begin()

    @property
    def skipped(self) -> int:
        """Bytes that belong to no interview."""
        return self._skipped

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while True:
            if not self._inside and not self._find():
                return None
            try:
                question = self._script.ask(tuple(self._answers))
                if question is None:
                    return self._whole()
                step = self._step(question)
            except NotAnAnswerError as mistake:
                return self._broken(str(mistake))
            if not step:
                if not self._ended:
                    return None
                self._skip(1)  # another interview may begin inside the one that broke off
                self._begin()

    def _begin(self) -> None:
        self._inside = False
        self._at = 0
        self._answers: list[Answer] = []

    def _find(self) -> bool:
        found = self._buffer.find(self._first)
        if found >= 0:
            self._skip(found)
            self._inside = True
            return True
        kept = 0 if self._ended else len(self._first) - 1
        self._skip(max(len(self._buffer) - kept, 0))
        return False

    def _step(self, question: Question) -> bool:
        """Take one question and its answer; False when more bytes are needed."""
        found = self._buffer.find(question.send, self._at)
        if found < 0 or not quiet(self._script.manner, bytes(self._buffer[self._at : found])):
            rest = bytes(self._buffer[self._at :]).lstrip(b"\r\n" + self._script.manner.prompt)
            if found < 0 and question.send.startswith(rest):
                return False
            raise NotAnAnswerError("between two questions comes what was not asked for")
        after = found + len(question.send)
        rest = bytes(self._buffer[after:])
        if question.silence and (waits := self._silent(rest)) is not None:
            if waits:
                return False
            self._answers.append(())
            self._at = after
            return True
        heard = hear(self._script.manner, question, rest)
        if question.last and self._first in rest[: None if heard is None else heard[1]]:
            raise NotAnAnswerError("another interview begins inside an answer")
        if heard is None:
            return False
        self._answers.append(heard[0])
        self._at = after + heard[1]
        return True

    def _silent(self, rest: bytes) -> bool | None:
        """False: the next question follows at once; True: it may yet; None: an answer comes."""
        following = self._script.ask((*self._answers, ()))
        if following is None:
            return None
        if rest.startswith(following.send):
            return False
        return True if following.send.startswith(rest) else None

    def _whole(self) -> Event:
        frame = bytes(self._buffer[: self._at])
        answers = tuple(self._answers)
        del self._buffer[: self._at]
        self._begin()
        return self._script.event(answers, frame)

    def _broken(self, reason: str) -> Refused:
        upto = max(self._at, len(self._first))
        frame = bytes(self._buffer[:upto])
        del self._buffer[:upto]
        self._begin()
        return Refused(reason=reason, state=State.MALFORMED, frame=frame)

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self._skipped += count
