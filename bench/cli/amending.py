"""`tera amend`: a new record in place of one that says owner, identity, order or place wrongly."""

import asyncio
import os
from argparse import Namespace
from typing import Final

from bench.cli.exit_code import ExitCode
from bench.cli.opening import opened
from bench.cli.output import emit, say
from bench.cli.records import load_signed
from bench.cli.runs import registry_state
from bench.cli.unpacked import named_record
from bench.labels import Labels
from results.amendment import AMENDABLE

OPTIONS: Final = {name: name.replace(".", "_") for name in AMENDABLE}
"""the attribute of the parsed command line that holds each fact"""


def amend(options: Namespace) -> int:
    """Correct a record by a new one, seal it and deliver it."""
    return asyncio.run(_amend(options))


async def _amend(options: Namespace) -> int:
    labels = Labels(options.lang)
    old = load_signed(options, named_record(options.lab, options.file))
    changes = {
        name: getattr(options, attribute)
        for name, attribute in OPTIONS.items()
        if getattr(options, attribute) is not None
    }
    async with opened(options, labels) as place:
        finished = place.amend(old, changes, options.reason, os.environ.get("TERA_PIN", ""))
        await place.deliver()
        state = registry_state(place, finished)
        record = finished.sealed.verified.record
        if options.json:
            emit(
                {
                    "record": record.number,
                    "supersedes": record.supersedes,
                    "certificate_number": record.certificate_number,
                    "files": finished.files(),
                    "registry": state,
                }
            )
        else:
            say(labels.text("command.amended", number=record.number, old=old.record.number))
            say(f"{record.certificate_number}  {state['state']}  {finished.sealed.record}")
    return ExitCode.DONE
