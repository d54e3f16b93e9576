"""`tera registry …` on the register that is there: none is begun by mistake, and its own name is used."""

import base64
from contextlib import closing

import pytest

from results.registry.app import open_store
from results.registry.settings import Settings
from tests.bench.lab_bench import tera
from tests.results.registry_bench import OFFICE, new_key

KEY = base64.b64encode(new_key().public).decode()
COMMANDS = {
    "key": (),
    "enrol": ("BENCH-02", "--key", KEY, "--office", OFFICE),
    "import": ("stick",),
    "revoke": ("BENCH-02:000001", "--reason", "x", "--by", "y"),
    "admit": ("000001.tera.json", "--reason", "x", "--by", "y"),
}


def begun(folder, *, training):
    settings = Settings.in_folder(folder, base_url="https://r.example", training=training)
    with closing((store := open_store(settings)).database):
        return str(store.key)


@pytest.mark.parametrize("command", COMMANDS)
def test_in_a_mistyped_folder_no_register_is_begun(tmp_path, command):
    told = tera("registry", command, *COMMANDS[command], "--folder", str(tmp_path / "registri"), lab=tmp_path)
    assert told.returncode == 2, told.stderr
    assert "tera registry serve" in told.stderr
    assert not list(tmp_path.iterdir())


def test_the_key_is_that_of_the_register_that_is_there_whatever_was_said(tmp_path):
    folder = tmp_path / "latihan"
    key = begun(folder, training=True)
    assert key.startswith("tera-registry/training+")
    for said in ((), ("--training",)):
        told = tera("registry", "key", "--folder", str(folder), *said)
        assert (told.returncode, told.stdout.strip()) == (0, key)
    served = tera("registry", "serve", "--folder", str(folder), "--port", "0", "--idle", "0")
    assert (served.returncode, "--training" in served.stderr) == (2, True), served.stderr


def test_a_register_in_earnest_is_never_asked_as_one_of_training(tmp_path):
    begun(tmp_path / "r", training=False)
    for command, *rest in (("key",), ("serve", "--port", "0", "--idle", "0")):
        told = tera("registry", command, "--folder", str(tmp_path / "r"), "--training", *rest)
        assert (told.returncode, told.stdout.startswith("tera-registry")) == (2, False)
        assert "bukan register latihan" in told.stderr
