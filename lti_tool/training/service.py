"""The room put together: its services, ready to be provided to its views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.training.access import Access
from lti_tool.training.arriving import ArrivalService
from lti_tool.training.aspects import AspectService
from lti_tool.training.board import BoardService
from lti_tool.training.briefs import Briefs
from lti_tool.training.cohorts import CohortService
from lti_tool.training.draft_files import DraftFiles
from lti_tool.training.drafts import DraftService
from lti_tool.training.files import FileStore
from lti_tool.training.handing_in import HandInService
from lti_tool.training.home import HomeService
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.naming import NameCheck, NameService
from lti_tool.training.nudging import NudgeService
from lti_tool.training.outcomes import AspectFollower, Extras, OutcomeFollower, PersonFollower
from lti_tool.training.phrases import PhraseService
from lti_tool.training.questions import QuestionService
from lti_tool.training.queue import QueueService
from lti_tool.training.resumable import UploadService
from lti_tool.training.resumable_finishing import UploadFinisher
from lti_tool.training.review_arrival import ReviewArrivalService
from lti_tool.training.review_page import ReviewPageService
from lti_tool.training.reviewing import ReviewService
from lti_tool.training.work_files import WorkFileService
from mappings.training import Training


@dataclass(frozen=True)
class Issuer:
    """Who awards the certificate, in the few words that fit in a sentence: ``LKCA``."""

    name: str


def training_services(
    settings: Settings,
    database: Database,
    clock: Clock,
    cohorts: CohortService,
    trainings: Mapping[str, Training],
    extras: Extras,
    *,
    outcome_followers: Sequence[OutcomeFollower] = (),
    person_followers: Sequence[PersonFollower] = (),
    aspect_followers: Sequence[AspectFollower] = (),
    printable: NameCheck = lambda _name: None,
    inspector: FileInspector | None = None,
) -> tuple[object, ...]:
    """Return everything that the views of this room use, for `lti_tool.registry.provide`.

    Args:
        extras: what the rooms above tell about certificates and scores.
        outcome_followers: called in this order when an outcome changes, in the same transaction.
        person_followers: called in this order when a name is confirmed, in the same transaction.
        aspect_followers: called in this order when a trainer shares how they see somebody's aspects.
        printable: whether the certificate can show a name.
        inspector: looks at files that come in.

    Raises:
        SettingsError: the file store cannot be used.
    """
    access = Access(trainings)
    store = FileStore(settings.files_location)
    followers = tuple(outcome_followers)
    files = DraftFiles(clock, settings.file_max_mb, followers)
    queue = QueueService(database, clock, access)
    drafts = DraftService(database, clock, access, followers)
    return (
        cohorts,
        extras,
        Briefs(),
        ArrivalService(database, cohorts),
        ReviewArrivalService(database, access),
        HomeService(database, clock, access, extras),
        BoardService(database, clock, access, extras),
        queue,
        NudgeService(database, clock, access, extras),
        PhraseService(database, clock, access),
        ReviewPageService(database, access, extras, queue),
        drafts,
        HandInService(database, clock, drafts, followers),
        WorkFileService(database, clock, access, store, files, extras, inspector),
        UploadService(
            database,
            clock,
            access,
            store,
            files,
            UploadFinisher(database, clock, access, store, files, inspector),
            unfinished_mb=settings.unfinished_mb,
            days=settings.upload_days,
        ),
        ReviewService(database, clock, access, followers),
        QuestionService(database, clock, access),
        AspectService(database, clock, access, aspect_followers),
        NameService(database, clock, access, extras, person_followers, printable),
        Issuer(settings.issuer_name.split(" – ")[0]),
    )
