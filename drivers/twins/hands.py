"""What hands do to a simulated scale: loads, and the keys of its display."""

from collections.abc import Sequence

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.instrument import Driver
from drivers.protocols import Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Stability
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.physics import CENTRE, ScaleBody
from drivers.twins.scenario import HandEntry
from drivers.twins.spoiling import in_other_unit

_LOOKS = 20
_LOOK_S = 0.5
"""so long an indication stands before hands go on, and a wire that is slow has carried it"""
_REFUSALS = {
    FaultKind.NO_VALUE: (State.ERROR, "The load cell is broken."),
    FaultKind.OVERLOAD: (State.OVERLOAD, "The load is above Max."),
    FaultKind.BUSY: (State.BUSY, "It is not ready yet."),
}


class ScaleHands:
    """The part of every scale's twin that a person touches, whatever its wire speaks."""

    _body: ScaleBody
    _clock: Clock
    _expected: list[tuple[float, HandEntry]]

    def press(self, key: str) -> bool:
        """Press a key by the name of its command; False when the scale refuses or has no such key."""
        keys = {"zero": self.zero, "tare": self.tare, "clear_tare": self.clear_tare}
        return key in keys and keys[key]()

    def seen(
        self, at: float, wrong: Wrong, driver: Driver, *, high_resolution: bool = False
    ) -> Indicated | Refused:
        """What the display shows at time `at`, with what goes wrong then."""
        self._fulfil(at)
        for kind, (state, reason) in _REFUSALS.items():
            if kind in wrong:
                return Refused(reason=reason, state=state, frame=b"")
        shown = self._body.indicated(at=at, high_resolution=high_resolution)
        if FaultKind.WRONG_UNIT in wrong and isinstance(shown, Indicated):
            return next((other for other in in_other_unit(shown) if _sayable(driver, other)), shown)
        return shown

    def _expect(self, began: float, entries: Sequence[HandEntry]) -> None:
        """Take what a scenario has somebody do."""
        self._expected = sorted(((began + entry.at_s, entry) for entry in entries), key=lambda one: one[0])

    def _fulfil(self, at: float) -> None:
        """Do what is due, each at its own time: however rarely it is asked, the same comes out."""
        while self._expected and self._expected[0][0] <= at:
            due, entry = self._expected.pop(0)
            if entry.place is not None:
                self._body.place(entry.place, entry.position, at=due)
            if entry.add is not None:
                self._body.add(entry.add, at=due)
            match entry.press:
                case "zero":
                    self._body.zero(at=due)
                case "tare":
                    self._body.tare(at=due)
                case "clear_tare":
                    self._body.clear_tare()
                case None:
                    continue

    def place(self, load: Quantity, position: str = CENTRE, *, beside: Quantity | None = None) -> None:
        """Have this load on the receptor, beside a tare load or ballast, and nothing else."""
        self._body.place(load, position, at=self._clock.monotonic(), beside=beside)

    def ballast_for(self, standards: Quantity) -> Quantity:
        """The mass of what a person finds to take the place of standards."""
        return self._body.ballast_for(standards)

    def above_nominal(self, weight: str) -> Quantity:
        """How much more than its nominal mass a weight weighs that is known by this mark."""
        return self._body.above_nominal(weight)

    def add(self, load: Quantity) -> None:
        """Put more beside the load that stands there."""
        self._body.add(load, at=self._clock.monotonic())

    def take_small(self) -> None:
        """Take off the last of what was added, if anything was."""
        self._body.take_small(at=self._clock.monotonic())

    async def watched(self) -> Quantity | None:
        """What the display shows once it is at rest, to the eyes of a person; None: no indication."""
        for _ in range(_LOOKS):
            await self._clock.sleep(_LOOK_S)
            shown = self._body.indicated(at=self._clock.monotonic())
            if isinstance(shown, Indicated) and shown.stability is not Stability.MOVING:
                return shown.indication
        return None

    def remove_small(self) -> None:
        """Take off what was added, leave the load."""
        self._body.remove_small(at=self._clock.monotonic())

    def remove(self) -> None:
        """Take everything off."""
        self._body.remove(at=self._clock.monotonic())

    def zero(self) -> bool:
        """Press the zero key; False when the scale refuses."""
        return self._body.zero(at=self._clock.monotonic())

    def tare(self) -> bool:
        """Press the tare key; False when the scale refuses."""
        return self._body.tare(at=self._clock.monotonic())

    def adjust(self) -> None:
        """Have it adjusted (justir): its errors of span and corners go, noise and hysteresis stay."""
        self._body.adjust(at=self._clock.monotonic())

    def clear_tare(self) -> bool:
        """Go back to gross."""
        return self._body.clear_tare()


def _sayable(driver: Driver, event: Indicated) -> bool:
    try:
        driver.render(event)
    except DescriptionError:
        return False
    return True
