"""Reading a course: who is in it, in one request; and everything else in one batch.

For 30 participants of 8 activities that is 2 requests, for 120 it is 3. Nothing but facts is kept of an answer, and the
news of an activity are handed on as soon as all that bears on them is known, so that a course of thousands fits in little
memory. What fails is remembered, and all that did not fail is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from lti_tool.moodle.facts import NOT_HANDED_IN, Claim, Completed, Graded, Handed, MappingNews, MappingRead, News
from lti_tool.moodle.problems import FUNCTION_MISSING, NOT_ALLOWED, code_of
from lti_tool.moodle.states import ActivityState
from mappings.activities import Counts
from moodle_client import (
    ActivityCompletion,
    Assignment,
    AssignmentGrade,
    AuthError,
    Changes,
    EnrolmentStatus,
    FunctionUnavailable,
    GradingStatus,
    Listing,
    MoodleClient,
    NotAllowed,
    Outcome,
    Query,
    Refusal,
    Section,
    SiteError,
    Submission,
    User,
    UserGrades,
)
from moodle_client.results import NOT_ANSWERED

STAFF = frozenset({"editingteacher", "teacher", "manager", "coursecreator"})
"""Moodle's own short names of the roles whose holders hand nothing in."""
WHOLE_UP_TO = 200
"""In a course of so many, what was handed in is read whole where it counts once it is graded or complete: then a new
version is read in the same batch."""
UNREADABLE_AGAIN = timedelta(days=1)
FRUITLESS = 3
"""After so many users in a row of whom the account may not know something, the others are not asked about."""


class _Kind(Enum):
    SUSPENDED = auto()
    CONTENTS = auto()
    ASSIGNMENTS = auto()
    COMPLETION = auto()
    GRADEBOOK = auto()
    GRADES = auto()
    SUBMISSIONS = auto()


@dataclass(frozen=True)
class _Ask:
    kind: _Kind
    key: int
    """The user, or the assignment."""
    query: Query[Any]


class CourseReading:
    """One reading of a course. Iterate over `news` once; then the rest is known.

    Args:
        client: of the course's Moodle.
        claim: the course, its mappings, and what the last reading left.
        now: the moment of this reading.
    """

    def __init__(self, client: MoodleClient, claim: Claim, now: datetime) -> None:
        self._client = client
        self._claim = claim
        self._now = now
        self._groups: dict[int, frozenset[int]] = {}
        self._participants = 0
        self._suspended: frozenset[int] | None = None
        self._untracked: set[int] = set()
        self._completions: dict[int, dict[int, Completed]] = {}
        self._gradebook: dict[int, dict[int, Graded]] = {}
        self._assignments: dict[int, Assignment] = {}
        self._grades: dict[int, Changes[AssignmentGrade]] = {}
        self._unreadable: set[int] = set()
        self._asks_unreadable = claim.marks.unreadable_at is None or now - claim.marks.unreadable_at >= UNREADABLE_AGAIN
        self.marks = claim.marks
        self.problem: str | None = None
        """Code of the worst that went wrong; None: all was read."""
        self.states: dict[str, ActivityState] = {}
        """Of the mapped activities, by the mapping's id; one that is missing is not known this time."""
        self.titles: dict[str, str] = {}
        """Of the mapped activities, by the mapping's id."""
        self.maxima: dict[int, float | None] = {}
        """The most points that an activity gives, by its cm id, where it was told."""

    def left(self, user_id: int) -> bool:
        """Return whether somebody is no (active) participant of the course any more, as far as Moodle tells us."""
        if user_id not in self._groups:
            return True
        return user_id in (self._untracked if self._suspended is None else self._suspended)

    def news(self) -> Iterator[MappingNews]:
        """Read, and yield the news of each activity. No transaction may be open while it reads.

        Raises:
            MoodleError: the course cannot be read at all.
        """
        fields = ("id", "roles", "groups")
        people = self._client.users.enrolled(self._claim.moodle_id, fields=fields)
        self._groups = {user.id: frozenset(group.id for group in user.groups) for user in people}
        users = [user.id for user in people if not _is_staff(user)]
        self._participants = len(users)
        for ask, outcome in self._asked(self._plan(users)):
            if self._take(ask, outcome) and ask.kind is _Kind.SUBMISSIONS:
                yield from self._of_assignment(ask.key, outcome.get())
        for mapping in self._claim.mappings:
            if not mapping.is_assign:
                yield self._of_activity(mapping)
        self._conclude()

    def _plan(self, users: Sequence[int]) -> Sequence[_Ask]:
        claim, client = self._claim, self._client
        course = claim.moodle_id
        assigns = {mapping.instance_id: None for mapping in claim.mappings if mapping.is_assign}
        suspended = _Ask(
            _Kind.SUSPENDED, 0, client.users.enrolled_query(course, status=EnrolmentStatus.SUSPENDED, fields=("id",))
        )
        plan = [suspended] if claim.marks.sees_suspended else []
        plan.append(_Ask(_Kind.CONTENTS, 0, client.courses.contents_query(course)))
        if assigns:
            plan.append(_Ask(_Kind.ASSIGNMENTS, 0, client.assignments.query(course)))
        plan += self._plan_of_users(users)
        for key in assigns:
            submissions, grades = self._since(key)
            plan.append(_Ask(_Kind.GRADES, key, client.assignments.grades_query(key, grades)))
            plan.append(_Ask(_Kind.SUBMISSIONS, key, client.assignments.submissions_query(key, submissions)))
        if not claim.marks.sees_suspended:
            # Moodle stops a batch at what it refuses: it comes last
            plan.append(suspended)
        return plan

    def _plan_of_users(self, users: Sequence[int]) -> Iterator[_Ask]:
        claim, client = self._claim, self._client
        completes = any(mapping.rule.counts is Counts.COMPLETED for mapping in claim.mappings)
        grades = any(mapping.from_gradebook for mapping in claim.mappings)
        broken = claim.marks.unreadable
        asked = [user for user in users if user not in broken]
        if self._asks_unreadable:
            asked += sorted(broken.intersection(users))
        for user in asked if completes or grades else ():
            if completes:
                yield _Ask(_Kind.COMPLETION, user, client.completion.query(claim.moodle_id, user))
            if grades:
                yield _Ask(_Kind.GRADEBOOK, user, client.grades.query(claim.moodle_id, user))

    def _mappings_of(self, assignment_id: int) -> Sequence[MappingRead]:
        """Return the mappings of an assignment: in each cohort that uses the course it may stand for something."""
        return [one for one in self._claim.mappings if one.is_assign and one.instance_id == assignment_id]

    def _since(self, assignment_id: int) -> tuple[datetime | None, datetime | None]:
        """Return from which marks on hand-ins and grades are read; None: from the beginning."""
        marks, mappings = self._claim.marks, self._mappings_of(assignment_id)
        if any(mapping.whole for mapping in mappings) or assignment_id in marks.workflow:
            return None, None
        more = any(mapping.rule.counts is not Counts.SUBMITTED for mapping in mappings)
        small = more and self._participants <= WHOLE_UP_TO
        return None if small else marks.submissions.get(assignment_id), marks.grades.get(assignment_id)

    def _asked(self, plan: Iterable[_Ask]) -> Iterator[tuple[_Ask, Outcome[Any]]]:
        """Yield what became of each, and give a kind up that is refused of everybody."""
        left = list(plan)
        while left:
            asks, left = left, []
            refused: dict[_Kind, int] = {}
            for position, (ask, outcome) in enumerate(
                zip(asks, self._client.iter_batch(ask.query for ask in asks), strict=True)
            ):
                yield ask, outcome
                refused[ask.kind] = refused.get(ask.kind, 0) + 1 if isinstance(outcome.error, NotAllowed) else 0
                if ask.kind in (_Kind.COMPLETION, _Kind.GRADEBOOK) and refused[ask.kind] >= FRUITLESS:
                    self._trouble(NOT_ALLOWED)
                    self._unreadable.clear()
                    left = [one for one in asks[position + 1 :] if one.kind is not ask.kind]
                    break

    def _take(self, ask: _Ask, outcome: Outcome[Any]) -> bool:
        """Keep the facts of one answer; return whether there was one."""
        error = outcome.error
        if error is not None:
            if ask.kind in (_Kind.COMPLETION, _Kind.GRADEBOOK) and _is_about_the_user(error):
                self._unreadable.add(ask.key)
            elif ask.kind is _Kind.SUSPENDED and _is_about_the_user(error):
                self.marks = replace(self.marks, sees_suspended=False)
            else:
                self._trouble(code_of(error))
            return False
        answer = outcome.get()
        if ask.kind is _Kind.SUSPENDED:
            self._note_suspended(answer)
        elif ask.kind is _Kind.CONTENTS:
            self._note_contents(answer)
        elif ask.kind is _Kind.ASSIGNMENTS:
            self._note_assignments(answer)
        elif ask.kind is _Kind.COMPLETION:
            self._note_completion(ask.key, answer)
        elif ask.kind is _Kind.GRADEBOOK:
            self._note_gradebook(ask.key, answer)
        elif ask.kind is _Kind.GRADES:
            self._grades[ask.key] = answer
        return True

    def _note_suspended(self, users: tuple[User, ...]) -> None:
        self._suspended = frozenset(user.id for user in users)
        self.marks = replace(self.marks, sees_suspended=True)

    def _note_contents(self, sections: tuple[Section, ...]) -> None:
        present = {one.cm_id: (one, section) for section in sections for one in section.activities}
        for mapping in self._claim.mappings:
            activity, section = present.get(mapping.cm_id, (None, None))
            if activity is None or section is None:
                # of an assignment its submissions tell whether it is gone
                state = ActivityState.UNSEEN
            elif not activity.user_visible:
                state = ActivityState.UNSEEN
            else:
                state = ActivityState.OK if activity.visible and section.visible else ActivityState.HIDDEN
            self.states[mapping.id] = state
            if activity is not None:
                self.titles[mapping.id] = activity.name

    def _note_assignments(self, listing: Listing[Assignment]) -> None:
        self._assignments = {one.id: one for one in listing}
        self.maxima |= {one.cm_id: one.maximum for one in listing}
        self.marks = replace(
            self.marks,
            workflow=frozenset(one.id for one in listing if one.has_workflow),
            blind=frozenset(one.cm_id for one in listing if one.is_blind),
        )

    def _note_completion(self, user_id: int, activities: tuple[ActivityCompletion, ...]) -> None:
        if activities and not any(one.user_tracked for one in activities):
            # of people who are not (actively) in the course Moodle says that everything is incomplete
            self._untracked.add(user_id)
            return
        mapped = {mapping.cm_id for mapping in self._claim.mappings}
        self._completions[user_id] = {
            one.cm_id: Completed(one.state.is_complete, one.completed_at) for one in activities if one.cm_id in mapped
        }

    def _note_gradebook(self, user_id: int, grades: UserGrades | None) -> None:
        mapped = {mapping.cm_id for mapping in self._claim.mappings if mapping.from_gradebook}
        found: dict[int, Graded] = {}
        for entry in grades.entries if grades else ():
            if entry.cm_id is None or entry.cm_id not in mapped:
                continue
            if entry.maximum is not None:
                self.maxima[entry.cm_id] = entry.maximum
            if not entry.hidden:
                # what is hidden from its participant is not released yet
                found[entry.cm_id] = Graded(0, entry.grade, entry.graded_at)
        self._gradebook[user_id] = found

    def _of_assignment(self, key: int, changes: Changes[Submission]) -> Iterator[MappingNews]:
        known, grades = self._assignments.get(key), self._grades.get(key)
        whole = self._since(key)[0] is None and not changes.concerns
        handed = self._handed(changes.items, is_team=known is not None and known.is_team)
        graded = _newest(grades.items if grades is not None else ())
        if key in self.marks.workflow:
            released = self._released(changes.items)
            graded = {user: one for user, one in graded.items() if user in released}
        self._keep_marks(key, changes, grades)
        for mapping in self._mappings_of(key):
            self._note_concerns(mapping, changes)
            users = handed.keys() | graded.keys() | self._with_completion(mapping)
            news = tuple(
                News(
                    user,
                    handed=handed.get(user, NOT_HANDED_IN if whole else None),
                    graded=graded.get(user),
                    completed=self._completions.get(user, {}).get(mapping.cm_id),
                )
                for user in sorted(users)
            )
            yield MappingNews(mapping, news, whole)

    def _of_activity(self, mapping: MappingRead) -> MappingNews:
        graded = {user: found[mapping.cm_id] for user, found in self._gradebook.items() if mapping.cm_id in found}
        users = graded.keys() | self._with_completion(mapping)
        news = tuple(
            News(user, graded=graded.get(user), completed=self._completions.get(user, {}).get(mapping.cm_id))
            for user in sorted(users)
        )
        return MappingNews(mapping, news, whole=False)

    def _with_completion(self, mapping: MappingRead) -> set[int]:
        return {user for user, found in self._completions.items() if mapping.cm_id in found}

    def _handed(self, submissions: Sequence[Submission], *, is_team: bool) -> Mapping[int, Handed]:
        """Return what each person handed in; what a team did, each of its members did."""
        own = {one.user_id: Handed.of(one) for one in submissions if one.user_id is not None}
        teams = [one for one in submissions if one.user_id is None]
        if not is_team and not teams:
            return own
        found: dict[int, Handed] = {}
        for team in teams:
            handed = Handed.of(team)
            for user, groups in self._groups.items():
                # who is in no group hands in with all others who are in none
                if team.group_id in groups if team.group_id is not None else not groups:
                    found[user] = handed
        return found

    def _released(self, submissions: Sequence[Submission]) -> set[int]:
        return {one.user_id for one in submissions if one.user_id is not None and one.grading is GradingStatus.RELEASED}

    def _note_concerns(self, mapping: MappingRead, changes: Changes[Submission]) -> None:
        if not changes.concerns:
            return
        codes = {notice.code for notice in changes.concerns}
        self.states[mapping.id] = ActivityState.GONE if codes == {NOT_ANSWERED} else ActivityState.UNSEEN

    def _keep_marks(self, key: int, submissions: Changes[Submission], grades: Changes[AssignmentGrade] | None) -> None:
        marks = self.marks
        if submissions.mark is not None:
            marks = replace(marks, submissions={**marks.submissions, key: submissions.mark})
        if grades is not None and grades.mark is not None:
            marks = replace(marks, grades={**marks.grades, key: grades.mark})
        self.marks = marks

    def _conclude(self) -> None:
        mapped = {mapping.instance_id for mapping in self._claim.mappings if mapping.is_assign}
        marks = self.marks
        unreadable = frozenset(self._unreadable) if self._asks_unreadable else marks.unreadable | self._unreadable
        self.marks = replace(
            marks,
            submissions={key: moment for key, moment in marks.submissions.items() if key in mapped},
            grades={key: moment for key, moment in marks.grades.items() if key in mapped},
            unreadable=unreadable,
            unreadable_at=self._now if self._asks_unreadable else marks.unreadable_at,
        )

    def _trouble(self, code: str) -> None:
        """Keep what went wrong; what concerns the whole site is worse than one function that is missing."""
        if self.problem in (None, NOT_ALLOWED, FUNCTION_MISSING):
            self.problem = code


def _is_staff(user: User) -> bool:
    return bool(user.roles) and user.roles <= STAFF


def _is_about_the_user(error: Exception) -> bool:
    """Whether an error says nothing about the course or the site as a whole."""
    return isinstance(error, Refusal) and not isinstance(error, AuthError | FunctionUnavailable | SiteError)


def _newest(grades: Iterable[AssignmentGrade]) -> dict[int, Graded]:
    """Return each person's grade of the latest attempt among these."""
    found: dict[int, Graded] = {}
    for one in grades:
        known = found.get(one.user_id)
        if known is None or one.attempt >= known.attempt:
            found[one.user_id] = Graded(one.attempt, one.grade, one.modified_at, one.grader_id)
    return found
