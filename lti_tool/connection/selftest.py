"""The self-test of a connection: everything that was looked at, as traffic lights, and the advice of its family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from sqlalchemy import select

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.connection import judging_keys, judging_services, judging_use
from lti_tool.connection.probing import Prober
from lti_tool.courses.known import ServiceAddresses, addresses_of
from lti_tool.database import Database
from lti_tool.launch.tracebook import TraceBook
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.web.lights import Finding, Light, worst
from mappings.platforms import Advice, Reader

REFUSALS_OF_DAYS = 7
TESTS_A_MINUTE = 4
"""Of one platform: each calls it about ten times."""
AT_ONCE = 2
"""In one process: a test of a platform that does not answer holds a thread for half a minute."""
WAIT_SECONDS = 30
_CLOCK = "L-CLOCK"


@dataclass(frozen=True)
class Report:
    """What a self-test found."""

    platform: PlatformInfo
    at: datetime
    findings: Sequence[Finding]

    @property
    def light(self) -> Light:
        """The most urgent of all."""
        return worst(self.findings)

    def advice(self, reader: Reader) -> Sequence[Advice]:
        """Return what one kind of reader has to set up in a platform of this family."""
        return self.platform.profile.advice_for(reader)

    def row(self) -> Mapping[str, object]:
        """Return it for a script, in the present language."""
        return {
            "id": self.platform.id,
            "name": self.platform.name,
            "family": self.platform.family,
            "light": self.light.value,
            "findings": [finding.row() for finding in self.findings],
        }


class SelfTest:
    """Tests connections.

    Args:
        settings: our own address.
        database: for one short look.
        clock: the time.
        platforms: the registrations.
        prober: asks the platform.
        traces: what became of launches.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        platforms: PlatformService,
        prober: Prober,
        traces: TraceBook,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._platforms = platforms
        self._prober = prober
        self._traces = traces
        self._allowance = Allowance(TESTS_A_MINUTE, clock)
        self._seats = BoundedSemaphore(AT_ONCE)

    def run(self, platform: PlatformInfo) -> Report:
        """Test a connection. It calls the platform and takes up to half a minute; nothing is stored but its keys."""
        now = self._clock()
        addresses, last_at = self._known(platform.id)
        probed = self._prober.probe(platform, addresses)
        reasons = self._traces.reasons(platform.id, now - timedelta(days=REFUSALS_OF_DAYS))
        launches = self._traces.launches(platform.id, 1)
        layers = self._traces.layers(platform.id, now - timedelta(days=self._settings.trace_days))
        refused_for_clock = any(reason.outcome == _CLOCK for reason in reasons)
        findings = [
            judging_use.switched_on(platform),
            judging_use.deployments(self._platforms.deployments(platform.id), reasons),
            judging_keys.their_keys(probed, platform),
            judging_keys.our_keys(probed, platform, f"{self._settings.base_url}/.well-known/jwks.json"),
            judging_services.access(probed, platform),
            judging_services.authorization(probed),
            judging_services.line_items(probed),
            judging_services.results(probed),
            judging_services.roster(probed),
            judging_keys.clocks(probed, refused_for_clock=refused_for_clock),
            judging_use.layers(layers, self._settings.host),
            judging_use.last_launch(launches, last_at),
            judging_use.refusals(reasons, REFUSALS_OF_DAYS),
        ]
        return Report(platform, now, findings)

    def run_for_page(self, platform: PlatformInfo) -> Report | int:
        """Test a connection as somebody on a page asks; return the seconds to wait when there were too many tests."""
        wait = self._allowance.take(platform.id)
        if wait:
            return wait
        if not self._seats.acquire(blocking=False):
            return WAIT_SECONDS
        try:
            return self.run(platform)
        finally:
            self._seats.release()

    def _known(self, platform_id: str) -> tuple[ServiceAddresses, datetime | None]:
        with self._database.reading() as session:
            last_at = session.scalar(select(Platform.last_launch_at).where(Platform.id == platform_id))
            return addresses_of(session, platform_id), last_at
