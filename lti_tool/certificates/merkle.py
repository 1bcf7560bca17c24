"""The Merkle tree over the log of issued certificates, as Certificate Transparency has it (RFC 6962, 2.1).

Whoever kept a root can tell later that nothing before it was changed, added or left out.
"""

import hashlib


class MerkleTree:
    """Grows leaf by leaf and keeps only the roots of its full subtrees, so a log of any length fits."""

    def __init__(self) -> None:
        self.size = 0
        """How many leaves there are."""
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        count, node = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == count:
            _count, left = self._peaks.pop()
            count, node = 2 * count, _joined(left, node)
        self._peaks.append((count, node))
        self.size += 1

    def root(self) -> str:
        """Return the root over all leaves so far, in hex; of no leaves, the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256().hexdigest()
        node = self._peaks[-1][1]
        for _count, left in reversed(self._peaks[:-1]):
            node = _joined(left, node)
        return node.hex()


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
