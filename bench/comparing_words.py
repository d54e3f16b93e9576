"""The sentence that asks for a weight on the pan of a comparator."""

from bench.plumbing_words import Words
from procedures.action import PlaceWeight


def comparing(words: Words, action: PlaceWeight) -> str:
    """Which weight, made of what, and whether a small one stands beside it."""
    facts = {"nominal": action.nominal, "weight": words.clause(action.weight)}
    said = words.text(f"instruction.place_weight_{action.side}", **facts)
    if action.pieces:
        said += f" ({' + '.join(words.clause(piece) for piece in action.pieces)})"
    said += words.text("instruction.place_weight_alone")
    return said + (words.text("instruction.place_weight_small", small=action.small) if action.small else "")
