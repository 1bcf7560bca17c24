"""Whatever state the work and the awards of two people are in: together nothing is lost, and apart all is as it was."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, AwardState
from lti_tool.courses.models import Account, Person
from lti_tool.database import Base, Database
from lti_tool.ids import new_id
from lti_tool.linking.joining import join
from lti_tool.linking.journal import Journal
from lti_tool.linking.models import AccountLink
from lti_tool.linking.parting import part
from lti_tool.platforms.models import Platform
from lti_tool.training.models import Cohort, DraftCopy, Enrolment, Submission, SubmissionVersion
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role
from tests.clock import START

KEYS = ("a", "b", "c")
STATES = st.sampled_from([None, *OutcomeState])
SIDES = st.fixed_dictionaries(
    {
        "role": st.sampled_from([None, Role.PARTICIPANT, Role.TRAINER]),
        "works": st.tuples(*(STATES for _ in KEYS)),
        "award": st.sampled_from([None, AwardState.WAITING_APPROVAL, AwardState.WAITING_NAME, AwardState.DECLINED]),
        "name": st.sampled_from([None, "Zoë", "Z."]),
    }
)
_numbers = count(1)


class _Over(Exception):
    """Ends an example without keeping anything."""


def side(session: Session, cohort: Cohort, platform: Platform, wanted: dict[str, object]) -> str:
    """Make one person with work and an award."""
    number = next(_numbers)
    named = START if wanted["name"] else None
    person = Person(id=new_id(), created_at=START, certificate_name=wanted["name"], certificate_name_at=named)
    session.add(person)
    session.flush()
    subject = {"platform_id": platform.id, "subject": str(number), "person_id": person.id}
    session.add(Account(**subject, created_at=START, last_seen_at=START))
    role = wanted["role"]
    if role is None:
        return person.id
    enrolment = Enrolment(id=new_id(), cohort_id=cohort.id, person_id=person.id, role=str(role), created_at=START)
    session.add(enrolment)
    session.flush()
    if role is Role.TRAINER:
        return person.id
    works = wanted["works"]
    assert isinstance(works, tuple)
    for key, state in zip(KEYS, works, strict=True):
        if state is not None:
            _work(session, enrolment, key, state, number)
    if wanted["award"] is not None:
        rule = {"achievement_key": "icc-vo", "achievement_version": 1, "state": wanted["award"], "met_at": START}
        session.add(Award(person_id=person.id, enrolment_id=enrolment.id, **rule))
    session.flush()
    return person.id


def _work(session: Session, enrolment: Enrolment, key: str, state: OutcomeState, number: int) -> None:
    work = {"enrolment_id": enrolment.id, "assignment_key": key, "state": state.value, "origin": Origin.TOOL.value}
    submission = Submission(id=new_id(), **work, draft_text=f"concept {number}", changed_at=START)
    session.add(submission)
    session.flush()
    if state not in (OutcomeState.OPEN, OutcomeState.DRAFT):
        handed_in = {"number": 1, "text": f"werk {number}", "handed_in_at": START, "receipt": "V1"}
        session.add(SubmissionVersion(submission_id=submission.id, **handed_in))


def everything(session: Session) -> dict[str, list[str]]:
    session.flush()
    return {
        table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
        if not table.name.startswith("account_link")
    }


def texts(session: Session, person_ids: list[str]) -> set[str]:
    """All that these people can read of what they wrote, in the cohort."""
    own = select(Submission).join(Enrolment, Enrolment.id == Submission.enrolment_id)
    own = own.where(Enrolment.person_id.in_(person_ids), Enrolment.role == Role.PARTICIPANT.value)
    found: set[str] = set()
    for submission in session.scalars(own.execution_options(populate_existing=True)):
        copies = session.scalars(select(DraftCopy.text).where(DraftCopy.submission_id == submission.id))
        versions = select(SubmissionVersion.text).where(SubmissionVersion.submission_id == submission.id)
        for text in (submission.draft_text, *copies, *session.scalars(versions)):
            found.add(f"{submission.assignment_key}: {text}")
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SIDES, second=SIDES)
def test_together_nothing_is_lost_and_apart_all_is_as_it_was(
    sqlite_database: Database, first: dict[str, object], second: dict[str, object]
) -> None:
    try:
        with sqlite_database.session() as session:
            cohort = Cohort(id=new_id(), training_key="icc-vo", name="Zuid", created_at=START)
            urls = dict.fromkeys(("issuer", "auth_url", "token_url", "jwks_url"), "https://lms.example")
            platform = Platform(id=new_id(), name="Zilverbos", client_id="1", family="moodle", created_at=START, **urls)
            session.add_all((cohort, platform))
            session.flush()
            kept, joined = (side(session, cohort, platform, wanted) for wanted in (first, second))
            before, read = everything(session), texts(session, [kept, joined])
            link = AccountLink(id=new_id(), kept_id=kept, joined_id=joined, linked_at=START.replace(year=2027))
            session.add(link)
            session.flush()
            join(session, Journal(session, link.id), kept, joined)
            assert texts(session, [kept]) == read
            part(session, link)
            assert everything(session) == before
            raise _Over
    except _Over:
        pass
