"""What hands do to a simulated scale: loads, and the keys of its display."""

from drivers.clock import Clock
from drivers.quantity import Quantity
from drivers.twins.physics import CENTRE, ScaleBody


class ScaleHands:
    """The part of every scale's twin that a person touches, whatever its wire speaks."""

    _body: ScaleBody
    _clock: Clock

    def place(self, load: Quantity, position: str = CENTRE) -> None:
        """Have this load, and nothing else, on the receptor."""
        self._body.place(load, position, at=self._clock.monotonic())

    def add(self, load: Quantity) -> None:
        """Put more beside the load that stands there."""
        self._body.add(load, at=self._clock.monotonic())

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
