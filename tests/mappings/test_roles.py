"""From the roles claim to a role in the course: least privilege for everything unknown."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.roles import TEST_USER, Role, administers_platform, course_role, is_admin, is_test_user

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
LEARNER = f"{LIS}membership#Learner"
INSTRUCTOR = f"{LIS}membership#Instructor"
SYSTEM_ADMIN = f"{LIS}system/person#Administrator"
INSTITUTION_ADMIN = f"{LIS}institution/person#Administrator"


@pytest.mark.parametrize(
    "role",
    [
        LEARNER,
        "Learner",
        "urn:lti:role:ims/lis/Learner",
        f"{LIS}membership/Learner#Learner",
        f"{LIS}membership/Learner#ExternalLearner",
        f"{LIS}membership/Learner#Instructor",
        "urn:lti:role:ims/lis/Learner/ExternalLearner",
    ],
)
def test_a_learner_follows_the_training(role: str) -> None:
    assert course_role([role]) is Role.PARTICIPANT


@pytest.mark.parametrize(
    "role",
    [
        INSTRUCTOR,
        "Instructor",
        "urn:lti:role:ims/lis/Instructor",
        f"{LIS}membership/Instructor#TeachingAssistant",
        f"{LIS}membership/Instructor#PrimaryInstructor",
        f"{LIS}membership/Instructor#Grader",
        f"{LIS}membership#TeachingAssistant",
        "TeachingAssistant",
        "urn:lti:role:ims/lis/TeachingAssistant",
        "urn:lti:role:ims/lis/TeachingAssistant/Grader",
        "urn:lti:role:ims/lis/Instructor/Lecturer",
    ],
)
def test_who_teaches_the_course_is_a_trainer(role: str) -> None:
    assert course_role([role]) is Role.TRAINER


@pytest.mark.parametrize(
    "role",
    [
        f"{LIS}membership#ContentDeveloper",
        f"{LIS}membership#Mentor",
        f"{LIS}membership#Manager",
        f"{LIS}membership#Member",
        f"{LIS}membership#Officer",
        f"{LIS}membership#Administrator",
        f"{LIS}membership/Manager#Observer",
        f"{LIS}membership/Instructor#GuestInstructor",
        f"{LIS}membership/Learner#GuestLearner",
        f"{LIS}membership/Learner#NonCreditLearner",
        f"{LIS}membership/Instructor#Unheard",
        f"{LIS}institution/person#Instructor",
        f"{LIS}institution/person#Student",
        f"{LIS}institution/person#Faculty",
        SYSTEM_ADMIN,
        INSTITUTION_ADMIN,
        TEST_USER,
        "urn:lti:instrole:ims/lis/Instructor",
        "urn:lti:role:ims/lis/Mentor",
        "urn:lti:role:ims/lis/Learner/NonCreditLearner",
    ],
)
def test_every_other_role_gives_nothing_in_the_course(role: str) -> None:
    assert course_role([role]) is Role.VISITOR


@pytest.mark.parametrize(
    "role",
    [
        "instructor",
        " Instructor",
        "INSTRUCTOR",
        LEARNER.upper(),
        INSTRUCTOR.replace("http:", "https:"),
        f"{LIS}membership/instructor#TeachingAssistant",
        f"{LIS}Membership#Instructor",
        f"{INSTRUCTOR}/",
        "Instructor,Learner",
    ],
)
def test_roles_are_compared_exactly(role: str) -> None:
    assert course_role([role]) is Role.VISITOR


def test_learner_and_instructor_together_make_a_participant() -> None:
    assert course_role([INSTRUCTOR, LEARNER]) is Role.PARTICIPANT
    assert course_role(["Learner", f"{LIS}membership/Instructor#Grader"]) is Role.PARTICIPANT


def test_moodles_roles_are_understood_as_it_sends_them() -> None:
    assert course_role([LEARNER]) is Role.PARTICIPANT
    assert course_role([INSTRUCTOR]) is Role.TRAINER
    administrator = [INSTRUCTOR, SYSTEM_ADMIN, INSTITUTION_ADMIN]
    assert course_role(administrator) is Role.TRAINER
    assert is_admin(administrator)
    assert not is_admin([INSTRUCTOR])


def test_an_administrator_without_a_role_in_the_course_may_set_up_and_sees_no_work() -> None:
    for role in (SYSTEM_ADMIN, INSTITUTION_ADMIN, f"{LIS}person#Administrator", "urn:lti:sysrole:ims/lis/SysAdmin"):
        assert is_admin([role])
        assert course_role([role]) is Role.VISITOR


@pytest.mark.parametrize("role", [f"{LIS}membership#Administrator", "Administrator"])
def test_an_administrator_of_the_course_is_no_trainer(role: str) -> None:
    assert is_admin([role])
    assert course_role([role]) is Role.VISITOR


def test_the_test_user_is_known_and_keeps_its_role() -> None:
    assert is_test_user([LEARNER, TEST_USER])
    assert course_role([LEARNER, TEST_USER]) is Role.PARTICIPANT
    assert not is_test_user([LEARNER, f"{LIS}system/person#TestUser"])


@pytest.mark.parametrize("roles", [None, [], "Instructor", b"Instructor", {"Instructor": True}, 7, True])
def test_a_claim_that_is_no_list_gives_nothing(roles: object) -> None:
    assert course_role(roles) is Role.VISITOR
    assert not is_admin(roles)
    assert not is_test_user(roles)


@pytest.mark.parametrize(
    "role",
    [
        f"{LIS}institution/person#Administrator",
        f"{LIS}system/person#Administrator",
        f"{LIS}system/person#SysAdmin",
        f"{LIS}person#Administrator",
        "urn:lti:sysrole:ims/lis/SysAdmin",
        "urn:lti:instrole:ims/lis/Administrator",
    ],
)
def test_who_administers_the_platform_is_told_from_who_administers_a_course(role: str) -> None:
    assert administers_platform([LEARNER, role])
    assert is_admin([role])


@pytest.mark.parametrize(
    "roles",
    [[f"{LIS}membership#Administrator"], ["Administrator"], [INSTRUCTOR], [f"{LIS}institution/person#Faculty"], None, "x"],
)
def test_a_course_or_nothing_is_no_platform(roles: object) -> None:
    assert not administers_platform(roles)


def test_an_endless_claim_gives_nothing() -> None:
    def endless() -> Iterable[str]:
        while True:
            yield INSTRUCTOR

    assert course_role(endless()) is Role.VISITOR


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=50)),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=10,
)
GARBAGE = st.lists(
    st.one_of(JSON, st.text(), st.just("x" * 100_000), st.sampled_from([f"{LIS}membership#", LIS, "membership#Learner"]))
)
KNOWN = st.lists(st.sampled_from([LEARNER, INSTRUCTOR, SYSTEM_ADMIN, TEST_USER, "Mentor", "Instructor"]))


@given(JSON)
@settings(deadline=None)
def test_no_claim_whatever_raises_or_gives_more_than_its_texts(claim: object) -> None:
    assert isinstance(course_role(claim), Role)
    assert isinstance(is_admin(claim), bool)
    assert isinstance(is_test_user(claim), bool)


@given(KNOWN, GARBAGE)
@settings(deadline=None)
def test_garbage_beside_roles_changes_nothing(known: list[str], garbage: list[object]) -> None:
    assert course_role([*garbage, *known]) is course_role(known)
    assert is_admin([*known, *garbage]) is is_admin(known)
    assert is_test_user([*known, *garbage]) is is_test_user(known)


@given(GARBAGE)
@settings(deadline=None)
def test_garbage_alone_gives_nothing(garbage: list[object]) -> None:
    assert course_role(garbage) is Role.VISITOR
    assert not is_admin(garbage)


@given(st.lists(st.sampled_from([INSTRUCTOR, SYSTEM_ADMIN, "Mentor", "TeachingAssistant"])))
@settings(deadline=None)
def test_who_is_a_learner_never_becomes_a_trainer(others: list[str]) -> None:
    assert course_role([*others, LEARNER]) is Role.PARTICIPANT


@given(KNOWN)
@settings(deadline=None)
def test_the_order_of_roles_does_not_matter(roles: list[str]) -> None:
    assert course_role(roles) is course_role(roles[::-1])
