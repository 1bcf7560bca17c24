"""The pages on which a trainer tests a course: what will be looked at, and what came of it."""

from flask import Blueprint, render_template
from werkzeug.exceptions import TooManyRequests

from lti_tool.config import Settings
from lti_tool.connection.course_check import CourseCheck
from lti_tool.connection.course_facts import CourseFacts
from lti_tool.connection.report import course_as_text
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.home import Place
from lti_tool.training.presenting import bar_of


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    address = "/cohort/<cohort_id>/course/<course_id>/check"
    blueprint.add_url_rule(address, view_func=course)
    blueprint.add_url_rule(address, view_func=check_course, methods=["POST"])


def course(cohort_id: str, course_id: str) -> str:
    """Say what a test of this course looks at, with the button that begins it."""
    place, facts = use(CourseCheck).seen(current_viewer(), cohort_id, course_id)
    return _page("course.html", place, facts)


def check_course(cohort_id: str, course_id: str) -> str:
    """Test the course and show what came of it; nothing of it is kept."""
    place, facts = use(CourseCheck).seen(current_viewer(), cohort_id, course_id)
    report = use(CourseCheck).run_for_page(facts)
    if isinstance(report, int):
        raise TooManyRequests(retry_after=report)
    return _page("course_result.html", place, facts, report=report, text=course_as_text(report, use(Settings).base_url))


def _page(template: str, place: Place, facts: CourseFacts, **values: object) -> str:
    return render_template(f"connection/{template}", course=facts, **bar_of(place, "training.board"), **values)
