"""Settings: wrong ones give one clear line, and the documentation lists them all."""

import re
from pathlib import Path

import pytest

from lti_tool.config import Settings, load_settings, prepare_data_dir, secrets_of
from lti_tool.errors import SettingsError

DOCUMENTED = Path(__file__).parent.parent / "docs" / "settings.md"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ICC_BASE_URL", "icc.example.org", "ICC_BASE_URL: expected an address"),
        ("ICC_BASE_URL", "https://icc.example.org/tool", "ICC_BASE_URL: expected an address without a path"),
        ("ICC_BASE_URL", "http://icc.example.org", "ICC_BASE_URL: http is only for localhost"),
        ("ICC_SECRET_KEY", "short", "ICC_SECRET_KEY: expected at least 32 characters"),
        ("ICC_DATABASE_URL", "mysql://x/y", "ICC_DATABASE_URL: expected sqlite"),
        ("ICC_TIME_ZONE", "Mars/Olympus", "ICC_TIME_ZONE: expected a time zone"),
        ("ICC_DEFAULT_LOCALE", "fr", "ICC_DEFAULT_LOCALE: "),
        ("ICC_FILE_MAX_MB", "many", "ICC_FILE_MAX_MB: "),
        ("ICC_TRUSTED_PROXIES", "-1", "ICC_TRUSTED_PROXIES: "),
        ("ICC_OIDC_ISSUER", "https://connect.surfconext.nl", "ICC_OIDC_ISSUER and ICC_OIDC_CLIENT_ID: set both"),
        ("ICC_SECURITY_CONTACT", "security@example.org", "ICC_SECURITY_CONTACT: expected mailto:"),
        ("ICC_SECURITY_CONTACT", "mailto:a@example.org, http://x.example", "ICC_SECURITY_CONTACT: expected mailto:"),
        ("ICC_SECURITY_POLICY", "example.org/security", "ICC_SECURITY_POLICY: expected an address"),
        ("ICC_OIDC_CLIENT_ID", "icc.example.org", "ICC_OIDC_ISSUER and ICC_OIDC_CLIENT_ID: set both"),
    ],
)
def test_a_wrong_setting_gives_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.detail.startswith(expected)
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize("issuer", ["http://login.example.org", "login.example.org", "https://login.example.org/?x=1"])
def test_an_openid_provider_is_an_address_on_https(issuer: str) -> None:
    with pytest.raises(SettingsError, match="ICC_OIDC_ISSUER: expected an address"):
        load_settings(oidc_issuer=issuer, oidc_client_id="icc")
    assert load_settings(oidc_issuer="https://login.example.org/t/v2.0", oidc_client_id="icc").oidc_name is None


def test_https_is_secure_and_localhost_is_allowed_without() -> None:
    assert load_settings(base_url="https://icc.example.org").secure
    assert not load_settings(base_url="http://localhost:8401").secure
    assert load_settings(base_url="http://127.0.0.1:8401/").base_url == "http://127.0.0.1:8401"


def test_the_database_is_a_file_in_the_data_folder_unless_one_is_set(tmp_path: Path) -> None:
    assert load_settings(data_dir=tmp_path).sqlalchemy_url == f"sqlite:///{tmp_path}/icc-bridge.sqlite"
    url = "postgresql://icc:geheim@localhost/icc"
    assert load_settings(database_url=url).sqlalchemy_url == "postgresql+psycopg://icc:geheim@localhost/icc"


def test_the_secret_is_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    first = secrets_of(settings)[0]
    assert len(first) >= 32
    assert secrets_of(settings)[0] == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match=r"ICC_DATA_DIR: .* cannot be written"):
        prepare_data_dir(load_settings(data_dir=tmp_path / "file" / "data"))


def test_the_secret_does_not_show_in_a_repr() -> None:
    assert "0123456789" not in repr(load_settings(secret_key="0123456789" * 4))


def test_the_documentation_lists_every_setting_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(ICC_[A-Z_]+)`", DOCUMENTED.read_text(), flags=re.MULTILINE))
    assert documented == {f"ICC_{name.upper()}" for name in Settings.model_fields}
