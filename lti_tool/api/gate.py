"""Who may ask: a token with the scope that is needed, so many requests a minute, and a note of every write and refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from werkzeug.exceptions import TooManyRequests

from lti_tool.allowance import Allowance
from lti_tool.api.clients import Client, ClientService
from lti_tool.api.errors import ScopeMissing
from lti_tool.audit import AuditTrail
from lti_tool.registry import use
from lti_tool.web.csrf import csrf_exempt

P = ParamSpec("P")
R = TypeVar("R")
CLIENTS = "api.clients"
"""Under this name those over the limit of a client are counted."""


@dataclass(frozen=True)
class Gate:
    """What every request to the API passes.

    Args:
        clients: knows the tokens.
        allowance: how many requests a minute each client has.
        trail: holds what clients wrote and were refused.
    """

    clients: ClientService
    allowance: Allowance
    trail: AuditTrail

    def pass_with(self, scope: str) -> Client:
        """Return the client of this request.

        Raises:
            NoToken: none.
            TooManyRequests: too many this minute.
            ScopeMissing: its token does not reach so far; that stands in the audit trail.
        """
        client = self.clients.recognise(request.headers.get("Authorization", ""))
        wait = self.allowance.take(client.id)
        if wait:
            raise TooManyRequests(retry_after=wait)
        if scope not in client.scopes:
            self.trail.refused(client.id, request.endpoint or "api", scope)
            raise ScopeMissing(f"needs {scope}")
        return client


def scoped(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only clients with a scope use a view. No cookie counts here, so there is no form token either."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.api_client = use(Gate).pass_with(scope)
            return view(*args, **kwargs)

        return csrf_exempt(guarded)

    return decorate


def client_now() -> Client:
    """Return the client of this request, which has passed the gate."""
    client: Client = g.api_client
    return client
