"""What a procedure asks of a person or a weight handler, as data: a screen draws it, a robot obeys it.

The tag of each struct is its `action` on the wire. Sentences are not here: `bench` writes them in the
reader's language from the data.
"""

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


class RemoveLoad(_Request, frozen=True, kw_only=True, tag="remove_load"):
    """Take everything off the receptor, small weights too."""


class AddSmallWeights(_Request, frozen=True, kw_only=True, tag="add_small_weights"):
    """Add one more small weight beside the load, gently."""

    step: Quantity
    """the mass to add now"""
    total: Quantity
    """all small weights on the receptor after adding"""


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


class Inspect(_Request, frozen=True, kw_only=True, tag="inspect"):
    """Look at the instrument. Answer: `Choice("conforms")`, or the failing items joined by commas."""

    items: tuple[str, ...]
    """ids of the checklist's lines, from rule data"""


class KeyIndication(_Request, frozen=True, kw_only=True, tag="key_indication"):
    """Read the display by eye and key it: the reading of an instrument without a port."""

    role: str
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


class Choose(_Request, frozen=True, kw_only=True, tag="choose"):
    """Pick one of the choices; `question` is the id of its sentence."""

    question: str
    choices: tuple[str, ...]
    facts: dict[str, str] = {}


Instruction = (
    PlaceLoad | RemoveLoad | AddSmallWeights | RemoveSmallWeights | SetZero | SetTare | ClearTare | Adjust
)
Question = Inspect | KeyIndication | KeyAdded | Choose
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
