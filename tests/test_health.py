"""What operations ask of a running tool."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.jobs.beats import Beats
from lti_tool.limited import LimitCounts
from lti_tool.measures import JOB_SECONDS, REFUSALS
from lti_tool.sync.counts import Came, add
from lti_tool.tally import Tally
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
    assert answer.status_code == 200
    found = answer.json
    assert found is not None
    assert found["status"] == "ready"
    assert {name for name, check in found["checks"].items() if check["good"]} >= {"database", "migrations", "files", "disk"}


def test_it_is_ready_while_somebody_writes(client: FlaskClient, database: Database) -> None:
    with database.session():
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("url", ["postgresql://icc:geheim@127.0.0.1:1/icc", "sqlite:////nonexistent/icc.sqlite"])
def test_without_its_database_it_is_live_but_not_ready(tmp_path: Path, url: str) -> None:
    parts = compose(load_settings(data_dir=tmp_path, database_url=url), engine=RecordingJobs())
    client = create_app(parts).test_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    found = answer.json
    assert found is not None
    assert (found["status"], found["reason"]) == ("not ready", "the database cannot be used")
    assert found["checks"]["database"] == {"good": False, "said": "the database cannot be used"}
    assert "geheim" not in answer.text
    answer = client.get("/metrics")
    assert (answer.status_code, answer.text) == (503, "the database cannot be used\n")
    parts.close()


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    parts = compose(load_settings(data_dir=tmp_path), engine=RecordingJobs())
    assert create_app(parts).test_client().get("/health/ready").status_code == 503
    parts.close()


def set_revision(database: Database, revision: str) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_an_older_schema_is_not_ready_and_a_newer_one_is_for_a_while(sqlite_database: Database, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, database_url=sqlite_database.url)
    parts = compose(settings, database=sqlite_database, engine=RecordingJobs())
    client = create_app(parts).test_client()
    set_revision(sqlite_database, "0001")
    older = client.get("/health/ready")
    assert (older.status_code, older.json and older.json["reason"]) == (
        503,
        "the schema is older than this version: run icc-bridge db upgrade",
    )
    set_revision(sqlite_database, "9999")
    assert client.get("/health/ready").status_code == 200
    parts.close()


def test_it_says_whether_anybody_runs_the_jobs_and_is_ready_all_the_same(
    client: FlaskClient, database: Database, clock: FakeClock
) -> None:
    def jobs() -> tuple[int, bool, float]:
        answer = client.get("/health/ready")
        assert answer.json is not None
        good = answer.json["checks"]["jobs"]["good"]
        assert good is ("jobs" not in answer.json["attention"])
        return answer.status_code, good, metrics(client)["icc_job_processes"]

    beats = Beats(database, clock)
    assert jobs() == (200, False, 0)
    for executor in ("here-1", "there-1", "here-1"):
        beats.beat(executor)
    assert jobs() == (200, True, 2)
    beats.end("there-1")
    clock.advance(seconds=59)
    assert jobs() == (200, True, 1)
    clock.advance(seconds=2)
    assert jobs() == (200, False, 0)


def test_a_file_store_that_cannot_be_used_is_not_ready(tmp_path: Path, sqlite_database: Database) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = load_settings(
        data_dir=tmp_path / "var", database_url=sqlite_database.url, files_url=f"file://{tmp_path}/file"
    )
    parts = compose(settings, database=sqlite_database, engine=RecordingJobs())
    answer = create_app(parts).test_client().get("/health/ready")
    assert (answer.status_code, answer.json and answer.json["reason"]) == (503, "the file store cannot be used")
    assert str(tmp_path) not in answer.text
    parts.close()


def test_what_processes_measure_is_the_sum_of_all_of_them(client: FlaskClient, database: Database) -> None:
    for _process in range(2):
        tally = Tally(database)
        tally.count(REFUSALS, "launch", "L-STATE")
        for seconds in (0.02, 0.02, 0.3, 100.0):
            tally.time(JOB_SECONDS, seconds, "post-score", "done")
        tally.flush()
    found = metrics(client)
    assert found['icc_refusals_total{code="L-STATE",step="launch"}'] == 2
    name = 'icc_job_seconds_{}kind="post-score",{}result="done"}}'
    steps = {step: found[name.format("bucket{", f'le="{step}",')] for step in ("0.05", "0.25", "0.5", "60.0", "+Inf")}
    assert steps == {"0.05": 4, "0.25": 4, "0.5": 6, "60.0": 6, "+Inf": 8}
    assert found[name.format("count{", "")] == 8
    assert found[name.format("sum{", "")] == pytest.approx(200.68)


def test_answers_are_timed_by_room_and_status_and_by_nothing_that_people_type(client: FlaskClient) -> None:
    client.get("/health/live")
    for path in ("/c/AAAAAAAAAAAAAAAAAAAAAA", "/geheim/Zoe", "/lti/launch"):
        client.get(path)
    client.post("/lti/launch")
    found = metrics(client)
    counts = {name: value for name, value in found.items() if name.startswith("icc_request_seconds_count")}
    assert counts['icc_request_seconds_count{room="health",status="2xx"}'] == 1
    assert found['icc_launch_seconds_count{outcome="refused"}'] == 1
    assert sum(value for name, value in found.items() if name.startswith("icc_refusals_total")) == 1
    assert "geheim" not in str(found)


def test_the_metrics_count_and_name_nobody(parts: Parts, client: FlaskClient, jobs: RecordingJobs, clock: FakeClock) -> None:
    # of the machine and the program, before anything has happened
    always = ("icc_disk_free_bytes", "icc_build_info", "icc_request_seconds")
    assert {value for name, value in metrics(client).items() if not name.startswith(always)} == {0.0}
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


def test_the_code_of_a_request_stands_on_its_error_page(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"] in answer.text
