"""Codes that link two accounts, what somebody is told before, the linking itself, and its end.

Who shows a code and who types it over are shown to be one person by that alone; never by a name or an e-mail address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.certificates.models import Award, Certificate
from lti_tool.clock import Clock
from lti_tool.courses.consents import LINK_CODE, LINKING
from lti_tool.courses.models import Account, Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.ids import new_id, new_short_code, typed_code
from lti_tool.launch.viewer import NoAccount, Viewer
from lti_tool.linking.ending import end, hold
from lti_tool.linking.joining import doubles, join
from lti_tool.linking.journal import Journal
from lti_tool.linking.models import AccountLink, LinkCode, LinkTries
from lti_tool.linking.obstacles import WORDS, obstacles_to_joining, obstacles_to_parting
from lti_tool.platforms.models import Platform
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete
from lti_tool.training.home import Place
from lti_tool.training.models import JOINED, Cohort, Enrolment, Submission
from lti_tool.vault import Vault
from mappings.progress import OutcomeState
from mappings.roles import Role

CODE_VALID = timedelta(minutes=15)
MOST_CODES = 5
"""An account and hour."""
MOST_TRIES = 10
"""Codes that were none, an account and hour."""
HOUR = timedelta(hours=1)

JoinFollower: TypeAlias = Callable[[Session, str, Sequence[str]], None]
"""Told the person who went on and that person's participants, in the transaction that put two people together."""


@dataclass(frozen=True)
class Holding:
    """What belongs to somebody, as far as is told before two are put together: no names, no work."""

    schools: Sequence[str]
    cohorts: Sequence[str]
    """With the role in each told by `trains`."""
    trains: Sequence[str]
    """Those of the cohorts in which the person is trainer."""
    works: int
    certificates: int


@dataclass(frozen=True)
class Preview:
    """What linking two accounts comes to."""

    mine: Holding
    theirs: Holding
    doubles: int
    """For how many assignments both have work."""
    obstacles: Sequence[Words]


@dataclass(frozen=True)
class LinkLine:
    """A link that is there."""

    id: str
    since: datetime
    obstacles: Sequence[Words]
    """Why it cannot be taken apart now."""


@dataclass(frozen=True)
class LinkPage:
    """Which accounts somebody has, and what belongs to them."""

    place: Place
    mine: Holding
    links: Sequence[LinkLine]
    """The newest first."""


class LinkService:
    """Links accounts.

    Args:
        database: its own short transactions.
        vault: makes the keyed digests of codes.
        clock: the time.
        access: what somebody is in a cohort.
        trail: holds who linked and unlinked.
        followers: told when two people were put together, in the same transaction.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        access: Access,
        trail: AuditTrail,
        followers: Sequence[JoinFollower] = (),
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._access = access
        self._trail = trail
        self._followers = tuple(followers)

    def page(self, viewer: Viewer, cohort_id: str) -> LinkPage:
        """Return what the viewer has. Raises NotFound when the viewer is nothing in the cohort, NoAccount without one."""
        with self._database.reading() as session:
            place = Place.of(self._access.standing(session, viewer, cohort_id))
            if viewer.maybe_account_id is None:
                raise NoAccount("nothing to link without an account")
            links = session.scalars(_active(viewer.person_id)).all()
            lines = [
                LinkLine(link.id, link.linked_at, [WORDS[one] for one in obstacles_to_parting(session, link)])
                for link in links
            ]
            return LinkPage(place, _holding(session, viewer.person_id), lines)

    def code(self, viewer: Viewer, cohort_id: str) -> str:
        """Return a new code of the viewer, valid for a quarter of an hour; an earlier one is not any more.

        Raises:
            Incomplete: there were many already.
            NotFound: the viewer is nothing in the cohort.
        """
        now, code = self._clock(), new_short_code()
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            session.get(Account, viewer.account_id, with_for_update=True)
            own = LinkCode.account_id == viewer.account_id
            made = select(func.count()).select_from(LinkCode).where(own, LinkCode.made_at > now - HOUR)
            if (session.scalar(made) or 0) >= MOST_CODES:
                raise Incomplete({"agree": _l("Je maakte net al vaak een code. Probeer het over een uur opnieuw.")})
            session.execute(update(LinkCode).where(own, LinkCode.used_at.is_(None)).values(used_at=now))
            mark = self._vault.mac("link code", typed_code(code))
            new = LinkCode(
                id=new_id(),
                account_id=viewer.account_id,
                mark=mark,
                made_at=now,
                expires_at=now + CODE_VALID,
                consent_version=LINK_CODE.version,
            )
            session.add(new)
            self._trail.done(session, viewer.account_id, "linking.code", new.id)
        return code

    def preview(self, viewer: Viewer, cohort_id: str, code: str) -> Preview:
        """Return what linking with the maker of a code comes to; nothing changes.

        Raises:
            Incomplete: it is no code that is valid, or the viewer's own.
            NotFound: the viewer is nothing in the cohort.
        """
        with self._database.reading() as session:
            self._access.standing(session, viewer, cohort_id)
        giver = self._giver(viewer, code)
        with self._database.reading() as session:
            other = session.get_one(Account, giver.account_id).person_id
            return Preview(
                mine=_holding(session, viewer.person_id),
                theirs=_holding(session, other),
                doubles=doubles(session, viewer.person_id, other),
                obstacles=obstacles_to_joining(session, viewer.person_id, other),
            )

    def link(self, viewer: Viewer, cohort_id: str, code: str) -> None:
        """Put the viewer and the maker of a code together; the code is used up.

        Raises:
            Incomplete: it is no code that is valid, it was used at the same moment, or something is in the way.
            NotFound: the viewer is nothing in the cohort.
        """
        with self._database.reading() as session:
            self._access.standing(session, viewer, cohort_id)
        giver = self._giver(viewer, code)
        now = self._clock()
        with self._database.session() as session:
            used = update(LinkCode).where(LinkCode.id == giver.id, LinkCode.used_at.is_(None)).values(used_at=now)
            if session.scalar(used.returning(LinkCode.id)) is None:
                raise Incomplete({"code": _NO_CODE})
            kept, joined = self._hold(session, viewer.account_id, giver.account_id)
            obstacles = obstacles_to_joining(session, kept, joined)
            if obstacles:
                raise Incomplete({"code": obstacles[0]})
            link = AccountLink(
                id=new_id(),
                kept_id=kept,
                joined_id=joined,
                linked_at=now,
                code_id=giver.id,
                giver_id=giver.account_id,
                taker_id=viewer.account_id,
                consent_version=LINKING.version,
                code_consent_version=giver.consent_version,
            )
            session.add(link)
            session.flush()
            participants = join(session, Journal(session, link.id), kept, joined)
            for account_id in (viewer.account_id, giver.account_id):
                self._trail.done(session, account_id, "linking.link", link.id)
            for follower in self._followers:
                follower(session, kept, participants)

    def unlink(self, viewer: Viewer, cohort_id: str, link_id: str) -> None:
        """Take a link of the viewer apart. Once it is apart nothing changes any more.

        Raises:
            Incomplete: something is in the way.
            NotFound: not a link of the viewer, or the viewer is nothing in the cohort.
        """
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            link = session.get(AccountLink, link_id, with_for_update=True, populate_existing=True)
            if link is None or link.kept_id != viewer.person_id:
                raise NotFound("somebody else's link")
            if link.unlinked_at is not None:
                return
            obstacles = end(session, link, self._clock())
            if obstacles:
                raise Incomplete({"unlink": WORDS[obstacles[0]]})
            self._trail.done(session, viewer.account_id, "linking.unlink", link.id)

    def clean_up(self) -> int:
        """Forget codes and tries of more than a day ago; return how many codes."""
        old = self._clock() - timedelta(days=1)
        with self._database.session() as session:
            session.execute(delete(LinkTries).where(LinkTries.since <= old))
            return len(session.execute(delete(LinkCode).where(LinkCode.made_at <= old).returning(LinkCode.id)).all())

    def _giver(self, viewer: Viewer, code: str) -> LinkCode:
        """Return a code that somebody else made and that is valid; one that is none counts as a try."""
        now = self._clock()
        refused: Words | None = None
        found: LinkCode | None = None
        with self._database.session() as session:
            new = {"account_id": viewer.account_id, "tries": 0, "since": now}
            insert_unless_there(session, LinkTries, new)
            tries = session.get_one(LinkTries, viewer.account_id, with_for_update=True, populate_existing=True)
            if now - tries.since > HOUR:
                tries.tries, tries.since = 0, now
            if tries.tries >= MOST_TRIES:
                refused = _l("Je typte te vaak een verkeerde code. Probeer het over een uur opnieuw.")
            else:
                marks = self._vault.accepted_macs("link code", typed_code(code))
                valid = LinkCode.used_at.is_(None), LinkCode.expires_at > now
                found = session.scalar(select(LinkCode).where(LinkCode.mark.in_(marks), *valid))
                if found is None:
                    tries.tries += 1
                    refused = _NO_CODE
                elif found.account_id == viewer.account_id:
                    refused = _l("Dit is de code van dit account. Typ hem over in je andere leeromgeving.")
        # a try that failed is counted: the transaction has to end well
        if refused is not None or found is None:
            raise Incomplete({"code": refused or _NO_CODE})
        return found

    @staticmethod
    def _hold(session: Session, *account_ids: str) -> tuple[str, str]:
        """Lock the two people behind two accounts; return who goes on, the one who was here first, and who is taken up."""
        people = [session.get_one(Account, account_id).person_id for account_id in account_ids]
        hold(session, *people)
        # somebody may have linked one of them meanwhile
        again = [session.get_one(Account, one, populate_existing=True).person_id for one in account_ids]
        if set(again) != set(people):
            raise Incomplete({"code": _l("Er veranderde net iets aan een van de accounts. Probeer het opnieuw.")})
        if again[0] == again[1]:
            return again[0], again[1]
        first, second = sorted((session.get_one(Person, one) for one in again), key=lambda one: (one.created_at, one.id))
        return first.id, second.id


def _active(person_id: str) -> Select[AccountLink]:
    own = select(AccountLink).where(AccountLink.kept_id == person_id, AccountLink.unlinked_at.is_(None))
    return own.order_by(AccountLink.linked_at.desc(), AccountLink.id)


def _holding(session: Session, person_id: str) -> Holding:
    schools = (
        select(Platform.name)
        .join(Account, Account.platform_id == Platform.id)
        .where(Account.person_id == person_id)
        .order_by(Account.created_at, Account.id)
    )
    cohorts = (
        select(Cohort.name, Enrolment.role)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.person_id == person_id, Enrolment.role != JOINED)
        .order_by(Cohort.created_at, Cohort.id)
    )
    works = (
        select(func.count())
        .select_from(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Enrolment.person_id == person_id, Enrolment.role == Role.PARTICIPANT.value)
        .where(Submission.state != OutcomeState.OPEN.value)
    )
    certificates = (
        select(func.count())
        .select_from(Certificate)
        .join(Award, Award.id == Certificate.award_id)
        .where(Award.person_id == person_id, Certificate.replaced_by_id.is_(None))
    )
    found = session.execute(cohorts).all()
    return Holding(
        schools=tuple(dict.fromkeys(session.scalars(schools))),
        cohorts=tuple(dict.fromkeys(name for name, _role in found)),
        trains=tuple(dict.fromkeys(name for name, role in found if role == Role.TRAINER)),
        works=session.scalar(works) or 0,
        certificates=session.scalar(certificates) or 0,
    )


_NO_CODE = _l("Deze code geldt niet (meer). Maak in je andere leeromgeving een nieuwe.")
