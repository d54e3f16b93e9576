"""`tera registry …`: for whoever runs the registry."""

import base64
import binascii
from argparse import Namespace
from contextlib import closing, suppress
from pathlib import Path

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.errors import LaboratoryError
from bench.labels import Labels
from results.errors import RecordError
from results.naming import LARGEST_RECEIPT, LARGEST_RECORD
from results.receipt import Receipt
from results.registry.app import open_store
from results.registry.checkpoint import open_note
from results.registry.refusal import RefusalError
from results.registry.server import serve as run_server
from results.registry.settings import KEY_FILE, Settings
from results.registry.store import Store
from results.registry.wire import ConsistencyAnswer
from results.stick import SEEN_FILE, Found, records_on, write_answer
from results.storage import plain_faults, read_whole


def _settings(options: Namespace, base_url: str) -> Settings:
    return Settings.in_folder(
        options.folder, base_url=base_url, database=options.database, training=options.training
    )


def _opened(options: Namespace, base_url: str = "http://localhost") -> Store:
    """The register that is there; only `tera registry serve` begins one.

    Raises:
        LaboratoryError: there is none.
        RecordError: --training is said of one that is not of training.
        StorageError: its database cannot be opened.
    """
    folder: Path = options.folder
    with plain_faults(folder):
        there = any((folder / KEY_FILE).with_suffix(suffix).exists() for suffix in (".pem", ".pub"))
    if not there:
        raise LaboratoryError(
            "registry.none_there",
            "There is no register in {folder}.",
            "Name its folder with --folder. A new one begins with: tera registry serve --folder DIR.",
            folder=str(folder),
        )
    try:
        return open_store(_settings(options, base_url))
    except RecordError as fault:
        if fault.code != "registry.of_training":
            raise
    options.training = True  # it says itself that it is one
    return open_store(_settings(options, base_url))


def serve(options: Namespace) -> int:
    """Run until stopped."""
    base_url = options.base_url or f"http://{options.host}:{options.port}"
    settings = _settings(options, base_url)
    say(f"{base_url}  {'TRAINING' if options.training else ''}".rstrip())
    run_server(settings, host=options.host, port=options.port, idle_s=options.idle)
    return ExitCode.DONE


def enrol(options: Namespace) -> int:
    """Accept what a bench signs from now on."""
    try:
        public = base64.b64decode(options.key, validate=True)
    except (binascii.Error, ValueError):
        raise LaboratoryError(
            "usage.key", "{key} is not a public key.", "Copy it from `tera check`.", key=repr(options.key)
        ) from None
    store = _opened(options)
    with closing(store.database):
        keyid = store.enrol(options.bench, public, options.office, role=options.role)
    say(keyid)
    return ExitCode.DONE


def take_in(options: Namespace) -> int:
    """Register what a bench has sent on a stick; write back the receipts, and what was refused and why."""
    store = _opened(options, options.base_url or "http://localhost")
    faults = 0
    with closing(store.database):
        for place, records in records_on(options.stick):
            receipts, refused = [], []
            for found in records:
                fault: RecordError | None = found.fault
                if fault is None:
                    try:
                        receipts.append((found.path, store.take(found.body)[0]))
                    except RefusalError as refusal:
                        refused.append((found, refusal))
                        fault = refusal
                    except RecordError as problem:
                        fault = problem
                faults += fault is not None
                _tell_taken(options, found.path, fault)
            _answer(store, place, receipts, refused)
    return ExitCode.INTEGRITY if faults else ExitCode.DONE


def _answer(
    store: Store,
    place: Path,
    receipts: list[tuple[Path, Receipt]],
    refused: list[tuple[Found, RefusalError]],
) -> None:
    """Receipts, refusals, and the proofs that the log goes on from what the bench has seen."""
    note = store.checkpoint()
    newest = open_note(note, store.key).size
    sizes = {receipt.tree_size for _, receipt in receipts}
    seen = place / SEEN_FILE
    if seen.exists():
        with suppress(RecordError, UnicodeDecodeError):  # whatever lies there, the receipts are written
            note_seen = read_whole(seen, most=LARGEST_RECEIPT).decode()
            sizes.add(open_note(note_seen, store.key).size)
    proofs = [
        ConsistencyAnswer(
            first=size, second=newest, proof=tuple(one.hex() for one in store.consistency(size, newest))
        )
        for size in sorted(sizes)
        if 0 < size < newest
    ]
    write_answer(place, receipts, checkpoint=note, proofs=proofs, refused=refused)


def _tell_taken(options: Namespace, path: Path, fault: RecordError | None) -> None:
    say(f"{'✔' if fault is None else '✘'} {path}")
    if fault is not None:
        tell(options, fault)


def revoke(options: Namespace) -> int:
    """Withdraw a record: it stays in the log, and its page says so from now on."""
    store = _opened(options)
    with closing(store.database):
        store.revoke(options.record, reason=options.reason, by=options.by)
    say(Labels(options.lang).text("command.withdrawn", record=options.record))
    return ExitCode.DONE


def admit(options: Namespace) -> int:
    """Take a record on the word of this registry's office; its page says so from now on."""
    store = _opened(options, options.base_url or "http://localhost")
    with closing(store.database):
        receipt = store.admit(
            read_whole(options.file, most=LARGEST_RECORD), reason=options.reason, by=options.by
        )
    say(Labels(options.lang).text("command.admitted", record=receipt.record_id))
    return ExitCode.DONE


def key(options: Namespace) -> int:
    """The line for `laboratory.toml`."""
    store = _opened(options)
    with closing(store.database):
        say(str(store.key))
    return ExitCode.DONE
