"""`tera driver new`, `try`, `capture`, `ports`: an unknown instrument becomes a driver file."""

import json
import socket
import sys
import threading

import pytest

from bench.recording import with_questions
from tests.bench.forked import completed, running
from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(120)
AT_REST, MOVING = b"@    1.250kg S\r\n", b"@   -0.010kg U\r\n"


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "pasar.bin"
    file.write_bytes(b"50kg S\r\n" + (AT_REST * 3 + MOVING * 2) * 2)
    return file


def test_a_capture_becomes_a_file_that_passes_its_check_and_reads_it(tmp_path, recording):
    made = tera("--lab", str(tmp_path), "driver", "new", "pasar", "--from", str(recording), "--json")
    told = json.loads(made.stdout)
    assert (made.returncode, told["ok"], told["missing"]) == (0, True, [])
    assert tera("driver", "check", told["file"]).returncode == 0
    tried = tera("--lab", str(tmp_path), "driver", "try", "pasar", "--from", str(recording), "--json")
    summary = json.loads(tried.stdout.splitlines()[-1])["summary"]
    assert summary["readings"] == 10
    shown = tera("--lab", str(tmp_path), "driver", "show", "pasar")
    assert "BELUM TERUJI" in shown.stdout


def test_what_is_missing_is_said_and_the_exit_code_tells_it(tmp_path):
    file = tmp_path / "diam.bin"
    file.write_bytes(b"ST,GS,   245.6 g\r\n" * 5)
    made = tera("--lab", str(tmp_path), "--lang", "en", "driver", "new", "diam", "--from", str(file))
    assert made.returncode == 1
    assert "MISSING    No frame with the load in motion" in made.stdout


def test_frames_may_be_typed(tmp_path):
    frames = [arg for frame in (r"W 1.250 kg\r\n", r"W 2.250 kg\r\n") for arg in ("--frame", frame)]
    made = tera("--lab", str(tmp_path), "driver", "new", "ketik", *frames, "--title", "Toko A1")
    assert made.returncode == 0, made.stdout + made.stderr
    assert 'name = "Toko A1"' in (tmp_path / "drivers" / "ketik.toml").read_text("utf-8")


def test_frames_are_asked_for_when_there_is_nothing_else(tmp_path):
    typed = "W 1.250 kg\\r\\n\nW 2.250 kg\\r\\n\n\n"
    made = tera("--lab", str(tmp_path), "driver", "new", "tanya", stdin=typed)
    assert made.returncode == 0, made.stdout + made.stderr
    assert (tmp_path / "drivers" / "tanya.toml").exists()


MISTAKES = {
    "nothing to draw from": (("driver", "new", "kosong"), "nothing to draw"),
    "an escape that is none": (("driver", "new", "a", "--frame", r"\q"), "is no escape"),
    "a file named otherwise": (("driver", "new", "a", "--frame", "x", "-o", "b.toml"), "is not named for a"),
    "a line format that is none": (
        ("driver", "new", "a", "--frame", "x", "--format", "9X1"),
        "serial.format",
    ),
    "a capture that is not there": (("driver", "new", "a", "--from", "absent.bin"), "cannot be read"),
    "a recording of Modbus TCP": (
        ("driver", "capture", "--port", "tcp://h", "-o", "y", "--ask", "--driver", "tuf-2000m"),
        "rtu+tcp://host:port",
    ),
    "a request of nobody": (("driver", "capture", "--port", "x", "-o", "y", "--ask"), "no request to send"),
}


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_is_one_sentence_and_nothing_is_written(why, tmp_path):
    arguments, said = MISTAKES[why]
    done = completed(["-m", "bench", "--lang", "en", "--lab", str(tmp_path), *arguments], folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.toml"))


def test_a_file_is_never_overwritten(tmp_path, recording):
    arguments = ("--lang", "en", "--lab", str(tmp_path), "driver", "new", "pasar", "--from", str(recording))
    assert tera(*arguments).returncode == 0
    before = (tmp_path / "drivers" / "pasar.toml").read_bytes()
    again = tera(*arguments)
    assert again.returncode == 2
    assert "already there" in again.stderr
    assert (tmp_path / "drivers" / "pasar.toml").read_bytes() == before


def test_a_refused_frame_is_explained(tmp_path, recording):
    tried = tera("driver", "try", "st-gs", "--from", str(recording), "--explain", "--lang", "en")
    assert ">>>" in tried.stdout
    assert "comes nearest" in tried.stdout


def test_ports_are_listed_without_opening_one():
    listed = tera("driver", "ports", "--json")
    assert listed.returncode == 0
    assert all("address" in json.loads(line) for line in listed.stdout.splitlines())


def test_a_capture_keeps_when_each_piece_came_and_asks_only_what_the_driver_declares(tmp_path):
    with running(["-m", "bench", "driver", "simulate", "mt-sics", "--tcp", "0", "--load", "5 kg"]) as printed:
        port = printed.readline().split()[-1]
        file = tmp_path / "asked.bin"
        done = tera(
            *("driver", "capture", "--port", port, "-o", str(file), "--driver", "mt-sics", "--ask"),
            *("--seconds", "2"),
        )
    assert done.returncode == 0, done.stdout + done.stderr
    frames = [frame for frame in file.read_bytes().split(b"\r\n") if frame]
    assert len(frames) > 3
    assert all(frame.startswith(b"S ") for frame in frames)
    head, columns, *said = (tmp_path / "asked.bin.times").read_text("utf-8").splitlines()
    assert head.endswith(" 9600 8N1")
    assert columns.startswith("#")
    assert {line.split()[-1] for line in said if line.startswith("#")} == {b"SI\r\n".hex()}
    pieces = [line for line in said if not line.startswith("#")]
    assert sum(int(piece.split()[2]) for piece in pieces) == file.stat().st_size


@pytest.mark.parametrize("driver", ["tuf-2000m", "mbus-water", "druck-pace", "zera-mt"])
def test_what_an_asked_instrument_said_is_read_back_from_its_capture(tmp_path, driver):
    with running(["-m", "bench", "driver", "simulate", driver, "--pty", str(tmp_path / "line")]) as printed:
        port = printed.readline().split()[-1]
        file = tmp_path / "asked.bin"
        words = ("driver", "capture", "--port", port, "-o", str(file), "--driver", driver, "--ask")
        done = tera(*words, "--seconds", "3", "--lang", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CHECK THE LINE" not in done.stdout
    tried = tera("driver", "try", driver, "--from", str(file), "--lang", "en").stdout
    assert "rest not reported" in tried
    assert "line" not in tried


@pytest.mark.parametrize("there", ["asked.bin", "asked.bin.times"])
def test_a_capture_is_never_overwritten(tmp_path, there):
    (tmp_path / there).write_text("kept", "utf-8")
    done = tera("driver", "capture", "--port", "x", "-o", str(tmp_path / "asked.bin"))
    assert done.returncode == 2
    assert there in done.stderr
    assert [file.read_text("utf-8") for file in tmp_path.iterdir()] == ["kept"]


def test_a_port_that_is_not_there_leaves_no_capture_behind(tmp_path):
    file = tmp_path / "kosong.bin"
    words = ("driver", "capture", "--port", str(tmp_path / "none"), "-o", str(file), "--driver", "tuf-2000m")
    assert tera(*words).returncode == 4
    assert tera(*words, "--ask").returncode == 4
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_yet_is_made_for_a_capture(tmp_path):
    file = tmp_path / "rekaman" / "pasar" / "a.bin"
    with running(["-m", "bench", "driver", "simulate", "st-gs", "--tcp", "0", "--load", "5 kg"]) as printed:
        port = printed.readline().split()[-1]
        done = tera("driver", "capture", "--port", port, "-o", str(file), "--seconds", "0.5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert file.stat().st_size > 0


@pytest.mark.parametrize("ask", [(), ("--ask",)], ids=["listening", "asking"])
def test_a_capture_that_cannot_be_written_is_one_sentence_at_once(tmp_path, ask):
    (tmp_path / "berkas").write_text("kept", "utf-8")
    file = tmp_path / "berkas" / "a.bin"
    with running(
        ["-m", "bench", "driver", "simulate", "tuf-2000m", "--pty", str(tmp_path / "line")]
    ) as printed:
        words = ("--port", printed.readline().split()[-1], "-o", str(file), "--driver", "tuf-2000m", *ask)
        done = tera("driver", "capture", *words, "--seconds", "60")
    assert done.returncode == 2
    assert "tidak dapat ditulis" in done.stderr
    assert "di luar dugaan" not in done.stderr
    assert (tmp_path / "berkas").read_text("utf-8") == "kept"


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
from bench.cli.entry import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_capture_whose_disk_fills_up_keeps_what_was_written_and_says_so(tmp_path):
    limited = tmp_path / "limited.py"
    limited.write_text(FULL, "utf-8")
    file = tmp_path / "a.bin"
    with running(["-m", "bench", "driver", "simulate", "st-gs", "--tcp", "0", "--load", "5 kg"]) as printed:
        words = ("driver", "capture", "--port", printed.readline().split()[-1], "-o", str(file))
        done = completed([str(limited), *words, "--seconds", "60"])
    assert done.returncode == 2, done.stderr
    assert "tidak dapat ditulis" in done.stderr
    assert "di luar dugaan" not in done.stderr
    assert 0 < file.stat().st_size <= 400


def _tell(line, said):
    with line.accept()[0] as listener:
        listener.sendall(said)
        listener.recv(1)  # until whoever listens has gone


def test_a_modbus_line_to_which_somebody_listens_is_not_called_set_wrongly(tmp_path):
    asked = tmp_path / "asked.bin"
    with running(
        ["-m", "bench", "driver", "simulate", "tuf-2000m", "--pty", str(tmp_path / "line")]
    ) as printed:
        words = ("--port", printed.readline().split()[-1], "-o", str(asked), "--driver", "tuf-2000m", "--ask")
        assert tera("driver", "capture", *words, "--seconds", "2").returncode == 0
    said = with_questions(asked, asked.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as line:
        threading.Thread(target=_tell, args=(line, said), daemon=True).start()
        port = f"socket://127.0.0.1:{line.getsockname()[1]}"
        heard = tera("driver", "capture", "--port", port, "-o", str(tmp_path / "heard.bin"), "--seconds", "1")
    assert heard.returncode == 0, heard.stderr
    assert "PERIKSA SETELAN JALUR" not in heard.stdout
    assert "Modbus RTU" in heard.stdout
