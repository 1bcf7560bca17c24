"""Scores: what waits for a learning environment, and sending it again."""

import click

from lti_tool.cli.frame import OrderedGroup, json_option, parts, show, tell


@click.group(cls=OrderedGroup)
def score() -> None:
    """Scores on their way to the schools: see them, send again."""


@score.command("list")
@click.option("--failed", is_flag=True, help="Only those that a platform refused or that failed last time.")
@json_option
def list_scores(*, failed: bool, as_json: bool) -> None:
    """List the scores with their state.

    States are waiting, sent, refused (the reason says why) and changed (by hand, in the school's gradebook). People appear
    as ids only.
    """
    from sqlalchemy import select

    from lti_tool.platforms.models import Platform
    from lti_tool.sync.models import ScoreOutbox
    from lti_tool.sync.outbox import mark

    query = (
        select(ScoreOutbox, Platform.name)
        .join(Platform, Platform.id == ScoreOutbox.platform_id)
        .order_by(ScoreOutbox.changed_at, ScoreOutbox.id)
    )
    if failed:
        query = query.where(ScoreOutbox.last_error.is_not(None))
    with parts() as tool, tool.database.session() as session:
        rows = [
            {
                "id": row.id,
                "platform": name,
                "account": row.account_id,
                "state": mark(row, name).state,
                "score": f"{row.score_given:g}/{row.score_maximum}",
                "reason": row.last_error,
                "fails": row.fails,
                "next_attempt_at": row.next_attempt_at if row.dirty else None,
                "sent_at": row.sent_at,
            }
            for row, name in session.execute(query)
        ]
    show(rows, as_json=as_json, empty="No scores have failed." if failed else "No scores yet.")


@score.command()
@click.argument("score_id", required=False)
@click.option("--failed", is_flag=True, help="All that a platform refused or that failed last time.")
@json_option
def retry(score_id: str | None, *, failed: bool, as_json: bool) -> None:
    """Send a score again now, or all that failed.

    The running server sends them within seconds; `icc-bridge score list` shows how it went.
    """
    if (score_id is None) is not failed:
        raise click.UsageError("give a score's id, or --failed")
    from sqlalchemy import select

    from lti_tool.errors import NotFound
    from lti_tool.sync.models import ScoreOutbox

    query = select(ScoreOutbox).order_by(ScoreOutbox.id)
    query = query.where(ScoreOutbox.last_error.is_not(None)) if failed else query.where(ScoreOutbox.id == score_id)
    with parts() as tool, tool.database.session() as session:
        rows = session.scalars(query.with_for_update()).all()
        if not rows and not failed:
            raise NotFound(f"there is no score {score_id!r}")
        for row in rows:
            tool.outbox.retry(session, row)
        queued = [row.id for row in rows]
    words = f"{len(queued)} being sent again." if queued else "Nothing to send again."
    tell(words, {"queued": queued}, as_json=as_json)
