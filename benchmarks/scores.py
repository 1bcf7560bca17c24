"""Scores: through our connector beside PyLTI1p3's service object at the same school, and through the whole outbox."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from benchmarks.measuring import ROUNDS, Figure, Round, compared, figure, measure_each
from benchmarks.peer import peer_scores, register_peer
from benchmarks.stage import Stage, register
from lti_tool.advantage.scores import PostResult, ScoreService
from lti_tool.demo.school.models import Registration
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.outcomes import OutcomeChanged
from mappings.progress import OutcomeState
from mappings.scores import score_for
from tests.builders import Builder

POSTS = 60
ROWS = 160
WINDOW_SECONDS = 8.0
LANES = 8


def figures(scene: Stage, *, posts: int = POSTS, rows: int = ROWS) -> Iterator[Figure]:
    """Yield the connector's figures, then the outbox's.

    Args:
        posts: how many each round posts.
        rows: how many the outbox holds.
    """
    yield from _connectors(scene, posts)
    alone = _outbox(scene, schools=1, rows=rows)
    together = _outbox(scene, schools=LANES, rows=rows // LANES)
    yield Figure("scores: outbox to one school", alone, None, "queued, posted, read back; one after the other for a school")
    yield Figure(f"scores: outbox to {LANES} schools at once", together, None, f"{together / alone:.1f} times one school")


def _connectors(scene: Stage, posts: int) -> Iterator[Figure]:
    service = ScoreService(scene.parts.connector, scene.parts.clock)
    score = score_for(OutcomeState.ACCEPTED, "Akkoord", scene.platform.profile)
    if score is None:
        raise LookupError("accepted work gives no score here")

    def ours(line_item: str) -> None:
        posted = service.post(scene.platform, line_item, scene.teacher.id, score, datetime.now(UTC))
        if posted.result is not PostResult.ACCEPTED:
            raise RuntimeError(f"a score was not accepted: {posted.code}")

    tool = register_peer(scene)
    sides = ((ours, scene.registration), (peer_scores(scene, tool), tool))
    for post, registration in sides:
        post(_columns(scene, registration, 1)[0])  # which fetches the token
    rounds: tuple[list[Round], list[Round]] = ([], [])
    for _ in range(ROUNDS):
        for kept, (post, registration) in zip(rounds, sides, strict=True):
            kept.append(measure_each(post, _columns(scene, registration, posts)))
    theirs = figure("scores: PyLTI1p3, one service object", rounds[1], "without a time-out")
    first = figure("scores: our connector", rounds[0])
    yield Figure(first.name, first.rate, first.cpu_ms, compared(first, theirs))
    yield theirs


def _columns(scene: Stage, registration: Registration, count: int) -> Sequence[str]:
    """Make an activity a score, because a school keeps one score a person and second; return their line items."""
    return [scene.column(scene.link("Measured", registration)) for _ in range(count)]


def _outbox(scene: Stage, *, schools: int, rows: int) -> float:
    """Queue scores for some registrations, let the engine send them, and return how many arrive a second."""
    for _ in range(schools):
        _queue(scene, rows)
    engine = scene.parts.engine
    engine.launch()
    try:
        before, start = _waiting(scene), time.perf_counter()
        while (left := _waiting(scene)) and time.perf_counter() - start < WINDOW_SECONDS:
            time.sleep(0.02)
        return (before - left) / (time.perf_counter() - start)
    finally:
        engine.stop()
        with scene.parts.database.session() as session:
            for row in session.scalars(select(ScoreOutbox)):
                session.delete(row)


def _queue(scene: Stage, rows: int) -> None:
    parts, school = scene.parts, scene.school
    tool, info = register(parts, school)
    build = Builder(parts.database, parts.clock)
    with parts.database.session() as session:
        platform = session.get_one(Platform, info.id)
    course, cohort = build.course(platform, scene.course.id), build.cohort()
    account, enrolment = build.participant(course, cohort, platform, scene.teacher.id)
    changes: list[OutcomeChanged] = []
    for number in range(rows):
        link = scene.link(f"Queued {number}", tool)
        key = f"assignment-{number}"
        build.placement(course, cohort, key, resource_link_id=link.id, lineitem_url=scene.column(link))
        work = build.submission(enrolment, key, OutcomeState.ACCEPTED)
        changes.append(_change(work.id, enrolment.id, account.person_id, cohort.id, key, parts.clock()))
    _follow(scene, changes)


def _follow(scene: Stage, changes: Sequence[OutcomeChanged]) -> None:
    with scene.parts.database.session() as session:
        for change in changes:
            scene.parts.outbox.follow(session, change)


def _change(work: str, enrolment: str, person: str, cohort: str, key: str, at: datetime) -> OutcomeChanged:
    return OutcomeChanged(
        submission_id=work,
        enrolment_id=enrolment,
        person_id=person,
        cohort_id=cohort,
        assignment_key=key,
        state=OutcomeState.ACCEPTED,
        feedback="Akkoord",
        at=at,
    )


def _waiting(scene: Stage) -> int:
    with scene.parts.database.session() as session:
        return session.scalar(select(func.count()).where(ScoreOutbox.dirty.is_(True))) or 0
