"""The doctor: what it finds, and what stops a server before it starts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from lti_tool.app import compose
from lti_tool.checkups import ROTATE_AFTER, Finding, disks, issuing_keys, mail, security_contact, tool_keys
from lti_tool.checkups import clock as checked_clock
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing, SchoolServer, SigningKey
from lti_tool.doctor import check_database_url, check_startable, check_there, examine, unknown
from lti_tool.errors import SettingsError
from lti_tool.jobs.engine import Engine
from lti_tool.mailing import Mailer, server_of
from tests.builders import Builder
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.mail_server import SECRET as MAIL_SECRET
from tests.mail_server import USER, mail_server
from tests.ports import free_port
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
    parts = compose(settings, engine=RecordingJobs(), make_rsa=rsa_key)
    parts.key_ring.signing_key()
    parts.issuer_keys.keys()
    parts.close()
    check_startable(settings)
    assert bad(settings) == {}


def test_another_secret_is_noticed_by_either_kind_of_key(settings: Settings) -> None:
    parts = compose(settings, engine=RecordingJobs(), make_rsa=rsa_key)
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
    parts = compose(settings, engine=RecordingJobs(), make_rsa=rsa_key)
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


def test_a_misspelt_setting_is_told_with_the_one_that_was_meant() -> None:
    found = unknown(
        {"ICC_BASE_URL": "x", "ICC_TRUSTED_PROXY": "s3cret", "ICC_ZZZ": "s3cret", "HOME": "/", "icc_base_url": "x"}
    )
    assert [(one.name, one.good, one.value) for one in found] == [
        ("ICC_TRUSTED_PROXY", False, "there is no such setting; did you mean ICC_TRUSTED_PROXIES?"),
        ("ICC_ZZZ", False, "there is no such setting; docs/settings.md lists all"),
    ]


def test_issuing_keys_that_are_too_old_or_whose_certificate_ends_are_told(sqlite_database: Database, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, database_url=sqlite_database.url, secret_key=SECRET)
    clock = FakeClock()
    parts = compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
    assert [(one.name, one.good) for one in issuing_keys(parts)] == [("issuing keys", True)]
    parts.issuer_keys.keys()
    assert {one.name: one.good for one in issuing_keys(parts)} == {"issuing keys": True, "seal certificate": True}
    clock.advance(seconds=ROTATE_AFTER.total_seconds() + 1)
    late = {one.name: one for one in issuing_keys(parts)}
    assert not late["issuing keys"].good
    assert late["issuing keys"].value.endswith("run icc-bridge keys rotate --issuing")
    clock.advance(seconds=30 * ROTATE_AFTER.total_seconds())
    assert not {one.name: one.good for one in issuing_keys(parts)}["seal certificate"]
    parts.close()


def test_on_sqlite_the_clock_is_compared_with_a_learning_environments(sqlite_database: Database, tmp_path: Path) -> None:
    settings = load_settings(
        data_dir=tmp_path, database_url=sqlite_database.url, secret_key=SECRET, allow_private_platforms=True
    )
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as school:
        now = datetime.now(UTC)
        for away, good in ((0, True), (120, False)):
            clock = FakeClock(now + timedelta(seconds=away))
            parts = compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
            (alone,) = checked_clock(parts)
            assert alone.good or away
            if not away:
                assert alone.value.endswith("there was no other to compare with")
                Builder(sqlite_database, clock).platform(url=school.url, jwks_url=f"{school.url}/lti/jwks")
            (found,) = checked_clock(parts)
            assert (found.good, "a learning environment's" in found.value) == (good, True)
            parts.close()


def test_it_speaks_with_the_mail_server_and_says_what_to_do(sqlite_database: Database, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, database_url=sqlite_database.url, secret_key=SECRET)

    def said(url: str, authority: Path | None = None) -> Finding:
        mailer = Mailer(server_of(url, "noreply@icc.example.org", authority), "icc.example.org", operation=5.0, total=10.0)
        parts = compose(settings, database=sqlite_database, engine=RecordingJobs(), mailer=mailer, make_rsa=rsa_key)
        (found,) = mail(parts)
        parts.close()
        assert MAIL_SECRET not in found.value
        return found

    with mail_server(tmp_path, tls="starttls", login=True) as double:
        good = double.url("starttls", user=f"{USER}:{quote(MAIL_SECRET, safe='')}@")
        assert said(good, double.authority).value.endswith(
            "answers over STARTTLS, logged in as icc; icc-bridge mail test ADDRESS sends one"
        )
        for url, authority, advice in (
            (good, None, "ICC_SMTP_CA has to name its authority"),
            (double.url("starttls", user="icc:fout@"), double.authority, "user or secret of ICC_SMTP_URL is refused"),
            (double.url("smtps"), double.authority, "smtps:// is for port 465"),
            (f"smtp://127.0.0.1:{free_port()}", None, "see whether the port of ICC_SMTP_URL is right"),
            ("smtp://mail..example", None, "nobody knows a host of this name"),
        ):
            found = said(url, authority)
            assert (found.good, advice in found.value) == (False, True), found.value
        assert double.taken == []


def test_disks_keys_and_whom_to_tell_about_a_hole(sqlite_database: Database, tmp_path: Path) -> None:
    settings = load_settings(
        data_dir=tmp_path, database_url=sqlite_database.url, secret_key=SECRET, base_url="https://icc.example.org"
    )
    clock = FakeClock()
    parts = compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
    assert list(tool_keys(parts)) == []
    parts.key_ring.signing_key()
    assert [one.good for one in tool_keys(parts)] == [True]
    clock.advance(seconds=ROTATE_AFTER.total_seconds() + 1)
    assert [one.value.endswith("run icc-bridge keys rotate") for one in tool_keys(parts)] == [True]
    first, *_others = disks(parts)
    assert first.name == "disk"
    assert f"MB free in {tmp_path}" in first.value
    (none,) = security_contact(parts)
    assert (none.good, "ICC_SECURITY_CONTACT" in none.value) == (True, True)
    parts.close()
