"""Whose keys a record is checked with."""

import pytest

from bench.errors import LaboratoryError
from bench.keyring import bench_key
from bench.laboratory import Folders
from bench.vouching import Trust, Vouchers, registry_key, trusted_keys
from results.keys import FileKey
from results.registry.checkpoint import RegistryKey


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path / "lab")


def test_a_key_beside_a_record_is_never_trusted(folders, tmp_path):
    record = tmp_path / "came" / "000001.tera.json"
    FileKey.open(record.parent / "bench.pem")
    trust = trusted_keys(record, folders)
    assert (trust.folder, trust.keys) == (None, None)


def test_the_laboratorys_own_keys_come_before_those_of_the_records_folder(folders, tmp_path):
    record = tmp_path / "other" / "data" / "records" / "000001.tera.json"
    theirs = FileKey.open(tmp_path / "other" / "data" / "keys" / "bench.pem")
    assert trusted_keys(record, folders).keys.keys() == {theirs.keyid}
    own = bench_key(folders)
    assert trusted_keys(record, folders).keys.keys() == {own.keyid}
    assert (
        trusted_keys(record, folders, theirs_folder := tmp_path / "other/data/keys").folder == theirs_folder
    )


def test_a_registry_key_of_another_form_in_a_named_folder_is_told(folders, tmp_path):
    """`registry.pub` out of the register's own folder lacks the name under which it signs."""
    own = bench_key(folders)
    trust = Trust(folders.keys, {})
    file = folders.keys / "registry.pub"
    printed = RegistryKey("register.example", own.public)
    file.write_text(f"{printed}\n")
    assert registry_key(tmp_path, trust, named=True) == printed
    for other in (own.public.hex(), str(printed).replace("example", "exbmple"), ""):
        file.write_text(other)
        with pytest.raises(LaboratoryError) as refused:
            registry_key(tmp_path, trust, named=True)
        assert refused.value.code == "key.not_as_printed"


def test_a_named_folder_without_keys_is_told(folders, tmp_path):
    bench_key(folders)
    with pytest.raises(LaboratoryError) as refused:
        trusted_keys(tmp_path / "x.tera.json", folders, tmp_path)
    assert refused.value.code == "key.none_in_folder"


def test_keys_are_read_once_for_a_folder_of_records_and_again_for_another_command(folders, tmp_path):
    records = tmp_path / "other" / "data" / "records"
    theirs = FileKey.open(records.parent / "keys" / "bench.pem")
    vouchers = Vouchers(folders.root)
    first = vouchers.of(records / "000001.tera.json")
    assert first.keys.keys() == {theirs.keyid}
    own = bench_key(folders)
    assert vouchers.of(records / "000002.tera.json") is first
    assert vouchers.of(tmp_path / "000003.tera.json").keys.keys() == {own.keyid}
    assert Vouchers(folders.root).of(records / "000001.tera.json").keys.keys() == {own.keyid}


def test_the_registers_key_is_looked_for_once_for_each_folder_of_keys(folders, tmp_path):
    own = bench_key(folders)
    vouchers = Vouchers(folders.root)
    trust = vouchers.of(tmp_path / "000001.tera.json")
    assert vouchers.register_of(trust) is None
    (folders.keys / "registry.pub").write_text(f"{RegistryKey('register.example', own.public)}\n")
    assert vouchers.register_of(trust) is None
    assert Vouchers(folders.root).register_of(trust) == RegistryKey("register.example", own.public)
    assert Vouchers(folders.root, folders.keys).register_of(trust) is not None
