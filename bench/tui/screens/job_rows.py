"""A job as a row of a list, its instrument in few characters; and below the list all that is known of it."""

from typing import Final

from bench.desk import JobLine, JobState
from bench.labels import Labels
from bench.legible import on_one_line
from procedures.heading import Heading

SEALED: Final = frozenset({JobState.SEALED, JobState.QUEUED, JobState.REFUSED, JobState.DELIVERED})


def cut(text: str, room: int) -> str:
    """The beginning of a text that is longer than its place."""
    text = on_one_line(text)
    return text if len(text) <= room else f"{text[: room - 1]}…"


def end(text: str, room: int) -> str:
    """The end of an address or a serial number, which tells one from another."""
    text = on_one_line(text)
    return text if len(text) <= room else f"…{text[1 - room :]}"


def named(job: JobLine, room: int) -> str:
    """Which instrument this is, in so many characters; what tells it from one like it is not cut away.

    >>> job = JobLine(id="a", title="Timbangan A-170017", serial="A-170017", owner="Toko", state="waiting")
    >>> named(job, 24), named(job, 20), named(job, 15)
    ('Timbangan A-170017, Toko', 'Timbangan …70017', 'Timbangan …0017')
    """
    instrument = _without_serial(job)
    whole = ", ".join(one for one in (f"{instrument} {job.serial}".rstrip(), job.owner) if one)
    if len(whole) <= room or not (job.serial or job.owner):
        return cut(whole, room)
    apart = end(job.serial, room // 3) if job.serial else cut(job.owner, room // 3)
    left = room - len(apart) - 1
    return f"{instrument[:left] if apart.startswith('…') else cut(instrument, left)} {apart}"


def spelled_out(labels: Labels, job: JobLine, room: int) -> tuple[str, ...]:
    """What is known of a job's instrument, in always as many lines of so many characters."""
    asked = {"identity.serial": job.serial, "owner.name": job.owner}
    names = {name: labels.word("plate", name) for name in asked}
    widest = max(map(len, names.values()))
    lines = (f"{names[name]:<{widest}}  {said or '—'}" for name, said in asked.items())
    return tuple(cut(line, room) for line in (_without_serial(job), *lines))


def _without_serial(job: JobLine) -> str:
    return job.title.removesuffix(job.serial).rstrip()


def job_state(
    labels: Labels, state: JobState, outcome: Heading | None, replaced: str = ""
) -> tuple[str, str]:
    """State and, once sealed, the outcome; the only green there is. Of what is replaced, by which record."""
    if replaced:
        return f"▲ {labels.text('command.superseded_run', newer=replaced)}", "$warning"
    word = labels.text(f"job.{state}")
    if state in SEALED and outcome is None:  # closed without one, and sealed all the same
        return f"{labels.text('job.without_verdict')} · {word}", "$warning"
    if state in SEALED and outcome is not None:
        style = {Heading.CONFORMS: "bold $success", Heading.DOES_NOT_CONFORM: "bold $error"}.get(
            outcome, "bold $warning"
        )
        return f"{labels.outcome(outcome)} · {word}", style
    return word, "$warning" if state is JobState.UNFINISHED else "dim"
