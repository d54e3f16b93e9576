"""The form of a PIN: one rule for the screen on which it is typed and for the key that it opens."""

from typing import Final

from bench.errors import LaboratoryError
from bench.people import Person

SHORTEST_PIN: Final = 6
LONGEST_PIN: Final = 16
"""digits of the PIN of a new key"""


def check_pin(person: Person, pin: str, *, new: bool) -> None:
    """See to it that a PIN was given, and that it can be that of a key which is yet to be made.

    Args:
        person: who has it.
        pin: as it was given; empty for none.
        new: it becomes the PIN of a key that is not there yet.

    Raises:
        LaboratoryError: none was given, or it is too short for a new key, or could not be typed on a screen.
    """
    if not pin:
        raise LaboratoryError(
            "key.pin_missing",
            "{name} signs with a PIN, and none was given.",
            "Enter the PIN; for a run without a screen put it into the environment variable TERA_PIN.",
            name=person.name,
        )
    if new and len(pin.strip()) < SHORTEST_PIN:
        raise LaboratoryError(
            "key.pin_short",
            "This PIN would be the one of {name}'s new key, and it is too short.",
            "Choose one of at least {least} digits; it cannot be changed or found again.",
            name=person.name,
            least=SHORTEST_PIN,
        )
    if new and not (pin.isascii() and pin.isdigit() and len(pin) <= LONGEST_PIN):
        raise LaboratoryError(
            "key.pin_form",
            "This PIN would be the one of {name}'s new key, and screens that ask for it take digits alone.",
            "Choose {least} to {most} digits, 0 to 9, without spaces.",
            name=person.name,
            least=SHORTEST_PIN,
            most=LONGEST_PIN,
        )
