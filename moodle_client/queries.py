"""A read that is prepared but not yet made: alone, or together with others in one request (`batch`)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from moodle_client.errors import MoodleError
from moodle_client.parameters import Params
from moodle_client.reading import Node

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """A function, its arguments, and how its answer is read. It changes nothing in Moodle.

    The services make them: `client.completion.query(…)`.
    """

    function: str
    params: Params = field(repr=False)
    read: Callable[[Node], T] = field(repr=False)

    def parse(self, answer: object) -> T:
        """Read an answer.

        Raises:
            UnexpectedAnswer: it has another shape.
        """
        return self.read(Node(answer, self.function))


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of one query: a value or an error, never both."""

    error: MoodleError | None = None
    _value: tuple[T] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, value: T) -> "Outcome[T]":
        """Return the outcome of a query that was answered."""
        return cls(_value=(value,))

    def get(self) -> T:
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
