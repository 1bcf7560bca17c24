"""What people do with activities of the school's own, by Moodle's rules: making, handing in, grading, ticking off."""

import html
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..models import Completion, CompletionRule, Course, Person
from .models import (
    NO_GRADE,
    Activity,
    AssignmentGrade,
    HandedInFile,
    Kind,
    Question,
    Status,
    Submission,
    Tick,
)

if TYPE_CHECKING:
    from ..records import Records

DONE = (Completion.DONE, Completion.PASSED)


class NotTaken(Exception):
    """The activity does not take this; the message says why, for the log."""


def add_activity(
    school: "Records",
    course: Course,
    title: str,
    kind: Kind | str = Kind.ASSIGN,
    *,
    section: str | None = None,
    text: str = "",
    maximum: float | None = None,
    rule: CompletionRule = CompletionRule.NONE,
    pass_grade: float | None = None,
    hidden: bool = False,
    drafts: bool = False,
    blind: bool = False,
    due: datetime | None = None,
    question: Question | None = None,
) -> Activity:
    """Put an activity in a course.

    Args:
        section: the heading it stands under; made when it is not there yet. None: at the top.
        maximum: the most points; None: 100 for an assignment, 10 for a quiz, none for a page.
        rule: what ticks it off.
        pass_grade: from which points on it is passed; None: half.
        drafts: something saved still has to be handed in.
        blind: who grades does not see whose work it is.
    """
    with school.changing():
        kind = Kind(kind)
        if section is not None and section not in course.sections:
            course.sections.append(section)
        usual = {Kind.ASSIGN: 100.0, Kind.QUIZ: 10.0, Kind.PAGE: None}[kind]
        activity = Activity(
            id=school.next_id("cmid"),
            kind=kind,
            instance=school.next_id(kind.value),
            course_id=course.id,
            section=course.sections.index(section) if section is not None else 0,
            title=title,
            text=text,
            changed_at=school.now(),
            maximum=usual if maximum is None else maximum,
            rule=rule,
            pass_grade=pass_grade,
            hidden=hidden,
            drafts=drafts,
            blind=blind,
            due=due,
            question=question,
        )
        school.activities[activity.id] = activity
        return activity


def remove_activity(school: "Records", activity: Activity) -> None:
    """Delete an activity with everything in it."""
    with school.changing():
        del school.activities[activity.id]


def hide(school: "Records", activity: Activity, *, hidden: bool = True) -> None:
    """Hide an activity from participants, or show it again."""
    with school.changing():
        activity.hidden = hidden
        activity.changed_at = school.now()


def hand_in(
    school: "Records",
    activity: Activity,
    person: Person,
    text: str = "",
    files: Sequence[tuple[str, bytes, str]] = (),
    *,
    draft: bool = False,
) -> Submission:
    """Hand in an assignment, or change what was handed in; it takes the place of what was there in this attempt.

    Args:
        text: plain text; kept as HTML, as an editor would.
        files: name, bytes and media type of each.
        draft: only save it; the assignment has to have drafts.

    Raises:
        NotTaken: it is no assignment, hidden, the person is not in the course, or there is nothing in it.
    """
    with school.changing():
        if activity.kind is not Kind.ASSIGN or activity.hidden or (draft and not activity.drafts):
            raise NotTaken("this activity takes no hand-in like this")
        enrolment = school.courses[activity.course_id].enrolments.get(person.id)
        if enrolment is None or enrolment.suspended:
            raise NotTaken(f"{person.id} is not active in the course")
        if not text.strip() and not files:
            raise NotTaken("nothing was submitted")
        now = school.now()
        row = row_for(school, activity, person.id)
        row.status = Status.DRAFT if draft else Status.SUBMITTED
        row.changed_at = now
        paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
        row.text = "".join(f"<p>{html.escape(part.strip(), quote=False)}</p>" for part in paragraphs)
        row.files = [HandedInFile(name, content, media_type, now) for name, content, media_type in files]
        complete(school, activity, person.id)
        return row


def row_for(school: "Records", activity: Activity, person_id: str) -> Submission:
    """Somebody's newest attempt; a new one when there is none, as Moodle makes one whenever somebody looks."""
    found = activity.submission(person_id)
    if found is None:
        now = school.now()
        found = Submission(school.next_id("submission"), person_id, 0, Status.NEW, now, now)
        activity.submissions.append(found)
    return found


def reopen(school: "Records", activity: Activity, person_id: str) -> Submission:
    """Let somebody hand in once more, in a new attempt that begins with what was there.

    Raises:
        NotTaken: nothing was handed in yet.
    """
    with school.changing():
        last = activity.submission(person_id)
        if last is None or last.status is not Status.SUBMITTED:
            raise NotTaken("there is nothing to reopen")
        now = school.now()
        again = Submission(
            school.next_id("submission"),
            person_id,
            last.attempt + 1,
            Status.REOPENED,
            now,
            now,
            last.text,
            list(last.files),
        )
        activity.submissions.append(again)
        return again


def give_grade(
    school: "Records", activity: Activity, person_id: str, points: float, grader_id: str, feedback: str | None = None
) -> AssignmentGrade:
    """Grade somebody's newest attempt. Points that the activity does not give are kept as none, without a word (measured).

    Args:
        feedback: as HTML; None leaves what is there.
    """
    with school.changing():
        now = school.now()
        submission = activity.submission(person_id)
        attempt = submission.attempt if submission else 0
        row = next((one for one in activity.grades if (one.person_id, one.attempt) == (person_id, attempt)), None)
        if row is None:
            row = AssignmentGrade(school.next_id("grade"), person_id, attempt, NO_GRADE, grader_id, now, now)
            activity.grades.append(row)
        row.points = points if activity.maximum is not None and 0 <= points <= activity.maximum else NO_GRADE
        row.grader_id, row.changed_at = grader_id, now
        row.feedback = row.feedback if feedback is None else feedback
        complete(school, activity, person_id)
        return row


def answer(school: "Records", activity: Activity, person: Person, choice: int) -> float:
    """Answer the question of a quiz: all points, or none.

    Raises:
        NotTaken: it has no such option, or is no quiz.
    """
    question = activity.question
    if question is None or not 0 <= choice < len(question.options) or activity.hidden:
        raise NotTaken("there is no such option")
    points = (activity.maximum or 0.0) if choice == question.right else 0.0
    return give_grade(school, activity, person.id, points, person.id).points


def tick(school: "Records", activity: Activity, person: Person, *, done: bool) -> None:
    """Tick an activity off by hand, or take that back.

    Raises:
        NotTaken: it is not ticked off by hand.
    """
    if activity.rule is not CompletionRule.MANUAL or activity.hidden:
        raise NotTaken("this activity is not ticked off by hand")
    with school.changing():
        activity.ticks[person.id] = Tick(Completion.DONE if done else Completion.OPEN, school.now())


def overrule(school: "Records", activity: Activity, person_id: str, *, done: bool, by: str) -> Tick:
    """Say in the rule's place that somebody finished an activity, or did not."""
    with school.changing():
        made = activity.ticks[person_id] = Tick(Completion.DONE if done else Completion.OPEN, school.now(), by)
        return made


def complete(school: "Records", activity: Activity, person_id: str) -> None:
    """Bring completion in line with what the rule looks at, unless somebody decided in its place."""
    before = activity.ticks.get(person_id)
    if before is not None and before.by is not None:
        return
    state = _by_rule(activity, person_id)
    if state is not None and (before is None or before.state is not state):
        activity.ticks[person_id] = Tick(state, school.now())


def _by_rule(activity: Activity, person_id: str) -> Completion | None:
    if activity.rule is CompletionRule.SUBMIT:
        handed_in = any(one.status is Status.SUBMITTED for one in activity.submissions if one.person_id == person_id)
        return Completion.DONE if handed_in else Completion.OPEN
    if activity.rule not in (CompletionRule.GRADE, CompletionRule.PASS_GRADE):
        return None
    points = activity.points(person_id)
    if points is None:
        return Completion.OPEN
    if activity.rule is CompletionRule.GRADE:
        return Completion.DONE
    bar = activity.pass_grade if activity.pass_grade is not None else (activity.maximum or 0) / 2
    return Completion.PASSED if points >= bar else Completion.FAILED


def copy_activities(school: "Records", course: Course, copy: Course) -> None:
    """Put the same activities in a copy of a course, without anybody's work."""
    with school.changing():
        copy.sections = list(course.sections)
        for one in [one for one in school.activities.values() if one.course_id == course.id]:
            made = replace(
                one,
                id=school.next_id("cmid"),
                instance=school.next_id(one.kind.value),
                course_id=copy.id,
                changed_at=school.now(),
                submissions=[],
                grades=[],
                ticks={},
            )
            school.activities[made.id] = made
