"""A read that is prepared but not yet made: alone, or together with others in one request (`batch`)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from moodle_client.errors import MoodleError
from moodle_client.parameters import Params
from moodle_client.reading import Node

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Query(Generic[T_co]):
    """A function, its arguments, and how its answer is read. It changes nothing in Moodle.

    The services make them: `client.completion.query(…)`.
    """

    function: str
    params: Params = field(repr=False)
    read: Callable[[Node], T_co] = field(repr=False)

    def parse(self, answer: object) -> T_co:
        """Read an answer.

        Raises:
            UnexpectedAnswer: it has another shape.
        """
        return self.read(Node(answer, self.function))


@dataclass(frozen=True)
class Outcome(Generic[T_co]):
    """What became of one query: a value or an error, never both."""

    error: MoodleError | None = None
    _value: tuple[T_co] | None = field(default=None, repr=False)

    @staticmethod
    def of(value: T) -> "Outcome[T]":
        """Return the outcome of a query that was answered."""
        return Outcome(_value=(value,))

    def get(self) -> T_co:
        """Return the value.

        Raises:
            MoodleError: why there is none.
        """
        if self._value is None:
            raise self.error or MoodleError("neither answer nor error")
        return self._value[0]


class Caller(Protocol):
    """What the services need of the client."""

    def call(self, function: str, params: Params | None = None, *, read: bool, repeat_timeouts: bool = True) -> object:
        """Call a function and return its JSON."""
        ...

    def ask(self, query: Query[T]) -> T:
        """Make one prepared read."""
        ...

    def iter_batch(self, queries: Iterable[Query[T]], *, size: int = ...) -> Iterator[Outcome[T]]:
        """Make many prepared reads; one outcome each, in order."""
        ...
