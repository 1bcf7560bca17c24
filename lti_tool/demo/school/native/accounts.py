"""Accounts for programs and their tokens, as an administrator makes them."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..webservice.signatures import SIGNATURES
from .models import Account

if TYPE_CHECKING:
    from ..records import Records

CAPABILITIES = (
    "webservice/rest:use",
    "moodle/course:view",
    "moodle/course:viewparticipants",
    "moodle/course:viewhiddenactivities",
    "moodle/course:enrolreview",
    "moodle/course:overridecompletion",
    "moodle/user:viewdetails",
    "report/progress:view",
    "mod/assign:view",
    "mod/assign:viewgrades",
    "mod/assign:grade",
    "mod/lti:view",
    "mod/page:view",
    "mod/quiz:view",
    "gradereport/user:view",
    "moodle/grade:viewall",
)
"""What an account that is in no course takes to read everything, and to write grades and completion back (measured)."""


def add_account(
    school: "Records",
    *,
    functions: Iterable[str] | None = None,
    capabilities: Iterable[str] = CAPABILITIES,
    given: str = "Integratie",
    family: str = "ICC Bridge",
) -> Account:
    """Make an account with a token.

    Args:
        functions: what its service offers; None: everything the school has.
        capabilities: what it may.
    """
    with school.changing():
        number = school.next_id("person")
        account = Account(
            id=number,
            username=f"ws-{number}",
            given=given,
            family=family,
            token=secrets.token_hex(16),
            functions=list(SIGNATURES if functions is None else functions),
            capabilities=list(capabilities),
        )
        school.accounts[number] = account
        return account


def revoke(school: "Records", account: Account) -> None:
    """Take an account's token back."""
    with school.changing():
        account.token = None


def renew(school: "Records", account: Account) -> str:
    """Give an account a new token; the one before no longer works."""
    with school.changing():
        account.token = secrets.token_hex(16)
        return account.token
