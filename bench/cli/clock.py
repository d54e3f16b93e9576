"""`tera audit-trail clock`: a person's word that the clock had been ahead and is right now."""

from argparse import Namespace

from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.cli.typed_pin import typed_pin
from bench.complaints import person
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.legible import check_legible
from bench.proving import proof
from bench.trail import SET_RIGHT, Trail
from drivers.clock import SystemClock
from results.journal import Journal


def set_right(options: Namespace) -> int:
    """Note that the clock had been ahead and is right now, so that tests can begin again."""
    laboratory, folders, clock = load(options.lab), Folders(options.lab), SystemClock()
    folders.make()
    who = person(laboratory, options.by)
    check_legible({"reason": options.reason})
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, clock)
        until, now = trail.worked_until(), clock.utc()
        if until is None or until <= now:
            say(f"✔ {Labels(options.lang).text('command.clock_not_behind')}")
            return ExitCode.DONE
        shown = proof(folders, trail, who, typed_pin(options, who), now)
        trail.note(SET_RIGHT, person=who.id, proved=shown, reason=options.reason, until=until.isoformat())
    say(f"✔ {Labels(options.lang).text('command.clock_set_right', name=who.name, until=until)}")
    return ExitCode.DONE
