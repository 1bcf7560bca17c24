"""What must not be so where people are served: each unsafe setting is named, and stops `serve` and `worker`.

A public installation is one that people reach over https, under a name that others can have too. What belongs to demos and
labs is refused there; what is unsafe anywhere is refused anywhere.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import make_url

from lti_tool.config import LOOPBACK_HOSTS, Settings, secret_file
from lti_tool.errors import SettingsError

LABS = ("test", "localhost", "local", "internal", "home.arpa")
"""Names that exist in no public network (RFC 6761, RFC 8375)."""
NETWORK_DISKS = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs", "afs"))
"""File systems on which SQLite's locks and shared memory do not hold between machines (sqlite.org/wal.html)."""
LEAST_LETTERS = 10
"""Different characters in a secret: what somebody made up has fewer, or repeats itself."""
PLACEHOLDERS = ("change", "example", "geheim", "secret", "password", "wachtwoord")
MOUNTS = Path("/proc/mounts")


def is_public(settings: Settings) -> bool:
    """Return whether people elsewhere are served."""
    host = settings.host.partition(":")[0]
    lab = host in LOOPBACK_HOSTS or any(host == name or host.endswith(f".{name}") for name in LABS)
    return settings.secure and not lab


def unsafe(settings: Settings, environment: Mapping[str, str], *, mounts: Path = MOUNTS) -> Iterator[str]:
    """Yield what is unsafe, each with what to do.

    Args:
        settings: of the installation.
        environment: of the process.
        mounts: what is mounted where, as Linux tells it.
    """
    path = secret_file(settings)
    if settings.secret_key is None and path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO:
        yield f"{path} can be read by everybody on this machine; chmod 600 {path}"
    yield from _of_sqlite(settings, mounts)
    if not is_public(settings):
        return
    if settings.trusted_proxies == 0:
        yield (
            "ICC_TRUSTED_PROXIES is 0, but with https in ICC_BASE_URL a reverse proxy stands in front: "
            "say how many (1), or all people have the proxy's address"
        )
    if settings.allow_private_platforms:
        yield "ICC_ALLOW_PRIVATE_PLATFORMS is for demos and labs: it lets strangers have your own network called"
    if settings.secret_key is not None:
        secret = settings.secret_key.get_secret_value()
        if len(set(secret)) < LEAST_LETTERS or any(word in secret.lower() for word in PLACEHOLDERS):
            yield "ICC_SECRET_KEY looks made up: openssl rand -base64 48 makes one (a new one does not open old keys)"
    if settings.log_level == "DEBUG" or environment.get("FLASK_DEBUG", "0") not in ("", "0", "false"):
        yield "ICC_LOG_LEVEL=DEBUG and FLASK_DEBUG are for developers: libraries then log what they see"


def check_safe(settings: Settings) -> None:
    """See that nothing is unsafe.

    Raises:
        SettingsError: something is; the first that was found.
    """
    for found in unsafe(settings, os.environ):
        raise SettingsError(found)


def _of_sqlite(settings: Settings, mounts: Path) -> Iterator[str]:
    if not settings.sqlalchemy_url.startswith("sqlite") or not mounts.exists():
        return
    url = make_url(settings.sqlalchemy_url)
    if not url.database:
        return
    kind = _file_system(Path(url.database).resolve(), mounts)
    if kind in NETWORK_DISKS:
        yield f"the SQLite database lies on a network disk ({kind}), which loses data: use a local disk, or PostgreSQL"


def _file_system(path: Path, mounts: Path) -> str:
    """Return the kind of file system that a path lies on: that of the longest mount point above it, the newest of equals."""
    longest, kind = -1, ""
    for line in mounts.read_text().splitlines():
        words = line.split(" ")
        place = words[1].replace("\\040", " ")
        if len(words) > 2 and path.is_relative_to(place) and len(Path(place).parts) >= longest:
            longest, kind = len(Path(place).parts), words[2]
    return kind
