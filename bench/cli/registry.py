"""`tera registry …`: for whoever runs the registry."""

import base64
import binascii
from argparse import Namespace
from contextlib import closing

from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.errors import LaboratoryError
from results.registry.app import open_store
from results.registry.server import serve as run_server
from results.registry.settings import Settings


def _settings(options: Namespace, base_url: str) -> Settings:
    return Settings.in_folder(
        options.folder, base_url=base_url, database=options.database, training=options.training
    )


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
    store = open_store(_settings(options, "http://localhost"))
    with closing(store.database):
        keyid = store.enrol(options.bench, public, options.office, role=options.role)
    say(keyid)
    return ExitCode.DONE


def key(options: Namespace) -> int:
    """The line for `laboratory.toml`."""
    store = open_store(_settings(options, "http://localhost"))
    with closing(store.database):
        say(str(store.key))
    return ExitCode.DONE
