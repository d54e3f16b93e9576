"""What the flags of a frame mean: closed maps from the wire's spelling to one of our words.

A value that is not in a map has no meaning, and a frame with such a value gives no number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

Flags = Mapping[str, str]
Domains = dict[str, tuple[str, ...]]
"""the values each flag may take when a frame is written"""


class Mapped(Protocol):
    """What can be asked of a meaning without knowing its words."""

    def names(self) -> Iterator[str]:
        """Every flag it looks at."""

    def values_of(self, name: str) -> list[str]:
        """The values listed for a flag that stands alone."""


class UnknownFlagError(ValueError):
    """A flag holds a value that the driver file does not list."""


@dataclass(frozen=True, slots=True)
class Meaning(Generic[T]):
    """One word for all frames, or a word by flag; several flags may speak about the same thing."""

    constant: T | None = None
    by_flag: Mapping[str, Mapping[str, T | None]] = field(default_factory=dict)
    """`"motion"` or several flags together, `"u kg"`, whose values are then joined by a blank too;
    None: the value is known and says nothing"""

    def read(self, flags: Flags, *, closed: bool = True) -> list[T]:
        """Every word that is said, in the order of the file.

        Raises:
            UnknownFlagError: `closed` and a value is not listed.
        """
        if self.constant is not None:
            return [self.constant]
        words: list[T] = []
        for names, words_by_value in self.by_flag.items():
            value = flags[names] if names in flags else " ".join(flags[name] for name in names.split(" "))
            if value in words_by_value:
                word = words_by_value[value]
                words += [] if word is None else [word]
            elif closed:
                raise UnknownFlagError(f"{names} is {value!r}, which the driver file does not list")
        return words

    def narrow(self, domains: Domains, word: T | None) -> bool:
        """Keep in `domains` only values by which `word` is said (None: no word); False when none is left."""
        for names, words_by_value in self.by_flag.items():
            parts = names.split(" ")
            kept = [
                values
                for values in product(*(domains[part] for part in parts))
                if words_by_value.get(" ".join(values)) == word
            ]
            if not kept:
                return False
            if len(parts) == 1:
                domains[parts[0]] = tuple(values[0] for values in kept)
            else:
                domains.update({part: (value,) for part, value in zip(parts, kept[0], strict=True)})
        return True

    def names(self) -> Iterator[str]:
        """Every flag it looks at."""
        for names in self.by_flag:
            yield from names.split(" ")

    def values_of(self, name: str) -> list[str]:
        """The values listed for a flag that stands alone."""
        return list(self.by_flag.get(name, ()))
