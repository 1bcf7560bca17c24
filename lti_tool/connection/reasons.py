"""From the code of an outcome to the words that the reader of the error page saw."""

from collections.abc import Iterator, Mapping, Set
from functools import cache

from lti_tool.errors import IccError, Words
from lti_tool.launch.errors import LaunchRefused
from lti_tool.platforms.errors import RegistrationFailed, RegistrationRefused

ORDINARY = frozenset(
    (
        "L-STATE-USED",
        "L-STATE-UNKNOWN",
        "L-EXPIRED",
        "L-NONCE",
        "L-COOKIE",
        "L-COOKIES-OFF",
        "L-STORAGE",
        "L-BROWSER",
        "L-AUTH-ERROR",
        "L-ROLE",
    )
)
"""What a person solves by opening the assignment once more: it says nothing about the connection."""


def reason_of(outcome: str) -> Words:
    """Return what an outcome means, in a few words; the code itself when nobody knows it."""
    kind = _kinds().get(outcome)
    return kind.title if kind else outcome


def explanation_of(outcome: str) -> Words:
    """Return what happened, in a sentence; nothing when nobody knows the outcome."""
    kind = _kinds().get(outcome)
    return kind.explanation if kind else ""


def codes() -> Set[str]:
    """Return the codes of all outcomes that are refusals."""
    return _kinds().keys()


@cache
def _kinds() -> Mapping[str, type[IccError]]:
    return {kind.code: kind for root in (LaunchRefused, RegistrationRefused, RegistrationFailed) for kind in _below(root)}


def _below(kind: type[IccError]) -> Iterator[type[IccError]]:
    for child in kind.__subclasses__():
        yield from _below(child)
    yield kind
