"""What a record is worth today: in force, expired, replaced, withdrawn, failed, or without a verdict."""

from datetime import datetime
from enum import StrEnum

from procedures.point import Outcome
from results.record import Record


class Standing(StrEnum):
    """Present status of a registered record."""

    IN_FORCE = "in_force"
    """berlaku"""
    EXPIRED = "expired"
    """kedaluwarsa"""
    SUPERSEDED = "superseded"
    """diganti"""
    REVOKED = "revoked"
    """dicabut"""
    FAILED = "failed"
    """batal: the instrument does not conform"""
    UNDECIDED = "undecided"
    """indeterminate, voided or interrupted"""


def standing(record: Record, *, superseded: bool, revoked: bool, now: datetime) -> Standing:
    """Judge by the day at the place of the test; the last day of validity still counts.

    Args:
        record: checked, so its end is a time with an offset.
        superseded: another record takes its place.
        revoked: the office has withdrawn it.
        now: aware.
    """
    if revoked:
        return Standing.REVOKED
    if superseded:
        return Standing.SUPERSEDED
    if record.verdict is None or record.verdict.outcome is Outcome.INDETERMINATE:
        return Standing.UNDECIDED
    if record.verdict.outcome is Outcome.DOES_NOT_CONFORM:
        return Standing.FAILED
    today = now.astimezone(datetime.fromisoformat(record.ended_at).tzinfo).date()
    if record.valid_until is not None and record.valid_until < today:
        return Standing.EXPIRED
    return Standing.IN_FORCE
