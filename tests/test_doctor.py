"""The doctor: what it finds, and what stops a server before it starts."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from lti_tool.app import compose
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.doctor import Finding, check_database_url, check_startable, check_there, examine
from lti_tool.errors import SettingsError
from lti_tool.jobs.engine import Engine
from tests.recording_jobs import RecordingJobs


def bad(settings: Settings) -> dict[str, str]:
    """What the doctor finds wrong, by name."""
    return {finding.name: finding.value for finding in examine(settings) if not finding.good}


def found(settings: Settings, name: str) -> Finding:
    """One of the doctor's findings."""
    return next(finding for finding in examine(settings) if finding.name == name)


def test_a_good_installation_has_nothing_wrong_and_may_start(settings: Settings, database: Database) -> None:
    assert bad(settings) == {}
    check_startable(settings)
    assert "UTC" in found(settings, "clock").value
    Engine(settings, database).stop()


def test_starting_again_is_as_good_as_the_first_time(settings: Settings) -> None:
    check_startable(settings)
    parts = compose(settings, engine=RecordingJobs())
    parts.key_ring.signing_key()
    parts.issuer_keys.keys()
    parts.close()
    check_startable(settings)
    assert bad(settings) == {}


def test_another_secret_is_noticed_by_either_kind_of_key(settings: Settings) -> None:
    parts = compose(settings, engine=RecordingJobs())
    parts.issuer_keys.keys()
    parts.close()
    other = settings.model_copy(update={"secret_key": SecretStr("another secret, long enough to be one")})
    assert set(bad(other)) == {"secret"}
    with pytest.raises(SettingsError, match="ICC_SECRET_KEY"):
        check_startable(other)


def test_nothing_of_the_probe_is_left_in_the_file_store(settings: Settings, tmp_path: Path) -> None:
    check_startable(settings)
    assert [path for path in (tmp_path / "var" / "files").rglob("*") if path.is_file()] == []


def test_it_says_who_of_the_staff_can_sign_in_and_how(settings: Settings) -> None:
    assert "staff invite NAME" in found(settings, "sign-in").value
    parts = compose(settings, engine=RecordingJobs())
    parts.staff.invite("Mies Bakker", ["operator", "issuer"])
    parts.close()
    finding = found(settings, "sign-in")
    assert (finding.good, finding.value) == (
        True,
        "1 of the staff, 1 operators; 0 with a passkey or an account of their own",
    )
    nobody_there = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "icc"}
    assert set(bad(settings.model_copy(update=nobody_there))) == {"OpenID provider"}


def test_a_missing_database_is_told_and_not_made(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "var")
    with pytest.raises(SettingsError, match="run icc-bridge db upgrade"):
        check_there(settings)
    assert not (tmp_path / "var").exists()
    assert set(bad(settings)) == {"application"}


def test_an_empty_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "icc-bridge.sqlite").touch()
    settings = load_settings(data_dir=tmp_path)
    assert bad(settings) == {"database": "the database's schema is not the newest: run icc-bridge db upgrade"}
    with pytest.raises(SettingsError, match="not the newest"):
        check_startable(settings)


@pytest.mark.parametrize(
    "url", ["sqlite:///:memory:", "sqlite:///", "postgresql+psycopg2://u:geheim@h/d", "postgresql://u:geheim@h:x/d"]
)
def test_a_database_url_that_cannot_be_used(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ICC_DATABASE_URL: expected") as caught:
        check_database_url(load_settings(data_dir=tmp_path, database_url=url))
    assert "geheim" not in caught.value.detail


@pytest.mark.parametrize(
    ("changes", "name", "shown"),
    [
        (
            {"database_url": "postgresql://icc:geheim@127.0.0.1:1/icc"},
            "ICC_DATABASE_URL",
            "postgresql://icc:…@127.0.0.1:1/icc",
        ),
        ({"files_url": "s3://key:geheim@bucket/x"}, "ICC_FILES_URL", "s3://key:…@bucket/x"),
        ({"secret_key": "geheim, and long enough to be a secret"}, "ICC_SECRET_KEY", "set"),
        ({}, "ICC_SECRET_KEY", "default"),
        ({"allowed_hosts": "a.example, b.example"}, "ICC_ALLOWED_HOSTS", "a.example, b.example"),
        ({}, "ICC_ALLOWED_HOSTS", "default"),
        ({"base_url": "https://icc.example.org"}, "ICC_BASE_URL", "https://icc.example.org"),
    ],
)
def test_settings_are_shown_but_for_their_secrets(tmp_path: Path, changes: dict[str, str], name: str, shown: str) -> None:
    assert found(load_settings(data_dir=tmp_path, **changes), name).value == shown
