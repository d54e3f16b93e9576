"""Why a point is decided as it is, in one sentence: method, load, error, BKD, margin, citation."""

from typing import TYPE_CHECKING

from procedures.point import Method, Point
from procedures.rounding import told

if TYPE_CHECKING:
    from bench.labels import Labels


def explained(labels: "Labels", point: Point) -> str:
    """The sentence in the reader's language."""
    text = labels.text
    parts = [
        text("explain.what", point=labels.point(point.label), method=labels.word("method", point.method))
    ]
    if point.nominal is not None:
        name = "load" if point.nominal.dimension == "mass" else "nominal"
        parts.append(text(f"explain.{name}", load=told(point.nominal)))
    if point.error is not None:
        error = point.corrected_error if point.corrected_error is not None else point.error
        parts.append(text("explain.error", error=labels.error(point)))
        if point.tolerance is not None:
            room = min(point.tolerance.upper - error, error - point.tolerance.lower)
            kind = "explain.margin" if room.value >= 0 else "explain.exceeded"
            parts.append(text(kind, limits=labels.limits(point), room=told(abs(room), room * 0)))
    elif point.error_bounds is not None:
        low, high = (labels.quantity(bound, signed=True) for bound in point.error_bounds)
        parts.append(text("explain.bounds", low=low, high=high, limits=labels.limits(point)))
    elif point.tolerance is not None:
        parts.append(text("explain.limits", limits=labels.limits(point)))
    seen = point.method is Method.INSPECTION
    outcome = text(f"explain.{point.outcome}")
    parts.append(labels.measured(point.outcome, point.method) if seen else outcome)
    why = labels.known(f"explain.{point.reason}")
    if why is not None:
        parts.append(why)
    sentence = "; ".join(parts) + "."
    if point.tolerance is not None and point.tolerance.citation:
        sentence += " " + text("explain.citation", citation=point.tolerance.citation)
    return sentence
