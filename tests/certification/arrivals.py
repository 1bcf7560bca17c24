"""Seeing that a launch arrives: at the page that is that person's, as what they are in the course."""

from lti_tool.demo.browser import Page
from lti_tool.demo.school import Link, Person
from mappings.roles import Role
from tests.certification.premises import ASSIGNMENT, Premises, Visitor

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
INSTRUCTOR, LEARNER = f"{LIS}membership#Instructor", f"{LIS}membership#Learner"
UNKNOWN_ROLES = [f"{LIS}unknown/unknown#Helper", f"{LIS}membership#Instructeur", "instructor", "learner"]
"""The one that certification sends, and some that are nearly a role."""
NO_NAMES = {"name": None, "given_name": None, "family_name": None}
NOTHING_PERSONAL = {**NO_NAMES, "email": None, "lis": None, "ext": None}
ONLY_REQUIRED = {**NOTHING_PERSONAL, "context": None, "custom": None, "launch_presentation": None, "tool_platform": None}


def arrives_as_trainer(premises: Premises, visitor: Visitor, link: Link, /, **changes: object) -> Page:
    """See that somebody launches as a trainer, and comes to the work of the participants."""
    page = visitor.open(link, **changes)
    assert page.status == 200, page.text
    assert page.url.endswith(f"/assignment/{ASSIGNMENT}/work")
    assert page.heading == link.title
    assert premises.role(visitor.person) == Role.TRAINER
    return page


def arrives_as_participant(premises: Premises, visitor: Visitor, link: Link, /, **changes: object) -> Page:
    """See that somebody launches as a participant, comes to the assignment, and can do it."""
    page = visitor.open(link, **changes)
    assert page.status == 200, page.text
    assert page.url.endswith(f"/assignment/{ASSIGNMENT}")
    assert page.heading == link.title
    assert premises.role(visitor.person) == Role.PARTICIPANT
    saved = page.form(with_field="text").submit(action="save", text="Mijn eerste gedachte.")
    assert saved.status == 200
    return page


def arrives_as_visitor(premises: Premises, visitor: Visitor, link: Link, /, **changes: object) -> Page:
    """See that somebody launches as a visitor: told so, with nobody's work in sight, and enrolled in nothing."""
    author = premises.person("Anaïs")
    premises.hand_in(author, link)
    work = premises.visitor(author).open(link)
    enrolled = premises.stored()["enrolment"]
    page = visitor.open(link, **changes)
    assert page.status == 200, page.text
    assert "Je kijkt mee" in page.text
    assert page.heading == link.title
    assert premises.role(visitor.person) == Role.VISITOR
    for address in (work.url, f"{work.url}/work", work.url.partition("/assignment")[0]):
        there = visitor.browser.get(address)
        assert there.status in (403, 404)
        assert "Anaïs" not in there.text
    assert premises.stored()["enrolment"] == enrolled
    return page


def keeps_no_address(premises: Premises, person: Person) -> None:
    """See that the e-mail address of somebody is nowhere in the database."""
    assert premises.account(person)
    assert not premises.holds(person.email)
