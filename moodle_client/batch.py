"""Many reads in one request, over ``tool_mobile_call_external_functions``.

Moodle stops at the first call that fails and leaves the rest out, without a word: what it left out goes into the next
request. A request that fails as a whole (too slow, 5xx) is made again in halves, until the call that causes it stands
alone. Where the function is not in the service, the calls are made one by one.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

from moodle_client.errorcodes import error_for
from moodle_client.errors import (
    AuthError,
    BadAnswer,
    FunctionUnavailable,
    MaintenanceMode,
    MoodleError,
    NotJson,
    SiteError,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
    WebServicesOff,
)
from moodle_client.functions import Function
from moodle_client.parameters import as_json
from moodle_client.queries import Caller, Outcome, Query
from moodle_client.reading import Node

T = TypeVar("T")

BATCH_SIZE = 200
"""Calls a request. Each takes two form fields, and PHP drops fields beyond max_input_vars (1000 by default)."""


class Batch(Generic[T]):
    """One run over queries. Each gets exactly one outcome, in order, whatever happens on the way.

    Args:
        caller: the client.
        queries: what to ask; read as far as needed.
        size: queries a request at most; 1 makes them one by one.
        one_by_one: called when the batch function turns out not to be in the service.
    """

    def __init__(self, caller: Caller, queries: Iterable[Query[T]], size: int, one_by_one: Callable[[], None]) -> None:
        self._caller = caller
        self._queries = iter(queries)
        self._most = size
        self._size = size
        self._one_by_one = one_by_one
        self._waiting: deque[Query[T]] = deque()
        self._unavailable: dict[str, FunctionUnavailable] = {}

    def run(self) -> Iterator[Outcome[T]]:
        """Yield the outcomes."""
        alone_failed = False
        while self._fill():
            first = self._unavailable.get(self._waiting[0].function)
            if first:
                yield self._done(Outcome(error=first))
                continue
            known = dict(self._unavailable)
            chunk = [query for query in islice(self._waiting, self._size) if query.function not in known]
            try:
                outcomes = self._ask(chunk)
            except (SiteError, AuthError, FunctionUnavailable) as error:
                if isinstance(error, FunctionUnavailable) and not isinstance(error, WebServicesOff):
                    self._one_by_one()
                    self._most = self._size = 1
                elif _may_be_the_size(error) and len(chunk) > 1:
                    self._size = len(chunk) // 2
                elif _may_be_the_size(error) and not alone_failed:
                    alone_failed = True
                    yield self._done(Outcome(error=error))
                else:
                    yield from self._give_up(error)
                continue
            alone_failed = False
            self._size = min(self._most, self._size * 2)
            for outcome in outcomes:
                while self._waiting[0].function in known:
                    yield self._done(Outcome(error=known[self._waiting[0].function]))
                yield self._done(outcome)

    def _fill(self) -> bool:
        self._waiting.extend(islice(self._queries, max(0, self._size - len(self._waiting))))
        return bool(self._waiting)

    def _done(self, outcome: Outcome[T]) -> Outcome[T]:
        query = self._waiting.popleft()
        error = outcome.error
        if isinstance(error, FunctionUnavailable) and not isinstance(error, WebServicesOff):
            self._unavailable[query.function] = error
        return outcome

    def _give_up(self, error: MoodleError) -> Iterator[Outcome[T]]:
        self._waiting.extend(self._queries)
        while self._waiting:
            yield self._done(Outcome(error=error))

    def _ask(self, chunk: Sequence[Query[T]]) -> list[Outcome[T]]:
        if len(chunk) == 1:
            return [self._ask_one(chunk[0])]
        requests = [{"function": query.function, "arguments": as_json(query.params)} for query in chunk]
        answer = self._caller.call(Function.BATCH, {"requests": requests}, read=True, repeat_timeouts=False)
        outcomes: list[Outcome[T]] = []
        for query, entry in zip(chunk, Node(answer, Function.BATCH).at("responses").items(), strict=False):
            outcomes.append(_outcome(query, entry))
        if not outcomes:
            raise UnexpectedAnswer("no responses", function=Function.BATCH)
        return outcomes

    def _ask_one(self, query: Query[T]) -> Outcome[T]:
        try:
            return Outcome.of(query.parse(self._caller.call(query.function, query.params, read=True)))
        except (UnexpectedAnswer, FunctionUnavailable) as error:
            if isinstance(error, WebServicesOff):
                raise
            return Outcome(error=error)
        except (SiteError, AuthError):
            raise
        except MoodleError as error:
            return Outcome(error=error)


def _outcome(query: Query[T], entry: Node) -> Outcome[T]:
    if entry.flag("error"):
        return Outcome(error=_refusal(query, entry.text("exception", "{}")))
    try:
        return Outcome.of(query.parse(json.loads(entry.text("data"))))
    except (UnexpectedAnswer, ValueError) as error:
        wrong = error if isinstance(error, UnexpectedAnswer) else NotJson("within a batch", function=query.function)
    return Outcome(error=wrong)


def _refusal(query: Query[T], exception: str) -> MoodleError:
    """Read the error of one call. Here accessexception has one meaning: the token itself was accepted."""
    try:
        told = json.loads(exception)
    except ValueError:
        told = None
    errorcode = told.get("errorcode") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(errorcode, str):
        return UnexpectedAnswer("an error without errorcode", function=query.function)
    if errorcode == "accessexception":
        return FunctionUnavailable(function=query.function, errorcode=errorcode)
    return error_for(errorcode, function=query.function, message=str(told.get("message", "")))


def _may_be_the_size(error: MoodleError) -> bool:
    if isinstance(error, Unreachable):
        return error.timed_out
    if isinstance(error, Unavailable) and not isinstance(error, MaintenanceMode):
        return error.status in (500, 502, 504)
    return isinstance(error, BadAnswer)
