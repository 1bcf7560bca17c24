"""What can be wrong with a connected Moodle: the codes that rows keep, and from the client's errors to them."""

from moodle_client import (
    AuthError,
    BadAnswer,
    DownloadError,
    FileTooLarge,
    FunctionUnavailable,
    MaintenanceMode,
    MoodleError,
    NotAllowed,
    NotFound,
    NotSetUp,
    SiteBusy,
    SiteError,
    WebServicesOff,
    WriteError,
    WrongAddress,
)

TOKEN_REFUSED = "token-refused"  # noqa: S105
"""The token was revoked or has expired, or its account is suspended."""
SERVICES_OFF = "services-off"
"""Web services, or their REST protocol, are switched off."""
FUNCTION_MISSING = "function-missing"
"""The token's service lacks a function."""
NOT_ALLOWED = "not-allowed"
"""The account lacks a capability, or may not enter the course."""
COURSE_GONE = "course-gone"
"""There is no such course (any more)."""
NOT_SET_UP = "not-set-up"
"""The course or activity does not offer what was asked."""
MAINTENANCE = "maintenance"
"""The site is being maintained; it passes."""
UNREACHABLE = "unreachable"
"""The site does not answer, or not as a Moodle does; it is tried again by itself."""
WRONG_ADDRESS = "wrong-address"
"""There is no Moodle at this address, or it is another one."""
ADDRESS = "address"
"""We do not call this address."""
FILE_TOO_LARGE = "file-too-large"
FILE_REFUSED = "file-refused"
FILE_GONE = "file-gone"
"""Moodle does not have the file any more."""
FILE_INFECTED = "file-infected"
"""The virus scanner finds something harmful in it."""
FILE_REPLACED = "file-replaced"
"""Another file has taken its place in Moodle."""
NOT_STORED = "not-stored"
"""Moodle was told, and holds something else; or it would store something else, and was not told."""
CHANGED_THERE = "changed-there"
"""Somebody gave another grade there, or undid the completion. It is shown, not overwritten."""
KEPT_THERE = "kept-there"
"""The same, and a trainer lets that count."""
NOT_CONNECTED = "not-connected"
"""The platform has no token here (any more)."""
PLATFORM_DISABLED = "platform-disabled"
"""The platform was switched off here."""
INTERNAL = "internal"
"""Our own mistake; the log says which."""

PASSES = frozenset({MAINTENANCE, UNREACHABLE})
"""Problems that pass without anybody doing anything."""
OF_THE_SITE = frozenset({TOKEN_REFUSED, SERVICES_OFF, FUNCTION_MISSING, WRONG_ADDRESS, ADDRESS})
"""Problems that all courses of a site have."""
FOR_SOMEBODY = frozenset({NOT_SET_UP, NOT_STORED, CHANGED_THERE, COURSE_GONE, INTERNAL})
"""What becomes of a write when Moodle will not take it as it is: it is not tried again until somebody says so."""
PARTIAL = frozenset({FUNCTION_MISSING, NOT_ALLOWED, COURSE_GONE, NOT_SET_UP})
"""Problems with which the rest of a course can be read all the same."""

_KINDS: tuple[tuple[type[MoodleError], str], ...] = (
    (AuthError, TOKEN_REFUSED),
    (WebServicesOff, SERVICES_OFF),
    (FunctionUnavailable, FUNCTION_MISSING),
    (NotAllowed, NOT_ALLOWED),
    (NotFound, COURSE_GONE),
    (NotSetUp, NOT_SET_UP),
    (FileTooLarge, FILE_TOO_LARGE),
    (DownloadError, FILE_REFUSED),
    (WriteError, NOT_STORED),
    (MaintenanceMode, MAINTENANCE),
    (WrongAddress, WRONG_ADDRESS),
    (SiteBusy, UNREACHABLE),
    (BadAnswer, UNREACHABLE),
    (SiteError, UNREACHABLE),
)


def code_of(error: MoodleError) -> str:
    """Return the code of what an error means; of kinds that are one within another, the innermost."""
    return next((code for kind, code in _KINDS if isinstance(error, kind)), INTERNAL)
