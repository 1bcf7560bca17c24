"""Scores: what waits for a learning environment, and sending it again."""

import click
from sqlalchemy import select

from lti_tool.cli.frame import json_option, parts, show
from lti_tool.errors import NotFound
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import mark


@click.group()
def score() -> None:
    """Scores on their way to the learning environments."""


@score.command("list")
@click.option("--failed", is_flag=True, help="Only those that a platform refused or that failed last time.")
@json_option
def list_scores(*, failed: bool, as_json: bool) -> None:
    """List the scores with their state; people appear as ids only."""
    with parts() as tool, tool.database.session() as session:
        query = (
            select(ScoreOutbox, Platform.name)
            .join(Platform, Platform.id == ScoreOutbox.platform_id)
            .order_by(ScoreOutbox.changed_at)
        )
        if failed:
            query = query.where(ScoreOutbox.last_error.is_not(None))
        rows = [
            {
                "id": row.id,
                "platform": name,
                "state": mark(row, name).state,
                "score": f"{row.score_given:g}/{row.score_maximum}",
                "reason": row.last_error,
                "fails": row.fails,
                "next_attempt_at": row.next_attempt_at if row.dirty else None,
                "sent_at": row.sent_at,
            }
            for row, name in session.execute(query)
        ]
        show(rows, as_json=as_json, empty="No scores.")


@score.command()
@click.argument("score_id", required=False)
@click.option("--failed", is_flag=True, help="All that a platform refused or that failed last time.")
def retry(score_id: str | None, *, failed: bool) -> None:
    """Send a score again, or all that failed."""
    if (score_id is None) is not failed:
        raise click.UsageError("give a score's id, or --failed")
    with parts() as tool, tool.database.session() as session:
        query = select(ScoreOutbox)
        query = query.where(ScoreOutbox.last_error.is_not(None)) if failed else query.where(ScoreOutbox.id == score_id)
        rows = session.scalars(query.with_for_update()).all()
        if not rows and not failed:
            raise NotFound(f"there is no score {score_id}")
        for row in rows:
            tool.outbox.retry(session, row)
        click.echo(f"{len(rows)} sent again." if rows else "Nothing to send again.")
