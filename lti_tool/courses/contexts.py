"""Names of courses within a platform (LTI 1.3 core, 5.3.4: a context id is unique within its deployment).

Mostly a platform is one school, and its deployments share the courses: a tool that is installed anew keeps them. Where one
client id serves many schools, a course is kept under its deployment too, and never taken for another school's.
"""

from collections.abc import Sequence

from lti_tool.ids import digest

LONGEST = 255
_BETWEEN = "\x1f"
"""Cannot stand in an id: those are printable."""


def within(deployment_id: str, context_id: str) -> str:
    """Return the name of a context of one deployment."""
    name = f"{deployment_id}{_BETWEEN}{context_id}"
    return name if len(name) <= LONGEST else digest(name)


def beside(name: str, context_ids: Sequence[str]) -> Sequence[str]:
    """Return the names of other contexts, by their ids, where one context has this name."""
    deployment_id, between, _ = name.partition(_BETWEEN)
    return [within(deployment_id, context_id) for context_id in context_ids] if between else context_ids
