"""The address that somebody gives for mail: asked for, confirmed by a code that was sent to it, and taken back.

It never comes from a learning environment. Until a code showed that it is theirs, nothing else is sent to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.consents import MAIL
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.ids import new_id, new_short_code, typed_code
from lti_tool.launch.sessions import Viewer
from lti_tool.mailing import clean_address
from lti_tool.notices.due import MailQueue, unsent, wish_of
from lti_tool.notices.mailing import CODE_VALID
from lti_tool.notices.models import FOR_TRAINERS, MailAddress, Notice, NoticeKind, Wish
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete
from lti_tool.training.home import Place
from lti_tool.vault import Vault

MOST_TRIES = 5
"""Of one code."""
MOST_ASKS = 5
"""Codes a person and day."""
MOST_ASKERS = 3
"""Persons who may ask for a code to one address, a day: nobody fills somebody else's mailbox."""
ASKED_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class MailPage:
    """How somebody's mail stands, and what can be chosen."""

    place: Place
    address: str | None = field(repr=False)
    """Confirmed."""
    asked: str | None = field(repr=False)
    """To which a code was sent, or is on its way."""
    wishes: Mapping[NoticeKind, Wish | None]
    """Of the kinds that this person can hear of here."""
    refused_at: datetime | None
    asks_again: bool
    """The words that were agreed to are others now: nothing is sent until that is done again."""
    problem: str | None
    hour: int
    """Of the daily message."""


class MailService:
    """Keeps addresses and wishes.

    Args:
        database: its own short transactions.
        vault: seals addresses and codes.
        clock: the time.
        access: what somebody is in a cohort.
        queue: where mail waits; None: this installation has no mail server.
        hour: of the daily message.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, access: Access, queue: MailQueue | None, hour: int
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._access = access
        self._queue = queue
        self._hour = hour

    @property
    def offered(self) -> bool:
        """Whether this installation sends mail."""
        return self._queue is not None

    def page(self, viewer: Viewer, cohort_id: str) -> MailPage:
        """Return how the viewer's mail stands. Raises NotFound when the viewer is nothing here, or no mail is sent."""
        self._sends()
        with self._database.reading() as session:
            place = Place.of(self._access.standing(session, viewer, cohort_id))
            row = session.get(MailAddress, viewer.person_id)
            asked = row is not None and row.asked_sealed is not None and self._is_open(row)
            return MailPage(
                place=place,
                address=self._vault.decrypt(row.sealed) if row and row.sealed else None,
                asked=self._vault.decrypt(row.asked_sealed) if row and row.asked_sealed and asked else None,
                wishes={kind: wish_of(row.wishes if row else None, kind) for kind in kinds_for(place)},
                refused_at=row.refused_at if row else None,
                asks_again=bool(row and row.sealed and row.consent_version != MAIL.version),
                problem=row.problem if row else None,
                hour=self._hour,
            )

    def refused(self, person_id: str) -> bool:
        """Return whether mail to somebody was stopped because the address is refused."""
        with self._database.reading() as session:
            refused = select(MailAddress.refused_at).where(MailAddress.person_id == person_id)
            return session.scalar(refused) is not None

    def ask(self, viewer: Viewer, cohort_id: str, text: str) -> None:
        """Send a code to an address; the newest code counts.

        Raises:
            Incomplete: it is no address, or there were too many codes today.
            NotFound: the viewer is nothing here, or no mail is sent.
        """
        queue, now = self._sends(), self._clock()
        address = clean_address(text)
        if address is None:
            raise Incomplete({"address": _l("Dit is geen e-mailadres. Het ziet eruit als naam@school.nl.")})
        code, mark = new_short_code(), self._vault.mac("mail address", address.lower())
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            row = self._lock_or_begin(session, viewer.person_id)
            if row.asked_at is None or now - row.asked_at > ASKED_KEPT:
                row.asks = 0
            if row.asks >= MOST_ASKS or self._askers(session, viewer.person_id, mark, now) >= MOST_ASKERS:
                raise Incomplete({"address": _l("Er zijn vandaag al vaak codes gevraagd. Probeer het morgen opnieuw.")})
            row.asks, row.asked_at, row.asked_mark = row.asks + 1, now, mark
            row.asked_sealed, row.code_sealed = self._vault.encrypt(address), self._vault.encrypt(code)
            row.code_mark, row.code_tries, row.problem = self._vault.mac(*_of_code(viewer.person_id, code)), 0, None
            queue.enqueue(session, row, now)

    def confirm(self, viewer: Viewer, cohort_id: str, code: str) -> None:
        """Take an address into use by the code that was sent to it. Wishes stay; at first there are none.

        Raises:
            Incomplete: it is not the code, it is too old, or it was tried too often.
            NotFound: the viewer is nothing here, or no mail is sent.
        """
        self._sends()
        problem: Words | None = None
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            row = session.get(MailAddress, viewer.person_id, with_for_update=True)
            if row is None or row.code_mark is None or row.asked_sealed is None or not self._is_open(row):
                problem = _l("Deze code geldt niet meer. Vraag een nieuwe.")
            elif row.code_mark not in self._vault.accepted_macs(*_of_code(viewer.person_id, code)):
                row.code_tries += 1
                problem = _l("Dit is niet de code uit de e-mail. Kijk nog eens goed.")
                if row.code_tries >= MOST_TRIES:
                    _forget_asked(row)
                    problem = _l("De code is te vaak verkeerd ingevuld. Vraag een nieuwe.")
            else:
                row.sealed, row.confirmed_at = row.asked_sealed, self._clock()
                row.consent_version = MAIL.version
                row.refused_at = row.problem = None
                _forget_asked(row)
        # a try that failed is counted: the transaction has to end well
        if problem is not None:
            raise Incomplete({"code": problem})

    def choose(self, viewer: Viewer, cohort_id: str, chosen: Mapping[str, str]) -> None:
        """Keep when the viewer wants mail, by kind; what is still to be sent follows.

        Args:
            chosen: a `Wish` by `NoticeKind`; anything else is never. Kinds that are not there stay as they are.

        Raises:
            NotFound: the viewer is nothing here, or gave no address.
        """
        queue = self._sends()
        with self._database.session() as session:
            place = Place.of(self._access.standing(session, viewer, cohort_id))
            row = session.get(MailAddress, viewer.person_id, with_for_update=True)
            if row is None or row.sealed is None:
                raise NotFound("no confirmed address")
            wishes = dict(row.wishes)
            for kind in kinds_for(place):
                if kind in chosen:
                    wishes.pop(kind.value, None)
                    wish = wish_of(dict(chosen), kind)
                    wishes |= {kind.value: wish.value} if wish else {}
                    waiting = update(Notice).where(unsent(viewer.person_id), Notice.kind == kind.value)
                    # what is under way already goes as it was put together
                    session.execute(waiting.where(Notice.mailing_id.is_(None)).values(mail=wish.value if wish else None))
            row.wishes, row.consent_version = wishes, MAIL.version
            if row.mailing_id is None:
                queue.plan(session, row)

    def forget(self, viewer: Viewer, cohort_id: str) -> None:
        """Forget the viewer's address and wishes. Raises NotFound when the viewer is nothing here."""
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            _forget(session, viewer.person_id)

    def off(self, off_key: str) -> None:
        """Forget the address whose mails hold this key; what is gone already stays gone."""
        with self._database.session() as session:
            person_id = session.scalar(select(MailAddress.person_id).where(MailAddress.off_key == off_key))
            if person_id is not None:
                _forget(session, person_id)

    def clean_up(self) -> int:
        """Forget addresses that nobody confirmed within a day; return how many."""
        old = (MailAddress.asked_at <= self._clock() - ASKED_KEPT) & MailAddress.asked_mark.is_not(None)
        with self._database.session() as session:
            rows = session.scalars(select(MailAddress).where(old).with_for_update()).all()
            for row in rows:
                if row.sealed is None:
                    session.delete(row)
                else:
                    _forget_asked(row)
                    row.asked_mark, row.asks = None, 0
            return len(rows)

    def _sends(self) -> MailQueue:
        if self._queue is None:
            raise NotFound("no mail server")
        return self._queue

    def _is_open(self, row: MailAddress) -> bool:
        return row.asked_at is not None and self._clock() - row.asked_at <= CODE_VALID

    @staticmethod
    def _lock_or_begin(session: Session, person_id: str) -> MailAddress:
        new = {"person_id": person_id, "off_key": new_id(), "wishes": {}, "asks": 0, "code_tries": 0, "job": 0, "fails": 0}
        insert_unless_there(session, MailAddress, new)
        return session.get_one(MailAddress, person_id, with_for_update=True, populate_existing=True)

    @staticmethod
    def _askers(session: Session, person_id: str, mark: str, now: datetime) -> int:
        others = select(func.count()).select_from(MailAddress).where(MailAddress.asked_mark == mark)
        others = others.where(MailAddress.asked_at > now - ASKED_KEPT, MailAddress.person_id != person_id)
        return session.scalar(others) or 0


def kinds_for(place: Place) -> list[NoticeKind]:
    """Return the kinds that somebody can hear of in a cohort."""
    for_trainers = [kind for kind in NoticeKind if kind in FOR_TRAINERS]
    for_all = [kind for kind in NoticeKind if kind not in FOR_TRAINERS]
    own = for_all if place.participates else [NoticeKind.ANSWER]
    return own + (for_trainers if place.trains else [])


def _of_code(person_id: str, code: str) -> tuple[str, str]:
    """Return of what a code's keyed digest is made, and for which purpose."""
    return "mail code", f"{person_id} {typed_code(code)}"


def _forget_asked(row: MailAddress) -> None:
    row.asked_sealed = row.code_mark = row.code_sealed = None
    row.code_tries = 0


def _forget(session: Session, person_id: str) -> None:
    session.execute(update(Notice).where(unsent(person_id)).values(mail=None))
    session.execute(delete(MailAddress).where(MailAddress.person_id == person_id))
