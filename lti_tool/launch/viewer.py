"""Who looks at a page of the training: by a launch, or by another way in that `app.py` hands over.

This room knows launches only. Whoever signs in elsewhere is found by `OtherViewers`, where the browser has no session of a
launch; such a viewer has neither an account nor a platform, and nobody may frame their pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from lti_tool.errors import NotFound
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role


class NoAccount(NotFound):
    """Something that belongs to an account in a learning environment, for somebody who signed in without one."""

    code = "R-NO-ACCOUNT"
    title = _l("Dit hoort bij een leeromgeving")
    explanation = _l("Je bent ingelogd zonder leeromgeving. Dit kan alleen wie de training vanuit een cursus opent.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (
        _l("Ga terug naar je edities."),
        _l("Heb je ook een account in een leeromgeving? Open de training dan vanuit je cursus daar."),
    )


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page, as the launches of this session showed, or as somebody who signed in without one."""

    session_id: str
    maybe_account_id: str | None
    """None: signed in without a learning environment."""
    person_id: str
    maybe_platform: PlatformInfo | None
    """Where the account is."""
    locale: str | None
    """None: the person chose none, and the browser says it."""
    seats: Mapping[str, Role]
    """The role in each course (by its id), the newest launch last."""
    administers: bool = False
    """Whether the last launch showed an administrator of the whole platform."""
    return_urls: Mapping[str, str] = field(default_factory=dict)
    """Where each course is in the learning environment, as far as the platform said."""
    staff_id: str | None = None
    """Of the member of the staff, for whoever has no account."""

    @property
    def account_id(self) -> str:
        """Return the account that launched. Raises NoAccount: signed in without a learning environment."""
        if self.maybe_account_id is None:
            raise NoAccount("no account: signed in without a learning environment")
        return self.maybe_account_id

    @property
    def platform(self) -> PlatformInfo:
        """Return where the account is. Raises NoAccount: signed in without a learning environment."""
        if self.maybe_platform is None:
            raise NoAccount("no platform: signed in without a learning environment")
        return self.maybe_platform

    @property
    def actor_id(self) -> str:
        """Return who stands in the audit trail: the account, or the member of the staff."""
        return self.staff_id or self.account_id

    def role_in(self, course_id: str) -> Role | None:
        """Return the role that a launch of this session showed in a course; None without such a launch."""
        return self.seats.get(course_id)


@dataclass(frozen=True)
class OtherViewers:
    """Who looks where no launch opened a session.

    Args:
        find: finds them in the present request and tells the page that nobody may frame it; None: nobody. It raises what
            the reader is to know: that they were signed in and are no more, or may not.
    """

    find: Callable[[], Viewer | None]
