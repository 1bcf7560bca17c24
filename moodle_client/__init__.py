"""A typed client for Moodle's web services that stands on its own: `requests` and the standard library.

>>> from moodle_client import MoodleClient                                  # doctest: +SKIP
>>> with MoodleClient("https://moodle.example.org", token) as moodle:       # doctest: +SKIP
...     for user_id, outcome in moodle.completion.of_users(2, [9, 10]):
...         print(user_id, outcome.get())

Results are frozen and typed: times are aware and in UTC, 0 and -1 become None, HTML is marked as untrusted. Errors are
drawn as a tree in `moodle_client.errors`.
"""

from moodle_client.assignments import Assignment
from moodle_client.checking import Finding, Lack, Report, check
from moodle_client.client import MoodleClient
from moodle_client.completion import ActivityCompletion, CompletionState, CourseCompletion, Criterion
from moodle_client.courses import Activity, Course, CourseKey, Section, Tracking, Update
from moodle_client.errors import (
    AnswerTooLarge,
    AuthError,
    BadAnswer,
    DownloadError,
    FileRefused,
    FileTooLarge,
    FunctionFailed,
    FunctionUnavailable,
    InvalidParameter,
    MaintenanceMode,
    MoodleError,
    NotAllowed,
    NotEnrolled,
    NotFound,
    NotJson,
    NotSetUp,
    NotStored,
    Refusal,
    SiteBusy,
    SiteError,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
    WebServicesOff,
    Who,
    WriteError,
    WriteRefused,
    WrongAddress,
)
from moodle_client.files import Download, RemoteFile
from moodle_client.functions import USES, Function, Need, Use
from moodle_client.gate import SiteGate
from moodle_client.grades import GradeColumn, GradeEntry, UserGrades
from moodle_client.queries import Outcome, Query
from moodle_client.results import Changes, Listing, Notice
from moodle_client.retries import NO_RETRIES, RetryPolicy
from moodle_client.site import SiteInfo
from moodle_client.submissions import (
    AssignmentGrade,
    Feedback,
    GradingStatus,
    HandIn,
    Participant,
    Submission,
    SubmissionStatus,
)
from moodle_client.transport import Manners
from moodle_client.untrusted import UntrustedHtml
from moodle_client.users import Badge, EnrolmentStatus, Group, User, UserKey
from moodle_client.version import __version__

__all__ = [
    "NO_RETRIES",
    "USES",
    "Activity",
    "ActivityCompletion",
    "AnswerTooLarge",
    "Assignment",
    "AssignmentGrade",
    "AuthError",
    "BadAnswer",
    "Badge",
    "Changes",
    "CompletionState",
    "Course",
    "CourseCompletion",
    "CourseKey",
    "Criterion",
    "Download",
    "DownloadError",
    "EnrolmentStatus",
    "Feedback",
    "FileRefused",
    "FileTooLarge",
    "Finding",
    "Function",
    "FunctionFailed",
    "FunctionUnavailable",
    "GradeColumn",
    "GradeEntry",
    "GradingStatus",
    "Group",
    "HandIn",
    "InvalidParameter",
    "Lack",
    "Listing",
    "MaintenanceMode",
    "Manners",
    "MoodleClient",
    "MoodleError",
    "Need",
    "NotAllowed",
    "NotEnrolled",
    "NotFound",
    "NotJson",
    "NotSetUp",
    "NotStored",
    "Notice",
    "Outcome",
    "Participant",
    "Query",
    "Refusal",
    "RemoteFile",
    "Report",
    "RetryPolicy",
    "Section",
    "SiteBusy",
    "SiteError",
    "SiteGate",
    "SiteInfo",
    "Submission",
    "SubmissionStatus",
    "Tracking",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
    "UntrustedHtml",
    "Update",
    "Use",
    "User",
    "UserGrades",
    "UserKey",
    "WebServicesOff",
    "Who",
    "WriteError",
    "WriteRefused",
    "WrongAddress",
    "__version__",
    "check",
]
