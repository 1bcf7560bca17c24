"""The certification cases: what a platform may send or do, within the standard or just outside it, and what must happen.

C1 to C6 follow 1EdTech's certification of LTI 1.3 Advantage tools; C7 goes beyond it. Each case has exactly one test in
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
    GRADES = "C5"
    MEMBERS = "C6"
    SECURITY = "C7"

    @property
    def heading(self) -> str:
        """What stands above its cases."""
        return _HEADINGS[self]


_HEADINGS = {
    Group.BAD: "Known bad payloads",
    Group.TRAINER: "Valid launches of a teacher",
    Group.PARTICIPANT: "Valid launches of a student",
    Group.DEEP_LINKING: "Deep linking",
    Group.GRADES: "Assignment and Grade Services",
    Group.MEMBERS: "Names and Role Provisioning Services",
    Group.SECURITY: "Security beyond certification",
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


def _grades(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.GRADES, title, expected)


def _members(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.MEMBERS, title, expected)


def _security(number: int, title: str, expected: str) -> Case:
    return Case(number, Group.SECURITY, title, expected)


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
    _grades(43, "Access token", "client_credentials with a signed assertion, its jti used once"),
    _grades(44, "List line items, in pages", "all of them"),
    _grades(45, "Create a line item", "coupled to the link, with resourceId and tag"),
    _grades(46, "Get, update, delete a line item", "an update sends every field; the tool never deletes one"),
    _grades(47, "Post a score", "arrives in the gradebook, stamped in UTC with milliseconds"),
    _grades(48, "Results, in pages and by user", "all of them; those of one user"),
    _grades(49, "Addresses with a query", "/scores and /results stand before the query, which stays"),
    _grades(50, "Scope absent", "no call, and the reason kept with the score"),
    _grades(51, "lineitem.readonly only", "columns are read and none is made; the score goes to the column that is there"),
    _grades(52, "409: a newer score is there", "the gradebook is read: equal is done, different is shown as changed there"),
    _grades(53, "401 on a service", "a new token, once"),
    _grades(54, "429, rate limit by 403, 5xx", "later, when the platform asked; nothing is lost"),
    _grades(55, "Zero, decimals, more than the maximum", "zero and decimals arrive; more than the maximum is never sent"),
    _grades(56, "Two create the same column at once", "one column, used by both"),
    _members(57, "Get the members", "everybody in the course, once"),
    _members(58, "Pages, next address in its own case", "all pages, the address letter by letter"),
    _members(59, "Filter by role", "the members with that role only, also where the platform forgets the filter"),
    _members(60, "rlid, with message", "the members of a link, with what the platform adds for it"),
    _members(61, "Status Inactive, Deleted, in capitals", "read in every spelling; only active members count"),
    _members(62, "Members without personal data", "listed, without a name"),
    _members(63, "next on another origin", "not followed"),
    _members(64, "next in a circle", "ends with an error"),
    _members(65, "differences link", "only what changed, where the platform offers it"),
    _security(66, "alg none", "refused, L-SIGNATURE"),
    _security(67, "HS256 with the public key as secret", "refused, L-SIGNATURE"),
    _security(68, "kid of another registration", "refused, L-KEY"),
    _security(69, "Right signature, another tenant's iss or client_id", "refused, L-AUDIENCE"),
    _security(
        70,
        "Several audiences; azp ours, another's, absent",
        "ours second with azp ours: accepted; azp of another, or several audiences without azp: refused, L-AUDIENCE",
    ),
    _security(71, "exp, iat or nonce missing", "refused, L-CLAIMS"),
    _security(
        72,
        "iat in the future, too old, within the leeway",
        "beyond a minute in the future or eleven in the past: refused, L-CLOCK; within: accepted",
    ),
    _security(
        73,
        "Replay: same browser, another browser, parallel double post",
        "refused, L-STATE-USED or L-BROWSER; of parallel posts exactly one wins",
    ),
    _security(
        74,
        "State unknown, expired, of another browser, of another registration",
        "refused: L-STATE-UNKNOWN, L-EXPIRED, L-BROWSER, and of another registration L-NONCE or L-AUDIENCE",
    ),
    _security(
        75,
        "target_link_uri: not the login's, another host, javascript:",
        "refused, L-TARGET, at the login as well as at the launch",
    ),
    _security(76, "Unknown deployment, deployment of another tenant", "refused, L-DEPLOY"),
    _security(
        77,
        "Login by GET and POST; parameters missing; no client_id with one and with two registrations",
        "both methods work; refused, L-LOGIN; one registration is found, of two none is guessed: L-PLATFORM",
    ),
    _security(78, "The platform posts an error instead of a token", "told in words, L-AUTH-ERROR; its text is not repeated"),
    _security(
        79,
        "Key set: unknown kid, rotated, empty, HTML, 500, slow, 5 MB, redirect, private address",
        "an unknown kid is one new request; a rotated key works; trouble: refused, L-KEYS, and a key known before serves on",
    ),
    _security(80, "RSA below 2048 bits, EC key, key without alg", "refused, L-KEY; without alg RS256 is meant: accepted"),
    _security(
        81, "Huge, ambiguous and deeply nested JWT", "refused, L-TOKEN or L-CLAIMS; the last of a claim given twice counts"
    ),
    _security(82, "TestUser role", "launches as visitor: a user who does not exist follows nothing and gets no score"),
    _security(83, "Two tabs interleaved", "both arrive, each where it was going"),
    _security(
        84,
        "Dynamic registration: token reused, another's issuer, private address, no endpoint, no deployment_id, trouble",
        "refused, nothing stored: P-TOKEN, P-ISSUER, P-CONFIG, P-SILENT …; without deployment_id: told what is left to do",
    ),
    _security(
        85,
        "Platform storage: message of another origin, no answer, another value",
        "ignored; the next way is taken: a window of its own, at the launch L-STORAGE with what to do; refused, L-BROWSER",
    ),
)
"""All of them, in order."""
