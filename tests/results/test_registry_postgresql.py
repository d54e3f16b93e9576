"""The registry on PostgreSQL: the same log, the same refusals, on a server made for this test."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from results.errors import RecordError
from results.receipt import verification_address
from results.registry.database import Database
from results.registry.server import EmbeddedRegistry
from results.registry.tables import Table
from tests.results.registry_bench import OFFICE, Bench, a_record, payload_of, sealed

SUPERUSER = "postgres"


def server_program(name):
    """A program of the server; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(found[-1]) if found else None)
    if path is None:
        pytest.skip(f"{name} is not installed (.ci/packages names the Debian package)")
    return path


@pytest.fixture
def url(tmp_path_factory, free_port):
    """A fresh server; PostgreSQL refuses to run as root, so root hands it to the user `postgres`."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'tera-bench[postgresql]')")
    initdb, postgres = server_program("initdb"), server_program("postgres")
    folder = tmp_path_factory.mktemp("postgresql")
    as_user = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        as_user = {"user": SUPERUSER, "group": SUPERUSER, "extra_groups": []}
        shutil.chown(folder, SUPERUSER, SUPERUSER)
        for parent in (folder, *folder.parents):
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    data = str(folder / "data")
    make = [initdb, "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **as_user)
    run = [postgres, "-D", data, "-h", "127.0.0.1", "-p", str(free_port), "-k", "", "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(run, stdout=log, stderr=log, cwd=folder, **as_user)
    try:
        yield wait_for(server, f"postgresql://{SUPERUSER}@127.0.0.1:{free_port}/postgres")
    finally:
        server.terminate()
        server.wait(20)


def wait_for(server, url):
    import psycopg

    for _ in range(200):
        assert server.poll() is None, "the server has ended"
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            threading.Event().wait(0.05)
        else:
            return url
    raise AssertionError("the server does not answer")


def test_postgresql_keeps_the_same_log(url, tmp_path):
    bench = Bench()
    with EmbeddedRegistry(tmp_path, training=False, database=url) as registry:
        registry.store.enrol(bench.name, bench.key.public, OFFICE)
        bodies = [bench.seal() for _ in range(5)]
        for body in bodies:
            assert httpx.post(f"{registry.url}/records", content=body).status_code == 201
        assert httpx.post(f"{registry.url}/records", content=bodies[2]).status_code == 200
        forged = sealed(a_record(sequence=1, order="x"), bench.key)
        assert httpx.post(f"{registry.url}/records", content=forged).json()["code"] == "registry.conflict"
        assert registry.store.counts() == (5, 1)
        page = httpx.get(verification_address(registry.url, payload_of(bodies[4])))
        assert "SAH, berlaku" in page.text

        race = bench.seal()
        answers = []
        gate = threading.Barrier(4)

        def push():
            gate.wait()
            answers.append(httpx.post(f"{registry.url}/records", content=race).status_code)

        with EmbeddedRegistry(tmp_path, training=False, database=url) as second:
            threads = [threading.Thread(target=push) for _ in range(4)]
            for thread in threads:
                thread.start()
            assert second.store.take(race)[0].leaf_index == 5
            for thread in threads:
                thread.join()
        assert set(answers) <= {200, 201}
        assert registry.store.counts() == (6, 1)
        registry.store.revoke("BENCH-02:000001", reason="x", by="y")
        for table in ("record", "node", "checkpoint", "revocation", "alarm", "admission"):
            with (
                pytest.raises(DBAPIError, match="never changes"),
                registry.store.database.writing() as session,
            ):
                session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 -- our own names
        with pytest.raises(RecordError):
            registry.store.revoke("BENCH-02:000001", reason="x", by="y")


def test_the_migrations_make_exactly_the_tables_of_the_program_on_postgresql(url):
    database = Database(url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    database.close()
