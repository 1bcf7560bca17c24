"""Somebody of the staff for the demo, who operates, issues and trains, with a fresh way in at each start."""

from lti_tool.app import Parts
from lti_tool.signin.roles import Role

NAME = "Fatma de Wit"


def staff_link(parts: Parts) -> str:
    """Return the address of a one-time link for the demo's member of the staff, who is made when there is none."""
    known = next((line.id for line in parts.staff.list() if line.name == NAME and line.disabled_at is None), None)
    link = parts.staff.link(known) if known else parts.staff.invite(NAME, list(Role))[1]
    return f"{parts.settings.base_url}/sign-in/link/{link.token}"
