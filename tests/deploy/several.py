"""Two machines, each with a web process and a worker, and a third with nginx and PostgreSQL in front and behind.

Both share the settings, the address of the database and that of the files, and nothing else. The main job is played while
one process after the other is killed with -9 in the middle of its work and started again, as systemd does; or, shorter,
while one machine dies for good. ``python -m tests.deploy.several`` (``make machines``) prints what happened and fails when
anything was lost.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from sqlalchemy import func, or_, select, text

from lti_tool.app import Parts, compose
from lti_tool.backup.making import make_backup
from lti_tool.backup.restoring import restore_backup
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import SchoolServer
from lti_tool.demo.walk import Walk
from lti_tool.sync.models import ScoreOutbox
from tests.backup.conftest import PASSPHRASE
from tests.chaos.victims import ROOT, Victim
from tests.conftest import SECRET
from tests.deploy.machines import Machine, wired
from tests.deploy.nginx import in_front
from tests.eventually import eventually
from tests.ports import free_port
from tests.postgresql import crashing_postgresql
from tests.test_migrations import content

NAMES = ("front", "one", "two")
PATIENCE = 120.0
LONG_PATIENCE = 900.0
"""Until a job is taken over whose process died with it."""
GRADE = "grade in the school's gradebook: verkenning"
ACCEPTED = "accepted: "


class Installation:
    """The processes of both machines.

    Args:
        folder: for the files that both share, and what is each one's own.
        database_url: of the third machine.
        port: of the address that people use, there.
        machines: the two.
    """

    def __init__(self, folder: Path, database_url: str, port: int, machines: Sequence[Machine]) -> None:
        environment = {
            "ICC_BASE_URL": f"http://localhost:{port}",
            "ICC_TRUSTED_PROXIES": "1",
            "ICC_DATABASE_URL": database_url,
            "ICC_FILES_URL": f"file://{folder}/files",
            "ICC_SECRET_KEY": SECRET,
            "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
            "ICC_JOB_POLL_SECONDS": "0.1",
            "ICC_DATA_DIR": str(folder / "one"),
        }
        self.settings = settings_of(environment)
        self.webs: dict[str, str] = {}
        self.processes: dict[str, Victim] = {}
        for machine in machines:
            own = {**environment, "ICC_DATA_DIR": str(folder / machine.name)}
            web = f"{machine.address}:{free_port()}"
            host, _, at = web.partition(":")
            for name, words in {"web": ("serve", "--host", host, "--port", at), "worker": ("worker",)}.items():
                full = f"{name}-{machine.name}"
                self.processes[full] = Victim(full, ["-m", "lti_tool.cli", *words], own, folder, machine.enter)
            self.webs[f"web-{machine.name}"] = web

    def start(self) -> None:
        """Start all and wait until both answer."""
        for process in self.processes.values():
            process.start()
        self.wait()

    def wait(self) -> None:
        """Wait until both web processes answer."""
        eventually(lambda: all(map(ready, self.webs.values())), within=PATIENCE)

    def kill(self, name: str) -> None:
        """Kill a process with -9."""
        if not self.processes[name].kill():
            raise RuntimeError(f"{name} had ended by itself")

    def close(self) -> None:
        """Kill all that still run."""
        for process in self.processes.values():
            process.kill()


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings that these variables say."""
    return load_settings(**{name.removeprefix("ICC_").lower(): value for name, value in environment.items()})


def ready(web: str) -> bool:
    """Return whether a web process answers and can serve."""
    try:
        return requests.get(f"http://{web}/health/ready", timeout=5).ok
    except requests.RequestException:
        return False


def idle(parts: Parts) -> bool:
    """Whether nothing waits and nobody works: whoever is killed now takes no job along."""
    with parts.database.reading() as session:
        held = or_(ScoreOutbox.dirty.is_(True), ScoreOutbox.claimed_until.is_not(None))
        waiting = session.scalar(select(func.count()).select_from(ScoreOutbox).where(held))
        working = session.scalar(text("SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"))
    return not waiting and not working


def play(folder: Path, machines: Sequence[Machine], say: Callable[[str], None], *, hard: bool) -> None:
    """Play the main job on the first of three machines, which is this one, and let each process of the others die once.

    Args:
        folder: an empty one, for everything.
        machines: this one, and the two.
        say: takes a line about how far it is.
        hard: one process after the other dies while jobs are under way, so that leases have to end first, and is started
            again; otherwise both processes of one machine die when nobody works, and stay away.

    Raises:
        AssertionError, WalkFailed: something was lost, or did not arrive in time.
    """
    here, *others = machines
    port = free_port()
    with (
        crashing_postgresql(durable=hard, address=here.address) as server,
        SchoolServer(seeded=True, host=here.address, public_host=here.address, port=free_port()) as school,
        _installed(folder, f"{server.url}postgres", port, others) as installation,
        in_front(folder, port, free_port(), list(installation.webs.values())),
    ):
        parts = compose(installation.settings)
        try:
            parts.upgrade()
            installation.start()
            _walk(school.url, parts, installation, say, hard=hard)
            _see_answers(folder, f"http://localhost:{port}", installation)
            _back_from_a_backup(parts, server.url, installation, folder)
        finally:
            parts.close()


@contextmanager
def _installed(folder: Path, database_url: str, port: int, machines: Sequence[Machine]) -> Iterator[Installation]:
    installation = Installation(folder, database_url, port, machines)
    try:
        yield installation
    finally:
        installation.close()


def _walk(school_url: str, parts: Parts, installation: Installation, say: Callable[[str], None], *, hard: bool) -> None:
    patience = LONG_PATIENCE if hard else PATIENCE
    left, down = list(installation.processes), list[str]()

    def one_machine_dies(line: str) -> None:
        say(line)
        if GRADE in line:
            eventually(lambda: idle(parts), within=patience)
            for name in ("web-one", "worker-one"):
                installation.kill(name)
                say(f"      killed: {name}")

    def one_after_the_other_dies(line: str) -> None:
        say(line)
        if ACCEPTED not in line or not left:
            return
        if down:
            installation.processes[down.pop()].start()
            installation.wait()
        down.append(left.pop(0))
        installation.kill(down[-1])
        say(f"      killed: {down[-1]}")

    began = time.monotonic()
    heard = one_after_the_other_dies if hard else one_machine_dies
    Walk(school_url, installation.settings.base_url, parts, heard, patience=patience).run(None)
    eventually(lambda: idle(parts), within=patience)
    if hard:
        assert left == [], f"never killed: {left}"
    else:
        assert not ready(installation.webs["web-one"])
    say(f"the main job took {time.monotonic() - began:.0f} s")


def _see_answers(folder: Path, address: str, installation: Installation) -> None:
    """See in nginx's log that nobody got an error, and that both machines answered."""
    code = requests.get(f"{address}/health/ready", timeout=PATIENCE).headers["X-Request-ID"]
    log = folder / "icc-bridge.access.log"
    # nginx writes the line once it has answered
    eventually(lambda: code in log.read_text(), within=PATIENCE)
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    wrong = [line for line in logged if line["status"] >= 500]
    assert wrong == []
    assert {one for line in logged for one in line["upstream"].split(", ")} == set(installation.webs.values())


def _back_from_a_backup(parts: Parts, server: str, installation: Installation, folder: Path) -> None:
    """See that what the main job left on PostgreSQL comes back row by row and file by file."""
    installation.close()
    made = make_backup(parts.settings, parts.database, parts.files, parts.clock, folder, PASSPHRASE, work_factor=4)
    with parts.database.single.connect() as connection:
        connection.execute(text("CREATE DATABASE restored"))
    new = parts.settings.model_copy(
        update={
            "database_url": f"{server}restored",
            "files_url": f"file://{folder}/restored",
            "data_dir": folder / "restored-data",
        }
    )
    restore_backup(new, made.path, PASSPHRASE)
    restored = Database(new.sqlalchemy_url)
    assert content(restored) == content(parts.database)
    with restored.single.connect() as connection:
        jobs = connection.scalar(text("SELECT count(*) FROM dbos.workflow_status"))
    with parts.database.single.connect() as connection:
        assert jobs == connection.scalar(text("SELECT count(*) FROM dbos.workflow_status"))
    restored.close()
    there, here = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (folder / "files", folder / "restored")
    )
    assert there == here
    assert there


def command_on(machines: Sequence[Machine], folder: Path, *, gentle: bool) -> Sequence[str]:
    """Return the command that plays on the first of these machines, to be run in this project's folder."""
    told = [",".join((one.name, one.address, *one.enter)) for one in machines]
    words = [*machines[0].enter, sys.executable, "-m", "tests.deploy.several", "--folder", str(folder)]
    return [*words, *(["--gentle"] if gentle else []), "--within", *told]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Make the machines, and play on the first of them; return the exit code."""
    parser = argparse.ArgumentParser(prog="make machines", description="The main job on two machines that die.")
    parser.add_argument("--gentle", action="store_true", help="one machine dies when nobody works, and that is all")
    parser.add_argument("--folder", type=Path, help="an empty one, for everything; its own by default")
    parser.add_argument("--within", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.within is not None:
        these = [Machine(name, address, enter) for name, address, *enter in (one.split(",") for one in options.within)]
        play(options.folder, these, _say, hard=not options.gentle)
        _say("nothing was lost: each grade arrived, the certificate holds, and a backup comes back row by row")
        return 0
    folder = options.folder or Path(tempfile.mkdtemp(prefix="icc-machines-"))
    with wired(NAMES) as machines:
        _say(f"three machines, {'in network namespaces of their own' if machines[0].enter else 'on one loopback interface'}")
        words = command_on(machines, folder, gentle=options.gentle)
        code = subprocess.run(words, cwd=ROOT, check=False).returncode  # noqa: S603
    if code != 0:
        _say(f"logs: {folder}")
    elif options.folder is None:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
