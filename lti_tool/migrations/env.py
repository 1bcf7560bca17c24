"""Runs the revisions over the engine that `Database.alembic_config` hands over."""

from typing import Any, Literal

from alembic import context

from lti_tool.database import UtcDateTime
from lti_tool.migrations.models import metadata


def _render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:  # noqa: ANN401
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _run() -> None:
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run()
