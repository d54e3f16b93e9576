"""Looking back: which runs rest on a standard, when that standard was found wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from results.run_summary import RunSummary


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which runs are asked for; None does not narrow."""

    standard: str | None = None
    """id of a standard that the run used"""
    since: date | None = None
    until: date | None = None
    """days at the office, both included"""

    def covers(self, summary: RunSummary) -> bool:
        """Whether a run is among them."""
        day = datetime.fromisoformat(summary.begun_at).date()
        if (self.since is not None and day < self.since) or (self.until is not None and day > self.until):
            return False
        used = {one.id for one in summary.begun.standards}
        return self.standard is None or self.standard in used


def tested(summary: RunSummary) -> dict[str, str | None]:
    """What was tested, whose it is, and what came out: for whoever must go back to it.

    There is no outcome before the record is sealed: until then a run is measured, and nobody answers for it.
    """
    assignment = summary.begun.order
    identity = assignment.identity
    result = summary.result
    return {
        "instrument": " ".join(filter(None, (identity.maker, identity.model, identity.serial))),
        "owner": assignment.owner.name,
        "outcome": None if result is None or summary.sealed is None else result.verdict.outcome.value,
    }
