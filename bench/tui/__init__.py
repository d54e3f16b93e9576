"""The bench in front of a person: a screen that is a fold over the events and answers prompts by key.

Only this package imports Textual, and only when a screen is opened.
"""

from bench.desk import Desk
from bench.labels import Labels


def run_app(desk: Desk, labels: Labels, *, auto_capture: bool = False) -> int:
    """Open the screen on a desk and block until it is closed; returns the exit code.

    Args:
        desk: the laboratory; closed by whoever opened it.
        labels: the language to begin in; F2 switches.
        auto_capture: take a reading without a key once the expected load stands at rest.
    """
    from bench.tui.app import TeraApp  # noqa: PLC0415 - the view and its tests do without Textual

    return TeraApp(desk, labels, auto_capture=auto_capture).run() or 0
