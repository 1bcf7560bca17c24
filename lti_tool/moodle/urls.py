"""Where people see an activity in Moodle, and a grader one person's work in it."""

from lti_tool.moodle.facts import ASSIGN


def activity_url(site_url: str, kind: str, cm_id: int) -> str:
    """Return where an activity opens."""
    return f"{site_url}/mod/{kind}/view.php?id={cm_id}"


def grading_url(site_url: str, kind: str, cm_id: int, user_id: int) -> str:
    """Return where a grader sees one person's work; of other kinds than assignments, the activity itself."""
    url = activity_url(site_url, kind, cm_id)
    return f"{url}&action=grader&userid={user_id}" if kind == ASSIGN else url
