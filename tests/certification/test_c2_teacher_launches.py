"""C2: launches of a teacher, who is trainer in the course. Each is valid, and leads to a page."""

import pytest

from lti_tool.demo.school import Link, Role
from tests.certification.arrivals import (
    INSTRUCTOR,
    LIS,
    NO_NAMES,
    NOTHING_PERSONAL,
    UNKNOWN_ROLES,
    arrives_as_trainer,
    arrives_as_visitor,
    keeps_no_address,
)
from tests.certification.premises import Premises, Visitor


@pytest.fixture
def link(premises: Premises) -> Link:
    """An assignment that was put into the course by its first trainer."""
    return premises.place()[0]


@pytest.fixture
def bram(premises: Premises) -> Visitor:
    """A second teacher of the course, who did not make the cohort."""
    return premises.visitor(premises.person("Bram", Role.TEACHER))


def test_c2_13_standard_launch(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_trainer(premises, bram, link)


def test_c2_14_multiple_roles(premises: Premises, link: Link, bram: Visitor) -> None:
    roles = [f"{LIS}institution/person#Faculty", f"{LIS}membership#Mentor", INSTRUCTOR, f"{LIS}system/person#User"]
    arrives_as_trainer(premises, bram, link, roles=roles)


def test_c2_15_short_role(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_trainer(premises, bram, link, roles=["Instructor"])


def test_c2_16_unknown_role(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_visitor(premises, bram, link, roles=UNKNOWN_ROLES)


def test_c2_17_no_role(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_visitor(premises, bram, link, roles=[])


def test_c2_18_email_without_names(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_trainer(premises, bram, link, email=bram.person.email, **NO_NAMES)
    assert premises.account(bram.person).display_name is None
    keeps_no_address(premises, bram.person)


def test_c2_19_names_without_email(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_trainer(premises, bram, link, email=None)
    assert premises.account(bram.person).display_name == "Bram Zilverbos"


def test_c2_20_no_personal_data(premises: Premises, link: Link, bram: Visitor) -> None:
    arrives_as_trainer(premises, bram, link, **NOTHING_PERSONAL)
    assert premises.account(bram.person).display_name is None


def test_c2_21_email_without_context(premises: Premises, link: Link, bram: Visitor) -> None:
    page = bram.open(link, context=None, email=bram.person.email, **NO_NAMES)
    assert page.status == 200
    # outside the course nobody has said what the link shows: its trainer is asked
    assert page.url.endswith("/setup")
    assert premises.role(bram.person) == "trainer"
    keeps_no_address(premises, bram.person)
