"""The errors of this package; each says what happened and who can solve it.

::

    MoodleError
    ├── SiteError                    the site did not answer as a Moodle does
    │   ├── Unreachable              no connection, no answer in time, connection lost     (passes; site administrator)
    │   ├── Unavailable              the server answered 429 or 5xx                        (passes; site administrator)
    │   │   └── MaintenanceMode      the site is being maintained                          (passes)
    │   ├── SiteBusy                 our own limit of requests at once stayed full         (developer)
    │   ├── WrongAddress             a redirect, or no Moodle at this address              (operator)
    │   └── BadAnswer                an answer that we cannot use                          (site administrator)
    │       ├── NotJson              a page or XML instead of JSON
    │       ├── UnexpectedAnswer     JSON of another shape than Moodle's functions have
    │       └── AnswerTooLarge       more than the client wants to hold in memory          (developer)
    ├── Refusal                      Moodle answered that it will not; its errorcode says why
    │   ├── AuthError                the token or its account is not accepted              (site administrator)
    │   ├── NotAllowed               the account lacks a capability, or may not enter      (site administrator)
    │   ├── NotFound                 no such course, activity, user or file                (teacher)
    │   │   └── NotEnrolled          the user is not (or no longer actively) in the course (teacher)
    │   ├── NotSetUp                 the course or activity does not offer this            (teacher)
    │   ├── InvalidParameter         Moodle does not accept the arguments                  (developer)
    │   ├── FunctionUnavailable      the function is not in the token's service            (site administrator)
    │   │   └── WebServicesOff       web services or REST are switched off                 (site administrator)
    │   └── FunctionFailed           any other errorcode                                   (site administrator)
    ├── WriteError                   a grade or completion was not stored
    │   ├── WriteRefused             we did not send it: Moodle would store nonsense       (developer)
    │   └── NotStored                read back, Moodle holds something else                (teacher)
    └── DownloadError                a file was not fetched
        ├── FileRefused              it is not a file of this site                         (developer)
        └── FileTooLarge             it is larger than the cap                             (operator)

No error holds a token, a name, what was sent, or Moodle's own message (with debugging on, it repeats what was sent).
"""

from enum import StrEnum


class Who(StrEnum):
    """Who can solve it."""

    TIME = "nobody: it passes"
    SITE_ADMIN = "the administrator of the Moodle site"
    TEACHER = "a teacher of the course"
    OPERATOR = "whoever set the address, the token or the limits of this client"
    DEVELOPER = "whoever wrote the call"


class MoodleError(Exception):
    """Base of all errors of this package.

    Args:
        detail: what this case adds, one line.
        function: the web service function, or the place that was called.
        errorcode: Moodle's own errorcode.
        status: the HTTP status, where it says more than 200.
        who: who can solve it; the class's own by default.
        advice: what to do; the class's own by default.
    """

    summary = "something went wrong"
    who: Who = Who.DEVELOPER
    advice = ""

    def __init__(
        self,
        detail: str = "",
        *,
        function: str | None = None,
        errorcode: str | None = None,
        status: int | None = None,
        who: Who | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = " ".join(detail.split())
        self.function = function
        self.errorcode = errorcode
        self.status = status
        if who is not None:
            self.who = who
        if advice is not None:
            self.advice = advice

    def __str__(self) -> str:
        where = f"{self.function}: " if self.function else ""
        code = f" ({self.errorcode})" if self.errorcode else ""
        detail = f": {self.detail}" if self.detail else ""
        advice = f". {self.advice}" if self.advice else ""
        return f"{where}{self.summary}{code}{detail}{advice}"


class SiteError(MoodleError):
    """The site did not answer as a Moodle does.

    `uncertain` is true when the call was a write that may have been carried out all the same: read back before you
    repeat it.
    """

    summary = "the site did not answer as a Moodle does"
    who = Who.SITE_ADMIN
    uncertain = False


class Unreachable(SiteError):
    """No connection, no answer in time, or the connection was lost. Reads have been retried.

    Args:
        timed_out: the server was reached, but did not answer in time.
        transient: trying again may help.
    """

    summary = "the site cannot be reached"
    who = Who.TIME
    advice = "Try again later; if it stays, ask the administrator of the site"

    def __init__(
        self, detail: str = "", *, function: str | None = None, timed_out: bool = False, transient: bool = True
    ) -> None:
        super().__init__(detail, function=function, who=None if transient else Who.SITE_ADMIN)
        self.timed_out = timed_out
        self.transient = transient


class Unavailable(SiteError):
    """The server answered 429 or 5xx. Reads have been retried where that may help (429, 502, 503, 504).

    Args:
        retry_after: seconds that the server asked to wait, when it did.
    """

    summary = "the site is not available at the moment"
    who = Who.TIME
    advice = "Try again later; if it stays, ask the administrator of the site"

    def __init__(
        self,
        detail: str = "",
        *,
        function: str | None = None,
        errorcode: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail, function=function, errorcode=errorcode, status=status)
        self.retry_after = retry_after

    @property
    def transient(self) -> bool:
        """Whether trying again within the same call may help."""
        return self.status in (429, 502, 503, 504)


class MaintenanceMode(Unavailable):
    """The site is being maintained (errorcode sitemaintenance, or 503 with a page)."""

    summary = "the site is being maintained"
    advice = "Try again when the maintenance is over"


class SiteBusy(SiteError):
    """As many requests as may run at once on this site were running all the time that we waited."""

    summary = "too many requests to this site at once"
    who = Who.DEVELOPER
    advice = "Close downloads that are still open, or make fewer calls side by side"


class WrongAddress(SiteError):
    """There is no Moodle at this address, or it sends us elsewhere."""

    summary = "there is no Moodle at this address"
    who = Who.OPERATOR
    advice = "Use the address that people see in their browser on the site's front page"


class BadAnswer(SiteError):
    """An answer that we cannot use."""

    summary = "the answer cannot be used"


class NotJson(BadAnswer):
    """A page, XML or half an answer instead of JSON."""

    summary = "the answer is not JSON"
    advice = "Check the address; on the site, the display of debug messages must be off"


class UnexpectedAnswer(BadAnswer):
    """JSON of another shape than Moodle's functions have. The detail names the place, never the value."""

    summary = "the answer has an unexpected shape"
    advice = "The site may run a Moodle that this client does not know"


class AnswerTooLarge(BadAnswer):
    """More than the client wants to hold in memory."""

    summary = "the answer is too large"
    who = Who.DEVELOPER
    advice = "Ask for less at once: a page, fewer fields, fewer ids"


class Refusal(MoodleError):
    """Moodle answered that it will not; `errorcode` says why."""

    summary = "Moodle refused"


class AuthError(Refusal):
    """The token, its account or its service is not accepted."""

    summary = "Moodle does not accept the token"
    who = Who.SITE_ADMIN
    advice = "Ask the administrator of the site to check the token, its account and its service"


class NotAllowed(Refusal):
    """The account lacks a capability, or may not enter the course or activity.

    `capability` is what Moodle calls the missing capability, in the language of the site, when it says so.
    """

    summary = "the token's account may not do this"
    who = Who.SITE_ADMIN
    advice = "Give the token's account the capability in this course, or enrol it there"
    capability: str | None = None


class NotFound(Refusal):
    """No such course, activity, user or file, or none that the account may know of."""

    summary = "not found"
    who = Who.TEACHER
    advice = "It may have been deleted"


class NotEnrolled(NotFound):
    """The user is not in the course, or is suspended in it."""

    summary = "the user is not an active participant of the course"
    advice = "Enrol the user in the course, or lift the suspension"


class NotSetUp(Refusal):
    """The course or the activity does not offer what was asked (no completion criteria, no manual completion)."""

    summary = "the course is not set up for this"
    who = Who.TEACHER
    advice = "Change the completion settings of the course or the activity"


class InvalidParameter(Refusal):
    """Moodle does not accept the arguments: one too many, one missing, or of another type."""

    summary = "Moodle does not accept the arguments"


class FunctionUnavailable(Refusal):
    """The function is not in the token's service, or this Moodle does not have it."""

    summary = "the function is not in the token's service"
    who = Who.SITE_ADMIN
    advice = "Add it: Site administration, Server, Web services, External services, Functions"


class WebServicesOff(FunctionUnavailable):
    """Web services or the REST protocol are switched off (403 with an empty page)."""

    summary = "web services are switched off"
    advice = "Switch them on: Site administration, Server, Web services: enable web services, and the REST protocol"


class FunctionFailed(Refusal):
    """Any other errorcode."""

    summary = "Moodle could not do it"
    who = Who.SITE_ADMIN


class WriteError(MoodleError):
    """A grade or a completion was not stored."""

    summary = "not stored"


class WriteRefused(WriteError):
    """We did not send it, because Moodle would silently store something else."""

    summary = "not sent"


class NotStored(WriteError):
    """It was sent and accepted, but read back Moodle holds something else."""

    summary = "Moodle accepted it but holds something else"
    who = Who.TEACHER
    advice = "Check the activity's grading and completion settings"


class DownloadError(MoodleError):
    """A file was not fetched."""

    summary = "the file was not fetched"


class FileRefused(DownloadError):
    """It is not a file of this site: the token is not sent there."""

    summary = "this is not a file of the site"


class FileTooLarge(DownloadError):
    """It is larger than the cap."""

    summary = "the file is too large"
    who = Who.OPERATOR
    advice = "Raise the cap, or open the file in Moodle"
