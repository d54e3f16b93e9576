"""What a procedure asks of a person or a weight handler, as data: a screen draws it, a robot obeys it.

The tag of each struct is its `action` on the wire. Sentences are not here: `bench` writes them in the
reader's language from the data.
"""

from typing import Literal

import msgspec

from drivers.quantity import Quantity


class _Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """Common settings of all requests."""


class PlaceLoad(_Request, frozen=True, kw_only=True, tag="place_load"):
    """Put a load on the receptor and step back."""

    load: Quantity
    """total nominal load, beside what stands on the receptor as tare"""
    position: str = "centre"
    """`centre`, or the number of the quarter or support"""
    weights: tuple[str, ...] = ()
    """the weights of the set that make this load, `("2 kg", "2 kg", "1 kg")`"""
    direction: str = "any"
    """`up`: only add weights, `down`: only take away, `any`"""
    unload_first: bool = False
    """take everything off the receptor before, small weights too; a tare load stays"""


class PlaceWeight(_Request, frozen=True, kw_only=True, tag="place_weight", omit_defaults=True):
    """Put one weight, and nothing else, on the pan of a comparator and step back."""

    nominal: Quantity
    weight: str
    """its mark in the set under test, or the mark of the standard that it comes from"""
    side: Literal["reference", "tested"]
    pieces: tuple[str, ...] = ()
    """the weights of a standard that make the reference: `("100 g",)`"""
    small: Quantity | None = None
    """a small weight beside it, to see what a difference on the display is worth"""


class RemoveLoad(_Request, frozen=True, kw_only=True, tag="remove_load"):
    """Take everything off the receptor, small weights too."""


class AddSmallWeights(_Request, frozen=True, kw_only=True, tag="add_small_weights", omit_defaults=True):
    """Add one more small weight beside the load, gently; or several of the same mass."""

    step: Quantity
    """the mass to add now, of each"""
    total: Quantity | None = None
    """all small weights on the receptor after adding; None: nobody counted what was left of them"""
    count: int = 1
    """so many of `step`, which can be taken off one by one"""


class FindEdge(_Request, frozen=True, kw_only=True, tag="find_edge"):
    """Take small weights off one by one until the indication falls by `interval`; put the last one back."""

    step: Quantity
    """the mass of one"""
    count: int
    """so many stand beside the load"""
    interval: Quantity
    """d at the indication that was shown with all of them"""


class RemoveSmallWeights(_Request, frozen=True, kw_only=True, tag="remove_small_weights"):
    """Take the small weights off, leave the load."""


class SetZero(_Request, frozen=True, kw_only=True, tag="set_zero"):
    """Press the zero key of the scale with an empty receptor."""


class SetTare(_Request, frozen=True, kw_only=True, tag="set_tare"):
    """Press the tare key with the tare load standing."""

    load: Quantity


class ClearTare(_Request, frozen=True, kw_only=True, tag="clear_tare"):
    """Empty the receptor and clear the tare."""


class Adjust(_Request, frozen=True, kw_only=True, tag="adjust"):
    """Adjust (justir) the instrument, then close it again; the test starts anew afterwards."""


class SetFlow(_Request, frozen=True, kw_only=True, tag="set_flow"):
    """Set the valve so that the flow lies within the limits; the flow may be stopped again afterwards."""

    flow: Quantity
    """what to aim at"""
    lower: Quantity | None = None
    upper: Quantity | None = None


class StartFlow(_Request, frozen=True, kw_only=True, tag="start_flow", omit_defaults=True):
    """Open the stop valve; with a volume, the first half of its delivery."""

    volume: Quantity | None = None
    flow: Quantity | None = None
    into: str = ""
    source: str = ""


class StopFlow(_Request, frozen=True, kw_only=True, tag="stop_flow", omit_defaults=True):
    """Close the stop valve; with a volume, as soon as about so much has gone through."""

    volume: Quantity | None = None


class DeliverVolume(_Request, frozen=True, kw_only=True, tag="deliver_volume"):
    """Let about this volume through, from standstill to standstill."""

    volume: Quantity
    flow: Quantity | None = None
    into: str = ""
    """the vessel, scale or return line that takes it, by its mark"""
    source: str = ""
    """what delivers, where there are several: the number of a nozzle"""

    @property
    def halves(self) -> tuple[StartFlow, StopFlow]:
        """Its beginning and its end, for whoever reads something by eye in between."""
        begin = StartFlow(volume=self.volume, flow=self.flow, into=self.into, source=self.source)
        return begin, StopFlow(volume=self.volume)


class FillVessel(_Request, frozen=True, kw_only=True, tag="fill_vessel"):
    """Fill a vessel to its mark."""

    vessel: str
    volume: Quantity | None = None
    wetting: bool = False
    """only to wet it: what goes in is not counted"""
    source: str = ""
    """the nozzle, where there are several"""


class DrainVessel(_Request, frozen=True, kw_only=True, tag="drain_vessel"):
    """Empty a vessel until only drops come; it drips during the `Wait` that follows, and is then closed."""

    vessel: str
    drip: Quantity
    """so long, to tell the person beforehand"""


class Wait(_Request, frozen=True, kw_only=True, tag="wait"):
    """Wait at least so long; `purpose` is the id of its reason."""

    duration: Quantity
    purpose: str = ""


class Exchange(_Request, frozen=True, kw_only=True, tag="exchange"):
    """Take one thing away and put another in its place."""

    put: str
    """name or mark of what comes"""
    take: str = ""
    """name or mark of what goes; empty: nothing was there"""
    position: str = ""


class SetLoad(_Request, frozen=True, kw_only=True, tag="set_load"):
    """Let an electrical load run through the meters and wait until it is steady; current 0: voltage only."""

    voltage: Quantity
    """of one phase"""
    current: Quantity
    power_factor: str = "1"
    """`1`, `0.5 ind`, `0.8 cap`"""
    phases: str = "all"
    """`all`, or the one that is loaded alone: `L1`"""


class CountPulses(_Request, frozen=True, kw_only=True, tag="count_pulses"):
    """Let each meter give so many pulses or turns while the reference standard counts."""

    pulses: int
    duration: Quantity
    """about so long"""


class SetLevel(_Request, frozen=True, kw_only=True, tag="set_level"):
    """Bring the liquid, or what stands for it, to a level and let it come to rest."""

    level: Quantity
    direction: str = "up"
    """`up`: reached from below, `down`: from above"""


class Inspect(_Request, frozen=True, kw_only=True, tag="inspect", omit_defaults=True):
    """Look at the instrument. Answer: `Choice("conforms")`, or the failing items joined by commas."""

    items: tuple[str, ...]
    """ids of the checklist's lines, from rule data"""
    subject: str = ""
    """which of several instruments under test"""


class KeyIndication(_Request, frozen=True, kw_only=True, tag="key_indication"):
    """Read the display by eye and key it: the reading of an instrument without a port."""

    role: str
    """`uut`, or which of several: `meter/3`"""
    expect: Quantity | None = None
    """the nominal, offered as a question; never stored unless the person agrees"""
    step: Quantity | None = None
    """one scale interval, for the + and − keys"""


class KeyAdded(_Request, frozen=True, kw_only=True, tag="key_added"):
    """Add small weights until the indication changes by one scale interval; key their total ΔL."""

    load: Quantity
    indication: Quantity
    step: Quantity
    """mass of one small weight, about 0.1 e"""


class KeyQuantity(_Request, frozen=True, kw_only=True, tag="key_quantity"):
    """Key a quantity that is no indication under test: a temperature, a pressure, a vessel's reading."""

    question: str
    """id of its sentence: `water_temperature`, `vessel_reading`"""
    unit: str
    """offered for the number; the answer may come in any unit of the same dimension"""
    expect: Quantity | None = None
    """offered as a question; never stored unless the person agrees"""
    step: Quantity | None = None
    """for the + and − keys"""
    facts: dict[str, str] = {}
    """what the sentence names: which vessel, which meter"""


class Choose(_Request, frozen=True, kw_only=True, tag="choose"):
    """Pick one of the choices; `question` is the id of its sentence."""

    question: str
    choices: tuple[str, ...]
    facts: dict[str, str] = {}


Plumbing = (
    SetFlow
    | StartFlow
    | StopFlow
    | DeliverVolume
    | FillVessel
    | DrainVessel
    | Wait
    | Exchange
    | SetLoad
    | CountPulses
    | SetLevel
)
"""Instructions that concern no receptor of a scale."""
Instruction = (
    PlaceLoad
    | PlaceWeight
    | RemoveLoad
    | AddSmallWeights
    | FindEdge
    | RemoveSmallWeights
    | SetZero
    | SetTare
    | ClearTare
    | Adjust
    | Plumbing
)
Question = Inspect | KeyIndication | KeyAdded | KeyQuantity | Choose
Action = Instruction | Question


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="done"):
    """The instruction was carried out."""


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="choice"):
    """One of the choices."""

    choice: str


class Keyed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="keyed"):
    """A quantity that a person keyed: its origin is MANUAL for ever."""

    quantity: Quantity


Answer = Done | Choice | Keyed
