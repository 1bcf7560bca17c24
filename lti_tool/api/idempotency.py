"""The same request again does nothing again: it gets the answer of the first (Idempotency-Key).

An answer is kept for a day. What was refused is not kept: it changed nothing, and may be right the next time.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from lti_tool.api.clients import Client
from lti_tool.api.errors import BadRequestBody, KeyInUse, KeyReused
from lti_tool.api.models import ApiAnswer
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.ids import digest

KEPT = timedelta(days=1)
ABANDONED_AFTER = timedelta(minutes=2)
"""A request that was begun so long ago and has no answer was cut off: it may be done again."""
LONGEST_KEY = 100
Answered = tuple[int, bytes]


class Idempotency:
    """Keeps the answers.

    Args:
        database: its own short transactions; none is open while the request is carried out.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def once(self, client: Client, key: str | None, request: str, work: Callable[[], Answered]) -> tuple[Answered, bool]:
        """Carry a request out, unless that was done; return the answer, and whether it is that of an earlier one.

        Args:
            key: the client's; None: nothing is kept.
            request: method, address and body.
            work: carries it out; whatever it raises is raised, and nothing is kept.

        Raises:
            BadRequestBody: the key cannot be one.
            KeyInUse: the first one is under way.
            KeyReused: the key came with another request.
        """
        if key is None:
            return work(), False
        if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise BadRequestBody("Idempotency-Key: 1 to 100 printable ASCII characters")
        known = self._begin(client.id, key, digest(request))
        if known is not None:
            return known, True
        try:
            status, body = work()
        except BaseException:
            with self._database.session() as session:
                session.execute(delete(ApiAnswer).where(ApiAnswer.client_id == client.id, ApiAnswer.key == key))
            raise
        with self._database.session() as session:
            row = session.get_one(ApiAnswer, (client.id, key), with_for_update=True)
            row.status, row.body = status, body
        return (status, body), False

    def clean_up(self) -> int:
        """Forget what is older than a day; return how many answers."""
        with self._database.session() as session:
            old = delete(ApiAnswer).where(ApiAnswer.begun_at <= self._clock() - KEPT).returning(ApiAnswer.key)
            return len(session.execute(old).all())

    def _begin(self, client_id: str, key: str, request_digest: str) -> Answered | None:
        now = self._clock()
        values = {"client_id": client_id, "key": key, "request_digest": request_digest, "begun_at": now}
        with self._database.session() as session:
            if insert_unless_there(session, ApiAnswer, values):
                return None
            row = session.get_one(ApiAnswer, (client_id, key), with_for_update=True, populate_existing=True)
            if row.begun_at <= now - KEPT:
                row.request_digest, row.begun_at, row.status, row.body = request_digest, now, None, None
                return None
            if row.request_digest != request_digest:
                raise KeyReused("the key came with another request")
            if row.status is not None:
                return row.status, row.body or b""
            if row.begun_at > now - ABANDONED_AFTER:
                raise KeyInUse("under way")
            row.begun_at = now
            return None
