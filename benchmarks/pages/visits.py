"""The pages that are asked for, and who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.app import Parts, create_app
from lti_tool.demo.crowd import Crowd
from lti_tool.launch.sessions import Seat
from lti_tool.training.models import Enrolment, Submission
from mappings.progress import OutcomeState
from mappings.roles import Role


@dataclass(frozen=True)
class Page:
    """One line of the table.

    Args:
        key: for the command line and for programs.
        name: for people.
        path: where it is, of the cohort and of a piece of work that waits.
        shows: something in it that only this page has.
        aim_ms: what its p95 is to stay below; None: there is no aim.
        as_trainer: a trainer asks; else a participant.
    """

    key: str
    name: str
    path: Callable[[Crowd, str], str]
    shows: str
    aim_ms: float | None = None
    as_trainer: bool = True


ALL: Final = (
    Page("queue", "Wacht op jou: what waits for the trainer", lambda at, _work: f"{_home(at)}/waiting", "/review/", 100.0),
    Page("board", "the board of the cohort", lambda at, _work: f"{_home(at)}/board", "icc-board", 100.0),
    Page("home", "the participant's home", lambda at, _work: _home(at), "icc-path", 100.0, as_trainer=False),
    Page("review", "one piece of work to review", lambda _at, work: f"/review/{work}", 'name="verdict"'),
    Page("exchange", "what the cohort shares", lambda at, _work: f"{_home(at)}/exchange", "/exchange/"),
)


class Visitors:
    """Browsers of a trainer and of a participant, over the whole application in this process (its WSGI side, no server).

    Args:
        parts: the application.
        crowd: the cohort in it.
    """

    def __init__(self, parts: Parts, crowd: Crowd) -> None:
        app = create_app(parts)
        self._crowd = crowd
        with parts.database.session() as session:
            waiting = (
                select(Submission.id)
                .join(Enrolment, Enrolment.id == Submission.enrolment_id)
                .where(Enrolment.cohort_id == crowd.cohort_id, Submission.state == OutcomeState.SUBMITTED)
                .order_by(Submission.changed_at)
            )
            self._work = session.scalars(waiting).first() or ""
            opened = {
                role: parts.sessions.open(session, account, Seat(crowd.course_id, role, None), None).secret
                for role, account in (
                    (Role.TRAINER, crowd.trainer_account_id),
                    (Role.PARTICIPANT, crowd.participant_account_id),
                )
            }
        self._clients: dict[Role, FlaskClient] = {role: app.test_client() for role in opened}
        for role, secret in opened.items():
            self._clients[role].set_cookie(parts.sessions.cookie.name, secret)

    def visit(self, page: Page) -> int:
        """Ask for a page and return its size in bytes.

        Raises:
            ValueError: it did not come as it should.
        """
        client = self._clients[Role.TRAINER if page.as_trainer else Role.PARTICIPANT]
        answer = client.get(page.path(self._crowd, self._work))
        if answer.status_code != 200 or page.shows.encode() not in answer.data:
            raise ValueError(f"{page.name}: it answered {answer.status_code} and does not show {page.shows!r}")
        return len(answer.data)


def _home(crowd: Crowd) -> str:
    return f"/cohort/{crowd.cohort_id}"
