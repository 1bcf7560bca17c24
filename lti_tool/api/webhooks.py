"""Webhooks of clients: made, listed, resumed, ended. Each client sees its own only."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.api import schemas
from lti_tool.api.clients import Client
from lti_tool.api.errors import BadRequestBody
from lti_tool.api.models import ApiClient, DeliveryState, Webhook, WebhookDelivery
from lti_tool.api.paging import Place
from lti_tool.api.signing import new_webhook_secret
from lti_tool.audit import note_done
from lti_tool.certificates.models import IssueLogEntry
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, Invalid, NotFound, Unreachable
from lti_tool.ids import new_id
from lti_tool.outgoing import Outgoing
from lti_tool.vault import Vault

MOST = 20
"""Webhooks of one client."""


class WebhookService:
    """Keeps them.

    Args:
        database: its own short transactions; none is open while an address is looked at.
        clock: the time.
        vault: encrypts the secrets.
        outgoing: knows which addresses we call.
    """

    def __init__(self, database: Database, clock: Clock, vault: Vault, outgoing: Outgoing) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._outgoing = outgoing

    def add(self, client: Client, wanted: schemas.WebhookRequest) -> schemas.NewWebhook:
        """Tell an address from now on.

        Raises:
            BadRequestBody: an address that we do not call.
            Invalid: one too many.
        """
        try:
            self._outgoing.check(wanted.url)
        except (AddressRefused, Unreachable):
            raise BadRequestBody(
                "url: not an address that is called",
                explanation=_l("url: dit adres roepen we niet aan. Het moet https zijn en op internet te vinden."),
            ) from None
        secret = new_webhook_secret()
        with self._database.session() as session:
            session.get_one(ApiClient, client.id, with_for_update=True)
            if (session.scalar(select(func.count()).where(Webhook.client_id == client.id)) or 0) >= MOST:
                raise Invalid(f"{MOST} webhooks at most", explanation=_l("Er passen hooguit %(most)s webhooks.", most=MOST))
            row = Webhook(
                id=new_id(),
                client_id=client.id,
                url=wanted.url,
                events=sorted(set(wanted.events)),
                secret_sealed=self._vault.encrypt(secret),
                created_at=self._clock(),
                told_until=session.scalar(select(func.max(IssueLogEntry.number))) or 0,
            )
            session.add(row)
            session.flush()
            return schemas.NewWebhook(**_shown(row, 0).model_dump(), secret=secret)

    def list(self, client: Client) -> schemas.Webhooks:
        """Return those of a client, the oldest first."""
        query = select(Webhook).where(Webhook.client_id == client.id).order_by(Webhook.created_at, Webhook.id)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            waiting = _waiting(session, [row.id for row in rows])
        return schemas.Webhooks(items=[_shown(row, waiting.get(row.id, 0)) for row in rows])

    def show(self, client: Client, webhook_id: str) -> schemas.Webhook:
        """Return one. Raises NotFound: it is not the client's."""
        with self._database.reading() as session:
            row = self._own(session, client, webhook_id)
            return _shown(row, _waiting(session, [row.id]).get(row.id, 0))

    def resume(self, client: Client, webhook_id: str) -> schemas.Webhook:
        """Send again what waits, and what comes. Raises NotFound: it is not the client's."""
        with self._database.session() as session:
            row = self._own(session, client, webhook_id)
            resume(session, row, self._clock())
        return self.show(client, webhook_id)

    def remove(self, client: Client, webhook_id: str) -> None:
        """Tell it no longer; what waits is forgotten. Raises NotFound: it is not the client's."""
        with self._database.session() as session:
            session.delete(self._own(session, client, webhook_id))

    def deliveries(self, client: Client, webhook_id: str, query: schemas.PageQuery) -> schemas.Deliveries:
        """Return a page of the messages of one. Raises NotFound: it is not the client's."""
        found = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        after = Place.read(query.cursor)
        if after is not None:
            found = found.where(after.before(WebhookDelivery.created_at, WebhookDelivery.id))
        found = found.order_by(WebhookDelivery.created_at, WebhookDelivery.id).limit(query.limit + 1)
        with self._database.reading() as session:
            self._own(session, client, webhook_id)
            rows = session.scalars(found).all()
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        items = [_delivery(row) for row in rows[: query.limit]]
        return schemas.Deliveries(items=items, next=str(Place(last.created_at, last.id)) if last else None)

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return all webhooks of all clients, for the operator."""
        query = select(Webhook, ApiClient.name).join(ApiClient, ApiClient.id == Webhook.client_id)
        with self._database.reading() as session:
            rows = session.execute(query.order_by(Webhook.created_at, Webhook.id)).all()
            waiting = _waiting(session, [row.id for row, _name in rows])
        return [
            {
                "id": row.id,
                "client": name,
                "client_id": row.client_id,
                "url": row.url,
                "state": "paused" if row.paused_at else "active",
                "since": row.paused_at or row.created_at,
                "why": row.paused_why,
                "waiting": waiting.get(row.id, 0),
            }
            for row, name in rows
        ]

    def resume_any(self, webhook_id: str, *, staff_id: str | None = None) -> None:
        """Send again what waits for a webhook, for the operator.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is none.
        """
        with self._database.session() as session:
            row = session.get(Webhook, webhook_id)
            if row is None:
                raise NotFound(f"there is no webhook {webhook_id!r}")
            if row.paused_at is not None and staff_id is not None:
                note_done(session, self._clock(), staff_id, "api.webhook_resume", webhook_id)
            resume(session, row, self._clock())

    @staticmethod
    def _own(session: Session, client: Client, webhook_id: str) -> Webhook:
        row = session.get(Webhook, webhook_id)
        if row is None or row.client_id != client.id:
            raise NotFound("no such webhook of this client")
        return row


def resume(session: Session, row: Webhook, now: datetime) -> None:
    """Send again what waits, from now on, with a new day to arrive."""
    row.paused_at, row.paused_why = None, None
    waits = (WebhookDelivery.webhook_id == row.id) & (WebhookDelivery.state == DeliveryState.WAITING)
    session.execute(update(WebhookDelivery).where(waits).values(due_at=now, fails=0, failing_since=None))


def _waiting(session: Session, webhook_ids: Sequence[str]) -> Mapping[str, int]:
    query = (
        select(WebhookDelivery.webhook_id, func.count())
        .where(WebhookDelivery.webhook_id.in_(webhook_ids), WebhookDelivery.state == DeliveryState.WAITING)
        .group_by(WebhookDelivery.webhook_id)
    )
    return dict(session.execute(query).all())


def _shown(row: Webhook, waiting: int) -> schemas.Webhook:
    return schemas.Webhook.model_validate(
        {
            "id": row.id,
            "url": row.url,
            "events": row.events,
            "created_at": row.created_at,
            "paused_at": row.paused_at,
            "paused_why": row.paused_why,
            "waiting": waiting,
        }
    )


def _delivery(row: WebhookDelivery) -> schemas.Delivery:
    return schemas.Delivery.model_validate(
        {
            "id": row.id,
            "event": row.event,
            "certificate": row.data["certificate"],
            "created_at": row.created_at,
            "state": str(row.state),
            "fails": row.fails,
            "last_problem": row.last_problem,
            "next_try_at": row.due_at if row.state == DeliveryState.WAITING else None,
            "delivered_at": row.delivered_at,
        }
    )
