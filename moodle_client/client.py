"""The client: one Moodle site, one token, services on it.

>>> client = MoodleClient("https://moodle.example.org", token)   # doctest: +SKIP
>>> for course in client.courses.all():                           # doctest: +SKIP
...     print(course.id, course.full_name)
"""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import requests

from moodle_client.address import Site
from moodle_client.assignments import Assignments
from moodle_client.batch import BATCH_SIZE, Batch
from moodle_client.completion import Completion
from moodle_client.courses import Courses
from moodle_client.errors import AuthError, FunctionUnavailable, MoodleError, Refusal
from moodle_client.files import Files
from moodle_client.functions import Function
from moodle_client.gate import SiteGate, gate_of
from moodle_client.grades import Grades
from moodle_client.parameters import Params
from moodle_client.queries import Outcome, Query
from moodle_client.secret import Token
from moodle_client.site import SiteInfo, SiteService
from moodle_client.transport import Manners, Transport
from moodle_client.users import Users

T = TypeVar("T")


class MoodleClient:
    """Moodle's web services, typed. Safe to share between threads; close it, or use it in a `with`.

    Args:
        url: the site's address, as on its front page (wwwroot).
        token: a web service token; it travels in the body of requests only.
        allow_http: accept an address without https: a laboratory only, the token can be read on the way.
        manners: time-outs, retries, caps, and what tests want to put in their place.
        gate: limits the requests at once; by default all clients of a site share two.
        session: an HTTP session of your own (a proxy, a private certificate authority).

    Raises:
        WrongAddress: the address cannot be one of a Moodle.
        ValueError: the token is empty or not a token.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        allow_http: bool = False,
        manners: Manners | None = None,
        gate: SiteGate | None = None,
        session: requests.Session | None = None,
    ) -> None:
        site = Site.at(url, allow_http=allow_http)
        self._transport = Transport(site, Token(token), manners or Manners(), gate or gate_of(site.url), session)
        self._functions: frozenset[str] | None = None
        self._one_by_one = False
        self.site = SiteService(self, self._remember)
        self.courses = Courses(self)
        self.users = Users(self)
        self.completion = Completion(self)
        self.assignments = Assignments(self)
        self.grades = Grades(self)
        self.files = Files(self._transport)

    @property
    def url(self) -> str:
        """The site's address."""
        return self._transport.site.url

    def call(self, function: str, params: Params | None = None, *, read: bool, repeat_timeouts: bool = True) -> object:
        """Call any function and return its JSON: the door to functions that no service here knows.

        Args:
            function: its name.
            params: its arguments; lists and maps as such, booleans as booleans.
            read: it changes nothing in Moodle, so that it may be retried.
            repeat_timeouts: also retry when no answer came in time.

        Raises:
            MoodleError: see `moodle_client.errors`. A function that is known not to be in the service is not called.
        """
        if self._functions is not None and function not in self._functions and function != Function.SITE_INFO:
            raise FunctionUnavailable(function=function)
        try:
            return self._transport.call(function, params or {}, read=read, repeat_timeouts=repeat_timeouts)
        except AuthError as error:
            refused: Refusal = error
        if refused.errorcode == "accessexception" and function != Function.SITE_INFO:
            refused = self._told_apart(function, refused)
        raise refused

    def ask(self, query: Query[T]) -> T:
        """Make one prepared read."""
        return query.parse(self.call(query.function, query.params, read=True))

    def batch(self, queries: Iterable[Query[T]], *, size: int = BATCH_SIZE) -> list[Outcome[T]]:
        """Make many prepared reads in as few requests as Moodle allows; one outcome each, in order. Raises nothing
        that Moodle or the network does: an outcome says so.
        """
        return list(self.iter_batch(queries, size=size))

    def iter_batch(self, queries: Iterable[Query[T]], *, size: int = BATCH_SIZE) -> Iterator[Outcome[T]]:
        """As `batch`, but with no more than one request's outcomes in memory."""
        if size < 1:
            raise ValueError("a batch holds at least one query")
        return Batch(self, queries, 1 if self._one_by_one else size, self._go_one_by_one).run()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"MoodleClient({self.url!r})"

    def _remember(self, info: SiteInfo) -> None:
        self._functions = info.functions

    def _go_one_by_one(self) -> None:
        self._one_by_one = True

    def _told_apart(self, function: str, error: Refusal) -> Refusal:
        """Moodle says accessexception for a bad token and for a function outside its service: ask which it is."""
        try:
            functions = self.site.info().functions
        except MoodleError:
            return error
        return error if function in functions else FunctionUnavailable(function=function, errorcode=error.errorcode)
