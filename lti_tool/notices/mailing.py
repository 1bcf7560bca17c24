"""Sending the mail about notices: a row a person, taken with a lease, sent outside any transaction, and then recorded.

A notice is in one message. A message of which it is not known whether it arrived is sent again as it was, under the same
Message-ID: only then can a mail come twice. What does not pass by itself is tried ever later, for three days; then it
stands in the tool alone.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.exchange.models import SharedPiece
from lti_tool.ids import new_id
from lti_tool.jobs.leases import is_claimed, unclaimed, without_job
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.mailing import MailTrouble, Problem
from lti_tool.notices.composing import Composer, Topic
from lti_tool.notices.due import SEND_MAIL, MailQueue, unsent
from lti_tool.notices.models import MailAddress, Notice, NoticeKind, Wish
from lti_tool.training.models import Cohort
from lti_tool.training.people import shut_out
from lti_tool.vault import Vault
from mappings.training import Training

MAIL_SWEEP_EVERY = 60.0
SWEEP_GRACE = timedelta(seconds=60)
SWEEP_BATCH = 500
LEASE = timedelta(minutes=5)
"""Longer than handing over one message may take."""
CODE_VALID = timedelta(minutes=30)
GIVE_UP = timedelta(days=3)
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Sender(Protocol):
    """Hands messages to a mail server; see `lti_tool.mailing.Mailer`."""

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand one over; it was taken when this returns. Raises MailTrouble."""


@dataclass(frozen=True)
class Parcel:
    """One message on its way."""

    person_id: str
    mailing_id: str
    message: EmailMessage = field(repr=False)
    to: str = field(repr=False)
    code: str | None = field(repr=False)
    """Its code, sealed, when it is the one with a code."""


class MailSender:
    """Sends what is due.

    Args:
        database: its own short transactions.
        vault: opens the addresses.
        sender: hands messages over.
        composer: writes them.
        queue: knows when the next one is due.
        trainings: by key, for their names.
        jobs: the durable engine.
        clock: the time.
        locale: the language of people who chose none.
        jitter: a random number from 0 to 1, so that not all come back at the same moment.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        sender: Sender,
        composer: Composer,
        queue: MailQueue,
        trainings: Mapping[str, Training],
        jobs: Jobs,
        clock: Clock,
        locale: str,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._steady = Steady(database)
        self._vault = vault
        self._sender = sender
        self._composer = composer
        self._queue = queue
        self._trainings = trainings
        self._jobs = jobs
        self._clock = clock
        self._locale = locale
        self._jitter = jitter

    def send(self, person_id: str, number: int) -> None:
        """Send what is due for one person (the job `send-mail`)."""
        parcel = self._take(person_id, number)
        if parcel is None:
            return
        trouble: MailTrouble | None = None
        try:
            self._sender.send(parcel.message, parcel.to)
        except MailTrouble as raised:
            trouble = raised
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("mail.failed", mailing=parcel.mailing_id, error=type(error).__name__)
            trouble = MailTrouble(Problem.UNREACHABLE)
        self._steady.run(lambda session: self._settle(session, parcel, trouble))
        problem = trouble.problem.value if trouble else None
        log.info("mail.sent", mailing=parcel.mailing_id, problem=problem, status=trouble.status if trouble else None)

    def sweep(self) -> None:
        """Plan the rows for which something waits unplanned, and give every row that is due a job unless it has one."""
        now = self._clock()
        unplanned = (
            select(MailAddress.person_id)
            .where(MailAddress.due_at.is_(None), MailAddress.sealed.is_not(None), MailAddress.refused_at.is_(None))
            .where(exists().where(unsent(MailAddress.person_id), Notice.read_at.is_(None)))
        )
        with self._database.reading() as session:
            people = session.scalars(unplanned.limit(SWEEP_BATCH)).all()
        for person_id in people:
            with self._database.session() as session:
                row = session.get(MailAddress, person_id, with_for_update=True)
                if row is not None and row.due_at is None:
                    self._queue.plan(session, row)
        query = select(MailAddress.person_id, MailAddress.job).where(
            MailAddress.due_at <= now - SWEEP_GRACE, unclaimed(MailAddress.claimed_until, now)
        )
        with self._database.reading() as session:
            due = [(person_id, number) for person_id, number in session.execute(query.limit(SWEEP_BATCH))]
        for person_id, number in without_job(self._jobs, SEND_MAIL, due):
            with self._database.session() as session:
                row = session.get(MailAddress, person_id, with_for_update=True)
                if row is not None and row.job == number and not is_claimed(row, now):
                    row.claimed_until = None
                    self._queue.enqueue(session, row, now)

    def _take(self, person_id: str, number: int) -> Parcel | None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(MailAddress, person_id, with_for_update=True)
            if row is None or row.job != number or row.due_at is None or row.due_at > now or is_claimed(row, now):
                return None
            parcel = self._code(session, row) or self._news(session, row, now)
            if parcel is None:
                self._queue.plan(session, row)
                return None
            row.claimed_until = now + LEASE
            return parcel

    def _code(self, session: Session, row: MailAddress) -> Parcel | None:
        if row.code_sealed is None or row.asked_sealed is None:
            row.code_sealed = None
            return None
        mailing_id, code = new_id(), self._vault.decrypt(row.code_sealed)
        minutes = int(CODE_VALID.total_seconds() // 60)
        message = self._composer.code(mailing_id, self._locale_of(session, row), code, minutes)
        return Parcel(row.person_id, mailing_id, message, self._vault.decrypt(row.asked_sealed), row.code_sealed)

    def _news(self, session: Session, row: MailAddress, now: datetime) -> Parcel | None:
        if row.sealed is None or row.refused_at is not None:
            return None
        if row.person_id in shut_out(session):
            session.execute(update(Notice).where(unsent(row.person_id)).values(mail=None))
            row.mailing_id = row.mailing_at = None
            return None
        chosen = self._chosen(session, row, now)
        if not chosen:
            row.mailing_id = row.mailing_at = None
            return None
        if row.mailing_id is None:
            row.mailing_id, row.mailing_at = new_id(), now
            for notice in chosen:
                notice.mailing_id = row.mailing_id
        locale = self._locale_of(session, row)
        daily = all(notice.mail == Wish.DAILY for notice in chosen)
        topics = self._topics(session, chosen, locale)
        message = self._composer.news(row.mailing_id, locale, topics, row.off_key, daily=daily)
        return Parcel(row.person_id, row.mailing_id, message, self._vault.decrypt(row.sealed), None)

    def _chosen(self, session: Session, row: MailAddress, now: datetime) -> Sequence[Notice]:
        """Return what goes into the message: of one that is tried again the same as before, else what is due and unread."""
        waiting = session.scalars(
            select(Notice)
            .outerjoin(SharedPiece, SharedPiece.id == Notice.piece_id)
            .where(unsent(row.person_id), Notice.read_at.is_(None), SharedPiece.withdrawn_at.is_(None))
            .order_by(Notice.at, Notice.id)
        ).all()
        if row.mailing_id is not None:
            return [notice for notice in waiting if notice.mailing_id == row.mailing_id]
        return [notice for notice in waiting if self._queue.due(Wish(notice.mail or Wish.NOW), notice.at) <= now]

    def _topics(self, session: Session, notices: Sequence[Notice], locale: str) -> Sequence[Topic]:
        kinds: dict[str, list[NoticeKind]] = {}
        for notice in notices:
            kinds.setdefault(notice.cohort_id, []).append(NoticeKind(notice.kind))
        keys = session.execute(select(Cohort.id, Cohort.training_key).where(Cohort.id.in_(kinds)).order_by(Cohort.id))
        topics = []
        for cohort_id, key in keys:
            training = self._trainings.get(key)
            name = training.name.get(locale) if training else "ICC Bridge"
            topics.append(Topic(name, kinds[cohort_id], self._composer.topic_url(cohort_id)))
        return topics

    def _locale_of(self, session: Session, row: MailAddress) -> str:
        return session.get_one(Person, row.person_id).locale or self._locale

    def _settle(self, session: Session, parcel: Parcel, trouble: MailTrouble | None) -> None:
        row = session.get(MailAddress, parcel.person_id, with_for_update=True, populate_existing=True)
        if row is None:
            return  # withdrawn meanwhile
        now = self._clock()
        row.claimed_until = None
        row.problem = trouble.problem.value if trouble else None
        row.fails = row.fails + 1 if trouble and not trouble.for_good else 0
        if parcel.code is not None:
            again = self._settle_code(row, parcel.code, trouble, now)
        else:
            again = self._settle_news(session, row, parcel.mailing_id, trouble, now)
        if again:
            self._queue.enqueue(session, row, now + self._backoff(row.fails))
        else:
            self._queue.plan(session, row)

    @staticmethod
    def _settle_code(row: MailAddress, code: str, trouble: MailTrouble | None, now: datetime) -> bool:
        """Record what became of a code; return whether it is to be tried again."""
        if row.code_sealed != code:
            return False  # another one was asked for meanwhile
        if trouble is None:
            row.code_sealed = None
            return False
        if trouble.for_good or row.asked_at is None or now - row.asked_at > CODE_VALID:
            row.code_sealed = row.code_mark = row.asked_sealed = None
            return False
        return True

    @staticmethod
    def _settle_news(
        session: Session, row: MailAddress, mailing_id: str, trouble: MailTrouble | None, now: datetime
    ) -> bool:
        """Record what became of a message about notices; return whether it is to be tried again."""
        of_message = update(Notice).where(Notice.mailing_id == mailing_id, Notice.mailed_at.is_(None))
        if trouble is not None and trouble.for_good:
            row.refused_at = now
            session.execute(update(Notice).where(unsent(row.person_id)).values(mail=None))
        elif trouble is not None and now - (row.mailing_at or now) < GIVE_UP:
            return True
        session.execute(of_message.values(mail=None, mailed_at=now if trouble is None else None))
        row.mailing_id = row.mailing_at = None
        return False

    def _backoff(self, fails: int) -> timedelta:
        longest = min(FIRST_BACKOFF * 2.0 ** min(fails - 1, 12), LONGEST_BACKOFF)
        return longest * (0.75 + 0.5 * self._jitter())
