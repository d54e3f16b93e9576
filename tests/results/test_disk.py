"""Two copies on one disk are one: partitions, volumes and images are followed to the disk that holds them."""

from pathlib import Path

import pytest

from results.disk import UNKNOWN, System, disks_of, on_linux
from results.errors import StorageError

MOUNTS = """\
27 1 8:2 / / rw - ext4 /dev/sda2 rw
28 27 0:25 / /run/lock rw - tmpfs tmpfs rw
29 27 8:17 / /media/stick\\040é rw - vfat /dev/sdb1 rw
30 27 8:33 / /media/second rw - vfat /dev/sdc1 rw
31 27 8:18 / /media/other-partition rw - ext4 /dev/sdb2 rw
32 27 253:0 / /mnt/raid rw - ext4 /dev/mapper/two rw
33 27 0:40 / /mnt/share rw - nfs4 store.office.example:/backups rw
34 27 0:41 / /mnt/scans rw - nfs4 store.office.example:/scans rw
35 27 0:42 / /mnt/windows rw - cifs //store2/tera rw
36 27 0:43 / /mnt/strange rw - fuse.odd odd rw
37 27 8:99 / /mnt/unheard rw - ext4 /dev/sdz9 rw
"""
PLACES = {
    "the disk of the computer": ("/lab/a", "8:2", {"ata-Own_1"}),
    "a stick whose name has a space and a foreign letter": ("/media/stick é/a", "8:17", {"usb-First_7"}),
    "another partition of that stick": ("/media/other-partition/a", "8:18", {"usb-First_7"}),
    "another stick": ("/media/second/a", "8:33", {"sdc"}),
    "a volume of two disks": ("/mnt/raid/a", "253:0", {"ata-Own_1", "sdc"}),
    "memory": ("/run/lock/a", "0:25", set()),
    "a share": ("/mnt/share/a", "0:40", {"host store.office.example"}),
    "another share of that computer": ("/mnt/scans/a", "0:41", {"host store.office.example"}),
    "a share of another kind": ("/mnt/windows/a", "0:42", {"host store2"}),
    "a file system that tells nothing": ("/mnt/strange/a", "0:43", {UNKNOWN}),
    "a device that the system does not know": ("/mnt/unheard/a", "8:99", {UNKNOWN}),
}


@pytest.fixture
def system(tmp_path):
    """A computer with its own disk, two sticks and a volume over two disks."""
    found = System(tmp_path / "mountinfo", tmp_path / "dev", tmp_path / "by-id")
    found.mounts.write_text(MOUNTS, "utf-8")
    block = tmp_path / "block"
    for disk, number in (("sda", 0), ("sdb", 16), ("sdc", 32)):
        for part in (1, 2):
            (block / disk / f"{disk}{part}").mkdir(parents=True)
            (block / disk / f"{disk}{part}" / "partition").write_text(f"{part}\n", "utf-8")
            link(found.devices / f"8:{number + part}", block / disk / f"{disk}{part}")
        link(found.devices / f"8:{number}", block / disk)
    for below in ("sda/sda2", "sdc/sdc1"):
        link(block / "dm-0" / "slaves" / Path(below).name, block / below)
    link(found.devices / "253:0", block / "dm-0")
    for name, disk in (("ata-Own_1", "sda"), ("usb-First_7", "sdb"), ("wwn-0x7", "sdb")):
        link(found.names / name, block / disk)
    return found


def link(name, to):
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(to)


@pytest.mark.parametrize(("file", "device", "disks"), PLACES.values(), ids=PLACES)
def test_a_file_is_traced_to_the_disks_that_hold_it(system, file, device, disks):
    assert on_linux(Path(file), device, system) == disks


def test_an_image_in_a_file_lies_on_the_disk_of_that_file(system, tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"")
    loop = tmp_path / "block" / "loop0"
    (loop / "loop").mkdir(parents=True)
    (loop / "loop" / "backing_file").write_text(f"{image}\n", "utf-8")
    number = image.stat().st_dev
    if not number >> 8:
        pytest.skip("the folder of this test lies on no device of its own")
    link(system.devices / "7:0", loop)
    link(system.devices / f"{number >> 8 & 0xFFF}:{number & 0xFF}", tmp_path / "block" / "sda" / "sda2")
    assert on_linux(Path("/media/second/a"), "7:0", system) == on_linux(Path("/lab/a"), "8:2", system)


def test_a_system_that_tells_nothing_gives_no_second_disk(tmp_path):
    silent = System(tmp_path / "none", tmp_path / "none", tmp_path / "none")
    assert on_linux(Path("/a"), "8:2", silent) == on_linux(Path("/b"), "8:3", silent) == {UNKNOWN}


def test_two_files_of_one_folder_lie_on_the_same_disks_and_a_link_on_those_of_its_file(tmp_path):
    one, other, linked = (tmp_path / name for name in ("one", "other", "linked"))
    one.write_bytes(b"")
    other.write_bytes(b"")
    linked.symlink_to(one)
    assert disks_of(one) == disks_of(other) == disks_of(linked)


def test_a_file_that_is_not_there_lies_on_no_disk_and_that_is_told(tmp_path):
    with pytest.raises(StorageError):
        disks_of(tmp_path / "none")
