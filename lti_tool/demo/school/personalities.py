"""The learning environments that the school can be.

Measured: Moodle 4.5. Published by the supplier (source or documentation): what stands here of Canvas and Sakai, and
Brightspace's audience, roles that can be graded, and dynamic registration. Said by others who use them: Brightspace's keys
without ``alg`` and its ``data``, Blackboard's results without comment, Canvas's User-Agent. Statuses, roles and page
lengths of Brightspace, Blackboard and itslearning are plausible stand-ins; nobody checked them.
"""

from .models import Role
from .personality import (
    MEMBERSHIP_ROLE,
    Busy,
    Choosing,
    IdTokens,
    Lists,
    Members,
    Personality,
    Registering,
    Scores,
    Tokens,
)
from .storage import PARENT, StorageOptions

_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
_USER = "http://purl.imsglobal.org/vocab/lis/v2/system/person#User"
_ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
_LEARNER = (MEMBERSHIP_ROLE + "Learner",)
_INSTRUCTOR = (MEMBERSHIP_ROLE + "Instructor",)
_PLAIN = {Role.STUDENT: _LEARNER, Role.TEACHER: _INSTRUCTOR, Role.ASSISTANT: _INSTRUCTOR, Role.MANAGER: _INSTRUCTOR}
_WITH_INSTITUTION = {
    Role.STUDENT: (_INSTITUTION + "Student", *_LEARNER, _USER),
    Role.TEACHER: (_INSTITUTION + "Instructor", *_INSTRUCTOR, _USER),
    Role.ASSISTANT: (_INSTITUTION + "Instructor", *_INSTRUCTOR, _ASSISTANT, _USER),
    Role.MANAGER: (_INSTITUTION + "Instructor", *_INSTRUCTOR, _USER),
}

MOODLE = Personality(
    key="moodle",
    name="Moodle 4.5",
    code="moodle",
    version="2024100700",
    registration_version="4.5 (Build: 20241007)",
    type_query=True,
    submission_review=True,
    web_services=True,
    tokens=Tokens(own_words=True),
    id_tokens=IdTokens(
        context_type="CourseSection",
        roles=_PLAIN,
        lms="moodle-2",
        basic_outcomes=True,
        custom_doubled=True,
        members_from_the_start=False,
    ),
    members=Members(
        # a non-editing teacher is a Learner here, though an Instructor in the launch
        roles={
            Role.STUDENT: ("Learner",),
            Role.ASSISTANT: ("Learner",),
            Role.TEACHER: ("Instructor",),
            Role.MANAGER: ("Instructor",),
        },
        escaped=True,
        filters_roles=True,
        forgets_role=True,
    ),
    scores=Scores(echoes=True, nobody=400, stranger=400, numbers_only=True, own_clock=True, races=True),
    lists=Lists(exact_types=True, broken_links=True, results_limit=False),
    choosing=Choosing(highest_maximum=100),
)

CANVAS = Personality(
    key="canvas",
    name="Canvas",
    code="canvas",
    version="cloud",
    issuer="https://canvas.instructure.com",
    needs_user_agent=True,
    id_tokens=IdTokens(seconds=3600, roles=_WITH_INSTITUTION, custom_numbers=True),
    members=Members(
        media_type="application/vnd.ims.lis.v2.membershipcontainer+json",
        roles={**_PLAIN, Role.ASSISTANT: (*_INSTRUCTOR, _ASSISTANT)},
    ),
    scores=Scores(
        nobody=422,
        stranger=422,
        takes_equal=True,
        earlier=400,
        earlier_words="Provided timestamp before last updated timestamp",
        keeps_comment=True,
        clips=False,
        extension="https://canvas.instructure.com/lti/submission",
        answers=True,
    ),
    lists=Lists(page=10, members_page=50),
    # as from the menu of assignments; a single assignment takes one item
    choosing=Choosing(),
    storage=StorageOptions(offered=True, frame="post_message_forwarding"),
    busy=Busy(403, "403 Forbidden (Rate Limit Exceeded)\n", "text/plain", {"X-Rate-Limit-Remaining": "0.0"}),
    registering=Registering(by_configuration=True),
)

BRIGHTSPACE = Personality(
    key="brightspace",
    name="Brightspace",
    code="desire2learn",
    version="20.26.11",
    key_alg=False,
    submission_review=True,
    tokens=Tokens(audience="https://api.brightspace.com/auth/token", audience_lists=False),
    id_tokens=IdTokens(seconds=3600, roles=_WITH_INSTITUTION, audience_list=True),
    members=Members(roles=_PLAIN),
    scores=Scores(),
    choosing=Choosing(data="eyJvcmdVbml0IjoiNjYwNiJ9"),
    storage=StorageOptions(offered=True, frame=PARENT),
    registering=Registering(tells_deployment=False),
)

BLACKBOARD = Personality(
    key="blackboard",
    name="Blackboard",
    code="BlackboardLearn",
    version="3900.106.0",
    issuer="https://blackboard.com",
    id_tokens=IdTokens(seconds=3600, roles=_WITH_INSTITUTION),
    members=Members(roles=_PLAIN, active="ACTIVE", inactive="INACTIVE"),
    scores=Scores(nobody=400, stranger=400),
    lists=Lists(page=25, members_page=25, results_lose_comment=True),
    choosing=Choosing(data="4f6e65:_7_1", url_required=True),
    storage=StorageOptions(offered=True, frame="lti_storage_frame", at_launch=False),
    registering=Registering(dynamic=False),
)

ITSLEARNING = Personality(
    key="itslearning",
    name="itslearning",
    code="itslearning",
    version="3.3",
    context_history=False,
    id_tokens=IdTokens(seconds=300, roles=_PLAIN),
    members=Members(roles=_PLAIN),
    choosing=Choosing(title_required=True),
    registering=Registering(dynamic=False),
)

SAKAI = Personality(
    key="sakai",
    name="Sakai",
    code="sakai",
    version="23.3",
    registration_code="sakailms.org",
    context_history=False,
    tokens=Tokens(stale=403, unscoped=400),
    id_tokens=IdTokens(seconds=3600, roles=_PLAIN),
    members=Members(media_type="application/json", roles=_PLAIN),
    scores=Scores(nobody=400, stranger=400),
    storage=StorageOptions(offered=True, frame=PARENT),
)

GENERIC = Personality(
    key="generic",
    name="LTI 1.3",
    code="schoolbord",
    version="1.0",
    submission_review=True,
    id_tokens=IdTokens(roles=_PLAIN),
    members=Members(roles=_PLAIN, inactive="Inactive"),
    lists=Lists(page=5, members_page=5),
)
"""A learning environment of its own that does what the specifications say."""

PERSONALITIES = {one.key: one for one in (MOODLE, CANVAS, BRIGHTSPACE, BLACKBOARD, ITSLEARNING, SAKAI, GENERIC)}
"""The personalities by their keys; the school is Moodle unless it is told otherwise."""
