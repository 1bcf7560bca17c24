"""Running the demo: the tool and the school until somebody stops them, or the main job once by itself.

Loading the application costs more than a second, and its processes do so too; so they are started first.
"""

import shutil
import tempfile
import time
from pathlib import Path

import click

from lti_tool.cli.loading import load
from lti_tool.demo.connecting import SCHOOL_NAME, Connected, connect
from lti_tool.demo.expecting import WalkFailed
from lti_tool.demo.processes import Demo, stoppable
from lti_tool.errors import SettingsError

FOLDER = Path("var")
MOODLE = "moodle"
PORTS = (8401, 8400)
WATCH_SECONDS = 1.0
WALK_JOB_POLL_SECONDS = 0.1


def folder_for(port: int, school_port: int, lms: str = MOODLE) -> Path:
    """Return the data folder of a demo: addresses stand in its data, so other ports have a folder of their own.

    So has another learning environment: what one knows of the tool, another does not.
    """
    name = "demo" if lms == MOODLE else f"demo-{lms}"
    return FOLDER / (name if (port, school_port) == PORTS else f"{name}-{port}-{school_port}")


def run_demo(port: int, school_port: int, *, fresh: bool, lms: str = MOODLE) -> None:
    """Start the demo, connect the school, print both addresses and stay until interrupted.

    Args:
        port, school_port: where the tool and the school listen.
        fresh: remove what an earlier demo left.
        lms: the learning environment that the school behaves like.

    Raises:
        SettingsError: it cannot start, or one of its processes ended.
        WalkFailed: the school could not be connected.
    """
    folder = folder_for(port, school_port, lms)
    demo = Demo(folder, port, school_port, lms=lms)
    demo.check()
    if fresh:
        _remove(folder)
    earlier = demo.has_data()
    try:
        with stoppable():
            connected, way_in = _start(demo, earlier=earlier)
            click.echo(_greeting(demo, connected, way_in))
            while True:
                time.sleep(WATCH_SECONDS)
                demo.see_them_alive()
    except KeyboardInterrupt:
        click.echo("\nStopping …")
    finally:
        demo.stop()


def run_walk(port: int, school_port: int, out: Path | None, patience: float, lms: str = MOODLE) -> None:
    """Play the main job once against a fresh demo and stop.

    Args:
        port, school_port: where the tool and the school listen meanwhile.
        out: folder that receives the certificate in all its forms.
        patience: seconds to wait for what arrives later.
        lms: the learning environment that the school behaves like.

    Raises:
        SettingsError: the demo cannot start, or `out` cannot be written.
        WalkFailed: a step did not end as expected.
    """
    if out is not None:
        _prepare(out)
    folder = Path(tempfile.mkdtemp(prefix="icc-walk-"))
    demo = Demo(folder, port, school_port, job_poll_seconds=WALK_JOB_POLL_SECONDS, lms=lms)
    try:
        with stoppable():
            demo.start()
            load()
            from lti_tool.app import compose
            from lti_tool.demo.walk import Walk

            parts = compose(demo.settings())
            try:
                demo.wait_until_ready()
                Walk(demo.school_url, demo.tool_url, parts, click.echo, patience=patience).run(out)
            except WalkFailed:
                demo.see_them_alive()
                raise
            finally:
                parts.close()
    finally:
        demo.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(demo: Demo, *, earlier: bool) -> tuple[Connected, str]:
    demo.start()
    load()
    from lti_tool.app import compose
    from lti_tool.demo.native import connect_web_services
    from lti_tool.demo.staffing import staff_link
    from lti_tool.demo.walk import known_clients, tool_of

    parts = compose(demo.settings())
    try:
        demo.wait_until_ready()
        connected = connect(demo.school_url, known_clients(parts), tool_of(parts))
        connect_web_services(parts, demo.school_url)
        return connected, staff_link(parts)
    except SettingsError as error:
        if earlier:
            raise SettingsError(f"{error.detail}; icc-bridge demo --fresh begins anew") from None
        raise
    finally:
        parts.close()


def _greeting(demo: Demo, connected: Connected, way_in: str) -> str:
    anew = (
        f"\n{SCHOOL_NAME} knew another tool; it is connected to this one now. What was embedded before belongs to the\n"
        "other one: embed it again, or begin anew with --fresh.\n"
    )
    return (
        f"\nICC Bridge is running.\n\n"
        f"  School (start here):  {demo.school_url}\n"
        f"  Tool:                 {demo.tool_url}\n"
        f"  Its staff (one time): {way_in}\n"
        f"{anew if connected is Connected.ANEW else ''}\n"
        "Log in at the school as the trainer Ilse, open a course and add the training from ICC Bridge;\n"
        "then log in as one of the teachers and hand something in. docs/demo.md walks you through.\n"
        f"Stop with Ctrl-C; what you did is kept in {demo.folder} for the next time (--fresh begins anew)."
    )


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise SettingsError(f"{error.filename}: cannot be removed ({error.strerror})") from None


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return
    except OSError as error:
        raise SettingsError(f"--out {out}: cannot be written ({error.strerror})") from None
