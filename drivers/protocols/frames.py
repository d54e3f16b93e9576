"""Decode and write whole frames of one instrument: check, forms in turn, answers to commands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused, State
from drivers.protocols.check import Check
from drivers.protocols.form import NO_FIT, Form, Miss
from drivers.protocols.framing import Framing
from drivers.protocols.writing import kinds_for, proposals
from drivers.reading import Kind, Stability


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole frame by which an instrument answers a command."""

    frame: bytes
    command: str
    done: bool
    final: bool


@dataclass(frozen=True)
class Frames:
    """The frames of one instrument."""

    framing: Framing
    forms: tuple[Form, ...]
    check: Check | None = None
    lengths: frozenset[int] = frozenset()
    reversed_part: slice | None = None
    """characters that are sent last first; columns count after they are put in order"""
    answers: tuple[Answer, ...] = ()
    examples: Mapping[State, bytes] = field(default_factory=dict)
    """a frame for each state that the driver file shows"""
    promise: bytes | None = None
    """a frame that promises an indication"""

    def read(self, frame: bytes, last_unit: str | None, *, after_noise: bool = False) -> Event | Miss:
        """The event in a candidate frame, or why it is none.

        Args:
            frame: the candidate, start and end included.
            last_unit: the unit this instrument named last.
            after_noise: no frame is known to begin here, so only a form with a head is believed.
        """
        for answer in self.answers:
            if frame == answer.frame and not after_noise:
                return Acknowledged(command=answer.command, done=answer.done, final=answer.final, frame=frame)
        if self.lengths and len(frame) not in self.lengths:
            return Miss(0, State.MALFORMED, f"{len(frame)} bytes; a frame has {sorted(self.lengths)}")
        body = self.ordered(frame)
        if self.check is not None and self.check.optional and len(frame) > self.check.at:
            body = body[: self.check.at]
        miss = NO_FIT
        for form in self.forms:
            if after_noise and not form.headed:
                continue
            event = form.read(body.decode("latin-1"), frame, last_unit)
            if isinstance(event, Miss):
                miss = max(miss, event, key=lambda one: one.rank)
            elif self._checked(frame):
                return event
            else:
                return Miss(4, State.BAD_CHECK, "the check characters do not belong to these bytes")
        return miss

    def _checked(self, frame: bytes) -> bool:
        check = self.check
        if check is None or (check.optional and len(frame) == check.at):
            return True
        return check.holds(frame)

    def ordered(self, frame: bytes) -> bytes:
        """The bytes in the order in which columns count."""
        part = self.reversed_part
        return frame if part is None else frame[: part.start] + frame[part][::-1] + frame[part.stop :]

    def write(self, event: Event) -> bytes | None:
        """A frame by which this instrument says `event`, or None when it has no way to say it.

        What the wire has no room for (rest, net or gross) is left out; what it carries is right: each frame
        is read back first.
        """
        match event:
            case Refused(state=state):
                if state in (State.OVERLOAD, State.UNDERLOAD) and state not in self.examples:
                    state = State.OUT_OF_RANGE  # one mark for both on the wire
                return self.examples.get(state)
            case Acknowledged(command=""):
                return self.promise
            case Acknowledged():
                wanted = (event.command, event.done, event.final)
                return next((a.frame for a in self.answers if (a.command, a.done, a.final) == wanted), None)
            case Indicated():
                return self._fullest(event)
            case Measured():
                return None  # one frame of characters carries one quantity

    def _candidates(self, event: Indicated) -> Iterator[bytes]:
        for form in self.forms:
            if not form.carries_number:
                continue
            for text in proposals(form, event):
                frame = self.ordered(text.encode("latin-1"))
                if self.check is not None and not self.check.optional:
                    at, width = self.check.at, self.check.width
                    frame = frame[:at] + self.check.of(frame) + frame[at + width :]
                yield frame

    def _fullest(self, event: Indicated) -> bytes | None:
        """The frame that says most of `event`; the first of several."""
        said = [(self._says(frame, event), frame) for frame in self._candidates(event)]
        return max((one for one in said if one[0]), key=lambda one: one[0], default=(0, None))[1]

    def _says(self, frame: bytes, event: Indicated) -> int:
        """How much of `event` the frame says, read back; 0 when it says anything else."""
        said = self.read(frame, event.indication.unit)
        if not isinstance(said, Indicated):
            return 0
        right = (
            said.indication == event.indication
            and said.indication.unit == event.indication.unit
            and said.indication.resolution == event.indication.resolution
            and said.stability in (event.stability, Stability.NOT_REPORTED)
            and said.kind in kinds_for(event)
            and said.tare in (event.tare, None)
            and said.high_resolution == event.high_resolution
        )
        if not right:
            return 0
        closest = len(Kind) - kinds_for(event).index(said.kind)
        return closest + sum((said.stability == event.stability, said.tare == event.tare))
