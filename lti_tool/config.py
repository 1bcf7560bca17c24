"""The settings: everything that differs from one installation to another, from ``ICC_…`` variables.

`icc-bridge doctor` lists them all, docs/settings.md describes them all (a test compares).
"""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from lti_tool.errors import SettingsError
from lti_tool.mailing import MailServer, sender_of, server_of

COMING = "next:"
_PAGE = re.compile(r"https://[^/\s\x00-\x1f]+[^\s\x00-\x1f]*")
_CONTACT = re.compile(rf"mailto:[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+|{_PAGE.pattern}")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1")


class Settings(BaseSettings):
    """The settings of one installation. Build it with `load_settings`, which turns mistakes into one clear line."""

    model_config = SettingsConfigDict(env_prefix="ICC_", env_file=None, extra="ignore", frozen=True)

    base_url: str = Field("http://localhost:8401", description="The address people and learning environments use; no path.")
    data_dir: Path = Field(Path("./var"), description="Folder for the database, the files and the generated secret.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; default: a SQLite file in ICC_DATA_DIR.")
    secret_key: SecretStr | None = Field(
        None,
        description="Secret for encryption and signatures, 32 characters or more; default: generated in ICC_DATA_DIR.",
    )
    secret_key_previous: SecretStr | None = Field(
        None,
        description="The secret before ICC_SECRET_KEY, or the one to come: accepted too while it is replaced.",
    )
    files_url: str | None = Field(None, description="fsspec URL for handed-in files; default: a folder in ICC_DATA_DIR.")
    file_max_mb: int = Field(50, ge=1, le=1000, description="Largest file that can be handed in, in MB.")
    upload_days: int = Field(
        7, ge=1, le=90, description="How many days a file that was sent in part is kept, to go on with; then it goes."
    )
    unfinished_mb: int = Field(
        500, ge=1, le=100_000, description="How much one person may have sent in part and not finished, in MB."
    )
    clamav_url: str | None = Field(
        None, description="Where ClamAV's daemon listens: tcp://host:3310 or unix:/path; default: files are not scanned."
    )
    clamav_when_down: Literal["refuse", "allow"] = Field(
        "refuse", description="What becomes of files while ClamAV does not answer: refuse or allow."
    )
    default_locale: Literal["nl", "en"] = Field("nl", description="Language when nobody says which: nl or en.")
    time_zone: str = Field("Europe/Amsterdam", description="Time zone in which dates and times are shown.")
    allow_private_platforms: bool = Field(
        False, description="Also talk to learning environments on http or private addresses: demo and labs only."
    )
    allow_newer_schema: bool = Field(
        False, description="Run on a schema that the next version has upgraded: only while rolling back to this one."
    )
    trusted_proxies: int = Field(0, ge=0, le=5, description="How many reverse proxies in front set X-Forwarded-… headers.")
    issuer_name: str = Field(
        "LKCA – Landelijk Kennisinstituut Cultuureducatie en Amateurkunst", description="Issuer's name on certificates."
    )
    issuer_url: str = Field("https://www.lkca.nl", description="Issuer's web site, on certificates.")
    issuer_email: str | None = Field(
        None, description="Where the issuer is reached, in its Open Badges 2.0 profile; some platforms ask for it."
    )
    privacy_contact: str | None = Field(
        None, description="Where people ask about their data: a web or e-mail address of the organisation."
    )
    privacy_confirmed: str | None = Field(
        None, description="Who confirmed the purposes and grounds of the register, and when; without it they are proposed."
    )
    security_contact: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Where a hole is reported, in /.well-known/security.txt: mailto:… or https://… (comma-separated).",
    )
    security_policy: str | None = Field(
        None, description="Web page on how reports of holes are dealt with, in /.well-known/security.txt: https://…."
    )
    seal_certificate: Path | None = Field(
        None, description="eSeal certificate for PDFs: PEM, or PKCS#12 with its key; default: technically sealed."
    )
    seal_key: Path | None = Field(None, description="Private key of ICC_SEAL_CERTIFICATE, when that is PEM.")
    seal_chain: Path | None = Field(None, description="Certificates above ICC_SEAL_CERTIFICATE, in PEM.")
    seal_password: SecretStr | None = Field(None, description="Password of the key or of the PKCS#12 file.")
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server: smtps://user:secret@host:465, starttls://…:587 or smtp://host:25; default: no e-mail.",
    )
    smtp_ca: Path | None = Field(None, description="Authorities (PEM) to trust for ICC_SMTP_URL; default: the system's.")
    mail_from: str | None = Field(None, description="Who mail is from: an address, or Name <address>.")
    digest_hour: int = Field(7, ge=0, le=23, description="Hour of the day, in ICC_TIME_ZONE, of the daily e-mail.")
    trainings_dir: Path | None = Field(
        None, description="Folder with more training files (TOML); default: only the built-in."
    )
    session_hours: int = Field(8, ge=1, le=72, description="How long a session lasts after the last launch, in hours.")
    logins_per_minute: int = Field(
        3000,
        ge=0,
        le=1_000_000,
        description="Logins, and as many launches, a minute from one network address and in one process; 0: no limit.",
    )
    registrations_per_minute: int = Field(
        30,
        ge=0,
        le=1_000_000,
        description="Requests to connect a school, a minute from one network address and in one process; 0: no limit.",
    )
    verifications_per_minute: int = Field(
        60,
        ge=0,
        le=1_000_000,
        description="Files sent to be checked, a minute from one network address and in one process; 0: no limit.",
    )
    certificate_pages_per_minute: int = Field(
        1200,
        ge=0,
        le=1_000_000,
        description="Certificates, badges, keys and status lists, a minute from one network address and in one process.",
    )
    api_requests_per_minute: int = Field(
        300,
        ge=0,
        le=1_000_000,
        description="Requests to the API a minute of one client and in one process; 0: no limit.",
    )
    changes_per_minute: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Forms and uploads a minute of one session and in one process; 0: no limit.",
    )
    staff_idle_minutes: int = Field(
        60, ge=5, le=1440, description="Minutes after which a session of the staff ends when nothing is asked."
    )
    staff_session_hours: int = Field(
        12, ge=1, le=168, description="How long a session of the staff lasts at most, in hours."
    )
    staff_proof_minutes: int = Field(
        15,
        ge=1,
        le=720,
        description="Minutes after signing in within which the staff does what matters most; later they prove again who "
        "they are.",
    )
    oidc_issuer: str | None = Field(
        None, description="OpenID provider with which the staff signs in: its issuer, such as https://connect.surfconext.nl."
    )
    oidc_client_id: str | None = Field(None, description="What the OpenID provider calls us.")
    oidc_client_secret: SecretStr | None = Field(None, description="Our secret at the OpenID provider, if it gave one.")
    oidc_name: str | None = Field(
        None, description="What the button calls the OpenID provider, such as SURFconext; default: its host."
    )
    sign_ins_per_minute: int = Field(
        30,
        ge=0,
        le=1_000_000,
        description="Tries to sign in, a minute from one network address and in one process; 0: no limit.",
    )
    keep_audit_days: int = Field(365, ge=1, le=3650, description="How many days a row of the audit trail is kept.")
    keep_deliveries_days: int = Field(
        30, ge=1, le=3650, description="How many days it is kept that a certificate was sent to a portfolio."
    )
    keep_members_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="How many days somebody on a course's list who never came is kept after the list named them last.",
    )
    keep_draft_copies_days: int = Field(
        90, ge=1, le=3650, description="How many days an earlier version of a draft can be taken back."
    )
    keep_work_months: int = Field(
        36,
        ge=0,
        le=600,
        description="Months without activity after which a participant's work and feedback go; 0: never by themselves.",
    )
    keep_people_months: int = Field(
        60,
        ge=0,
        le=600,
        description="Months after the last launch until somebody without a certificate is erased; 0: never by themselves.",
    )
    trace_days: int = Field(
        30, ge=1, le=365, description="How many days a launch, or why it was refused, can be looked up by its code."
    )
    roster_hours: int = Field(
        6,
        ge=0,
        le=168,
        description="Hours until a course's list of members is read again; 0: only when asked.",
    )
    moodle_minutes: int = Field(
        10,
        ge=0,
        le=1440,
        description="Minutes until native activities of a connected Moodle are read again; 0: only when asked.",
    )
    job_threads: int = Field(8, ge=1, le=64, description="How many jobs one process runs at once.")
    job_poll_seconds: float = Field(0.3, gt=0, le=10, description="How often a process looks for new jobs, in seconds.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe level that is logged.")
    log_format: Literal["json", "console"] = Field("json", description="Log lines as json or for people (console).")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="More host names (comma-separated) under which it answers; default: ICC_BASE_URL's.",
    )

    @field_validator("allowed_hosts", "security_contact", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
            or parts.fragment
        ):
            raise ValueError("expected an address without a path, such as https://icc.example.org")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("http is only for localhost and 127.0.0.1; use https")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("expected at least 32 characters")
        return value

    @field_validator("security_contact")
    @classmethod
    def _check_contact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_CONTACT.fullmatch(one) for one in value):
            raise ValueError("expected mailto:security@example.org or https://example.org/report")
        return value

    @field_validator("security_policy")
    @classmethod
    def _check_policy(cls, value: str | None) -> str | None:
        if value is not None and not _PAGE.fullmatch(value):
            raise ValueError("expected an address such as https://example.org/security")
        return value

    @field_validator("clamav_url")
    @classmethod
    def _check_clamav(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        tcp = parts.scheme == "tcp" and bool(parts.hostname) and bool(_port_of(parts)) and not parts.path.strip("/")
        if not tcp and not (parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc):
            raise ValueError("expected tcp://host:port or unix:/path/of/the/socket")
        return value

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("expected a time zone such as Europe/Amsterdam") from None
        return value

    @model_validator(mode="after")
    def _check_secrets(self) -> Self:
        if self.secret_key_previous is not None and self.secret_key is None:
            raise ValueError(
                "ICC_SECRET_KEY_PREVIOUS: only beside ICC_SECRET_KEY; the file secret.key keeps its own previous secrets"
            )
        return self

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("ICC_OIDC_ISSUER and ICC_OIDC_CLIENT_ID: set both, or neither")
        if self.oidc_issuer:
            parts = urlsplit(self.oidc_issuer)
            schemes = ("https", "http") if self.allow_private_platforms else ("https",)
            if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
                raise ValueError("ICC_OIDC_ISSUER: expected an address such as https://connect.surfconext.nl")
        return self

    @model_validator(mode="after")
    def _check_database(self) -> Self:
        if self.database_url is not None and not self.database_url.startswith(("sqlite:///", "postgresql")):
            raise ValueError("ICC_DATABASE_URL: expected sqlite:///… or postgresql://…")
        return self

    @model_validator(mode="after")
    def _check_mail(self) -> Self:
        if self.smtp_ca is not None and not self.smtp_ca.is_file():
            raise ValueError("ICC_SMTP_CA: there is no such file")
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError("ICC_SMTP_URL and ICC_MAIL_FROM: set both, or none")
        if self.smtp_url is None or self.mail_from is None:
            return self
        try:
            sender = sender_of(self.mail_from)
        except ValueError as error:
            raise ValueError(f"ICC_MAIL_FROM: {error}") from None
        try:
            server_of(self.smtp_url.get_secret_value(), sender)
        except ValueError as error:
            raise ValueError(f"ICC_SMTP_URL: {error}") from None
        return self

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None: no e-mail is sent."""
        if self.smtp_url is None or self.mail_from is None:
            return None
        return server_of(self.smtp_url.get_secret_value(), self.mail_from, self.smtp_ca)

    @property
    def secure(self) -> bool:
        """Whether people reach the tool over https: then cookies are `__Host-`, Secure and Partitioned."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host and port of `base_url`, such as ``icc.example.org`` or ``localhost:8401``."""
        return urlsplit(self.base_url).netloc

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL with its driver: the SQLite file in `data_dir` unless one is set."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.resolve() / 'icc-bridge.sqlite'}"
        scheme, rest = self.database_url.split("://", 1)
        return f"postgresql+psycopg://{rest}" if scheme in ("postgresql", "postgres") else self.database_url

    @property
    def files_location(self) -> str:
        """The fsspec URL of the folder for handed-in files."""
        return self.files_url or f"file://{self.data_dir.resolve() / 'files'}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment.

    Args:
        overrides: settings by name that win over the environment, as the demo and the tests use.

    Raises:
        SettingsError: one line naming the variable and what was expected.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic validates what the caller passes
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ICC_{'_'.join(str(part) for part in first['loc']).upper()}: " if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}{message}") from None


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder if it is missing and see that it can be written.

    Raises:
        SettingsError: it cannot.
    """
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise SettingsError(f"ICC_DATA_DIR: {folder} cannot be written ({error.strerror or 'unknown reason'})") from None


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return the installation's secrets: first the one that encrypts and signs, then those that are accepted too.

    They are the settings, or kept in the data folder, a line each (made at first use). A line that begins with `COMING` is
    of a secret that does not sign yet.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    if settings.secret_key is not None:
        previous = () if settings.secret_key_previous is None else (settings.secret_key_previous.get_secret_value(),)
        return tuple(dict.fromkeys((settings.secret_key.get_secret_value(), *previous)))
    return tuple(line.removeprefix(COMING) for line in secret_text(settings).splitlines())


def secret_text(settings: Settings) -> str:
    """Return the secrets as the file in the data folder keeps them, a line each; a copy of it opens the database.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    if settings.secret_key is not None:
        return "\n".join(secrets_of(settings))
    path = secret_file(settings)
    try:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            secret = secrets.token_urlsafe(48)
            file.write(secret)
        return secret
    except OSError as error:
        raise SettingsError(f"ICC_SECRET_KEY is not set and {path} cannot be used ({error.strerror})") from None


def secret_file(settings: Settings) -> Path:
    """Return where the secret is kept when it is no setting."""
    return settings.data_dir / "secret.key"


def _port_of(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None
