"""Whole launches, in this process: the login and the launch, without the school's part in between."""

import time
from collections.abc import Iterator

from flask.testing import FlaskClient

from benchmarks.measuring import ROUND_SECONDS, ROUNDS, Figure, Round, compared, figure
from benchmarks.peer import peer_app, register_peer
from benchmarks.stage import Stage, answer_of_the_school
from lti_tool.demo.school.models import Link


def figures(scene: Stage, *, seconds: float = ROUND_SECONDS) -> Iterator[Figure]:
    """Yield ours and PyLTI1p3's.

    Args:
        seconds: that each round of each takes.
    """
    tool = register_peer(scene)
    peer = peer_app(scene, tool).test_client()
    sides = (
        (scene.client, "/lti/login", "/lti/launch", scene.link("Ours"), 303),
        (peer, "/login", "/launch", scene.link("Theirs", tool), 200),
    )
    rounds: tuple[list[Round], list[Round]] = ([], [])
    for _ in range(ROUNDS):
        for kept, side in zip(rounds, sides, strict=True):
            kept.append(_round(scene, *side, seconds))
    theirs = figure("launches: PyLTI1p3, keys cached", rounds[1], "its state in memory: one process, lost at a restart")
    ours = figure("launches: ours", rounds[0])
    yield Figure(ours.name, ours.rate, ours.cpu_ms, f"{compared(ours, theirs)}; each a durable row, used once")
    yield theirs


def _round(scene: Stage, client: FlaskClient, login: str, launch: str, link: Link, expected: int, seconds: float) -> Round:
    count, spent, cpu = 0, 0.0, 0.0
    while spent < seconds or count == 0:
        begun = scene.school.login_params(scene.teacher, link)
        wall, used = time.perf_counter(), time.thread_time()
        location = client.post(login, data=begun).headers["Location"]
        spent, cpu = spent + time.perf_counter() - wall, cpu + time.thread_time() - used
        answer = answer_of_the_school(scene.school, scene.teacher, location)
        wall, used = time.perf_counter(), time.thread_time()
        status = client.post(launch, data=answer).status_code
        spent, cpu = spent + time.perf_counter() - wall, cpu + time.thread_time() - used
        if status != expected:
            raise RuntimeError(f"a launch was answered with {status}")
        count += 1
    return Round(count, spent, cpu)
