"""Who sits at the bench, and what they may test."""

import json
from datetime import date

import pytest

from bench.errors import LaboratoryError
from bench.laboratory import Folders
from bench.people import Person, check_competence, is_certificate_of, mistake_in, same_human, seated
from results.journal import Journal
from tests.bench.forked import ENVIRONMENT
from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(120)
DAY = date(2026, 11, 21)
BUDI = Person(id="budi", name="Budi", competence={"scales": DAY})
ANI = Person(id="ani", name="Ani")
HEAD = Person(id="siti", name="Siti", roles=("kepala",))

REFUSED = {
    "another kind": ("water-meters", DAY, "person.not_competent"),
    "a day too late": ("scales", date(2026, 11, 22), "person.competence_expired"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_without_a_valid_competence_nothing_is_begun(case):
    kind, on, code = REFUSED[case]
    with pytest.raises(LaboratoryError) as caught:
        check_competence(BUDI, kind, on)
    assert caught.value.code == code


def test_the_last_day_still_counts_and_no_register_asks_nothing():
    check_competence(BUDI, "scales", DAY)
    check_competence(ANI, "scales", DAY)


ONE_OR_TWO = {
    "the same id": (Person(id="budi", name="A"), Person(id="budi", name="B")),
    "ids that one disk takes for the same": (Person(id="budi", name="A"), Person(id="Budi", name="B")),
    "the same NIP, written otherwise": (
        Person(id="a", name="A", nip="1990 0101"),
        Person(id="b", name="B", nip="19900101"),
    ),
    "the same NIP, in digits of another script": (
        Person(id="a", name="A", nip="\u0661\u0669\u0669\u0660"),
        Person(id="b", name="B", nip="1990"),
    ),
    "a name with a letter that looks Latin": (Person(id="a", name="Budi C\u043entoh"),),
    "a name with a letter that nobody sees": (Person(id="a", name="Budi\u3164 Contoh"),),
    **{
        f"an id that is none: {wrong!r}": (Person(id=wrong, name="A"),)
        for wrong in (
            "",
            "budi@2025",
            "../../x",
            "a/b",
            "a\\b",
            "b\u0443di",
            "budi ",
            ".",
            "b*",
            "a\0",
            "x" * 41,
        )
    },
}


@pytest.mark.parametrize("case", ONE_OR_TWO)
def test_a_person_stands_in_the_file_once_and_with_an_id_that_names_one_key(case):
    assert mistake_in(ONE_OR_TWO[case])
    assert not mistake_in((BUDI, ANI, HEAD, Person(id="penera-2.b", name="B", nip="1")))


SAME = {
    "a title behind": "Budi Contoh, S.T.",
    "a title before": "Ir. H. Budi Contoh",
    "a space that has no width": "Budi\u200b Con\u200dtoh",
    "a mark that nobody sees": "Budi Con\u034ftoh",
    "an accent": "Budi Cont\u00f3h",
    "a hyphen": "Budi-Contoh",
}


@pytest.mark.parametrize("name", SAME.values(), ids=SAME)
def test_nothing_but_other_letters_makes_another_person_of_a_name(name):
    assert same_human(Person(id="x", name=name), "Budi Contoh", "")
    assert not mistake_in((Person(id="x", name=name),))


@pytest.mark.parametrize("name", ["Budi Contoh II", "Budi", "Contoh", "B. Contoh", "", "H."])
def test_other_letters_make_another_person(name):
    assert not same_human(Person(id="x", name=name), "Budi Contoh", "")


NOT_THEIRS = {
    "another initial": ("A. Budi", "M. Budi"),
    "an initial more": ("Budi Contoh", "M. Budi Contoh"),
    "another initial behind a title": ("Ir. A. Budi", "Ir. M. Budi"),
    "no letters on either side": ("123", "..."),
    "nothing but a title": ("H.", "Ir."),
}


@pytest.mark.parametrize("case", NOT_THEIRS)
def test_a_certificate_of_other_initials_or_of_no_letters_is_not_theirs(case):
    ours, named = NOT_THEIRS[case]
    assert not is_certificate_of(Person(id="x", name=ours), name=named, serial="", fingerprint="")


@pytest.mark.parametrize("name", [*SAME.values(), "BUDI CONTOH", "Prof.Dr. Budi Contoh", "Hj. Budi Contoh"])
def test_a_certificate_with_titles_or_in_capitals_is_theirs(name):
    assert is_certificate_of(Person(id="x", name="Drs. Budi Contoh"), name=name, serial="", fingerprint="")


def test_an_initial_makes_no_other_tester():
    assert same_human(Person(id="x", name="A. Budi"), "M. Budi", "")


def test_a_nip_in_digits_of_another_script_is_the_same():
    arabic = "".join(chr(0x660 + int(digit)) for digit in "199001012015031002")
    assert same_human(Person(id="x", name="Lain", nip=arabic), "Budi Contoh", "19900101 201503 1 002")


def test_names_as_they_are_written_here_are_no_mistake():
    names = "Ni Lu\u2019h Putu", "Nu\u02bcman", "Jos\u00e9", "Siti Nurhaliza, S.T., M.Si.", "A. Rizki"
    assert not mistake_in([Person(id=f"p{place}", name=name) for place, name in enumerate(names)])


def test_a_laboratory_with_one_person_twice_is_not_opened(lab):
    file = lab / "laboratory.toml"
    file.write_text(file.read_text("utf-8") + '\n[[person]]\nid = "PENERA1"\nname = "Nama"\n', "utf-8")
    told = tera("key", "new", "penera1", "--lang", "en", lab=lab)
    assert told.returncode == 2
    assert "two persons have the same id" in told.stderr


def test_whoever_is_named_sits_first():
    assert seated((BUDI, HEAD, ANI), "ani") == (ANI, BUDI, HEAD)


@pytest.mark.parametrize("who", ["siti", "nobody", ""])
def test_only_a_penera_sits_there(who):
    with pytest.raises(LaboratoryError) as caught:
        seated((BUDI, HEAD, ANI), who)
    assert caught.value.code == "person.no_officer"
    assert caught.value.facts["known"] == "budi, ani"


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file = root / "laboratory.toml"
    text = file.read_text("utf-8")
    second = '[[person]]\nid = "ani"\nname = "Ani"\ncompetence = { water-meters = 2099-01-01 }\n\n'
    file.write_text(text.replace("[[person]]", second + "[[person]]", 1), "utf-8")
    return root


def test_the_run_is_theirs_who_said_so_and_a_refusal_consumes_no_number(lab):
    order = str(lab / "orders/contoh.toml")
    refused = tera("run", "scales", "--uut", order, lab=lab)
    assert refused.returncode == 2
    assert "Ani" in refused.stderr
    assert tera("run", "scales", "--uut", order, "--as", "nobody", lab=lab).returncode == 2
    assert tera("run", "scales", "--uut", order, "--as", "penera1", lab=lab).returncode == 3
    told = [json.loads(line) for line in tera("runs", "--json", lab=lab).stdout.splitlines()]
    assert [line["record"] for line in told] == ["000001"]
    with Journal(Folders(lab).journal, read_only=True) as journal:
        assert journal.runs()[0].begun.officer_id == "penera1"


def test_a_first_pin_that_makes_no_key_is_told_before_the_test_and_not_at_its_seal(tmp_path, monkeypatch):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file = root / "laboratory.toml"
    file.write_text(file.read_text("utf-8").replace("pin = false", "pin = true", 1), "utf-8")
    words = ("run", "scales", "--uut", str(root / "orders/contoh.toml"))
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", "12345")
    refused = tera(*words, lab=root)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "PIN" in refused.stderr
    assert tera("runs", "--json", lab=root).stdout == ""  # no number was used
    monkeypatch.delitem(ENVIRONMENT, "TERA_PIN")
    assert tera(*words, lab=root).returncode == 3  # whoever gives it at the seal is asked for it there
    with Journal(Folders(root).journal, read_only=True) as journal:
        (run,) = journal.runs()
        before = journal.entries(run.run)
        monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", "12345")
        assert tera("resume", "000001", lab=root).returncode == 2
        assert journal.entries(run.run) == before
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", "123456")
    assert tera("resume", "000001", lab=root).returncode == 3
