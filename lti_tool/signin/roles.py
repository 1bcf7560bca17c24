"""What somebody of the staff is, and may."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.errors import Invalid


class Role(StrEnum):
    """What somebody may do without a learning environment; a person may have several."""

    OPERATOR = "operator"
    """Keeps the installation running, and says who belongs to the staff."""
    ISSUER = "issuer"
    """Approves cohorts and answers for certificates."""
    TRAINER = "trainer"
    """Trains, without a learning environment of their own."""


@dataclass(frozen=True)
class StaffMember:
    """Somebody of the staff."""

    id: str
    name: str
    roles: frozenset[Role]
    person_id: str | None = None
    """Who that is in cohorts; None: trainer of none so far."""
    locale: str | None = None
    """The language that the person chose; None: none yet."""


def roles_of(words: Iterable[str]) -> frozenset[Role]:
    """Return the roles that these words name.

    Raises:
        Invalid: a word names none.
    """
    try:
        return frozenset(Role(word.strip().lower()) for word in words if word.strip())
    except ValueError:
        raise Invalid(f"roles: expected one or more of {', '.join(Role)}", field="roles") from None
