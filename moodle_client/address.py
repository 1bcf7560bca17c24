"""Addresses: the site's own, and those of its files. The token goes nowhere else."""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from moodle_client.errors import FileRefused, WrongAddress

_DEFAULT_PORTS = {"https": 443, "http": 80}
_FILES = ("/webservice/pluginfile.php", "/pluginfile.php")


@dataclass(frozen=True, slots=True)
class Site:
    """A Moodle site: `url` is its wwwroot, without a slash at the end."""

    url: str

    @classmethod
    def at(cls, url: str, *, allow_http: bool = False) -> "Site":
        """Check the address that somebody typed.

        Raises:
            WrongAddress: not https, no host, or with a user, a query or a fragment in it.
        """
        try:
            parts = urlsplit(url.strip())
            usable = parts.hostname is not None and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable or parts.username or parts.password or parts.query or parts.fragment:
            raise WrongAddress("expected an address like https://moodle.example.org")
        if parts.scheme not in (("https", "http") if allow_http else ("https",)):
            raise WrongAddress("the address must begin with https://")
        return cls(f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}")

    @property
    def rest(self) -> str:
        """Where web service functions are called."""
        return f"{self.url}/webservice/rest/server.php"

    def file(self, url: str) -> str:
        """Return the address at which a token opens a file of this site.

        Raises:
            FileRefused: it is elsewhere, or it is not a file.
        """
        try:
            same = _origin(url) == _origin(self.url)
            parts = urlsplit(url)
        except ValueError:
            same = False
        if not same:
            raise FileRefused("it is at another host")
        root = urlsplit(self.url).path
        for prefix in _FILES:
            start = f"{root}{prefix}"
            inside = unquote(parts.path.removeprefix(start)) or parse_qs(parts.query).get("file", [""])[0]
            if parts.path.startswith(start) and inside.startswith("/") and ".." not in inside.split("/"):
                return f"{self.url}/webservice/pluginfile.php{quote(inside)}"
        raise FileRefused("it is not under pluginfile.php")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address: what may be shown of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}{f':{parts.port}' if parts.port else ''}"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
