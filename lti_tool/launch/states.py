"""Launch states in the database: kept by a login, found by its launch, consumed by that launch exactly once.

The statements are made once: to build one costs more than to run it.
"""

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.launch.models import LaunchState
from lti_tool.platforms.models import Deployment, Platform, PlatformStatus
from lti_tool.platforms.service import INFO_COLUMNS, PlatformInfo, info_of_values
from lti_tool.statements import FoundRow, Statement


def keep_state(database: Database, **columns: object) -> None:
    """Keep a new state; `columns` are those of `LaunchState`."""
    database.run(_NEW, columns)


def find_state(database: Database, state_digest: str) -> tuple[FoundRow, PlatformInfo] | None:
    """Return a state with its platform.

    Returns:
        The columns of `LaunchState` and `known_deployment`, which is None unless the deployment that the login named is
        registered; and the platform. None: there is no such state.
    """
    found = database.run(_FOUND, {"state": state_digest})
    return (found[0], info_of_values(found[0][: len(INFO_COLUMNS)])) if found else None


def consume_state(session: Session, state_digest: str, now: datetime) -> bool:
    """Let a state have had its launch; of two that try exactly one wins. False too when its platform is switched off."""
    return _CONSUMED.first(session.connection(), {"state": state_digest, "now": now}) is not None


def delete_states(session: Session, before: datetime) -> int:
    """Delete the states that ended before a moment and return how many."""
    gone = session.execute(delete(LaunchState).where(LaunchState.expires_at <= before).returning(LaunchState.state_digest))
    return len(gone.all())


_NEW = Statement(insert(LaunchState))
_FOUND = Statement(
    select(*INFO_COLUMNS, *LaunchState.__table__.c, Deployment.id.label("known_deployment"))
    .select_from(LaunchState)
    .join(Platform, Platform.id == LaunchState.platform_id)
    .outerjoin(
        Deployment,
        (Deployment.platform_id == LaunchState.platform_id) & (Deployment.deployment_id == LaunchState.deployment_id),
    )
    .where(LaunchState.state_digest == bindparam("state"))
)
_CONSUMED = Statement(
    update(LaunchState)
    .where(
        LaunchState.state_digest == bindparam("state"),
        LaunchState.consumed_at.is_(None),
        LaunchState.expires_at > bindparam("now"),
        exists().where(Platform.id == LaunchState.platform_id, Platform.status == PlatformStatus.ACTIVE),
    )
    .values(consumed_at=bindparam("now"))
    .returning(LaunchState.state_digest)
)
