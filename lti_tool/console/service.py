"""The console's services, put together over those of the rooms below."""

from collections.abc import Mapping

from lti_tool.certificates.batch_runs import BatchRuns
from lti_tool.certificates.by_hand import ByHandService
from lti_tool.certificates.deciding import DecisionService
from lti_tool.certificates.erasing import ErasureService
from lti_tool.certificates.explaining import ExplanationService
from lti_tool.certificates.replacing import ReplacementService
from lti_tool.certificates.service import CertificateService
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.console.batches import BatchPages
from lti_tool.console.cohorts import CohortDesk
from lti_tool.console.deeds import IssuerDeeds
from lti_tool.console.dossiers import Dossiers
from lti_tool.console.home import Homes
from lti_tool.console.listing import CertificateListing
from lti_tool.console.people import PeopleDesk
from lti_tool.console.platforms import PlatformDesk
from lti_tool.console.queues import QueueDesk
from lti_tool.console.sealed import SealedSearch
from lti_tool.console.trail import TrailDesk
from lti_tool.console.trainings import TrainingDesk
from lti_tool.database import Database
from lti_tool.launch.tracebook import TraceBook
from lti_tool.sync.counts import OutboxCounts
from lti_tool.sync.score_book import ScoreBook
from lti_tool.vault import Vault
from mappings.training import Training


def console_services(
    settings: Settings,
    database: Database,
    clock: Clock,
    vault: Vault,
    trainings: Mapping[str, Training],
    *,
    certificates: CertificateService,
    decisions: DecisionService,
    explanations: ExplanationService,
    replacements: ReplacementService,
    erasures: ErasureService,
    by_hand: ByHandService,
    batch_runs: BatchRuns,
    score_book: ScoreBook,
) -> tuple[object, ...]:
    """Return everything that the views of the console use."""
    return (
        Homes(database),
        CertificateListing(database, trainings),
        SealedSearch(vault),
        Dossiers(database, clock, explanations, settings.base_url),
        IssuerDeeds(database, decisions, by_hand, certificates, replacements, erasures),
        BatchPages(database),
        CohortDesk(database, trainings),
        TrainingDesk(database, trainings),
        PlatformDesk(database, clock, OutboxCounts(database, clock), TraceBook(database)),
        QueueDesk(database, clock, trainings),
        TrailDesk(database),
        PeopleDesk(database, clock, trainings),
        batch_runs,
        score_book,
    )
