"""The site and the account behind the token (``core_webservice_get_site_info``)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from moodle_client.functions import Function
from moodle_client.queries import Caller, Query
from moodle_client.reading import Node


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """A site as the token sees it. The private access key that Moodle sends along is not kept."""

    name: str
    url: str
    release: str
    """The version for people: "4.5 (Build: 20241007)"."""
    version: int
    """The version for comparing: 2024100700."""
    site_course_id: int
    """The id of the front page, which Moodle lists among the courses."""
    user_id: int
    """The account that the token belongs to."""
    user_name: str = field(repr=False)
    """The account's user name."""
    functions: frozenset[str] = field(repr=False)
    """The functions that the token's service has."""
    may_download: bool
    is_site_admin: bool

    @classmethod
    def read(cls, node: Node) -> "SiteInfo":
        """Read the function's answer."""
        version = node.text("version", "").split(".")[0]
        return cls(
            name=node.name("sitename"),
            url=node.text("siteurl"),
            release=node.text("release", ""),
            version=int(version) if version.isascii() and version.isdigit() else 0,
            site_course_id=node.id_or_none("siteid") or 1,
            user_id=node.integer("userid"),
            user_name=node.text("username"),
            functions=frozenset(node.each("functions", lambda one: one.text("name"))),
            may_download=node.flag("downloadfiles", default=False),
            is_site_admin=node.flag("userissiteadmin", default=False),
        )


class SiteService:
    """About the site.

    Args:
        caller: the client.
        remember: told what the token may call, so that the client does not ask for what is not there.
    """

    def __init__(self, caller: Caller, remember: Callable[[SiteInfo], None]) -> None:
        self._caller = caller
        self._remember = remember

    def info(self) -> SiteInfo:
        """Return what the token may do here. From then on, functions outside its service fail without a request.

        Raises:
            AuthError: the token is not accepted.
        """
        info = self._caller.ask(Query(Function.SITE_INFO, {}, SiteInfo.read))
        self._remember(info)
        return info
