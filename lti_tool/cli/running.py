"""Running: serve, worker, demo, the database and the doctor."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from lti_tool.cli.frame import OrderedGroup, json_option, show
from lti_tool.cli.loading import load

if TYPE_CHECKING:
    from lti_tool.config import Settings

PORT = click.IntRange(1, 65535)
DEFAULT_PORT = 8401


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, help=f"Port; default: ICC_BASE_URL's on plain http, else {DEFAULT_PORT}.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that answer, of 8 threads each; about one for each core.",
)
@click.option("--upgrade", is_flag=True, help="Bring the database up to date first; a new one is made.")
def serve(host: str, port: int | None, workers: int, *, upgrade: bool) -> None:
    """Start the web server and the jobs, in one process; with --workers one of them runs the jobs.

    SIGTERM or Ctrl-C ends it in good order: requests and jobs under way are finished first.
    """
    from lti_tool.cli.listening import check_address
    from lti_tool.config import load_settings

    settings = load_settings()
    port = port or _port_of(settings.base_url)
    check_address(host, port)
    load()
    from lti_tool.doctor import check_startable
    from lti_tool.logs import configure_logs, silence_logs
    from lti_tool.serving import ToolServer

    silence_logs()
    if upgrade:
        _upgrade(settings)
    check_startable(settings)
    configure_logs(settings)
    click.echo(f"ICC Bridge listens on http://{host}:{port} for {settings.base_url}")
    ToolServer(settings, host, port, workers).serve()


@click.command()
def worker() -> None:
    """Run jobs only, beside web processes on PostgreSQL."""
    from lti_tool.config import load_settings
    from lti_tool.errors import SettingsError

    settings = load_settings()
    if settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("a worker of its own needs PostgreSQL (ICC_DATABASE_URL); with SQLite, serve runs the jobs")
    load()
    from lti_tool.doctor import check_startable
    from lti_tool.logs import configure_logs, silence_logs
    from lti_tool.serving import work

    silence_logs()
    check_startable(settings)
    configure_logs(settings)
    work(settings)


@click.group(cls=OrderedGroup)
def db() -> None:
    """The database: bring it up to date."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest revision; a new database is made."""
    from lti_tool.config import load_settings

    settings = load_settings()
    load()
    from lti_tool.logs import silence_logs

    silence_logs()
    _upgrade(settings)
    click.echo("The database is up to date.")


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Check the installation and list every setting.

    Looks at the settings, the data folder, the database, the secret, the files, the trainings, the disk and the clock.
    """
    from lti_tool.config import load_settings

    settings = load_settings()
    load()
    from lti_tool.doctor import examine
    from lti_tool.errors import SettingsError
    from lti_tool.logs import silence_logs

    silence_logs()
    findings = examine(settings)
    show([finding.row() for finding in findings], as_json=as_json)
    wrong = [f"{finding.name}: {finding.value}" for finding in findings if not finding.good]
    if wrong:
        raise SettingsError(f"not in order: {'; '.join(wrong)}")


@click.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=PORT, help="Port of the tool.")
@click.option("--school-port", default=8400, show_default=True, type=PORT, help="Port of the school.")
@click.option("--lms", default="moodle", show_default=True, help="What the school behaves like: a family, such as canvas.")
@click.option("--fresh", is_flag=True, help="Begin anew: remove what an earlier demo left.")
@click.option("--walk", is_flag=True, help="Play the main job once, in a data folder of its own, and stop.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="With --walk: leave the certificate here.")
@click.option(
    "--patience",
    default=20.0,
    show_default=True,
    type=click.FloatRange(1, 600),
    help="With --walk: seconds to wait for what arrives later, such as a grade.",
)
def demo(*, port: int, school_port: int, lms: str, fresh: bool, walk: bool, out: Path | None, patience: float) -> None:
    """Start the tool and a small school to try it with.

    Two processes that talk real HTTP, until Ctrl-C. What you do is kept in var/demo for the next time. With --walk the main
    job plays by itself, from registration to the verified certificate, one line a step; exit code 1 when a step fails.
    """
    if out is not None and not walk:
        raise click.UsageError("--out belongs to --walk")
    if fresh and walk:
        raise click.UsageError("--walk always begins anew, without --fresh")
    if port == school_port:
        raise click.UsageError("--port and --school-port must differ")
    from lti_tool.demo.school.personalities import PERSONALITIES

    if lms not in PERSONALITIES:
        raise click.UsageError(f"--lms: expected one of {', '.join(PERSONALITIES)}")
    from lti_tool.demo.running import run_demo, run_walk
    from lti_tool.logs import silence_logs

    silence_logs()
    if walk:
        run_walk(port, school_port, out, patience, lms)
    else:
        run_demo(port, school_port, fresh=fresh, lms=lms)


def _port_of(base_url: str) -> int:
    parts = urlsplit(base_url)
    return parts.port or DEFAULT_PORT if parts.scheme == "http" else DEFAULT_PORT


def _upgrade(settings: "Settings") -> None:
    from lti_tool.app import compose
    from lti_tool.doctor import check_database_url

    check_database_url(settings)
    composed = compose(settings)
    try:
        composed.upgrade()
    finally:
        composed.close()
