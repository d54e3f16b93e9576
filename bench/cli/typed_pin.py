"""The PIN of a person who has one: from TERA_PIN, or asked where somebody sits."""

import getpass
import os
import sys
from argparse import Namespace

from bench.labels import Labels
from bench.people import Person


def typed_pin(options: Namespace, who: Person) -> str:
    """What was given as the PIN of a person; empty when nothing was."""
    pin = os.environ.get("TERA_PIN", "")
    if who.pin and not pin and sys.stdin.isatty():
        pin = getpass.getpass(f"{Labels(options.lang).text('command.pin_of', name=who.name)}: ")
    return pin
