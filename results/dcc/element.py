"""Elements of the certificate's XML: namespaces, and texts in two languages."""

import re
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

DCC: Final = "https://ptb.de/dcc"
SI: Final = "https://ptb.de/si"
SCHEMA_LOCATION: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""what XML 1.0 cannot carry, not even escaped"""


def register_prefixes() -> None:
    """Have the namespaces written with the prefixes that readers know."""
    ET.register_namespace("dcc", DCC)
    ET.register_namespace("si", SI)
    ET.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")


def element(space: str, name: str, *content: Element | str | None, **attributes: str) -> Element:
    """An element with its children, or with its text; None is left out."""
    made = Element(f"{{{space}}}{name}", attributes)
    for one in content:
        if isinstance(one, str):
            made.text = clean(one)
        elif one is not None:
            made.append(one)
    return made


def dcc(name: str, *content: Element | str | None, **attributes: str) -> Element:
    """An element of the certificate."""
    return element(DCC, name, *content, **attributes)


def spoken(name: str, indonesian: str, english: str = "") -> Element:
    """A text in Indonesian, and in English where there is a gloss; every text has both languages."""
    return dcc(
        name,
        dcc("content", indonesian or "–", lang="id"),
        dcc("content", english or indonesian or "–", lang="en"),
    )


def optional(name: str, text: str) -> Element | None:
    """An element with a text, or nothing for an empty one."""
    return dcc(name, text) if text.strip() else None


def clean(text: str) -> str:
    """The text without what XML cannot carry; each such character becomes U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)
