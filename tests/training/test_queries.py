"""Pages ask the database a fixed number of questions, however many people and versions there are."""

from collections.abc import Sequence

from sqlalchemy import select

from lti_tool.exchange.models import SharedPiece
from lti_tool.training.models import Enrolment, EnrolmentCourse, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import CertificateCard
from mappings.roles import Role
from tests.training.conftest import Group


def seed(group: Group, names: Sequence[str], versions: int = 3) -> None:
    """Add participants who handed in everything, some versions each, all reviewed but the last."""
    world = group.world
    for name in names:
        custom = {"cohort": group.cohort_id}
        who = world.launch(group.platform, name, Role.PARTICIPANT, name=f"Deelnemer {name}", custom=custom)
        with world.database.session() as session:
            enrolment = session.query(Enrolment).filter_by(person_id=who.viewer.person_id).one()
            assert session.query(EnrolmentCourse).filter_by(enrolment_id=enrolment.id).count() == 1
            for assignment in world.training.assignments:
                work = Submission(
                    enrolment_id=enrolment.id,
                    assignment_key=assignment.key,
                    state="submitted",
                    origin="tool",
                    changed_at=world.clock(),
                )
                session.add(work)
                session.flush()
                for number in range(1, versions + 1):
                    version = SubmissionVersion(
                        submission_id=work.id,
                        number=number,
                        text=f"Versie {number}",
                        handed_in_at=world.clock(),
                        receipt=f"V{number}-TEST",
                    )
                    session.add(version)
                    session.flush()
                    if number < versions:
                        session.add(
                            Review(
                                version_id=version.id,
                                reviewer_id=group.trainer.viewer.person_id,
                                verdict="returned",
                                feedback="Vul aan.",
                                reviewed_at=world.clock(),
                            )
                        )
            world.told.cards[enrolment.id] = CertificateCard("waiting_name")


def queries(group: Group, url: str, *, as_zoe: bool = False) -> int:
    browser = group.zoe if as_zoe else group.trainer
    with group.world.count_queries() as count:
        assert browser.get(url).status_code == 200
    return len(count)


def test_the_trainers_pages_ask_as_much_for_sixty_participants_with_many_versions_as_for_three(group: Group) -> None:
    seed(group, ["a"])
    share(group)
    review = f"/review/{first_submission(group)}"
    exchange = f"{group.home()}/exchange"
    pages = [f"{group.home()}/board", f"{group.home()}/waiting", f"{group.assignment()}/work", review, exchange]
    few = {url: queries(group, url) for url in pages}
    seed(group, [f"p{number}" for number in range(57)], versions=5)
    share(group)
    assert {url: queries(group, url) for url in pages} == few
    assert max(few.values()) <= 25


def test_the_participants_pages_ask_as_much_for_many_versions_as_for_one(group: Group) -> None:
    pages = [group.home(), group.assignment(), f"{group.home()}/name", f"{group.home()}/exchange"]
    group.zoe.post(group.assignment(), {"text": "Versie 1", "action": "submit"})
    submission_id = group.submission_id(group.zoe)
    group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "Vul aan."})
    share(group)
    few = {url: queries(group, url, as_zoe=True) for url in pages}
    for number in range(2, 12):
        group.zoe.post(group.assignment(), {"text": f"Versie {number}", "action": "submit"})
        group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": f"Vul aan {number}."})
    seed(group, ["a", "b", "c"])
    share(group)
    assert {url: queries(group, url, as_zoe=True) for url in pages} == few
    assert max(few.values()) <= 25


def share(group: Group) -> None:
    """Let everybody share all that they do not share yet."""
    with group.world.database.session() as session:
        shared = set(session.scalars(select(SharedPiece.submission_id)))
        for work in session.scalars(select(Submission)):
            if work.id not in shared:
                session.add(
                    SharedPiece(
                        cohort_id=group.cohort_id,
                        enrolment_id=work.enrolment_id,
                        submission_id=work.id,
                        assignment_key=work.assignment_key,
                        what="submitted",
                        text="Een stuk.",
                        shared_at=group.world.clock(),
                    )
                )


def first_submission(group: Group) -> str:
    with group.world.database.session() as session:
        return session.query(Submission).order_by(Submission.id).first().id  # type: ignore[union-attr]
