"""Running: serve, worker, demo, the database and the doctor."""

import signal
import threading
from pathlib import Path

import click

from lti_tool.app import compose
from lti_tool.cli.frame import json_option, show
from lti_tool.config import Settings, load_settings, prepare_data_dir
from lti_tool.doctor import examine
from lti_tool.errors import SettingsError
from lti_tool.logs import configure_logs


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8401, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Start the web server and the jobs in one process."""
    from lti_tool.serving import ToolServer, check_address

    settings = _ready_settings()
    check_address(host, port)
    configure_logs(settings)
    click.echo(f"ICC Bridge listens on http://{host}:{port} for {settings.base_url}")
    ToolServer(settings, host, port).run()


@click.command()
def worker() -> None:
    """Run jobs only, beside one or more web processes on PostgreSQL."""
    settings = _ready_settings()
    if settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("a worker of its own needs PostgreSQL (ICC_DATABASE_URL); with SQLite, serve runs the jobs")
    configure_logs(settings)
    parts = compose(settings)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stopped.set())
    parts.engine.launch()
    stopped.wait()
    parts.close()


def _ready_settings() -> Settings:
    """Load the settings and see, before anything starts, that the application could be composed with them."""
    settings = load_settings()
    parts = compose(settings)
    try:
        if not parts.database.is_current():
            raise SettingsError("the database's schema is not the newest: run icc-bridge db upgrade")
    finally:
        parts.close()
    return settings


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest revision; a new database is made."""
    parts = compose(load_settings())
    try:
        parts.upgrade()
    finally:
        parts.close()
    click.echo("The database is up to date.")


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Check the settings, the database, the files and the clock, and list every setting as it is."""
    settings = load_settings()
    prepare_data_dir(settings)
    findings = examine(settings)
    show([finding.row() for finding in findings], as_json=as_json)
    wrong = [finding.name for finding in findings if not finding.good]
    if wrong:
        raise SettingsError(f"not in order: {', '.join(wrong)}")


@click.command()
@click.option("--port", default=8401, show_default=True, type=click.IntRange(1, 65535), help="Port of the tool.")
@click.option("--school-port", default=8400, show_default=True, type=click.IntRange(1, 65535), help="Port of the school.")
@click.option("--walk", is_flag=True, help="Play the main job once, in a data folder of its own, and stop.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="With --walk: leave the certificate here.")
@click.option("--fresh", is_flag=True, help="Begin anew: remove what an earlier demo left.")
def demo(*, port: int, school_port: int, walk: bool, out: Path | None, fresh: bool) -> None:
    """Start the tool and a small school learning environment to try it with."""
    from lti_tool.demo.running import run_demo, run_walk

    if out is not None and not walk:
        raise click.UsageError("--out belongs to --walk")
    if walk:
        run_walk(port, school_port, out)
    else:
        run_demo(port, school_port, fresh=fresh)
