"""What a stranger wrote, in a record or in the name of a file, never drives the terminal that shows it."""

import msgspec
import pytest

from bench.cli.output import say, table, write_new
from drivers.notation import to_json
from procedures.assignment import Owner
from results import envelope as dsse
from results.journal import Journal
from tests.bench.lab_bench import tera
from tests.results.made_run import keys_in, seal_with, write_run

DRIVES = "\x1b[2J\x1b]0;x\x07\u202e\x9b2J"


def test_lines_and_tables_show_a_sign_instead(capsys):
    say(f"Toko {DRIVES}")
    table([(f"a{DRIVES}", "b"), ("a", "b")])
    shown = capsys.readouterr().out
    assert shown.count("\ufffd") == 10
    assert not set(DRIVES) & set(shown) - set("[2J]0;x")
    say("12\u2009345,6 kg\tñ ꦱ\n  ▲")
    assert capsys.readouterr().out == "12\u2009345,6 kg\tñ ꦱ\n  ▲\n"


def test_a_record_is_shown_without_what_its_names_do(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        sealed = seal_with(journal, tmp_path / "keys", tmp_path / "records")
    record = sealed.verified.record
    forged = to_json(msgspec.structs.replace(record, owner=Owner(name=f"Toko {DRIVES}")))
    seals = keys_in(tmp_path / "keys")[0]
    sealed.record.write_bytes(dsse.render(dsse.sign(forged, training=record.training, seals=seals)))
    told = tera("record", "show", str(sealed.record), "--keys", str(tmp_path / "keys"))
    assert "Toko \ufffd" in told.stdout
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(told.stdout + told.stderr)


def test_of_a_file_that_the_disk_has_no_room_for_nothing_stays(tmp_path):
    """Else the second try would find it there and refuse to write over it."""
    resource = pytest.importorskip("resource")
    file = tmp_path / "000001.csv"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_new(file, b"x" * 11)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not file.exists()
    write_new(file, b"x" * 11)
    with pytest.raises(FileExistsError):
        write_new(file, b"y")
    assert file.read_bytes() == b"x" * 11


def test_an_empty_list_says_that_it_is_empty(tmp_path):
    assert tera("init", str(tmp_path)).returncode == 0
    for command in (("runs",), ("outbox",), ("complaint", "list"), ("retention", "show")):
        told = tera(*command, lab=tmp_path)
        assert (told.returncode, len(told.stdout.splitlines())) == (0, 1)
        assert tera(*command, "--json", lab=tmp_path).stdout == ""


def test_a_name_of_a_file_does_nothing_either(tmp_path):
    told = tera("record", "verify", f"{tmp_path}/{DRIVES}.tera.json")
    assert told.returncode != 0
    assert "\x1b" not in told.stdout + told.stderr
