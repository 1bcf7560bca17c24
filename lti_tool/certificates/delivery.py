"""Delivering a certificate to a portfolio: begun on the holder's page, finished when the portfolio sends the holder back.

In between the holder is elsewhere, in a window that may have no session here. What comes back is known by a secret, once and
for a quarter of an hour; no token is kept afterwards.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from lti_tool.certificates.holder import HolderService
from lti_tool.certificates.models import Certificate, PortfolioDelivery
from lti_tool.certificates.portfolio_api import Client, Portfolio, PortfolioApi, PortfolioProblem
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound, OutsideError
from lti_tool.ids import digest, new_secret
from lti_tool.launch.sessions import Viewer
from lti_tool.vault import Vault

VALID = timedelta(minutes=15)
KEPT = timedelta(days=30)
LONGEST_ADDRESS = 300

log = structlog.get_logger(__name__)


class DeliveryUnknown(NotFound):
    """Nobody asked for this, it is finished, or it took too long."""

    code = "C-DELIVERY"
    title = _l("Dit versturen is niet (meer) bekend")
    explanation = _l("Je was langer dan een kwartier weg, of dit is al verstuurd. Er is nu niets gestuurd.")
    steps = (_l("Ga terug naar je certificaat in de leeromgeving en begin daar opnieuw."),)


@dataclass(frozen=True)
class Begun:
    """Where the holder goes on."""

    host: str
    url: str


class DeliveryService:
    """Delivers certificates.

    Args:
        database: for its own short transactions; none is open during a call.
        clock: the time.
        vault: seals what is secret between the two halves.
        holder: whose certificate it is.
        api: speaks with portfolios.
    """

    def __init__(self, database: Database, clock: Clock, vault: Vault, holder: HolderService, api: PortfolioApi) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._holder = holder
        self._api = api

    def begin(self, viewer: Viewer, cohort_id: str, address: str) -> Begun:
        """Find a portfolio and return where the holder gives leave.

        Raises:
            Invalid: no address.
            NotFound: the viewer has no certificate here.
            OutsideError: the portfolio does not answer as it should.
        """
        if not 0 < len(address.strip()) <= LONGEST_ADDRESS:
            raise Invalid("no address", explanation=_l("Vul het adres van je portfolio in."), field="address")
        certificate = self._holder.own(viewer, cohort_id)
        portfolio = self._api.discover(address)
        client = self._known(portfolio) or self._api.register(portfolio)
        state, now = new_secret(), self._clock()
        permission = self._api.ask(portfolio, client, state)
        with self._database.session() as session:
            session.add(
                PortfolioDelivery(
                    certificate_id=certificate.id,
                    host=portfolio.host[:LONGEST_ADDRESS],
                    endpoints=asdict(portfolio),
                    client_id=client.client_id,
                    secret_sealed=self._vault.encrypt(client.client_secret) if client.client_secret else None,
                    state_digest=digest(state),
                    verifier_sealed=self._vault.encrypt(permission.verifier),
                    created_at=now,
                    expires_at=now + VALID,
                )
            )
        return Begun(portfolio.host, permission.url)

    def finish(self, state: str, code: str) -> str:
        """Deliver, now that the holder is back; return the portfolio's host.

        Args:
            state: as the portfolio brought it back.
            code: its leave; empty when the holder said no.

        Raises:
            DeliveryUnknown: nobody asked, or too late.
            PortfolioProblem: no leave, or the portfolio does not take it.
        """
        now = self._clock()
        with self._database.session() as session:
            query = select(PortfolioDelivery).where(PortfolioDelivery.state_digest == digest(state)).with_for_update()
            delivery = session.scalar(query)
            if delivery is None or delivery.finished_at is not None or delivery.expires_at < now:
                raise DeliveryUnknown("no such delivery, or it is over")
            delivery.finished_at, delivery.problem = now, "begun"
            verifier = self._vault.decrypt(delivery.verifier_sealed)
            delivery.verifier_sealed = ""
            certificate = session.get_one(Certificate, delivery.certificate_id)
            credential = certificate.credential
        if not credential:
            raise DeliveryUnknown("the holder was erased meanwhile")
        try:
            if not code:
                raise PortfolioProblem("no leave", explanation=_l("Je gaf geen toestemming. Er is niets gestuurd."))
            self._api.deliver(Portfolio(**delivery.endpoints), self._client(delivery), code, verifier, credential)
        except OutsideError as problem:
            self._note(delivery.id, problem.code)
            raise
        self._note(delivery.id, None)
        log.info("certificate.delivered", certificate=delivery.certificate_id, host=delivery.host)
        return delivery.host

    def _known(self, portfolio: Portfolio) -> Client | None:
        """Return what a portfolio knows us by since an earlier delivery, if it still is the same portfolio."""
        query = select(PortfolioDelivery).where(PortfolioDelivery.host == portfolio.host[:LONGEST_ADDRESS])
        with self._database.reading() as session:
            last = session.scalars(query.order_by(PortfolioDelivery.created_at.desc()).limit(1)).first()
        worked = last is not None and last.problem is None and last.finished_at is not None
        return self._client(last) if last and worked and last.endpoints == asdict(portfolio) else None

    def _client(self, delivery: PortfolioDelivery) -> Client:
        secret = self._vault.decrypt(delivery.secret_sealed) if delivery.secret_sealed else None
        return Client(delivery.client_id, secret)

    def _note(self, delivery_id: str, problem: str | None) -> None:
        with self._database.session() as session:
            session.get_one(PortfolioDelivery, delivery_id).problem = problem


def forget_deliveries(database: Database, clock: Clock, kept: timedelta = KEPT) -> None:
    """Forget deliveries of long ago (a periodic duty); what a portfolio has stays there."""
    with database.session() as session:
        session.execute(delete(PortfolioDelivery).where(PortfolioDelivery.created_at < clock() - kept))
