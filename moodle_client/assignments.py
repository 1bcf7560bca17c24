"""Assignments: what they are, what was handed in, the grades, and writing a grade with a read-back.

``mod_assign_get_assignments``, ``…_get_submissions``, ``…_get_submission_status``, ``…_list_participants``,
``…_get_grades``, ``…_save_grade``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from moodle_client.errors import NotStored, WriteRefused
from moodle_client.functions import Function
from moodle_client.grades import Grades
from moodle_client.parameters import Value, chunks
from moodle_client.queries import Caller, Query
from moodle_client.reading import Node
from moodle_client.results import NOT_ANSWERED, Changes, Listing, Notice, seconds, since
from moodle_client.submissions import AssignmentGrade, HandIn, Participant, Submission, SubmissionStatus
from moodle_client.untrusted import UntrustedHtml

T = TypeVar("T", Submission, AssignmentGrade)

IDS_A_CALL = 50
HTML_FORMAT = 1
_TOLERANCE = 0.00001
"""Moodle keeps five decimals of a grade."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment."""

    id: int
    cm_id: int
    course_id: int
    name: str
    maximum: float | None
    """Points; None when it is graded with a scale, or not at all."""
    scale_id: int | None
    due_at: datetime | None
    opens_at: datetime | None
    cutoff_at: datetime | None
    modified_at: datetime | None
    takes_submissions: bool
    has_drafts: bool
    """Participants press a button to submit; until then what they made is a draft."""
    is_blind: bool
    """Trainers see masks instead of names; the web services give the real user ids all the same."""
    is_team: bool
    has_workflow: bool
    """Grades are released later (marking workflow)."""
    intro: UntrustedHtml

    @classmethod
    def read(cls, node: Node) -> "Assignment":
        """Read one assignment of a course."""
        grade = node.number_or_none("grade") or 0.0
        return cls(
            id=node.integer("id"),
            cm_id=node.integer("cmid"),
            course_id=node.integer("course"),
            name=node.name("name"),
            maximum=grade if grade > 0 else None,
            scale_id=int(-grade) if grade < 0 else None,
            due_at=node.moment("duedate"),
            opens_at=node.moment("allowsubmissionsfromdate"),
            cutoff_at=node.moment("cutoffdate"),
            modified_at=node.moment("timemodified"),
            takes_submissions=not node.flag("nosubmissions", default=False),
            has_drafts=node.flag("submissiondrafts", default=False),
            is_blind=node.flag("blindmarking", default=False) and not node.flag("revealidentities", default=False),
            is_team=node.flag("teamsubmission", default=False),
            has_workflow=node.flag("markingworkflow", default=False),
            intro=node.html("intro"),
        )


@dataclass(frozen=True, slots=True)
class Assignments:
    """The assignments of courses."""

    _caller: Caller = field(repr=False)

    def of_courses(self, course_ids: Sequence[int]) -> Listing[Assignment]:
        """Return the assignments of courses. A course that the account may not enter is a notice, not an error."""
        found: list[Assignment] = []
        notices: list[Notice] = []
        for piece in chunks(course_ids, IDS_A_CALL):
            listing = self._caller.ask(_courses_query(piece))
            found.extend(listing.items)
            notices.extend(listing.notices)
        return Listing(tuple(found), tuple(notices))

    def query(self, course_id: int) -> Query[Listing[Assignment]]:
        """Prepare `of_courses` of one course, to be made with others in a batch."""
        return _courses_query([course_id])

    def submissions(
        self,
        assignment_ids: Sequence[int],
        *,
        status: SubmissionStatus | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> Listing[Submission]:
        """Return the latest submission of everybody who has one.

        Args:
            assignment_ids: the assignments.
            status: only those in this state.
            after: only those changed at this moment or later.
            before: only those changed at this moment or earlier.
        """
        params: dict[str, Value] = {"status": status.value} if status else {}
        params |= {"since": seconds(after)} if after else {}
        params |= {"before": seconds(before)} if before else {}
        return self._rows(Function.SUBMISSIONS, assignment_ids, params, "submissions", Submission.read)

    def changed_submissions(self, assignment_ids: Sequence[int], mark: datetime | None) -> Changes[Submission]:
        """Return what was handed in or changed since the mark of last time; None returns everything."""
        rows = self._rows(Function.SUBMISSIONS, assignment_ids, _from(mark), "submissions", Submission.read)
        return _changes(rows, mark)

    def submissions_query(self, assignment_id: int, mark: datetime | None) -> Query[Changes[Submission]]:
        """Prepare `changed_submissions` of one assignment, to be made with others in a batch."""
        return _changes_query(Function.SUBMISSIONS, assignment_id, mark, "submissions", Submission.read)

    def grades(self, assignment_ids: Sequence[int], *, after: datetime | None = None) -> Listing[AssignmentGrade]:
        """Return the grades of all attempts, or those changed at a moment or later."""
        params: dict[str, Value] = {"since": seconds(after)} if after else {}
        return self._rows(Function.ASSIGNMENT_GRADES, assignment_ids, params, "grades", AssignmentGrade.read)

    def changed_grades(self, assignment_ids: Sequence[int], mark: datetime | None) -> Changes[AssignmentGrade]:
        """Return what was graded or changed since the mark of last time; None returns everything."""
        rows = self._rows(Function.ASSIGNMENT_GRADES, assignment_ids, _from(mark), "grades", AssignmentGrade.read)
        return _changes(rows, mark)

    def grades_query(self, assignment_id: int, mark: datetime | None) -> Query[Changes[AssignmentGrade]]:
        """Prepare `changed_grades` of one assignment, to be made with others in a batch."""
        return _changes_query(Function.ASSIGNMENT_GRADES, assignment_id, mark, "grades", AssignmentGrade.read)

    def hand_in_query(self, assignment_id: int, user_id: int) -> Query[HandIn]:
        """Prepare `hand_in`, to be made with others in a batch."""
        return Query(
            Function.SUBMISSION_STATUS,
            {"assignid": assignment_id, "userid": user_id},
            lambda node: HandIn.read(node, assignment_id),
        )

    def hand_in(self, assignment_id: int, user_id: int) -> HandIn:
        """Return one participant's submission with its feedback.

        Moodle makes an empty submission (status NEW) for a participant who has none, just because one asks.

        Raises:
            NotAllowed: the account lacks mod/assign:viewgrades, or the user does not take part.
        """
        return self._caller.ask(self.hand_in_query(assignment_id, user_id))

    def participants(self, assignment_id: int, *, group_id: int = 0) -> tuple[Participant, ...]:
        """Return everybody who may hand in, in one request; of a group, if given."""
        return self._caller.ask(self._participants(assignment_id, group_id))

    def iter_participants(self, assignment_id: int, *, group_id: int = 0, page_size: int = 500) -> Iterator[Participant]:
        """Yield everybody who may hand in, a page at a time. The end is a page without anybody."""
        seen: set[int] = set()
        start = 0
        while page := self._caller.ask(self._participants(assignment_id, group_id, (start, page_size))):
            for participant in page:
                if participant.user_id not in seen:
                    seen.add(participant.user_id)
                    yield participant
            start += page_size

    def save_grade(
        self,
        assignment: Assignment,
        user_id: int,
        grade: float | None,
        *,
        feedback_html: str | None = None,
        workflow_state: str = "",
    ) -> AssignmentGrade:
        """Write the grade of a participant's latest attempt, and return what Moodle then holds.

        Moodle answers nothing, takes grades for people who do not take part, and stores "no grade" for what is out of
        range, over the grade that was there: all that is looked at before, and the grade is read back after.

        Args:
            assignment: the assignment.
            user_id: the participant.
            grade: points, or the number of a word of the scale counted from 1; None takes the grade away.
            feedback_html: the feedback comment; None sends none. It is not read back: Moodle cleans it.
            workflow_state: with a marking workflow, the state to set ("released").

        Raises:
            WriteRefused: Moodle would store something else.
            NotStored: Moodle holds another grade afterwards.
            NotAllowed: the account lacks mod/assign:grade.
            Unreachable, Unavailable: see `uncertain` on them.
        """
        self._check_grade(assignment, user_id, grade)
        params: dict[str, Value] = {
            "assignmentid": assignment.id,
            "userid": user_id,
            "grade": -1 if grade is None else grade,
            "attemptnumber": -1,
            "addattempt": False,
            "workflowstate": workflow_state,
            "applytoall": False,
        }
        if feedback_html is not None:
            params["plugindata"] = {"assignfeedbackcomments_editor": {"text": feedback_html, "format": HTML_FORMAT}}
        self._caller.call(Function.SAVE_GRADE, params, read=False)
        stored = [row for row in self.grades([assignment.id]) if row.user_id == user_id]
        latest = max(stored, key=lambda row: row.attempt, default=None)
        if latest is None or not _same(latest.grade, grade):
            raise NotStored("the grade is another", function=Function.SAVE_GRADE)
        return latest

    def _check_grade(self, assignment: Assignment, user_id: int, grade: float | None) -> None:
        def refused(why: str) -> WriteRefused:
            return WriteRefused(why, function=Function.SAVE_GRADE)

        if all(one.user_id != user_id for one in self.participants(assignment.id)):
            raise refused("the user does not take part in the assignment")
        if grade is None:
            return
        if assignment.maximum is not None:
            if not 0 <= grade <= assignment.maximum:
                raise refused(f"the grade must lie between 0 and {assignment.maximum:g}")
        elif assignment.scale_id is not None:
            words = self._words_of_scale(assignment, user_id)
            if grade != int(grade) or not 1 <= grade <= words:
                raise refused(f"the scale has the values 1 to {words}")
        else:
            raise refused("the assignment is not graded")

    def _words_of_scale(self, assignment: Assignment, user_id: int) -> int:
        report = Grades(self._caller).of_user(assignment.course_id, user_id)
        entries = report.entries if report else ()
        return next((int(one.maximum or 0) for one in entries if one.cm_id == assignment.cm_id), 0)

    def _rows(
        self,
        function: Function,
        assignment_ids: Sequence[int],
        params: dict[str, Value],
        key: str,
        read: Callable[[Node, int], T],
    ) -> Listing[T]:
        found: list[T] = []
        notices: list[Notice] = []
        for piece in chunks(assignment_ids, IDS_A_CALL):
            listing = self._caller.ask(_rows_query(function, piece, params, key, read))
            found.extend(listing.items)
            notices.extend(listing.notices)
        return Listing(tuple(found), tuple(notices))

    @staticmethod
    def _participants(
        assignment_id: int, group_id: int, page: tuple[int, int] | None = None
    ) -> Query[tuple[Participant, ...]]:
        params: dict[str, Value] = {"assignid": assignment_id, "groupid": group_id, "filter": ""}
        if page:
            params |= {"skip": page[0], "limit": page[1]}
        params["onlyids"] = True
        return Query(Function.PARTICIPANTS, params, lambda node: tuple(Participant.read(one) for one in node.items()))


def _courses_query(course_ids: Sequence[int]) -> Query[Listing[Assignment]]:
    # Without includenotenrolledcourses an account that is not enrolled gets nothing.
    params: dict[str, Value] = {"courseids": course_ids, "includenotenrolledcourses": True}

    def listing(node: Node) -> Listing[Assignment]:
        courses = node.each("courses", lambda course: course.each("assignments", Assignment.read))
        return Listing(tuple(one for course in courses for one in course), node.each("warnings", Notice.read))

    return Query(Function.ASSIGNMENTS, params, listing)


def _rows_query(
    function: Function,
    assignment_ids: Sequence[int],
    params: Mapping[str, Value],
    key: str,
    read: Callable[[Node, int], T],
) -> Query[Listing[T]]:
    def of_assignment(node: Node) -> tuple[int, tuple[T, ...]]:
        assignment_id = node.integer("assignmentid")
        return assignment_id, node.each(key, lambda row: read(row, assignment_id))

    def listing(node: Node) -> Listing[T]:
        answered, notices = node.each("assignments", of_assignment), node.each("warnings", Notice.read)
        told = {assignment_id for assignment_id, _ in answered} | {notice.item_id for notice in notices}
        silent = tuple(Notice("assignment", one, NOT_ANSWERED, "") for one in assignment_ids if one not in told)
        return Listing(tuple(row for _, rows in answered for row in rows), notices + silent)

    return Query(function, {"assignmentids": assignment_ids, **params}, listing)


def _changes_query(
    function: Function, assignment_id: int, mark: datetime | None, key: str, read: Callable[[Node, int], T]
) -> Query[Changes[T]]:
    rows = _rows_query(function, [assignment_id], _from(mark), key, read)
    return Query(rows.function, rows.params, lambda node: _changes(rows.read(node), mark))


def _from(mark: datetime | None) -> dict[str, Value]:
    start = since(mark)
    return {"since": start} if start else {}


def _changes(rows: Listing[T], mark: datetime | None) -> Changes[T]:
    if not rows.concerns:
        moments = (mark, *(row.modified_at for row in rows))
        mark = max((moment for moment in moments if moment is not None), default=None)
    return Changes(rows.items, rows.notices, mark)


def _same(stored: float | None, wanted: float | None) -> bool:
    if stored is None or wanted is None:
        return stored is wanted
    return abs(stored - wanted) <= _TOLERANCE
