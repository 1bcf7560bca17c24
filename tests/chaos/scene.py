"""The school and the tool before it begins: a cohort at one school, with work for every assignment, nothing accepted yet."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.app import Parts
from lti_tool.demo.school import School, SchoolServer
from lti_tool.demo.school.models import LineItem, Link
from tests.builders import Builder
from tests.chaos.plan import ASSIGNMENTS, Plan

STORING_SECONDS = 0.02
"""How long the school takes to store a score: what comes at once is at once."""


@dataclass(frozen=True)
class Key:
    """One cell of the school's gradebook: a person on a line item.

    `submission_id` is the work that it is about, None: the training as a whole.
    """

    name: str
    item_id: str
    person_id: str
    placement_id: str
    account_id: str
    submission_id: str | None


@dataclass(frozen=True)
class Scene:
    """The school, and every cell that the tool has to fill."""

    server: SchoolServer
    keys: Sequence[Key]
    trainer: str
    """The id of the person who accepts the work."""

    @property
    def school(self) -> School:
        return self.server.school

    @property
    def work(self) -> Sequence[str]:
        """The ids of all work."""
        return [key.submission_id for key in self.keys if key.submission_id is not None]


def furnish(parts: Parts, server: SchoolServer, plan: Plan) -> Scene:
    """Register the tool at the school, and write what launches and handing in would have made known."""
    school = server.school
    # the whole story is needed afterwards
    school.calls, school.received = deque(), deque()
    school.grading_seconds = STORING_SECONDS
    base = parts.settings.base_url
    tool = school.register_tool(
        login_url=f"{base}/lti/login", redirect_uris=[f"{base}/lti/launch"], jwks=dict(parts.key_ring.jwks())
    )
    there = school.add_course("Cultuurcoördinator VO")
    people = [school.add_person("Zoë", f"van 't Höfen {number}") for number in range(1, plan.people + 1)]
    for person in people:
        school.enrol(person, there)

    build = Builder(parts.database, parts.clock)
    platform = build.platform(url=server.url, client_id=tool.client_id, token_url=f"{server.url}/lti/token")
    course, cohort = build.course(platform, there.id), build.cohort()
    participants = [build.participant(course, cohort, platform, person.id) for person in people]

    def column(link: Link) -> LineItem:
        item = school.item_of(link)
        if item is None:
            raise LookupError("the activity has no grade")
        return item

    keys: list[Key] = []
    for assignment in (*ASSIGNMENTS, None):
        title = assignment or "Training"
        link = school.add_link(there, tool, title)
        item = column(link)
        placement = build.placement(
            course,
            cohort,
            assignment,
            resource_link_id=link.id,
            title=title,
            lineitem_url=school.lineitem_url(item),
            lineitems_url=school.lineitems_url(there.id, tool.id),
        )
        for number, (person, (account, enrolment)) in enumerate(zip(people, participants, strict=True), 1):
            submission_id = None
            if assignment is not None:
                submission = build.submission(enrolment, assignment)
                build.version(submission)
                submission_id = submission.id
            keys.append(Key(f"person {number}, {title}", item.id, person.id, placement.id, account.id, submission_id))
    return Scene(server, keys, build.account(platform).person_id)
