"""The gradebook's rules for scores from tools and for a teacher's own hand: those of Moodle's grade API, and its rivals'."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from .models import Completion, CompletionRule, Grade, Json, LineItem, Link, Received

if TYPE_CHECKING:
    from .state import School


class EarlierScore(Exception):
    """The gradebook holds a score of the same second or a later one."""


class LockedGrade(Exception):
    """A teacher locked this grade."""


class ParallelFirstScore(Exception):
    """Two scores for somebody who has none yet in this course came at once: Moodle hits a duplicate key."""


def receive(school: "School", item: LineItem, person_id: str, score: Json, moment: datetime) -> Grade:
    """Store a score; ``moment`` must be later, in whole seconds, than what is stored.

    In Moodle an item with an activity of its own keeps the school's present second as stamp; otherwise it is the score's
    own. Anything but FullyGraded with a score clears the grade; in most places a score without comment clears the feedback.

    Raises:
        EarlierScore, LockedGrade, ParallelFirstScore: nothing was stored.
    """
    rules = school.personality.scores
    with _first_score_alone(school, item, person_id), school.changing():
        grade = school.grades.get((item.id, person_id)) or Grade(item.id, person_id)
        if grade.stamp is not None and int(moment.timestamp()) < grade.stamp + (not rules.takes_equal):
            raise EarlierScore
        if grade.locked:
            raise LockedGrade
        school.grades[(item.id, person_id)] = grade
        grade.posts += 1
        grade.received_at = school.now()
        school.received.append(Received(grade.received_at, item.id, person_id, score))
        extension = score.get(rules.extension) if rules.extension else None
        grade.attempts += rules.extension is not None and not _is_no_attempt(extension)
        final = "scoreGiven" in score and score["gradingProgress"] == "FullyGraded"
        grade.raw = score["scoreGiven"] * item.maximum / score["scoreMaximum"] if final else None
        if grade.overridden_at is None:
            most = item.maximum if rules.clips else grade.raw
            grade.final = None if grade.raw is None else min(max(grade.raw, 0), most or 0)
            grade.feedback = score.get("comment") or (grade.feedback if rules.keeps_comment else None)
            stamp = school.now() if item.activity_id and rules.own_clock else moment
            grade.stamp = None if grade.empty else int(stamp.timestamp())
        complete(school, item, person_id)
        return grade


def _is_no_attempt(extension: object) -> bool:
    return isinstance(extension, dict) and extension.get("new_submission") is False


@contextmanager
def _first_score_alone(school: "School", item: LineItem, person_id: str) -> Iterator[None]:
    key = (item.course_id, person_id)
    with school.lock:
        known = any(
            grade.person_id == person_id and school.items[grade.item_id].course_id == item.course_id
            for grade in school.grades.values()
        )
        if not known and key in school.scoring and school.personality.scores.races:
            raise ParallelFirstScore
        if not known:
            school.scoring.add(key)
    try:
        if school.grading_seconds:
            school.faults.pause(school.grading_seconds)
        yield
    finally:
        if not known:
            with school.lock:
                school.scoring.discard(key)


def override(
    school: "School", item: LineItem, person_id: str, *, final: float | None, feedback: str = "", locked: bool = False
) -> Grade:
    """Set a grade by hand: from then on scores of the tool leave the final grade and the feedback as they are."""
    with school.changing():
        grade = school.grades.setdefault((item.id, person_id), Grade(item.id, person_id))
        grade.final = None if final is None else min(max(final, 0), item.maximum)
        grade.feedback = feedback or None
        grade.overridden_at = school.now()
        grade.locked = locked
        complete(school, item, person_id)
        return grade


def release(school: "School", item: LineItem, person_id: str) -> None:
    """Give a grade back to the tool: what it sent last counts again."""
    with school.changing():
        grade = school.grades.get((item.id, person_id))
        if grade is None:
            return
        grade.overridden_at, grade.locked = None, False
        grade.final = None if grade.raw is None else min(max(grade.raw, 0), item.maximum)
        complete(school, item, person_id)


def complete(school: "School", item: LineItem, person_id: str) -> None:
    """Bring the activity's completion in line with the grade, if its rule looks at grades."""
    link = school.links.get(item.activity_id or "")
    grade = school.grades.get((item.id, person_id))
    if link is None:
        return
    state = _completion(link, item, grade)
    if state is not None:
        link.completion[person_id] = state


def _completion(link: Link, item: LineItem, grade: Grade | None) -> Completion | None:
    if link.completion_rule not in (CompletionRule.GRADE, CompletionRule.PASS_GRADE):
        return None
    if grade is None or grade.final is None:
        return Completion.OPEN
    if link.completion_rule is CompletionRule.GRADE:
        return Completion.DONE
    bar = link.pass_grade if link.pass_grade is not None else item.maximum / 2
    return Completion.PASSED if grade.final >= bar else Completion.FAILED


def apply_rule(school: "School", link: Link, rule: CompletionRule) -> None:
    """Set an activity's completion rule and tick off whoever meets it already."""
    with school.changing():
        link.completion_rule = rule
        link.completion = {}
        item = school.item_of(link)
        if item is not None:
            for grade in [grade for grade in school.grades.values() if grade.item_id == item.id]:
                complete(school, item, grade.person_id)
