"""The surroundings of a test: watched all through a run, and a fact of its own once they leave their limits.

Limits stand in the laboratory file, by the role of the instrument that shows them. A run does not begin and
is not taken up outside of them. When one is left under way, the run stops where it is: what is being read is
not kept, the fact is, and the series is done again once the surroundings are back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from bench.errors import LaboratoryError
from bench.laboratory import LimitsEntry
from bench.station import Bound, Station
from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import Reading


class Environment:
    """The limits of one laboratory, watched on its instruments."""

    def __init__(self, limits: Sequence[LimitsEntry], station: Station) -> None:
        """Take the limits whose role an instrument with a line plays; a person judges the others."""
        played = ((one, station.find(one.role)) for one in limits)
        self._watched = tuple(
            (one, bound) for one, bound in played if bound is not None and bound.device is not None
        )
        self.left: LaboratoryError | None = None
        """the first value outside since `watched` began"""

    async def refuse_outside(self) -> None:
        """Read each once.

        Raises:
            LaboratoryError: one is outside its limits.
            InstrumentError: one cannot be read, so nobody knows.
        """
        for limits, bound in self._watched:
            if bound.device is not None:
                shown = (await bound.device.read(channel=bound.channel)).indication
                if not limits.hold(shown):
                    raise _left(limits, bound, shown)

    @contextmanager
    def watched(self, stop: Callable[[], None]) -> Iterator[None]:
        """Follow what they show; `stop` is called at the first value outside."""
        with ExitStack() as leaving:
            for limits, bound in self._watched:
                if bound.device is not None:
                    saw = partial(self._saw, limits, bound, stop)
                    leaving.callback(bound.device.subscribe(saw, channel=bound.channel))
            yield

    def _saw(
        self, limits: LimitsEntry, bound: Bound, stop: Callable[[], None], shown: Reading | Refused
    ) -> None:
        if isinstance(shown, Reading) and self.left is None and not limits.hold(shown.indication):
            self.left = _left(limits, bound, shown.indication)
            stop()


def _left(limits: LimitsEntry, bound: Bound, shown: Quantity) -> LaboratoryError:
    """What is told when a value is outside; its facts are those of the journal."""
    return LaboratoryError(
        "environment.outside",
        "{instrument} shows {shown}; during a test it must stay from {lower} to {upper}.",
        "Bring the room back within its limits, then begin, or go on with: tera resume.",
        role=limits.role,
        instrument=bound.name,
        shown=str(shown),
        lower="—" if limits.lower is None else str(limits.lower),
        upper="—" if limits.upper is None else str(limits.upper),
    )
