"""At most two requests at once a site, whichever clients of this process make them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from moodle_client.errors import SiteBusy

AT_ONCE = 2


class SiteGate:
    """Lets requests through, so many at once.

    Args:
        at_once: requests at the same time; a download counts until it is closed.
        patience: seconds to wait for one's turn.
    """

    def __init__(self, at_once: int = AT_ONCE, patience: float = 120.0) -> None:
        self._slots = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one slot.

        Raises:
            SiteBusy: none came free in time.
        """
        if not self._slots.acquire(timeout=self._patience):
            raise SiteBusy
        try:
            yield
        finally:
            self._slots.release()


_GATES: WeakValueDictionary[str, SiteGate] = WeakValueDictionary()
_LOCK = threading.Lock()


def gate_of(site: str) -> SiteGate:
    """Return the gate that all clients of a site share; it lives as long as one of them."""
    with _LOCK:
        gate = _GATES.get(site)
        if gate is None:
            gate = _GATES[site] = SiteGate()
        return gate
