"""The sentence that asks a person for an action: loads and questions; plumbing and comparing have their own.

The facts of a question came as data and are written for the reader: quantities, vessels, names of flows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bench.comparing_words import comparing
from bench.plumbing_words import plumbing
from drivers.errors import PlainError
from procedures.action import (
    Action,
    AddSmallWeights,
    Adjust,
    Choose,
    ClearTare,
    FindEdge,
    Inspect,
    KeyAdded,
    KeyIndication,
    KeyQuantity,
    PlaceLoad,
    PlaceWeight,
    Plumbing,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
)

if TYPE_CHECKING:
    from bench.labels import Labels

_UUT: Final = "uut"
_FLOW: Final = "flow"
_PARTS: Final = frozenset({"flow", "load", "dimension"})
"""Facts that name a part of a point's label as often as a quantity."""
_SENTENCES: Final = ("message", "remedy")


def instructed(labels: "Labels", action: Action) -> str:  # noqa: C901, PLR0911 - one sentence an action
    """The sentence in the reader's language."""
    if isinstance(action, Plumbing):
        return plumbing(labels, action)
    match action:
        case PlaceLoad():
            return _placing(labels, action)
        case PlaceWeight():
            return comparing(labels, action)
        case AddSmallWeights():
            return _adding(labels, action)
        case FindEdge():
            return labels.text(
                "instruction.find_edge", step=action.step, count=action.count, interval=action.interval
            )
        case SetTare():
            return labels.text("instruction.set_tare", load=action.load)
        case RemoveLoad() | RemoveSmallWeights() | SetZero() | ClearTare() | Adjust():
            return labels.text(f"instruction.{action.__struct_config__.tag}")
        case Inspect():
            name = "inspect_one" if action.subject else "inspect"
            return labels.text(f"instruction.{name}", count=len(action.items), subject=action.subject)
        case KeyIndication():
            return _reading(labels, action)
        case KeyQuantity() | Choose():
            return asked(labels, action.question, action.facts)
        case KeyAdded():
            return labels.text("instruction.key_added", load=action.load, step=action.step)


def asked(labels: "Labels", question: str, given: Mapping[str, str]) -> str:
    """The sentence of a question; its facts follow when there is no sentence for its id."""
    if "code" in given:  # what an instrument refused, in the words for that problem
        given = _problem(labels, dict(given))
    facts = {name: _fact(labels, name, value) for name, value in given.items()}
    sentence = labels.filled(f"question.{question}", facts)
    if sentence is not None:
        return sentence
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return f"{question.replace('_', ' ')}?" + (f" ({told})" if told else "")


def _problem(labels: "Labels", facts: dict[str, str]) -> dict[str, str]:
    code = facts.pop("code")
    message, remedy = (facts.pop(name, "").replace("{", "{{").replace("}", "}}") for name in _SENTENCES)
    sentences = labels.problem(PlainError(code, message, remedy, **facts))
    return dict(zip(_SENTENCES, sentences, strict=True))


def _fact(labels: "Labels", name: str, value: str) -> str:
    if name == "vessel":
        return labels.vessel(value)
    return labels.part(value) if name in _PARTS else labels.data(value)


def _reading(labels: "Labels", action: KeyIndication) -> str:
    if action.role == _FLOW:  # asked while it flows; volume by time is known later
        return labels.text("instruction.key_flow", role=labels.role(action.role))
    if action.role != _UUT:
        return labels.text("instruction.key_indication_of", role=labels.role(action.role))
    if action.expect is None:
        return labels.text("instruction.key_indication")
    return labels.text("instruction.key_indication_expected", expect=action.expect)


def _adding(labels: "Labels", action: AddSmallWeights) -> str:
    several = labels.text("instruction.several", count=action.count) if action.count > 1 else ""
    added = labels.text("instruction.add_small_weights", step=action.step, several=several)
    if action.total is None:
        return added
    return added + labels.text("instruction.added_in_all", total=action.total)


def _placing(labels: "Labels", action: PlaceLoad) -> str:
    before = labels.text("instruction.unload_first") if action.unload_first else ""
    place = labels.text("instruction.place_load", load=action.load, position=labels.at(action.position))
    written = " + ".join(labels.data(weight) for weight in action.weights)
    weights = f" ({written})" if written else ""
    return before + place + weights + (labels.known(f"instruction.direction_{action.direction}") or "")
