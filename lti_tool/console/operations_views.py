"""The operators' pages of the audit trail, and of the settings as they are."""

from flask import Blueprint, request

from lti_tool.config import Settings
from lti_tool.console.paging import Mark, Where
from lti_tool.console.presenting import show
from lti_tool.console.trail import LONGEST_WHAT, OUTCOMES, Asked, TrailDesk
from lti_tool.console.words import TRAIL
from lti_tool.registry import use
from lti_tool.shown_settings import shown_settings
from lti_tool.signin.gate import Role, staff_only

TRAIL_TAB, SETTINGS_TAB = "console.trail", "console.settings"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/trail")(trail)
    blueprint.get("/console/settings")(settings)


@staff_only(Role.OPERATOR)
def trail() -> str:
    """Show the trail (`who`, `what`, `target`, `outcome`; a page begins at `after` or ends at `before`). Ids only."""
    given = {name: request.args.get(name, "").strip()[:LONGEST_WHAT] for name in ("who", "what", "target", "outcome")}
    if given["outcome"] not in OUTCOMES:
        given["outcome"] = ""
    where = Where(_mark("after"), _mark("before"))
    kept = {name: value for name, value in given.items() if value}
    desk = use(TrailDesk)
    return show(
        "trail.html",
        TRAIL_TAB,
        page=desk.page(Asked(**given), where),
        staff=desk.staff(),
        asked=given,
        kept=kept,
        words=TRAIL,
    )


@staff_only(Role.OPERATOR)
def settings() -> str:
    """Show the settings, without secrets and passwords."""
    present = use(Settings)
    fields = type(present).model_fields
    rows = [
        (name, value, fields[name.removeprefix("ICC_").lower()].description or "") for name, value in shown_settings(present)
    ]
    return show("settings.html", SETTINGS_TAB, rows=rows)


def _mark(name: str) -> Mark | None:
    mark = Mark.read(request.args.get(name))
    return mark if mark is not None and mark.id.isdecimal() else None
