"""The trainer who signed in without a learning environment, as whoever looks at the pages of the training.

`app.py` hands `find_staff_viewer` to `launch` (`OtherViewers`), which asks it where the browser has no session of a launch.
"""

from flask import g
from flask_babel import lazy_gettext as _l

from lti_tool.errors import NotFound, SessionExpired
from lti_tool.launch.viewer import Viewer
from lti_tool.signin.errors import RoleMissing
from lti_tool.signin.gate import Role, find_present, sign_in_url, was_signed_in
from lti_tool.signin.sessions import Present
from lti_tool.web.own_window import stands_alone


class NoCohortYet(NotFound):
    """Somebody signed in as a trainer, and is trainer of no cohort so far."""

    code = "R-NO-COHORT"
    explanation = _l("Je bent nog van geen enkele editie trainer.")
    who = _l("Wie de edities goedkeurt, kan je bij een editie zetten of je een code geven.")
    steps = (_l("Vul bij Mijn edities de code in die je kreeg."), _l("Vraag er een als je er geen hebt."))


def viewer_of(present: Present) -> Viewer | None:
    """Return who somebody is on the pages of the training; None: trainer of no cohort so far."""
    member = present.member
    if member.person_id is None:
        return None
    return Viewer(
        session_id=f"staff {present.session_id}",
        maybe_account_id=None,
        person_id=member.person_id,
        maybe_platform=None,
        locale=member.locale,
        seats={},
        staff_id=member.id,
    )


def find_staff_viewer() -> Viewer | None:
    """Return the trainer of the staff who looks at this page, which then stands in a window of its own; None: nobody, and
    the error page tells where they sign in.

    Raises:
        SessionExpired: somebody was signed in here and is no more; `g.sign_in_url` says where they come back.
        RoleMissing: whoever is signed in is no trainer.
        NoCohortYet: they are trainer of no cohort.
    """
    present = find_present()
    if present is None:
        if not was_signed_in():
            g.other_way = {"text": _l("Ben je trainer zonder leeromgeving? Log hier in"), "url": sign_in_url()}
            return None
        stands_alone()
        g.sign_in_url = sign_in_url()
        raise SessionExpired("the session of the staff has ended")
    stands_alone()
    if Role.TRAINER not in present.member.roles:
        raise RoleMissing("the pages of a cohort need the role of trainer")
    viewer = viewer_of(present)
    if viewer is None:
        raise NoCohortYet("trainer of no cohort")
    return viewer
