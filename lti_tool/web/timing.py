"""How long answers take, by room and class of status; launches apart."""

import time
from collections.abc import Set

from flask import Flask, Response, g, request

from lti_tool.measures import LAUNCH_SECONDS, REQUEST_SECONDS
from lti_tool.tally import Tally

STATIC = "static"


def init_timing(app: Flask, tally: Tally, launches: Set[str]) -> None:
    """Time every request of an application.

    Args:
        tally: is told.
        launches: endpoints that verify launches.
    """

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        began: float | None = g.get("began")
        if began is None:
            return response
        seconds, endpoint = time.perf_counter() - began, request.endpoint or ""
        room = STATIC if endpoint.endswith(f".{STATIC}") else request.blueprint or "none"
        tally.time(REQUEST_SECONDS, seconds, room, f"{response.status_code // 100}xx")
        if endpoint in launches:
            tally.time(LAUNCH_SECONDS, seconds, "refused" if response.status_code >= 400 else "let in")
        return response
