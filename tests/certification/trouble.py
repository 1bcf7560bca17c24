"""Services of the school that go wrong, and calls to them whose patience a test can change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lti_tool.demo.school import FaultKind, School, Service
from lti_tool.outgoing import Answer, Outgoing

LONG, SHORT = 20.0, 0.3
"""Seconds: enough on a machine under load; for an answer that does not come at all."""


class Calling(Outgoing):
    """Makes the calls, and waits as long as `patience` says."""

    patience = LONG

    def call(self, method: str, url: str, **what: Any) -> Answer:  # noqa: ANN401 - as the base class takes it
        """Make one call, see `Outgoing.call`."""
        return super().call(method, url, **{**what, "timeout": (LONG, self.patience)})


@contextmanager
def going_wrong(
    school: School, calling: Calling, service: Service, kind: FaultKind, how: Mapping[str, Any]
) -> Iterator[None]:
    """Let a service go wrong in one way; nobody waits long for an answer that does not come."""
    school.faults.add(service, kind, times=None, **how)
    calling.patience = SHORT if kind is FaultKind.SLOW else LONG
    yield
    school.faults.clear()
    calling.patience = LONG
