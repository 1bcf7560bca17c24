"""What LTI roles amount to in the training: trainer, participant or visitor.

LTI 1.3 core, appendix A.2: context roles decide, what somebody is elsewhere (institution, system) gives nothing in a
course. What is unknown gives nothing either. Roles are compared exactly, case included, as URIs are.

Decisions, where platforms differ or the specification leaves it open:

- **Sub-roles** (`membership/Instructor#TeachingAssistant`) count as their principal role when they are in the table
  below. Platforms should send the principal role along, and then nothing changes; one that does not must not make its
  teachers visitors. Guests, and learners without credit (what Canvas calls an observer in LTI 1.1), get nothing from
  the sub-role alone.
- **TeachingAssistant** as a role of its own is LTI 1.1's; some platforms send it under the 1.3 prefix as well.
- **Learner and Instructor together** make a participant. Moodle sends Instructor alone for everybody who may manage
  the course, so there both never come; other platforms send all enrolments of a person. Somebody who follows the
  training must not become the one who accepts the work of others, or their own: a wrong participant shows and is put
  right by the school, a wrong trainer shows nobody anything.
- **ContentDeveloper, Mentor, Manager, Member, Officer** are visitors: they neither follow the training nor review, and
  a mentor or an observer sees no work of others.
- **Administrator**, of the course or of the whole platform, is no trainer: `is_admin` lets a page offer setting things
  up. Moodle's administrators arrive with Instructor as well and so are trainers of the courses they open.

The role holds for launches. Moodle's membership service calls a non-editing teacher `Learner` who was `Instructor` in
the launch: where both are known, the launch wins.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final


class Role(StrEnum):
    """What a person is in one course."""

    TRAINER = "trainer"
    """Sees and reviews the work of the participants of that course."""
    PARTICIPANT = "participant"
    """Follows the training."""
    VISITOR = "visitor"
    """May launch, and sees nobody's work."""


TEST_USER: Final = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
"""A person who does not exist, as in a student view; no scores are sent for it."""

_LIS: Final = "http://purl.imsglobal.org/vocab/lis/v2/"
_URN: Final = "urn:lti:role:ims/lis/"

_LEARNING_ALONE: Final = ("Learner", "ExternalLearner", "Instructor")
"""Sub-roles of Learner that count without it. `Learner#Instructor` is a teacher who learns."""
_ASSISTING: Final = (
    "TeachingAssistant",
    "TeachingAssistantGroup",
    "TeachingAssistantOffering",
    "TeachingAssistantSection",
    "TeachingAssistantSectionAssociation",
    "TeachingAssistantTemplate",
)
_TEACHING_ALONE: Final = (
    "PrimaryInstructor",
    "SecondaryInstructor",
    "Lecturer",
    "ExternalInstructor",
    "Grader",
    *_ASSISTING,
)

_PARTICIPANTS: Final = frozenset(
    {
        "Learner",
        f"{_LIS}membership#Learner",
        f"{_URN}Learner",
        *(f"{_LIS}membership/Learner#{name}" for name in _LEARNING_ALONE),
        *(f"{_URN}Learner/{name}" for name in _LEARNING_ALONE),
    }
)
_TRAINERS: Final = frozenset(
    {
        *("Instructor", "TeachingAssistant"),
        *(f"{_LIS}membership#{name}" for name in ("Instructor", "TeachingAssistant")),
        *(f"{_URN}{name}" for name in ("Instructor", "TeachingAssistant")),
        *(f"{_LIS}membership/Instructor#{name}" for name in _TEACHING_ALONE),
        *(f"{_URN}Instructor/{name}" for name in _TEACHING_ALONE),
        *(f"{_URN}TeachingAssistant/{name}" for name in (*_ASSISTING, "Grader")),
    }
)
_PLATFORM_ADMINS: Final = frozenset(
    {
        f"{_LIS}institution/person#Administrator",
        f"{_LIS}system/person#Administrator",
        f"{_LIS}system/person#SysAdmin",
        # Outside the vocabulary; Moodle's own tool knows administrators by it.
        f"{_LIS}person#Administrator",
        "urn:lti:instrole:ims/lis/Administrator",
        "urn:lti:sysrole:ims/lis/Administrator",
        "urn:lti:sysrole:ims/lis/SysAdmin",
    }
)
_ADMINS: Final = _PLATFORM_ADMINS | {
    "Administrator",
    f"{_LIS}membership#Administrator",
    f"{_LIS}membership/Administrator#Administrator",
    f"{_LIS}membership/Administrator#SystemAdministrator",
    f"{_URN}Administrator",
}

_MOST_ROLES: Final = 500
"""A claim with more entries is no list of roles and gives nothing."""


def course_role(roles: object) -> Role:
    """Return what somebody with these roles is in the course of the launch; least privilege for the unknown.

    Args:
        roles: the roles claim as it came: full URIs, short names, LTI 1.1 URNs. Everything that is not a text is
            ignored; a claim that is not a list (a single text, a table) gives nothing.
    """
    known = _texts(roles)
    if known & _PARTICIPANTS:
        return Role.PARTICIPANT
    if known & _TRAINERS:
        return Role.TRAINER
    return Role.VISITOR


def is_admin(roles: object) -> bool:
    """Return whether somebody administers the course or the platform: may set up, and by that alone sees no work."""
    return not _texts(roles).isdisjoint(_ADMINS)


def administers_platform(roles: object) -> bool:
    """Return whether somebody administers the whole platform, and not only a course: may see how it is connected."""
    return not _texts(roles).isdisjoint(_PLATFORM_ADMINS)


def is_test_user(roles: object) -> bool:
    """Return whether this is a platform's test user, who does not exist: nothing is sent for it."""
    return TEST_USER in _texts(roles)


def _texts(roles: object) -> frozenset[str]:
    if not isinstance(roles, Iterable) or isinstance(roles, str | bytes | bytearray | Mapping):
        return frozenset()
    some = list(islice(roles, _MOST_ROLES + 1))
    if len(some) > _MOST_ROLES:
        return frozenset()
    return frozenset(role for role in some if isinstance(role, str))
