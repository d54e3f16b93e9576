"""The state of a room, a liquid or a gas: what it can be, and what is read again because it cannot.

One table for all kinds of test. What is impossible is read again and never kept; what is unusual is kept only
when a person says so, and is told in the notices. The bounds catch a slip of a finger, a wrong unit and a
broken sensor, and are choices of this program; in which room a test may be done is for the rules and for the
limits in the laboratory file.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from procedures.answers import chosen, read_again
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.run import Run, Watched

_RECORD: Final = "record"
_ATTEMPTS: Final = 5


class State(NamedTuple):
    """What one state is counted in, and where it lies."""

    step: Quantity
    """the smallest step that is keyed; its unit is that of the bounds"""
    possible: tuple[Quantity, Quantity]
    usual: tuple[Quantity, Quantity]

    def is_possible(self, found: Quantity) -> bool:
        """Whether it is of this kind and can be."""
        return found.dimension == self.step.dimension and self.possible[0] <= found <= self.possible[1]

    def is_usual(self, found: Quantity) -> bool:
        """Whether nobody need be asked about it."""
        return self.usual[0] <= found <= self.usual[1]


def _state(unit: str, step: str, possible: tuple[int, int], usual: tuple[int, int]) -> State:
    (least, most), (low, high) = possible, usual
    return State(
        Quantity(step, unit),
        (Quantity(least, unit), Quantity(most, unit)),
        (Quantity(low, unit), Quantity(high, unit)),
    )


ROOM: Final = _state("°C", "0.1", (-10, 60), (5, 45))
"""the air of a room or a market; no place in the country where instruments are tested is colder"""
HUMIDITY: Final = _state("%", "1", (1, 100), (15, 100))
"""relative; 0 % is what a sensor without power shows"""
AIR_PRESSURE: Final = _state("hPa", "0.1", (500, 1100), (700, 1050))
"""at the place, not reduced to the sea"""
FLUID: Final = _state("°C", "0.1", (-40, 100), (0, 60))
"""a liquid or a gas in a pipe or a measure"""
WATER: Final = _state("°C", "0.1", (0, 100), (5, 60))
"""through a water meter, cold or hot"""
LINE_PRESSURE: Final = _state("bar", "0.1", (0, 100), (0, 25))
"""of water at a meter, above that of the air"""
GAS_PRESSURE: Final = _state("hPa", "0.1", (300, 2000), (700, 1200))
"""absolute, of air in a test: what is below was read on a gauge for overpressure"""


@dataclass
class Surroundings:
    """Takes the states of one test."""

    run: Run
    unusual: dict[str, str] = field(default_factory=dict)
    """what a person recorded though it is unusual, by the role that showed it"""

    async def taken(self, role: str, state: State) -> Reading:
        """A state that an instrument shows at rest, or that a person keys.

        Raises:
            ProcedureError: it was none that can be, time and again.
        """
        return await self._accepted(role, state, None)

    async def logged(self, role: str, seen: Watched, state: State) -> tuple[Reading, ...]:
        """The readings of a log; what a person keyed for it is checked as if it were keyed alone.

        An instrument that showed what cannot be once has logged nothing; one that showed nothing else is set
        wrong or broken.

        Raises:
            ProcedureError: what was keyed was none that can be, time and again, or all that was logged.
        """
        shown = [one for one in (seen.start, *seen.during, seen.end) if one is not None]
        if any(one.origin is Origin.MANUAL for one in shown):
            return (await self._accepted(role, state, shown[-1]),)
        possible = [state.is_possible(one.indication) for one in shown]
        if shown and not any(possible):
            raise _impossible(role, state, len(shown))
        if not all(possible):
            return ()
        if odd := [one for one in shown if not state.is_usual(one.indication)]:
            self.unusual[role] = str(odd[0].indication)
        return tuple(shown)

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about them."""
        if not self.unusual:
            return ()
        told = ", ".join(dict.fromkeys(self.unusual.values()))
        return (Reason(code="unusual_state", facts={"values": told}),)

    async def _accepted(self, role: str, state: State, found: Reading | None) -> Reading:
        for _ in range(_ATTEMPTS):
            if found is None:
                found = await self.run.settled(role, step=state.step)
            shown = found.indication
            if not state.is_possible(shown):
                await read_again(self.run, shown, *state.possible)
            elif state.is_usual(shown):
                return found
            elif await self._is_so(shown, *state.usual):
                self.unusual[role] = str(shown)
                return found
            found = None
        raise _impossible(role, state, _ATTEMPTS)

    async def _is_so(self, shown: Quantity, least: Quantity, most: Quantity) -> bool:
        """Whether a person says that it is what was seen."""
        facts = {"reading": str(shown), "least": str(least), "most": str(most)}
        return await chosen(self.run, "unusual_state", ("measure_again", _RECORD), **facts) == _RECORD


def _impossible(role: str, state: State, count: int) -> ProcedureError:
    return ProcedureError(
        "surroundings.impossible",
        "{role} was no {dimension} from {least} to {most}, {count} times.",
        "Check the unit, how the instrument is set, and which has this role; then go on with: tera resume.",
        role=role,
        dimension=state.step.dimension,
        least=str(state.possible[0]),
        most=str(state.possible[1]),
        count=str(count),
    )


def refuse_impossible(found: Quantity | None, state: State, path: str) -> None:
    """Refuse a state in a case file that cannot be; one that was not taken is none.

    Raises:
        ProcedureError: names the row.
    """
    if found is not None and found.dimension == state.step.dimension and not state.is_possible(found):
        raise ProcedureError(
            "surroundings.row",
            "The row at `{path}` has {value}, which cannot be: possible is from {least} to {most}.",
            "Compare it with the observation sheet, the unit too.",
            path=path,
            value=str(found),
            least=str(state.possible[0]),
            most=str(state.possible[1]),
        )
