"""The room put together: its services, ready to be provided to its views."""

from collections.abc import Sequence

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.exchange.access import ExchangeAccess
from lti_tool.exchange.directory import DirectoryService
from lti_tool.exchange.news import VisitService
from lti_tool.exchange.overview import OverviewService
from lti_tool.exchange.pieces import PieceService
from lti_tool.exchange.reactions import ReactionFollower, ReactionService
from lti_tool.exchange.sharing import PieceFollower, SharingService
from lti_tool.exchange.shelf import ShelfService
from lti_tool.training.access import Access
from lti_tool.training.files import FileStore
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.outcomes import Extras


def exchange_services(
    settings: Settings,
    database: Database,
    clock: Clock,
    access: Access,
    extras: Extras,
    store: FileStore,
    trail: AuditTrail,
    *,
    reaction_followers: Sequence[ReactionFollower] = (),
    piece_followers: Sequence[PieceFollower] = (),
    inspector: FileInspector | None = None,
) -> tuple[object, ...]:
    """Return everything that the views of this room use, for `lti_tool.registry.provide`.

    Args:
        access: what somebody is in a cohort.
        extras: the files that were handed in in learning environments.
        store: where the bytes of files lie.
        trail: holds who shared, withdrew and hid what.
        reaction_followers: called in this order when somebody reacts, in the same transaction.
        piece_followers: called in this order when somebody asks something with a piece, in the same transaction.
        inspector: looks at files that come in.
    """
    members = ExchangeAccess(access)
    return (
        OverviewService(database, members),
        SharingService(database, clock, members, extras, store, trail, piece_followers),
        PieceService(database, members, extras, store),
        ReactionService(database, clock, members, trail, reaction_followers),
        VisitService(database, clock),
        DirectoryService(database, clock, members),
        ShelfService(database, clock, members, store, settings.file_max_mb, inspector),
    )
