"""A Merkle tree over a list that only grows, its proofs, and their verification (RFC 9162, 2.1).

Only perfect subtrees are ever stored: once their leaves are there they never change. The hash of every other
range of leaves follows from them, so an append and a proof touch about log2(n) hashes. Nothing here has an
effect; the hashes come in through `Subtree`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

Subtree = Callable[[int, int], bytes]
"""(level, index) → hash of the perfect subtree over leaves [index · 2^level, (index + 1) · 2^level)"""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of an entry, told apart from an inner node by its first byte (2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of two subtrees joined (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(size: int, leaf: bytes, subtree: Subtree) -> Iterator[tuple[int, int, bytes]]:
    """Level, index and hash of each perfect subtree that a new leaf completes, the leaf itself first.

    Args:
        size: leaves in the tree before this one.
        leaf: the new leaf's hash.
        subtree: the tree before.
    """
    level, index, digest = 0, size, leaf
    yield level, index, digest
    while index % 2:
        digest = node_hash(subtree(level, index - 1), digest)
        level, index = level + 1, index // 2
        yield level, index, digest


def peaks(size: int) -> Iterator[tuple[int, int]]:
    """Level and index of the perfect subtrees that a tree is made of, the largest first."""
    begin = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, begin >> level
            begin += 1 << level


def root_hash(size: int, subtree: Subtree) -> bytes:
    """The hash of the whole tree of `size` leaves (2.1.1)."""
    return _range_hash(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the tree of `size` leaves (2.1.3.1).

    Raises:
        ValueError: there is no such leaf in that tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    begin, end = 0, size
    proof: list[bytes] = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_hash(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, subtree))
            begin = middle
    return proof[::-1]


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show the tree of `first` leaves to be the beginning of that of `second` (2.1.4.1).

    Raises:
        ValueError: not 0 <= first <= second. The proofs for 0 and for equal sizes are empty.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} leaves is not the beginning of one of {second}")
    if first in (0, second):
        return []
    begin, end, whole = 0, second, True
    proof: list[bytes] = []
    while end != first:
        middle = begin + _split(end - begin)
        if first <= middle:
            proof.append(_range_hash(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, subtree))
            begin, whole = middle, False
    if not whole:
        proof.append(_range_hash(begin, end, subtree))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `proof` leads from the leaf hash at `index` to the root of `size` leaves (2.1.3.2)."""
    if not 0 <= index < size or not _whole(proof):
        return False
    sides = _sides(index, size - 1)
    if len(sides) != len(proof):
        return False
    digest = leaf
    for on_the_left, sibling in zip(sides, proof, strict=True):
        digest = node_hash(sibling, digest) if on_the_left else node_hash(digest, sibling)
    return digest == root


def root_before(proof: Sequence[bytes]) -> bytes:
    """The root of the tree as it was before its last leaf, from the inclusion proof of that leaf.

    Every sibling on the way of a last leaf stands on its left, and together they are the tree before it.
    Where the proof of a new last leaf holds and this root is known, the new tree goes on from the old one.
    """
    if not proof:
        return EMPTY_ROOT
    digest = proof[0]
    for sibling in proof[1:]:
        digest = node_hash(sibling, digest)
    return digest


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether `proof` shows the first tree to be the beginning of the second (2.1.4.2)."""
    if not 0 <= first <= second or not _whole(proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof)
    if first & (first - 1) == 0:  # a perfect first tree is its own first step
        path.insert(0, first_root)
    node, last = first - 1, second - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    sides = _sides(node, last)
    if len(path) != len(sides) + 1:
        return False
    old = new = path[0]
    for on_the_left, digest in zip(sides, path[1:], strict=True):
        if on_the_left:
            old, new = node_hash(digest, old), node_hash(digest, new)
        else:
            new = node_hash(new, digest)
    return old == first_root and new == second_root


def _sides(node: int, last: int) -> list[bool]:
    """From a node up to the root: whether its sibling stands on the left; `last` is the level's last node."""
    sides = []
    while last:
        sides.append(bool(node % 2) or node == last)
        if sides[-1]:
            while node % 2 == 0:  # the last node of a level without a sibling stands for its parent
                node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    return sides


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(begin: int, end: int, subtree: Subtree) -> bytes:
    """The hash of the leaves [begin, end), a range that the splitting of some tree has made."""
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree(level, begin >> level)
    middle = begin + _split(count)
    return node_hash(_range_hash(begin, middle, subtree), _range_hash(middle, end, subtree))


def _whole(proof: Iterable[bytes]) -> bool:
    return all(len(digest) == HASH_BYTES for digest in proof)
