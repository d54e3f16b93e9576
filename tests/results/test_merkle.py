"""The Merkle tree against the definitions of RFC 9162 written out slowly, and against published vectors."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results import merkle

# Inputs and roots of the test tree of the Certificate Transparency reference implementations.
CT_ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha(data):
    return hashlib.sha256(data).digest()


def power_below(count):
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(entries):
    """MTH of section 2.1.1, as written."""
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\x00" + entries[0])
    k = power_below(len(entries))
    return sha(b"\x01" + mth(entries[:k]) + mth(entries[k:]))


def path(m, entries):
    """PATH of section 2.1.3.1, as written."""
    if len(entries) == 1:
        return []
    k = power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    """SUBPROOF of section 2.1.4.1, as written."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def grow(entries):
    """The stored subtrees after each entry was appended in turn."""
    nodes = {}
    for size, entry in enumerate(entries):
        new = list(merkle.completed(size, merkle.leaf_hash(entry), lambda *at: nodes[at]))
        for level, index, digest in new:
            assert (level, index) not in nodes
            nodes[level, index] = digest
    return lambda level, index: nodes[level, index]


def test_roots_are_those_of_the_published_tree():
    subtree = grow(CT_ENTRIES)
    assert (
        merkle.root_hash(0, subtree).hex()
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    for size, root in enumerate(CT_ROOTS, start=1):
        assert merkle.root_hash(size, subtree).hex() == root


PUBLISHED_INCLUSION = {
    "the first of eight": (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    "the sixth of eight": (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    "the third of three": (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
}


@pytest.mark.parametrize(("index", "size", "proof"), PUBLISHED_INCLUSION.values(), ids=PUBLISHED_INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index, size, proof):
    subtree = grow(CT_ENTRIES)
    assert tuple(digest.hex() for digest in merkle.inclusion_proof(index, size, subtree)) == proof


PUBLISHED_CONSISTENCY = {
    "one in eight": (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    "six in eight": (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    "two in five": (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "proof"), PUBLISHED_CONSISTENCY.values(), ids=PUBLISHED_CONSISTENCY
)
def test_consistency_proofs_are_the_published_ones(first, second, proof):
    subtree = grow(CT_ENTRIES)
    assert tuple(digest.hex() for digest in merkle.consistency_proof(first, second, subtree)) == proof


ENTRIES = [f"entry {number}".encode() for number in range(70)]
SUBTREE = grow(ENTRIES)
sizes = st.integers(1, len(ENTRIES))


@given(size=sizes, data=st.data())
def test_an_inclusion_proof_is_that_of_the_definition_and_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    entries = ENTRIES[:size]
    proof = merkle.inclusion_proof(index, size, SUBTREE)
    root = merkle.root_hash(size, SUBTREE)
    assert root == mth(entries)
    assert proof == path(index, entries)
    assert merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, size, proof, root)


@given(second=sizes, data=st.data())
def test_a_consistency_proof_is_that_of_the_definition_and_verifies(second, data):
    first = data.draw(st.integers(1, second))
    proof = merkle.consistency_proof(first, second, SUBTREE)
    assert proof == subproof(first, ENTRIES[:second], True)
    assert merkle.verify_consistency(first, second, mth(ENTRIES[:first]), mth(ENTRIES[:second]), proof)


def spoiled(proof, data):
    """The proof with one bit, one hash or the order wrong."""
    how = data.draw(st.sampled_from(["bit", "drop", "repeat", "extra", "swap", "cut"]))
    wrong = list(proof)
    at = data.draw(st.integers(0, max(len(wrong) - 1, 0)))
    if how == "extra" or not wrong:
        wrong.insert(at, data.draw(st.binary(min_size=32, max_size=32)))
    elif how == "bit":
        bit = data.draw(st.integers(0, 255))
        wrong[at] = bytes(byte ^ (1 << bit % 8) * (place == bit // 8) for place, byte in enumerate(wrong[at]))
    elif how == "drop":
        del wrong[at]
    elif how == "repeat":
        wrong.insert(at, wrong[at])
    elif how == "swap":
        wrong.reverse()
    else:
        wrong[at] = wrong[at][:-1]
    return wrong


@given(size=sizes, data=st.data())
def test_a_spoiled_inclusion_proof_does_not_verify(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, SUBTREE)
    wrong = spoiled(proof, data)
    verified = merkle.verify_inclusion(
        merkle.leaf_hash(ENTRIES[index]), index, size, wrong, merkle.root_hash(size, SUBTREE)
    )
    assert verified == (wrong == proof)  # a proof of one hash reads the same backwards


@given(second=sizes, data=st.data())
def test_a_spoiled_consistency_proof_does_not_verify(second, data):
    first = data.draw(st.integers(1, second))
    proof = merkle.consistency_proof(first, second, SUBTREE)
    wrong = spoiled(proof, data)
    verified = merkle.verify_consistency(first, second, mth(ENTRIES[:first]), mth(ENTRIES[:second]), wrong)
    assert verified == (wrong == proof)


@given(size=st.integers(2, len(ENTRIES)), data=st.data())
def test_a_proof_does_not_serve_another_leaf_place_or_root(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    proof = merkle.inclusion_proof(index, size, SUBTREE)
    root = merkle.root_hash(size, SUBTREE)
    leaf = merkle.leaf_hash(ENTRIES[index])
    assert not merkle.verify_inclusion(merkle.leaf_hash(ENTRIES[other]), index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, other, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof, merkle.root_hash(size - 1, SUBTREE))


@given(size=st.integers(2, len(ENTRIES)), data=st.data())
def test_a_tree_with_a_changed_entry_is_never_consistent_with_the_old_one(size, data):
    first = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, first - 1))
    forked = [*ENTRIES[:at], b"forged", *ENTRIES[at + 1 : size]]
    proof = merkle.consistency_proof(first, size, grow(forked))
    assert not merkle.verify_consistency(first, size, mth(ENTRIES[:first]), mth(forked), proof)


def test_the_edges_of_consistency():
    root = mth(ENTRIES[:3])
    assert merkle.verify_consistency(0, 3, merkle.EMPTY_ROOT, root, [])
    assert not merkle.verify_consistency(0, 3, root, root, [])
    assert not merkle.verify_consistency(0, 3, merkle.EMPTY_ROOT, root, [root])
    assert merkle.verify_consistency(3, 3, root, root, [])
    assert not merkle.verify_consistency(3, 3, root, mth(ENTRIES[:4]), [])
    assert not merkle.verify_consistency(3, 2, root, root, [])
    assert not merkle.verify_consistency(2, 3, mth(ENTRIES[:2]), root, [])
    assert not merkle.verify_consistency(3, 4, root, mth(ENTRIES[:4]), [])


IMPOSSIBLE = {"before the first": (-1, 3), "after the last": (3, 3), "in an empty tree": (0, 0)}


@pytest.mark.parametrize(("index", "size"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, SUBTREE)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b""), index, size, [], mth(ENTRIES[:size]))


def test_a_larger_tree_is_not_the_beginning_of_a_smaller_one():
    with pytest.raises(ValueError, match="not the beginning"):
        merkle.consistency_proof(4, 3, SUBTREE)


def test_an_append_stores_each_perfect_subtree_exactly_once():
    seen = []
    nodes = {}
    for size, entry in enumerate(ENTRIES):
        for level, index, digest in list(
            merkle.completed(size, merkle.leaf_hash(entry), lambda *at: nodes[at])
        ):
            nodes[level, index] = digest
            seen.append((level, index))
    assert len(seen) == len(set(seen))
    assert all(mth(ENTRIES[i << lv : (i + 1) << lv]) == nodes[lv, i] for lv, i in seen)
    levels = sorted({level for level, _ in seen})
    assert all(after - before == 1 for before, after in pairwise(levels))


@given(size=st.integers(1, len(ENTRIES)), data=st.data())
def test_the_proof_of_a_last_leaf_holds_the_tree_before_it(size, data):
    proof = merkle.inclusion_proof(size - 1, size, SUBTREE)
    assert merkle.root_before(proof) == mth(ENTRIES[: size - 1])
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        proof[place] = sha(proof[place])
        assert merkle.root_before(proof) != mth(ENTRIES[: size - 1])


@given(size=st.integers(0, len(ENTRIES)))
def test_the_peaks_of_a_tree_are_all_that_its_root_is_made_of(size):
    known = {at: SUBTREE(*at) for at in merkle.peaks(size)}
    assert merkle.root_hash(size, lambda *at: known[at]) == mth(ENTRIES[:size])
    assert sum(2**level for level, _ in known) == size
