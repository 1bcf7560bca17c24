"""Tells webhooks what happened to certificates, once a message for sure, and again until it is taken.

What is to be told stands in the issue log, whose entries are written in the transaction of what they tell of, in order and
without a gap. `sweep` makes a row for each entry and webhook that wants it, in one transaction with how far it came; the
rows carry everything else: a version of the job, a lease, when it is tried next. So a kill -9 delays a message and never
loses one; a receiver may get one twice, and knows it again by its id.
"""

import json
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.api.models import ApiClient, DeliveryState, Webhook, WebhookDelivery
from lti_tool.api.signing import signed_headers
from lti_tool.certificates.models import Award, Certificate, IssueLogEntry
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, OutsideError
from lti_tool.ids import new_id
from lti_tool.jobs.leases import is_claimed, unclaimed, without_job
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.outgoing import Outgoing, TimedOut
from lti_tool.training.models import Enrolment
from lti_tool.vault import Vault

TELL_WEBHOOK = "tell-webhook"
TELL_SWEEP_EVERY = 5.0
LEASE = timedelta(minutes=2)
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200)
"""Seconds until the next try, after the first, second … one that failed; the last one from then on."""
GIVE_UP_AFTER = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long a message that arrived can be looked up."""
TIMEOUT = (5.0, 15.0)
_MAX_ANSWER = 100_000
_AT_ONCE = 200
_GONE = 410

log = structlog.get_logger(__name__)


class WebhookTeller:
    """Makes messages of the issue log and sends them.

    Args:
        database: its own short transactions; none is open while something is sent.
        jobs: the durable engine.
        clock: the time.
        vault: has the secrets of webhooks.
        outgoing: sends.
        base_url: of the certificates' pages.
    """

    def __init__(
        self, database: Database, jobs: Jobs, clock: Clock, vault: Vault, outgoing: Outgoing, base_url: str
    ) -> None:
        self._database = database
        self._steady = Steady(database)
        self._jobs = jobs
        self._clock = clock
        self._vault = vault
        self._outgoing = outgoing
        self._base_url = base_url

    def sweep(self) -> int:
        """Make messages of what is new in the log, give those that are due a job; return how many got one."""
        with self._database.reading() as session:
            newest = session.scalar(select(func.max(IssueLogEntry.number))) or 0
            behind = session.scalars(
                select(Webhook.id)
                .join(ApiClient, ApiClient.id == Webhook.client_id)
                .where(Webhook.told_until < newest, ApiClient.revoked_at.is_(None))
            ).all()
        for webhook_id in behind:
            self._make_messages(webhook_id)
        return self._enqueue_due()

    def tell(self, delivery_id: str, number: int) -> None:
        """Send one message (a job of the engine)."""
        claimed = self._claim(delivery_id, number)
        if claimed is None:
            return
        url, secret, body = claimed
        now = self._clock()
        headers = {**signed_headers(secret, delivery_id, now, body), "Content-Type": "application/json"}
        problem: str | None
        try:
            answer = self._outgoing.call("POST", url, headers=headers, data=body, timeout=TIMEOUT, max_bytes=_MAX_ANSWER)
            problem = None if 200 <= answer.status < 300 else str(answer.status)
        except TimedOut:
            problem = "timeout"
        except AddressRefused:
            problem = "address-refused"
        except OutsideError:
            problem = "unreachable"
        self._steady.run(lambda session: self._record(session, delivery_id, number, problem))

    def clean_up(self) -> int:
        """Forget messages that arrived long ago; return how many."""
        old = (WebhookDelivery.state == DeliveryState.DELIVERED) & (WebhookDelivery.created_at <= self._clock() - KEPT)
        with self._database.session() as session:
            return len(session.execute(delete(WebhookDelivery).where(old).returning(WebhookDelivery.id)).all())

    def _make_messages(self, webhook_id: str) -> None:
        now = self._clock()
        with self._database.session() as session:
            webhook = session.get(Webhook, webhook_id, with_for_update=True)
            if webhook is None:
                return
            entries = session.scalars(
                select(IssueLogEntry)
                .where(IssueLogEntry.number > webhook.told_until)
                .order_by(IssueLogEntry.number)
                .limit(_AT_ONCE)
            ).all()
            for entry in entries:
                webhook.told_until = entry.number
                event = f"certificate.{entry.what}"
                if event in webhook.events:
                    session.add(
                        WebhookDelivery(
                            id=new_id(),
                            webhook_id=webhook.id,
                            entry=entry.number,
                            event=event,
                            data=self._data(session, entry),
                            created_at=now,
                            state=DeliveryState.WAITING,
                            due_at=now,
                        )
                    )

    def _data(self, session: Session, entry: IssueLogEntry) -> dict[str, object]:
        row = session.execute(
            select(Certificate.award_id, Certificate.replaced_by_id, Enrolment.cohort_id)
            .join(Award, Award.id == Certificate.award_id)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .where(Certificate.id == entry.certificate_id)
        ).one()
        successor = row.replaced_by_id if entry.what == "replaced" else None
        return {
            "certificate": entry.certificate_id,
            "url": f"{self._base_url}/c/{entry.certificate_id}",
            "award": row.award_id,
            "cohort": row.cohort_id,
            "replaced_by": successor,
            "happened_at": entry.at.isoformat(),
            "log_entry": entry.number,
        }

    def _enqueue_due(self) -> int:
        now = self._clock()
        query = (
            select(WebhookDelivery.id, WebhookDelivery.job)
            .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
            .join(ApiClient, ApiClient.id == Webhook.client_id)
            .where(
                WebhookDelivery.state == DeliveryState.WAITING,
                WebhookDelivery.due_at <= now,
                unclaimed(WebhookDelivery.claimed_until, now),
                Webhook.paused_at.is_(None),
                ApiClient.revoked_at.is_(None),
            )
            .order_by(WebhookDelivery.due_at, WebhookDelivery.entry)
            .limit(_AT_ONCE)
        )
        with self._database.reading() as session:
            due = [(delivery_id, job) for delivery_id, job in session.execute(query)]
        count = 0
        for delivery_id, job in without_job(self._jobs, TELL_WEBHOOK, due):
            with self._database.session() as session:
                row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
                # another process may have taken or even sent it meanwhile; its answer is recorded under its own number
                if row is not None and row.job == job and _is_due(row, now):
                    row.job += 1
                    self._jobs.enqueue(session, TELL_WEBHOOK, row.id, row.job)
                    count += 1
        return count

    def _claim(self, delivery_id: str, number: int) -> tuple[str, str, bytes] | None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
            if row is None or row.job != number or row.state != DeliveryState.WAITING or is_claimed(row, now):
                return None
            if row.webhook.paused_at is not None:
                return None
            row.claimed_until = now + LEASE
            message = {"type": row.event, "timestamp": row.created_at.isoformat(), "data": row.data}
            sealed, url = row.webhook.secret_sealed, row.webhook.url
        return url, self._vault.decrypt(sealed), json.dumps(message, separators=(",", ":"), sort_keys=True).encode()

    def _record(self, session: Session, delivery_id: str, number: int, problem: str | None) -> None:
        now = self._clock()
        row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if row is None or row.job != number or row.state != DeliveryState.WAITING:
            return
        row.claimed_until = None
        if problem is None:
            row.state, row.delivered_at, row.last_problem, row.failing_since = DeliveryState.DELIVERED, now, None, None
            return
        row.fails += 1
        row.last_problem = problem
        row.failing_since = row.failing_since or now
        row.due_at = now + timedelta(seconds=PAUSES[min(row.fails, len(PAUSES)) - 1])
        if problem == str(_GONE) or now - row.failing_since >= GIVE_UP_AFTER:
            webhook = session.get_one(Webhook, row.webhook_id, with_for_update=True)
            webhook.paused_at, webhook.paused_why = webhook.paused_at or now, problem
            log.warning("webhook.paused", webhook=webhook.id, problem=problem)


def _is_due(row: WebhookDelivery, now: datetime) -> bool:
    """Return whether a message is to be sent now, and nobody sends it."""
    return row.state == DeliveryState.WAITING and row.due_at <= now and not is_claimed(row, now)
