"""A new secret takes over: forms stay good, every process can read, whatever is interrupted is finished later."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Text, select

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings, secret_file, secrets_of
from lti_tool.database import Database
from lti_tool.errors import Refused, SettingsError
from lti_tool.kept_secrets import KeptSecrets
from lti_tool.migrations.models import metadata
from lti_tool.platforms.models import ToolKey
from lti_tool.resealing import BATCH, SecretRotation, sealed_columns
from lti_tool.vault import Vault
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.eventually import eventually
from tests.recording_jobs import RecordingJobs

OTHER = "another secret, just as long as the first one"


@dataclass
class Process:
    """A running process over the file: it looks again when its own time has gone by."""

    settings: Settings
    seconds: float = 0.0
    vault: Vault = field(init=False)

    def __post_init__(self) -> None:
        self.vault = Vault(KeptSecrets(self.settings, lambda: self.seconds))

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Installation:
    """One that keeps its secret in the file, with keys and values in its database."""

    settings: Settings
    database: Database
    clock: FakeClock
    running: Process
    lines: list[str] = field(default_factory=list)

    def rotation(self) -> SecretRotation:
        """The command, in a process of its own; the running one lives on meanwhile."""
        command = Process(self.settings)

        def wait(seconds: float) -> None:
            command.wait(seconds)
            self.running.wait(seconds)

        return SecretRotation(self.settings, self.database, command.vault, self.clock, wait)

    def add_keys(self, count: int, vault: Vault) -> None:
        now = self.clock()
        with self.database.session() as session:
            session.add_all(
                ToolKey(
                    kid=f"key-{number:04}",
                    private_pem=vault.encrypt(f"private {number}"),
                    public_jwk={},
                    created_at=now,
                    active_from=now,
                )
                for number in range(count)
            )

    def opened(self, vault: Vault) -> list[str]:
        with self.database.session() as session:
            return [vault.decrypt(one) for one in session.scalars(select(ToolKey.private_pem).order_by(ToolKey.kid))]


@pytest.fixture
def installation(tmp_path: Path, database: Database, database_url: str, clock: FakeClock) -> Installation:
    """One on each engine."""
    settings = load_settings(data_dir=tmp_path, database_url=database_url)
    return Installation(settings, database, clock, Process(settings))


def test_a_new_secret_takes_over_while_another_process_reads_and_writes(installation: Installation) -> None:
    (first,) = secrets_of(installation.settings)
    count = BATCH * 2 + 7
    installation.add_keys(count, installation.running.vault)
    written_meanwhile: list[str] = []
    lines: list[str] = []

    def told(line: str) -> None:
        lines.append(line)
        written_meanwhile.append(installation.running.vault.encrypt(line))

    done = installation.rotation().rotate(told)
    assert (done.made, done.values) == (True, count)
    assert [installation.running.vault.decrypt(one) for one in written_meanwhile] == lines
    second, kept = secrets_of(installation.settings)
    assert kept == first != second
    assert secret_file(installation.settings).stat().st_mode & 0o077 == 0
    assert installation.opened(Vault(second)) == [f"private {number}" for number in range(count)]
    assert installation.opened(installation.running.vault) == installation.opened(Vault(second))


def test_a_rotation_that_was_interrupted_is_finished_and_makes_no_further_secret(installation: Installation) -> None:
    installation.add_keys(3, installation.running.vault)

    def stop(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        installation.rotation().rotate(stop)
    first, coming = secrets_of(installation.settings)
    assert installation.running.vault.decrypt(Vault(first).encrypt("still the first")) == "still the first"
    with pytest.raises(Refused, match="not taken over yet"):
        installation.rotation().forget(at_once=True)
    done = installation.rotation().rotate(installation.lines.append)
    assert (done.made, done.values, secrets_of(installation.settings)) == (False, 3, (coming, first))
    assert installation.rotation().reseal() == 0


def test_a_secret_is_forgotten_once_nothing_of_it_is_left_and_no_form_can_be_open(installation: Installation) -> None:
    installation.clock.now = installation.clock.now.fromtimestamp(
        secret_mtime(installation), tz=installation.clock.now.tzinfo
    )
    installation.add_keys(2, installation.running.vault)
    assert installation.rotation().forget() == 0
    installation.rotation().rotate(installation.lines.append)
    (second, first) = secrets_of(installation.settings)
    with pytest.raises(Refused, match="for 8 hours"):
        installation.rotation().forget()
    installation.clock.advance(hours=9)
    assert installation.rotation().forget() == 1
    assert secrets_of(installation.settings) == (second,)
    installation.running.wait(3)
    with pytest.raises(SettingsError):
        installation.running.vault.decrypt(Vault(first).encrypt("gone"))


def secret_mtime(installation: Installation) -> float:
    secrets_of(installation.settings)
    return secret_file(installation.settings).stat().st_mtime


def test_what_is_still_of_the_old_secret_keeps_it(installation: Installation) -> None:
    installation.rotation().rotate(installation.lines.append)
    _second, first = secrets_of(installation.settings)
    installation.add_keys(1, Vault(first))
    with pytest.raises(Refused, match="1 values are still encrypted"):
        installation.rotation().forget(at_once=True)
    assert installation.rotation().rotate(installation.lines.append).values == 1


def test_a_value_of_a_secret_that_nobody_knows_stops_with_what_to_do(installation: Installation) -> None:
    installation.add_keys(1, Vault(OTHER))
    with pytest.raises(SettingsError, match=r"tool_key\.private_pem .* put that one into ICC_SECRET_KEY_PREVIOUS"):
        installation.rotation().reseal()


_RESEAL = """
from lti_tool.clock import utc_now
from lti_tool.config import load_settings
from lti_tool.database import Database
from lti_tool.kept_secrets import KeptSecrets
from lti_tool.resealing import SecretRotation
from lti_tool.vault import Vault
settings = load_settings()
print(SecretRotation(settings, Database(settings.sqlalchemy_url), Vault(KeptSecrets(settings)), utc_now).reseal())
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_in_the_middle_and_called_again_every_value_is_there_and_of_the_new_secret(
    installation: Installation,
) -> None:
    count = 20 * BATCH
    installation.add_keys(count, Vault(OTHER))
    environment = {
        **os.environ,
        "ICC_DATA_DIR": str(installation.settings.data_dir),
        "ICC_DATABASE_URL": str(installation.settings.database_url),
        "ICC_SECRET_KEY": SECRET,
        "ICC_SECRET_KEY_PREVIOUS": OTHER,
    }
    command = [sys.executable, "-c", _RESEAL]

    def first_is_done() -> bool:
        with installation.database.reading() as session:
            return Vault(SECRET).is_current(
                session.scalars(select(ToolKey.private_pem).order_by(ToolKey.kid).limit(1)).one()
            )

    with subprocess.Popen(command, env=environment) as first:  # noqa: S603 - our own words
        eventually(first_is_done)
        first.send_signal(signal.SIGKILL)
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert 0 < int(second.stdout) < count
    assert installation.opened(Vault(SECRET)) == [f"private {number}" for number in range(count)]


def test_whatever_is_sealed_is_marked_so_that_it_follows_a_new_secret() -> None:
    named = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("sealed") or column.name == "private_pem"
    }
    marked = {(table.name, column.name) for table, column in sealed_columns()}
    assert marked == named
    assert ("moodle_site", "token_sealed") in marked
    assert all(isinstance(column.type, Text) for _table, column in sealed_columns())


@pytest.fixture
def sites(sqlite_database: Database, tmp_path: Path, clock: FakeClock) -> Iterator[list[Parts]]:
    """The same installation before and after its settings name another secret."""
    common = {"data_dir": tmp_path, "database_url": sqlite_database.url}
    before = load_settings(**common, secret_key=SECRET)
    after = load_settings(**common, secret_key=OTHER, secret_key_previous=SECRET)
    gone = load_settings(**common, secret_key=OTHER)
    made = [
        compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs())
        for settings in (before, after, gone)
    ]
    yield made
    for parts in made:
        parts.close()


def test_forms_of_the_previous_secret_are_taken_as_long_as_it_is_accepted(sites: list[Parts]) -> None:
    before, after, gone = (create_app(parts) for parts in sites)
    assert after.secret_key != before.secret_key
    assert after.config["SECRET_KEY_FALLBACKS"] == [before.secret_key]
    assert (gone.secret_key, gone.config["SECRET_KEY_FALLBACKS"]) == (after.secret_key, [])


def test_an_application_signs_by_the_new_secret_as_soon_as_it_is_there(
    sqlite_database: Database, tmp_path: Path, clock: FakeClock
) -> None:
    settings = load_settings(data_dir=tmp_path, database_url=sqlite_database.url)
    running = Process(settings)
    parts = replace(compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs()), vault=running.vault)
    app = create_app(parts)
    before = app.secret_key
    SecretRotation(settings, sqlite_database, running.vault, clock, running.wait).rotate(lambda _line: None)
    assert app.test_client().get("/health/live").status_code == 200
    assert app.secret_key != before
    assert app.config["SECRET_KEY_FALLBACKS"] == [before]
    parts.close()


def test_the_settings_name_previous_secrets_beside_the_present_one_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, secret_key=SECRET, secret_key_previous=OTHER)
    assert secrets_of(settings) == (SECRET, OTHER)
    for wrong in ({"secret_key": SECRET, "secret_key_previous": "short"}, {"secret_key_previous": OTHER}):
        with pytest.raises(SettingsError, match="ICC_SECRET_KEY_PREVIOUS"):
            load_settings(data_dir=tmp_path, **wrong)
