"""The sentence that asks for a weight on the pan of a comparator."""

from bench.plumbing_words import Words
from procedures.action import PlaceWeight


def comparing(words: Words, action: PlaceWeight) -> str:
    """Which weight, of what mass where its mark does not say it, and what stands beside it."""
    facts = {"nominal": action.nominal, "weight": words.clause(action.weight)}
    said = words.text(f"instruction.place_weight_{action.side}", **facts)
    nominal = str(action.nominal)
    made_of = action.pieces if action.side == "reference" else (nominal,)
    known = action.weight if action.side == "tested" else nominal
    if made_of != (known,):
        said += f" ({' + '.join(words.clause(piece) for piece in made_of)})"
    said += words.text("instruction.place_weight_alone")
    return said + (words.text("instruction.place_weight_small", small=action.small) if action.small else "")
