"""C3: launches of a student: a teacher who follows the training. Each is valid, and leads to a page."""

import pytest

from lti_tool.demo.browser import Page
from lti_tool.demo.school import Link
from tests.certification.arrivals import (
    LEARNER,
    LIS,
    NO_NAMES,
    NOTHING_PERSONAL,
    ONLY_REQUIRED,
    UNKNOWN_ROLES,
    arrives_as_participant,
    arrives_as_visitor,
    keeps_no_address,
)
from tests.certification.premises import Premises, Visitor


@pytest.fixture
def link(premises: Premises) -> Link:
    """An assignment that was put into the course by its trainer."""
    return premises.place()[0]


@pytest.fixture
def zoe(premises: Premises) -> Visitor:
    """A teacher who follows the training."""
    return premises.visitor(premises.teacher)


def is_told_to_wait(page: Page) -> None:
    """See that the page says that nobody has chosen yet what is to be seen there, and who will."""
    assert page.status == 200
    assert "Deze opdracht staat nog niet klaar" in page.heading
    assert "Je trainer moet nog kiezen wat hier te zien is." in page.text


def test_c3_22_standard_launch(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_participant(premises, zoe, link)


def test_c3_23_multiple_roles(premises: Premises, link: Link, zoe: Visitor) -> None:
    roles = [f"{LIS}institution/person#Student", f"{LIS}membership#Mentor", LEARNER, f"{LIS}system/person#User"]
    arrives_as_participant(premises, zoe, link, roles=roles)


def test_c3_24_short_role(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_participant(premises, zoe, link, roles=["Learner"])


def test_c3_25_unknown_role(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_visitor(premises, zoe, link, roles=UNKNOWN_ROLES)


def test_c3_26_no_role(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_visitor(premises, zoe, link, roles=[])


def test_c3_27_email_without_names(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_participant(premises, zoe, link, email=zoe.person.email, **NO_NAMES)
    assert premises.account(zoe.person).display_name is None
    keeps_no_address(premises, zoe.person)


def test_c3_28_names_without_email(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_participant(premises, zoe, link, email=None)
    assert premises.account(zoe.person).display_name == "Zoë van 't Höfen & Zn"


def test_c3_29_no_personal_data(premises: Premises, link: Link, zoe: Visitor) -> None:
    arrives_as_participant(premises, zoe, link, **NOTHING_PERSONAL)
    assert premises.account(zoe.person).display_name is None


def test_c3_30_email_without_context(premises: Premises, link: Link, zoe: Visitor) -> None:
    is_told_to_wait(zoe.open(link, context=None, email=zoe.person.email, **NO_NAMES))
    assert premises.role(zoe.person) == "participant"
    keeps_no_address(premises, zoe.person)


def test_c3_31_only_the_resource_link(premises: Premises, link: Link, zoe: Visitor) -> None:
    sent = zoe.claims("nonce", link, **ONLY_REQUIRED)
    kept = {name.rpartition("/")[2] for name in sent} - {"iss", "aud", "sub", "iat", "exp", "nonce"}
    required = {"message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles"}
    grades = {"endpoint", "namesroleservice", "basicoutcome"}
    assert kept - grades == required
    services = {name: None for name in sent if name.rpartition("/")[2] in grades}
    is_told_to_wait(zoe.open(link, **ONLY_REQUIRED, **services))
    assert premises.role(zoe.person) == "participant"
