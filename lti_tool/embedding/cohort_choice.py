"""The cohort that a trainer chose for a course: one of their own, a new one, or one that a code is for."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.embedding.choices import CohortKind, CohortWish
from lti_tool.errors import Invalid, NotAllowed, NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.cohorts import CohortInfo, CohortService
from mappings.roles import Role
from mappings.training import Training


def check_trainer(viewer: Viewer, course_id: str) -> None:
    """See that a launch of this session showed the viewer to be trainer in a course.

    Raises:
        NotFound: no launch of this session in that course.
        NotAllowed: another role there.
    """
    role = viewer.role_in(course_id)
    if role is None:
        raise NotFound("no launch of this session in that course")
    if role is not Role.TRAINER:
        raise NotAllowed("no trainer in this course")


def choose_cohort(
    session: Session, cohorts: CohortService, viewer: Viewer, training: Training, wish: CohortWish
) -> CohortInfo:
    """Return the cohort that a form names; a new one is made, a code is used.

    Raises:
        Invalid: it cannot be used; the field says which one needs attention.
    """
    if wish.kind is CohortKind.NEW:
        return cohorts.create(session, training.key, wish.value, viewer.person_id)
    if wish.kind is CohortKind.CODE:
        cohort = cohorts.use_code(session, wish.value, viewer.person_id)
    elif wish.value.isalnum() and cohorts.is_trainer(session, wish.value, viewer.person_id):
        cohort = cohorts.show(session, wish.value)
    else:
        raise Invalid(
            "the person is no trainer of this cohort",
            explanation=_l("Van deze editie ben je geen trainer. Kies een andere, of gebruik een eenmalige code."),
            field="cohort",
        )
    if cohort.training_key != training.key:
        raise Invalid(
            "the cohort is of another training",
            explanation=_l("Deze editie hoort bij een andere training."),
            field="join_code" if wish.kind is CohortKind.CODE else "cohort",
        )
    return cohort
