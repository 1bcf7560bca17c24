"""What operations ask of a running tool."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.limited import LimitCounts
from lti_tool.sync.counts import Came, add
from tests.builders import Builder
from tests.certificates.award import NAME, all_accepted
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import open_desk


@pytest.fixture
def jobs() -> RecordingJobs:
    """Takes the jobs."""
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs) -> Iterator[Parts]:
    """The application over each database."""
    composed = compose(settings, clock=clock, database=database, engine=jobs)
    yield composed
    composed.close()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    """Whoever asks."""
    return create_app(parts).test_client()


def metrics(client: FlaskClient) -> dict[str, float]:
    """The metrics by name and labels."""
    lines = client.get("/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_it_is_live_and_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"status": "live"}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_it_is_ready_while_somebody_writes(client: FlaskClient, database: Database) -> None:
    with database.session():
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("url", ["postgresql://icc:geheim@127.0.0.1:1/icc", "sqlite:////nonexistent/icc.sqlite"])
def test_without_its_database_it_is_live_but_not_ready(tmp_path: Path, url: str) -> None:
    parts = compose(load_settings(data_dir=tmp_path, database_url=url), engine=RecordingJobs())
    client = create_app(parts).test_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reason": "the database cannot be used"})
    answer = client.get("/metrics")
    assert (answer.status_code, answer.text) == (503, "the database cannot be used\n")
    parts.close()


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    parts = compose(load_settings(data_dir=tmp_path), engine=RecordingJobs())
    assert create_app(parts).test_client().get("/health/ready").status_code == 503
    parts.close()


def test_the_metrics_count_and_name_nobody(parts: Parts, client: FlaskClient, jobs: RecordingJobs, clock: FakeClock) -> None:
    assert set(metrics(client).values()) == {0.0}
    desk = open_desk(parts.database, clock, jobs)
    desk.accept()
    all_accepted(parts)
    clock.advance(minutes=5)
    found = metrics(client)
    assert found["icc_platforms"] == 1
    assert found["icc_awards_queued"] == 1
    jobs.waiting_jobs = [job for job in jobs.waiting_jobs if job.job == "issue-certificate"]
    jobs.run()
    found = metrics(client)
    assert (found["icc_awards_queued"], found["icc_certificates_issued"]) == (0, 1)
    assert NAME not in client.get("/metrics").text


def test_the_metrics_say_for_each_platform_what_waits_and_since_when(
    parts: Parts, client: FlaskClient, jobs: RecordingJobs, clock: FakeClock
) -> None:
    quiet = Builder(parts.database, clock).platform(client_id="quiet")
    desk = open_desk(parts.database, clock, jobs)
    desk.accept()
    clock.advance(minutes=5)
    found = metrics(client)
    for name, here in (("waiting", 1), ("oldest_waiting_seconds", 300), ("sent", 0), ("refused", 0)):
        assert found[f'icc_scores_{name}{{platform="{desk.platform.id}"}}'] == here
        assert found[f'icc_scores_{name}{{platform="{quiet.id}"}}'] == 0
    desk.set(desk.row(), dirty=False, refused=True)
    found = metrics(client)
    assert found[f'icc_scores_refused{{platform="{desk.platform.id}"}}'] == 1
    assert found[f'icc_scores_oldest_waiting_seconds{{platform="{desk.platform.id}"}}'] == 0


def test_the_metrics_count_what_any_process_posted(
    parts: Parts, client: FlaskClient, jobs: RecordingJobs, clock: FakeClock
) -> None:
    desk = open_desk(parts.database, clock, jobs)
    name = 'icc_score_posts_total{{platform="{}",result="{}"}}'
    for _process in range(2):
        with parts.database.session() as session:
            add(session, [(desk.platform.id, Came.ACCEPTED), (desk.platform.id, Came.LATER), (desk.platform.id, Came.LATER)])
    found = metrics(client)
    counted = {came: found[name.format(desk.platform.id, came.value)] for came in Came}
    assert counted == {Came.ACCEPTED: 2, Came.LATER: 4, Came.REFUSED: 0, Came.CHANGED: 0, Came.THERE: 0}


def test_what_the_limits_refused_is_counted_for_all_processes(client: FlaskClient, database: Database) -> None:
    counts, others = LimitCounts(database), LimitCounts(database)
    counts.add("launch.login", 3)
    others.add("launch.login", 4)
    others.add("sessions", 1)
    found = metrics(client)
    assert found['icc_requests_limited_total{limit="launch.login"}'] == 7
    assert found['icc_requests_limited_total{limit="sessions"}'] == 1
