"""A file that is named on the command line, or lies on a stick, and never ends: told at once."""

import os

import pytest

from bench.rereading import is_there
from results.backup import MANIFEST, read_manifest
from results.disk import read_again
from results.errors import IntegrityError, StorageError
from results.retention import CheckedCopy
from results.stick import SEEN_FILE
from tests.bench.lab_bench import registry_key, tera

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")

NAMED = {
    "a case": ("compute", "scales", "FILE"),
    "a driver to check": ("driver", "check", "FILE"),
    "a driver to use": ("driver", "read", "FILE", "--port", "socket://127.0.0.1:1"),
    "bytes to try a driver on": ("driver", "try", "st-gs", "--from", "FILE"),
    "an order": ("run", "scales", "--uut", "FILE"),
    "answers": ("run", "scales", "--uut", "LAB/orders/contoh.toml", "--operator", "script:FILE"),
    "a scenario": ("driver", "simulate", "st-gs", "--scenario", "FILE"),
    "what comes with a complaint": (
        *("complaint", "receive", "--by", "penera1", "--text", "x", "--due", "2099-01-01"),
        *("--attach", "FILE"),
    ),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root = tmp_path_factory.mktemp("lab") / "lab"
    assert tera("init", str(root)).returncode == 0
    return root


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "x.toml")
    return tmp_path / "x.toml"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("words", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("device", ["", "/dev/zero"])
def test_a_pipe_and_a_device_are_told_wherever_a_file_is_named(lab, pipe, words, device):
    given = [word.replace("FILE", device or str(pipe)).replace("LAB", str(lab)) for word in words]
    told = tera(*given, lab=None if words[:2] in {("compute", "scales"), ("driver", "simulate")} else lab)
    assert told.returncode not in {0, -9}
    assert (device or str(pipe)) in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    assert "tak terduga" not in told.stderr


@pytest.mark.timeout(60)
def test_a_laboratory_file_that_is_a_pipe_is_told(tmp_path):
    os.mkfifo(tmp_path / "laboratory.toml")
    assert tera("check", lab=tmp_path).returncode == 2


@pytest.mark.timeout(60)
def test_a_copy_whose_files_never_end_is_told(tmp_path):
    os.mkfifo(tmp_path / MANIFEST)
    with pytest.raises(StorageError):
        read_manifest(tmp_path)
    with pytest.raises(StorageError):
        read_again(tmp_path / MANIFEST)
    copy = CheckedCopy(
        place=str(tmp_path), manifest="", made_at="", checked_at="", entries=0, disks=frozenset()
    )
    assert not is_there(copy)
    (tmp_path / MANIFEST).unlink()
    with (tmp_path / MANIFEST).open("wb") as file:
        file.truncate(40_000_000_000)
    with pytest.raises(IntegrityError):
        read_manifest(tmp_path)


@pytest.mark.timeout(60)
def test_a_stick_whose_checkpoint_never_ends_still_gets_its_answer(tmp_path):
    place = tmp_path / "stick" / "BENCH-02"
    place.mkdir(parents=True)
    os.mkfifo(place / SEEN_FILE)
    (place / "000001.tera.json").write_bytes(b"{}")
    registry_key(tmp_path / "register")
    told = tera("registry", "import", str(tmp_path / "stick"), "--folder", str(tmp_path / "register"))
    assert told.returncode == 5
    assert (place / "registry.json").exists()
