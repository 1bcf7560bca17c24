"""The room put together: its services, for the views, the command line and the jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from lti_tool.allowance import Allowance
from lti_tool.api.clients import ClientService
from lti_tool.api.gate import CLIENTS, Gate
from lti_tool.api.idempotency import Idempotency
from lti_tool.api.reading import ReadingService
from lti_tool.api.telling import TELL_SWEEP_EVERY, TELL_WEBHOOK, WebhookTeller
from lti_tool.api.webhooks import WebhookService
from lti_tool.api.writing import CertificateWriter
from lti_tool.audit import AuditTrail
from lti_tool.certificates.by_hand import ByHandService
from lti_tool.certificates.replacing import ReplacementService
from lti_tool.certificates.service import CertificateService
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.jobs.queue import JobEngine
from lti_tool.limited import LimitCounts
from lti_tool.outgoing import Outgoing
from lti_tool.vault import Vault
from mappings.training import Training

_CLEAN_UP_EVERY = 3600.0


@dataclass(frozen=True)
class ApiParts:
    """Everything of the API."""

    clients: ClientService
    webhooks: WebhookService
    teller: WebhookTeller
    gate: Gate
    idempotency: Idempotency
    reading: ReadingService
    writer: CertificateWriter

    def services(self) -> tuple[object, ...]:
        """Return what the views use, for `lti_tool.registry.provide`."""
        return self.gate, self.idempotency, self.reading, self.writer, self.webhooks, self.clients

    def register(self, engine: JobEngine) -> None:
        """Say who does which job, and what is done every so often."""
        engine.register(TELL_WEBHOOK, self.teller.tell)
        engine.every(TELL_SWEEP_EVERY, "sweep-webhooks", self.teller.sweep)
        engine.every(_CLEAN_UP_EVERY, "clean-up-webhooks", self.teller.clean_up)
        engine.every(_CLEAN_UP_EVERY, "clean-up-api-answers", self.idempotency.clean_up)


def api_parts(
    settings: Settings,
    database: Database,
    clock: Clock,
    engine: JobEngine,
    vault: Vault,
    outgoing: Outgoing,
    trail: AuditTrail,
    trainings: Mapping[str, Training],
    by_hand: ByHandService,
    certificates: CertificateService,
    replacements: ReplacementService,
) -> ApiParts:
    """Put the room together."""
    clients = ClientService(database, clock)
    allowance = Allowance(settings.api_requests_per_minute, clock, partial(LimitCounts(database).add, CLIENTS))
    reading = ReadingService(database, trainings, settings.base_url)
    return ApiParts(
        clients=clients,
        webhooks=WebhookService(database, clock, vault, outgoing),
        teller=WebhookTeller(database, engine, clock, vault, outgoing, settings.base_url),
        gate=Gate(clients, allowance, trail),
        idempotency=Idempotency(database, clock),
        reading=reading,
        writer=CertificateWriter(database, trail, reading, by_hand, certificates, replacements),
    )
