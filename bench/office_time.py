"""What the clock on the office's wall says, wherever the computer's own zone lies."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bench.laboratory import Laboratory
from drivers.clock import Clock


def wall_time(laboratory: Laboratory, clock: Clock) -> str:
    """The time at the office, ISO 8601 with its offset."""
    return _moment(laboratory, clock).isoformat()


def today(laboratory: Laboratory, clock: Clock) -> date:
    """The day at the office: in the east of the country it begins nine hours before that of UTC."""
    return _moment(laboratory, clock).date()


def _moment(laboratory: Laboratory, clock: Clock) -> datetime:
    return clock.utc().astimezone(ZoneInfo(laboratory.office.time_zone))
