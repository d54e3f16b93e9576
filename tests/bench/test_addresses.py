"""An address with a password in it is refused, and printed and kept nowhere."""

import pytest

from tests.bench.lab_bench import registry_key, tera

pytestmark = pytest.mark.timeout(120)
SECRET = "geheim"
FOLDER = ("--folder", "REGISTRY")
NETWORKS = ("socket", "rfc2217", "tcp", "rtu+tcp")
BASE = f"https://kantor:{SECRET}@registry.example"
COMMANDS = {
    "of the pages, at the start": (("registry", "serve", "--base-url", BASE, *FOLDER), 2),
    "of the pages, at a stick": (("registry", "import", ".", "--base-url", BASE, *FOLDER), 2),
    "of a database of another kind": (
        ("registry", "key", "--database", f"mysql://u:{SECRET}@h/db", *FOLDER),
        3,
    ),
    "of a database at no port": (
        ("registry", "key", "--database", f"postgresql://u:{SECRET}@h:x/db", *FOLDER),
        3,
    ),
    "of a database that is not there": (
        ("registry", "key", "--database", f"postgresql://u:{SECRET}@127.0.0.1:1/db", *FOLDER),
        3,
    ),
    **{
        f"of an instrument, {scheme}, {driver}": (
            ("driver", "read", driver, "--port", f"{scheme}://u:{SECRET}@127.0.0.1:1"),
            2,
        )
        for scheme in NETWORKS
        for driver in ("st-gs", "eastron-sdm630")
    },
    "of an instrument to capture": (
        ("driver", "capture", "--port", f"socket://u:{SECRET}@127.0.0.1:1", "-o", "x.bin"),
        2,
    ),
}


@pytest.mark.parametrize(("arguments", "code"), COMMANDS.values(), ids=COMMANDS)
def test_a_password_in_an_address_of_a_command_is_printed_and_kept_nowhere(tmp_path, arguments, code):
    registry_key(tmp_path / "r")
    told = tera(*(str(tmp_path / "r") if one == "REGISTRY" else one for one in arguments), lab=tmp_path)
    assert told.returncode == code, told.stdout + told.stderr
    assert told.stderr.startswith("tera: ")
    assert "unforeseen" not in told.stderr
    assert "tak terduga" not in told.stderr
    assert SECRET not in told.stdout + told.stderr
    assert not [
        file for file in tmp_path.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()
    ]


@pytest.mark.parametrize("scheme", NETWORKS)
def test_a_laboratory_file_with_a_password_in_a_port_is_refused(tmp_path, scheme):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file = root / "laboratory.toml"
    port = f'port = "{scheme}://u:{SECRET}@h:1"'
    file.write_text(file.read_text("utf-8").replace('port = ""', port, 1), "utf-8")
    told = tera("check", lab=root)
    assert told.returncode == 2
    assert "$.instrument.port" in told.stderr
    assert SECRET not in told.stdout + told.stderr
