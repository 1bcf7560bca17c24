"""How platforms stand, what warns an operator, off and on, and the results that are sent again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.clock import Clock
from lti_tool.console.paging import Where
from lti_tool.console.platforms import LATE, Attention, PlatformDesk, PlatformHealth
from lti_tool.console.queues import Queue, QueueDesk
from lti_tool.courses.models import Account
from lti_tool.ids import new_id
from lti_tool.launch.models import LaunchTrace
from lti_tool.launch.tracebook import TraceBook
from lti_tool.platforms.models import Deployment, Platform, PlatformKeySet, PlatformStatus
from lti_tool.signin.gate import Role
from lti_tool.sync.codes import CHANGED_IN_LMS
from lti_tool.sync.counts import OutboxCounts
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from tests.builders import Builder
from tests.clock import FakeClock
from tests.console.conftest import Desk
from tests.recording_jobs import RecordingJobs
from tests.training.world import QueryCount


class Outside:
    """Platforms with results."""

    def __init__(self, parts: Parts, clock: FakeClock) -> None:
        self.parts, self.clock = parts, clock
        self.build = Builder(parts.database, clock)
        self.desk = PlatformDesk(parts.database, clock, OutboxCounts(parts.database, clock), TraceBook(parts.database))

    def platform(self, name: str) -> Platform:
        """Add one of which nothing is wrong."""
        platform = self.build.platform(name)
        now = self.clock()
        self.build.add(PlatformKeySet(platform_id=platform.id, jwks={"keys": []}, fetched_at=now, attempted_at=now))
        return platform

    def score(self, platform: Platform, error: str | None = None, *, refused: bool = False) -> str:
        """Add a result that is on its way, or went wrong."""
        account: Account = self.build.account(platform)
        placement = self.build.placement(self.build.course(platform), self.build.cohort())
        row = ScoreOutbox(
            id=new_id(),
            platform_id=platform.id,
            placement_id=placement.id,
            account_id=account.id,
            score_given=100,
            score_maximum=100,
            changed_at=self.clock(),
            dirty=not refused,
            refused=refused,
            last_error=error,
            fails=1 if error else 0,
        )
        return self.build.add(row).id

    def health(self, platform: Platform) -> PlatformHealth:
        return next(one for one in self.desk.list() if one.info.id == platform.id)


@pytest.fixture
def outside(parts: Parts, clock: FakeClock) -> Outside:
    return Outside(parts, clock)


@pytest.fixture
def otto(sit: Callable[..., Desk]) -> Desk:
    """The operator."""
    return sit(Role.OPERATOR, name="Otto")


def test_each_thing_that_is_wrong_with_a_platform_warns_and_it_comes_first(outside: Outside, clock: FakeClock) -> None:
    fine, bad = outside.platform("Aardig College"), outside.platform("Zwaar College")
    assert outside.health(fine).warnings == []
    outside.score(bad, "refused-400", refused=True)
    waiting = outside.score(bad, "http-503")
    outside.build.add(LaunchTrace(
        code="LTI-AAAAAA", platform_id=bad.id, step="launch", outcome="L-SIGNATURE", created_at=clock()
    ))  # fmt: skip
    outside.build.add(LaunchTrace(
        code="LTI-BBBBBB", platform_id=fine.id, step="launch", outcome="L-EXPIRED", created_at=clock()
    ))  # fmt: skip
    clock.advance(seconds=(LATE + timedelta(minutes=90)).total_seconds())
    with outside.parts.database.session() as session:
        session.get_one(PlatformKeySet, fine.id).fetched_at = clock()
        session.get_one(Platform, bad.id).status = PlatformStatus.DISABLED
        assert session.get_one(ScoreOutbox, waiting).dirty
    assert outside.health(fine).warnings == []
    assert set(outside.health(bad).warnings) == {Attention.DISABLED, Attention.REFUSED, Attention.LATE, Attention.LAUNCHES}
    assert [one.info.name for one in outside.desk.list()] == ["Zwaar College", "Aardig College"]


def test_stale_keys_and_a_missing_deployment_warn(outside: Outside, clock: FakeClock) -> None:
    platform = outside.platform("Nieuw College")
    with outside.parts.database.session() as session:
        session.execute(delete(Deployment).where(Deployment.platform_id == platform.id))
    clock.advance(hours=3)
    assert set(outside.health(platform).warnings) == {Attention.NO_DEPLOYMENT, Attention.KEYS}


def test_many_platforms_take_as_many_queries_as_one(outside: Outside) -> None:
    counts = []
    for names in (["Een"], ["Twee", "Drie", "Vier"]):
        for name in names:
            outside.score(outside.platform(name), "http-503")
        with QueryCount(outside.parts.database) as count:
            assert outside.desk.list()
        counts.append(len(count))
    assert counts[0] == counts[1] <= 9


def test_an_operator_switches_a_platform_off_and_on_once(outside: Outside, otto: Desk) -> None:
    platform = outside.platform("Zilverbos College")
    at = f"/console/platforms/{platform.id}"
    assert "Er wordt niets gewist" in otto.page(f"{at}/disable")
    for deed in ("disable", "disable", "enable"):
        assert otto.post(f"{at}/{deed}").status_code == 303
        shown = "Staat uit" in otto.page(at)
        assert shown is (deed == "disable")
    noted = [one.what for one in outside.parts.audit.last(9, account_id=otto.member.id, outcome=DONE)]
    assert noted[:2] == ["platforms.enable", "platforms.disable"]
    assert otto.client.get("/console/platforms/unknown").status_code == 404


def test_the_self_test_is_run_and_its_report_can_be_copied(outside: Outside, otto: Desk) -> None:
    platform = outside.build.platform("Zilverbos College", url="http://127.0.0.1:9")
    report = otto.post(f"/console/platforms/{platform.id}/check")
    assert report.status_code == 200
    assert "Wat er getest is" in report.text
    assert "Verslag voor de helpdesk" in report.text
    assert otto.client.get(f"/console/platforms/{platform.id}/check").status_code == 303


def test_the_queues_say_how_much_waits_and_since_when(outside: Outside, clock: FakeClock) -> None:
    platform = outside.platform("Zilverbos College")
    outside.score(platform)
    clock.advance(hours=5)
    outside.score(platform, "http-503")
    lines = {line.queue: line for line in _queues(outside.parts, clock).lines()}
    scores = lines[Queue.SCORES]
    assert (scores.waiting, scores.oldest, scores.failing) == (2, timedelta(hours=5), 1)
    assert [line.queue for line in lines.values() if line.waiting] == [Queue.SCORES]


def test_a_failed_result_is_sent_again_and_one_changed_by_hand_is_left_to_a_trainer(
    outside: Outside, otto: Desk, jobs: RecordingJobs, clock: FakeClock
) -> None:
    platform, other = outside.platform("Zilverbos College"), outside.platform("Het Lage Land")
    refused, changed = (outside.score(platform, code, refused=True) for code in ("refused-400", CHANGED_IN_LMS))
    outside.score(other, "refused-404", refused=True)
    page = otto.page("/console/queues")
    assert page.count("Stuur opnieuw") == 2
    assert "Zilverbos College" in page
    assert "refused-404" not in otto.page(f"/console/queues?platform={platform.id}")
    assert otto.post("/console/scores/again", {"score": refused}).status_code == 303
    assert [job.key for job in jobs.waiting_jobs if job.job == POST_SCORE] == [refused]
    left = [one.id for one in _queues(outside.parts, clock).failed(Where(), platform.id).rows]
    assert left == [changed]
    led = otto.post("/console/scores/again", {"platform": other.id})
    assert led.location.endswith(f"platform={other.id}&again=1")
    assert "1 resultaat gaat opnieuw op weg" in otto.page(led.location)
    assert otto.post("/console/scores/again", {"score": "unknown"}).status_code == 404
    noted = [one.what for one in outside.parts.audit.last(9, account_id=otto.member.id, outcome=DONE)]
    assert noted[:2] == ["scores.again", "scores.again"]


def _queues(parts: Parts, clock: Clock) -> QueueDesk:
    return QueueDesk(parts.database, clock, parts.trainings)
