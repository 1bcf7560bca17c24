"""A course with activities of the school's own, an account for a program, and a client that uses its token."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from lti_tool.demo.school import CompletionRule
from lti_tool.demo.school.native.accounts import add_account
from lti_tool.demo.school.native.doing import add_activity
from lti_tool.demo.school.native.models import Account, Activity, Kind, Question
from moodle_client import Manners, MoodleClient, RetryPolicy, SiteGate
from tests.demo.conftest import World

QUESTION = Question("Wie besluit over het budget?", ["De coördinator", "De directie"], 1)


@dataclass
class Native:
    """Everything a test of the web services needs."""

    world: World
    account: Account
    essay: Activity
    """An assignment that handing in ticks off."""
    product: Activity
    """An assignment with drafts, passed from 55 points on."""
    quiz: Activity
    page: Activity
    hidden: Activity

    def post(self, function: str, /, **fields: object) -> requests.Response:
        """Call a function as plain HTTP."""
        own = {"wstoken": self.account.token, "wsfunction": function, "moodlewsrestformat": "json"}
        return self.raw({**own, **fields})

    def raw(self, fields: dict[str, Any], query: str = "", **options: Any) -> requests.Response:  # noqa: ANN401
        """Post any fields to the REST server."""
        url = f"{self.world.school.url}/webservice/rest/server.php{query}"
        return requests.post(url, data=fields, timeout=10, **options)

    def errorcode(self, function: str, /, **fields: object) -> str:
        """How a call is refused."""
        answer = self.post(function, **fields)
        assert answer.status_code == 200
        return str(answer.json()["errorcode"])


@pytest.fixture
def native(world: World) -> Native:
    """The course of the tests, with an activity of each kind."""
    school, course = world.school, world.course
    return Native(
        world,
        add_account(school),
        add_activity(school, course, "Opdracht 1 – Leervraag & meer", section="Oriëntatie", rule=CompletionRule.SUBMIT),
        add_activity(
            school,
            course,
            "Beroepsproduct inleveren",
            section="Uitvoering",
            rule=CompletionRule.PASS_GRADE,
            pass_grade=55,
            drafts=True,
        ),
        add_activity(school, course, "Toets", Kind.QUIZ, rule=CompletionRule.GRADE, question=QUESTION),
        add_activity(school, course, "Leeswijzer", Kind.PAGE, section="Oriëntatie", rule=CompletionRule.MANUAL),
        add_activity(school, course, "Oude opdracht", section="Uitvoering", hidden=True),
    )


ClientOf = Callable[[str], MoodleClient]


@pytest.fixture
def client_of(native: Native) -> Iterator[ClientOf]:
    """Makes clients of the school, by token; they try once, and are closed afterwards."""
    made: list[MoodleClient] = []

    def make(token: str) -> MoodleClient:
        manners = Manners(timeout=(5.0, 10.0), retry=RetryPolicy(attempts=1))
        made.append(MoodleClient(native.world.school.url, token, allow_http=True, manners=manners, gate=SiteGate()))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(native: Native, client_of: ClientOf) -> MoodleClient:
    """A client with the account's token."""
    assert native.account.token is not None
    return client_of(native.account.token)
