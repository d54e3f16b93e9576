"""The examples of a driver file: frames with their meaning, run each time the driver is loaded."""

from collections.abc import Iterator, Sequence
from typing import Final

from drivers.description import REST, ExampleEntry, Meant, Rest, refuse
from drivers.instrument import Driver
from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused
from drivers.protocols.escape import typed_to_bytes
from drivers.reading import Stability

_WRITTEN: Final = {rest: str(word).lower() for word, rest in REST.items()}
"""what a driver file writes for each"""


def events_of(driver: Driver, data: bytes) -> list[Event]:
    """Every event in `data`, taken as a whole connection."""
    decoder = driver.decoder()
    decoder.receive(data)
    decoder.end()
    return list(iter(decoder.next_event, None))


def run_examples(driver: Driver, examples: Sequence[ExampleEntry], file: str) -> None:
    """Decode each example.

    Raises:
        DescriptionError: an example means something else, or the three mandatory kinds are not there.
    """
    seen: list[Event] = []
    for at, example in enumerate(examples):
        path = f"example[{at}]"
        try:
            events = events_of(driver, typed_to_bytes(example.rx))
        except ValueError as mistake:
            raise refuse(file, f"{path}.rx", str(mistake), "Correct the escape.") from None
        if len(events) != 1:
            raise refuse(file, path, f"{example.rx} gives {len(events)} frames", "Give exactly one frame.")
        for what, meant, got in differences(example.meant, events[0]):
            raise refuse(
                file,
                path,
                f"{example.rx} gives {what} {got}, but {meant} is meant",
                "Correct the example or the form that reads it.",
            )
        seen.append(events[0])
    _complete(seen, file)


def _complete(seen: Sequence[Event], file: str) -> None:
    rests = [event.stability for event in seen if isinstance(event, Indicated)]
    refused = any(isinstance(event, Refused) for event in seen)
    at_rest = any(rest is not Stability.MOVING for rest in rests)
    not_at_rest = any(rest is not Stability.STABLE for rest in rests)
    if not (len(rests) > 1 and at_rest and not_at_rest and refused):
        raise refuse(
            file,
            "example",
            "examples must show a reading at rest, one moving (or of unknown rest), and a refused frame",
            "Add the missing [[example]].",
        )


def _spelled(rest: Rest | None) -> str | None:
    """As a driver file spells it."""
    return None if rest is None else _WRITTEN[REST[rest]]


def differences(meant: Meant, event: Event) -> Iterator[tuple[str, object, object]]:
    """What an event says otherwise than an example means it: the word, what is meant, and what is said."""
    pairs: list[tuple[str, object, object]] = []
    match event:
        case Indicated():
            got_tare = None if event.tare is None else event.tare.digits
            pairs = [
                ("state", meant.state and meant.state.value, None),
                ("value", meant.value, event.indication.digits),
                ("unit", meant.unit, event.indication.unit),
                ("stable", _spelled(meant.stable), _WRITTEN[event.stability]),
                ("kind", meant.kind, event.kind),
                ("high_resolution", meant.high_resolution, event.high_resolution),
                ("tare", meant.tare, got_tare),
                ("done", meant.done, None),
                ("then", meant.then, None),
            ]
        case Refused():
            pairs = [
                ("value", meant.value, f"none ({event.reason})"),
                ("state", meant.state and meant.state.value, event.state.value),
                ("done", meant.done, None),
                ("then", meant.then, None),
            ]
        case Measured():
            raise TypeError("several quantities are compared one by one")
        case Acknowledged():
            pairs = [
                ("value", meant.value, None),
                ("state", meant.state and meant.state.value, None),
                ("done", meant.done, event.command if event.done and event.final else None),
                ("then", meant.then, None if event.command else "wait"),
            ]
    return ((what, want, got) for what, want, got in pairs if want is not None and want != got)
