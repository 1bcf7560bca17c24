"""Completion of activities and courses, read for everybody in a few requests, and overridden with a read-back.

``core_completion_get_activities_completion_status``, ``core_completion_get_course_completion_status``,
``core_completion_override_activity_completion_status``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import tee

from moodle_client.courses import TRACKING_NUMBERS, Tracking
from moodle_client.errors import NotStored, WriteRefused
from moodle_client.functions import Function
from moodle_client.queries import Caller, Outcome, Query
from moodle_client.reading import Node
from moodle_client.untrusted import UntrustedHtml


class CompletionState(StrEnum):
    """How far a participant is with an activity."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    PASSED = "passed"
    FAILED = "failed"
    FAILED_HIDDEN = "failed_hidden"
    """Failed, by a grade that the participant does not see yet."""

    @property
    def is_complete(self) -> bool:
        """Complete, with or without a passing grade. A failed attempt is none."""
        return self in (CompletionState.COMPLETE, CompletionState.PASSED)


STATE_NUMBERS = {
    0: CompletionState.INCOMPLETE,
    1: CompletionState.COMPLETE,
    2: CompletionState.PASSED,
    3: CompletionState.FAILED,
    4: CompletionState.FAILED_HIDDEN,
}


@dataclass(frozen=True, slots=True)
class ActivityCompletion:
    """How far one participant is with one activity."""

    cm_id: int
    kind: str
    instance_id: int
    state: CompletionState
    completed_at: datetime | None
    """When the state last changed; also set on an activity that was complete and no longer is."""
    tracking: Tracking
    overridden_by: int | None
    """The user who set the state by hand."""
    user_tracked: bool
    """Whether completion counts for this user. False for teachers, and for people who are not in the course: all their
    activities say incomplete."""
    user_visible: bool

    @classmethod
    def read(cls, node: Node) -> "ActivityCompletion":
        """Read one of the statuses."""
        return cls(
            cm_id=node.integer("cmid"),
            kind=node.text("modname"),
            instance_id=node.integer("instance"),
            state=node.choice("state", CompletionState, STATE_NUMBERS),
            completed_at=node.moment("timecompleted"),
            tracking=node.choice("tracking", Tracking, TRACKING_NUMBERS),
            overridden_by=node.id_or_none("overrideby"),
            user_tracked=node.flag("istrackeduser", default=True),
            user_visible=node.flag("uservisible", default=True),
        )


Activities = tuple[ActivityCompletion, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the criteria for completing a course."""

    title: str
    complete: bool
    completed_at: datetime | None
    criterion: UntrustedHtml
    """What has to be done, often a link to the activity."""

    @classmethod
    def read(cls, node: Node) -> "Criterion":
        """Read one of the completions."""
        return cls(
            title=node.name("title"),
            complete=node.flag("complete"),
            completed_at=node.moment("timecompleted"),
            criterion=node.at("details").html("criteria"),
        )


@dataclass(frozen=True, slots=True)
class CourseCompletion:
    """Whether one participant has completed a course."""

    completed: bool
    criteria: tuple[Criterion, ...]

    @classmethod
    def read(cls, node: Node) -> "CourseCompletion":
        """Read the function's answer."""
        status = node.at("completionstatus")
        return cls(status.flag("completed"), status.each("completions", Criterion.read))


@dataclass(frozen=True, slots=True)
class Completion:
    """Completion of activities and courses."""

    _caller: Caller = field(repr=False)

    def query(self, course_id: int, user_id: int) -> Query[Activities]:
        """Prepare `activities`, to be made with others in a batch."""
        return Query(
            Function.ACTIVITIES_COMPLETION,
            {"courseid": course_id, "userid": user_id},
            lambda node: node.each("statuses", ActivityCompletion.read),
        )

    def activities(self, course_id: int, user_id: int) -> Activities:
        """Return how far a participant is with every activity that has completion and that the account may view.

        Raises:
            NotFound: no such course or user.
            NotAllowed: the account lacks report/progress:view in the course.
        """
        return self._caller.ask(self.query(course_id, user_id))

    def of_users(self, course_id: int, user_ids: Iterable[int]) -> Iterator[tuple[int, Outcome[Activities]]]:
        """Yield how far each of these participants is, many in one request, whoever cannot be read among them."""
        ids, again = tee(user_ids)
        outcomes = self._caller.iter_batch(self.query(course_id, user_id) for user_id in again)
        return zip(ids, outcomes, strict=True)

    def course_query(self, course_id: int, user_id: int) -> Query[CourseCompletion]:
        """Prepare `course`, to be made with others in a batch."""
        return Query(Function.COURSE_COMPLETION, {"courseid": course_id, "userid": user_id}, CourseCompletion.read)

    def course(self, course_id: int, user_id: int) -> CourseCompletion:
        """Return whether a participant has completed the course.

        Raises:
            NotSetUp: the course has no completion criteria.
            NotEnrolled: the user is not in the course, or is suspended in it.
            NotAllowed: the account lacks report/completion:view.
        """
        return self._caller.ask(self.course_query(course_id, user_id))

    def override(self, course_id: int, cm_id: int, user_id: int, *, complete: bool) -> ActivityCompletion:
        """Set an activity complete or incomplete for a participant, and return what Moodle then holds.

        Moodle also accepts this for people who are not in the course, and for activities without completion, where it
        changes nothing: that is looked at before, and read back after.

        Raises:
            WriteRefused: the user does not take part, or the activity has no completion (or is not visible to us).
            NotStored: Moodle holds another state afterwards.
            NotAllowed: the account lacks moodle/course:overridecompletion.
            Unreachable, Unavailable: see `uncertain` on them.
        """
        before = self._one(course_id, cm_id, user_id)
        if before is None:
            raise WriteRefused("the activity has no completion", function=Function.OVERRIDE_COMPLETION)
        if not before.user_tracked:
            raise WriteRefused("completion does not count for this user", function=Function.OVERRIDE_COMPLETION)
        wanted = {"userid": user_id, "cmid": cm_id, "newstate": int(complete)}
        self._caller.call(Function.OVERRIDE_COMPLETION, wanted, read=False)
        after = self._one(course_id, cm_id, user_id)
        if after is None or after.state.is_complete != complete:
            raise NotStored("the state is another", function=Function.OVERRIDE_COMPLETION)
        return after

    def mark_own(self, cm_id: int, *, complete: bool) -> bool:
        """Mark an activity done or not for the token's own account; return whether Moodle says that it changed it.

        Raises:
            NotSetUp: participants do not mark this activity themselves.
        """
        answer = self._caller.call(Function.MARK_OWN_COMPLETION, {"cmid": cm_id, "completed": complete}, read=False)
        return Node(answer, Function.MARK_OWN_COMPLETION).flag("status")

    def _one(self, course_id: int, cm_id: int, user_id: int) -> ActivityCompletion | None:
        return next((one for one in self.activities(course_id, user_id) if one.cm_id == cm_id), None)
