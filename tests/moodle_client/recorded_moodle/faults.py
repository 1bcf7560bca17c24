"""What can go wrong with one request on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Drop:
    """The connection is closed without an answer."""


@dataclass(frozen=True)
class Cut:
    """The answer is announced, and cut off half-way."""


@dataclass(frozen=True)
class Hang:
    """No answer until the test is over."""


@dataclass(frozen=True)
class Reply:
    """Another answer than the school's."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replay:
    """A recorded answer of ``ws-errors.json``, by its case."""

    case: str


Fault = Drop | Cut | Hang | Reply | Replay
