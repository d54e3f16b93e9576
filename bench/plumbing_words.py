"""The sentences of instructions that concern no receptor: valves, vessels, loads, waiting, exchanging.

What an instruction leaves open is left out of its sentence.
"""

from decimal import Decimal
from typing import Any, Final, Protocol

from drivers.quantity import Quantity
from procedures.action import (
    CountPulses,
    DeliverVolume,
    DrainVessel,
    Exchange,
    FillVessel,
    Plumbing,
    SetFlow,
    SetLevel,
    SetLoad,
    StartFlow,
    StopFlow,
    Wait,
)

_MINUTE: Final = 60
_LONG: Final = 2
"""minutes"""


class Words(Protocol):
    """What writes messages: `bench.labels.Labels`."""

    def text(self, message: str, /, **facts: Any) -> str:
        """A message with its placeholders filled."""

    def word(self, group: str, name: str) -> str:
        """The word for an id that comes from data."""

    def vessel(self, name: str) -> str:
        """A vessel by its mark, or by the word of its role: `uut`."""

    def clause(self, text: str) -> str:
        """An English clause that came as data."""

    def number(self, value: Decimal) -> str:
        """A number in the reader's notation."""


def plumbing(words: Words, action: Plumbing) -> str:  # noqa: C901, PLR0911, PLR0912 - one sentence an action
    """The sentence that asks a person for this."""
    match action:
        case SetFlow(flow=flow, lower=lower, upper=upper):
            if lower is None or upper is None:
                return words.text("instruction.set_flow", flow=flow)
            return words.text("instruction.set_flow_within", flow=flow, lower=lower, upper=upper)
        case StartFlow(volume=Quantity()) | DeliverVolume():
            return _delivery(words, action)
        case StartFlow():
            return words.text("instruction.start_flow")
        case StopFlow(volume=Quantity() as volume):
            return words.text("instruction.stop_flow_after", volume=volume)
        case StopFlow():
            return words.text("instruction.stop_flow")
        case FillVessel(vessel=vessel, volume=Quantity() as volume, wetting=True, source=source):
            said = words.text("instruction.wet_vessel", vessel=words.vessel(vessel), volume=volume)
            return said + (words.text("instruction.deliver_from", source=source) if source else "")
        case FillVessel(vessel=vessel, volume=volume):
            if volume is None:
                return words.text("instruction.fill_vessel", vessel=words.vessel(vessel))
            return words.text("instruction.fill_vessel_with", vessel=words.vessel(vessel), volume=volume)
        case DrainVessel(vessel=vessel, drip=drip):
            return words.text("instruction.drain_vessel", vessel=words.vessel(vessel), drip=drip)
        case Wait(duration=duration, purpose=purpose):
            lasts = _duration(words, duration)
            if not purpose:
                return words.text("instruction.wait", duration=lasts)
            reason = words.word("purpose", purpose)
            return words.text("instruction.wait_for", duration=lasts, purpose=reason)
        case Exchange(put=put, take=take):
            if not take:
                return words.text("instruction.put", put=words.clause(put))
            return words.text("instruction.exchange", put=words.clause(put), take=words.clause(take))
        case SetLoad():
            return _electric(words, action)
        case CountPulses(pulses=pulses, duration=duration):
            return words.text("instruction.count_pulses", pulses=pulses, duration=duration)
        case SetLevel(level=level, direction=direction):
            return words.text(f"instruction.set_level_{direction}", level=level)


def _electric(words: Words, action: SetLoad) -> str:
    if not action.current:
        return words.text("instruction.set_voltage", voltage=action.voltage)
    said = words.text(
        "instruction.set_load",
        voltage=action.voltage,
        current=action.current,
        power_factor=_factor(words, action.power_factor),
    )
    if action.phases != "all":
        said += words.text("instruction.one_phase", phase=action.phases)
    return said


def _factor(words: Words, written: str) -> str:
    number, _, side = written.partition(" ")
    return f"{words.number(Decimal(number))} {side}".rstrip()


def _duration(words: Words, duration: Quantity) -> str:
    """Minutes and seconds from two minutes on."""
    minutes, seconds = divmod(duration.to("s").value, _MINUTE)
    if minutes < _LONG:
        return words.clause(str(duration))
    told = f"{words.number(minutes)} min"
    return f"{told} {words.number(seconds)} s" if seconds else told


def _delivery(words: Words, action: DeliverVolume | StartFlow) -> str:
    said = words.text("instruction.deliver_volume", volume=action.volume)
    if action.source:
        said += words.text("instruction.deliver_from", source=action.source)
    if action.flow is not None:
        said += words.text("instruction.deliver_at", flow=action.flow)
    if action.into:
        whole = isinstance(action, DeliverVolume)
        said += words.text(f"instruction.deliver_into{'' if whole else '_first'}", vessel=action.into)
    return said
