"""The certification cases: what a platform may send or do, within the standard or just outside it, and what must happen.

They follow 1EdTech's certification of LTI 1.3 Advantage tools. Each case has exactly one test in
this package, named after its number: ``test_c1_01_…``. `make certification` writes the table of docs/certification.md.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What a case is about."""

    BAD = "C1"
    TRAINER = "C2"
    PARTICIPANT = "C3"
    DEEP_LINKING = "C4"

    @property
    def heading(self) -> str:
        """What stands above its cases."""
        return _HEADINGS[self]


_HEADINGS = {
    Group.BAD: "Known bad payloads",
    Group.TRAINER: "Valid launches of a teacher",
    Group.PARTICIPANT: "Valid launches of a student",
    Group.DEEP_LINKING: "Deep linking",
}


@dataclass(frozen=True)
class Case:
    """One case: its number, its group, its name, and what must happen. Codes are those that the refusal page shows."""

    number: int
    group: Group
    title: str
    expected: str


def _bad(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.BAD, title, expected)


def _trainer(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.TRAINER, title, expected)


def _participant(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.PARTICIPANT, title, expected)


def _linking(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.DEEP_LINKING, title, expected)


_LEAST = "launches with the least privilege: a visitor, who follows nothing and sees nobody's work"

CASES: tuple[Case, ...] = (
    _bad(1, "No kid in the JWT's header", "refused, L-KEY"),
    _bad(2, "Incorrect kid", "refused, L-KEY"),
    _bad(3, "Wrong LTI version", "refused, L-CLAIMS"),
    _bad(4, "No LTI version", "refused, L-CLAIMS"),
    _bad(5, "Invalid LTI message", "refused, L-CLAIMS"),
    _bad(6, "Missing LTI claims", "refused, L-CLAIMS"),
    _bad(7, "Timestamps incorrect", "refused, L-EXPIRED"),
    _bad(8, "message_type missing", "refused, L-CLAIMS"),
    _bad(9, "roles claim missing", "refused, L-CLAIMS"),
    _bad(10, "deployment_id missing", "refused, L-CLAIMS"),
    _bad(11, "resource_link id missing", "refused, L-CLAIMS"),
    _bad(
        12,
        "user (sub) missing",
        "refused, L-CLAIMS: the core specification allows anonymous launches, but there is no work without whose it is",
    ),
    _trainer(13, "Standard launch", "the page of the link, as trainer"),
    _trainer(14, "Multiple roles", "as trainer"),
    _trainer(15, "Short role (Instructor)", "as trainer"),
    _trainer(16, "Unknown role", _LEAST),
    _trainer(17, "No role (empty list)", "launches as no trainer: a visitor"),
    _trainer(18, "E-mail, no names", "as trainer; the e-mail address is kept nowhere"),
    _trainer(19, "Names, no e-mail", "as trainer, under the name that was sent"),
    _trainer(20, "No personal data", "as trainer, without a name"),
    _trainer(21, "E-mail, no context", "valid: a launch outside any course, as trainer of that place"),
    _participant(22, "Standard launch", "the assignment of the link, as participant"),
    _participant(23, "Multiple roles", "as participant"),
    _participant(24, "Short role (Learner)", "as participant"),
    _participant(25, "Unknown role", _LEAST),
    _participant(26, "No role (empty list)", "launches as visitor"),
    _participant(27, "E-mail, no names", "as participant; the e-mail address is kept nowhere"),
    _participant(28, "Names, no e-mail", "as participant, under the name that was sent"),
    _participant(29, "No personal data", "as participant, without a name"),
    _participant(30, "E-mail, no context", "valid: a launch outside any course, with a page that says what is missing"),
    _participant(31, "Only the resource link", "valid: the claims that LTI requires and nothing else"),
    _linking(32, "Deep-linking request", "the picker"),
    _linking(33, "Response with one ltiResourceLink", "accepted by the platform, and launchable afterwards"),
    _linking(34, "Custom parameters", "come back in the launch, and say what the link shows"),
    _linking(35, "accept_multiple true and false", "true: several items at once; false: one, and more than one is refused"),
    _linking(36, "data", "echoed exactly; absent stays absent"),
    _linking(37, "accept_types without ltiResourceLink", "refused, L-DL-TYPES"),
    _linking(38, "Return URL missing", "refused, L-DL-RETURN"),
    _linking(39, "Request by a student", "refused, L-ROLE"),
    _linking(40, "Empty selection, and cancel", "empty: asked again; cancel: an answer without items, with a message"),
    _linking(41, "lineItem", "with resourceId, tag, scoreMaximum and submissionReview"),
    _linking(
        42,
        "The response's JWT",
        "iss is the client id, aud the issuer; kid, nonce, deployment_id, version and type; valid for at most 5 minutes",
    ),
)
"""All of them, in order."""
