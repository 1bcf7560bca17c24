"""The operators' pages of the queues: what waits, which results are not right, and sending them again."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.console.paging import Mark, Where
from lti_tool.console.presenting import show
from lti_tool.console.queues import QueueDesk
from lti_tool.console.words import QUEUES
from lti_tool.platforms.service import PlatformService
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only
from lti_tool.sync.score_book import ScoreBook, Which

Answer = str | Response
TAB = "console.queues"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/queues")(queues)
    blueprint.post("/console/scores/again")(scores_again)


@staff_only(Role.OPERATOR)
def queues() -> str:
    """Show the queues and the results that are not right (`platform`; a page begins at `after` or ends at `before`)."""
    platform_id = request.args.get("platform", "")
    where = Where(Mark.read(request.args.get("after")), Mark.read(request.args.get("before")))
    return show(
        "queues.html",
        TAB,
        lines=use(QueueDesk).lines(),
        queues=QUEUES,
        page=use(QueueDesk).failed(where, platform_id),
        platform=use(PlatformService).get(platform_id) if platform_id else None,
        kept={"platform": platform_id} if platform_id else {},
        again=request.args.get("again", type=int),
    )


@staff_only(Role.OPERATOR)
def scores_again() -> Answer:
    """Send one result again (`score`), or all of a platform that are not right (`platform`)."""
    score_id, platform_id = request.form.get("score") or None, request.form.get("platform") or None
    sent = use(ScoreBook).again(
        Which(score_id=score_id, failed=score_id is None, platform_id=platform_id), staff_id=current_staff().id
    )
    return redirect(url_for("console.queues", platform=request.form.get("from") or platform_id, again=len(sent)), 303)
