"""Sending e-mail through one SMTP server (RFC 5321), with TLS that is verified and time limits always.

What the server says decides: a recipient that it refuses for good (5xx at RCPT TO) is told apart from whatever passes or
is the server's own trouble. Whether a message arrived twice cannot be excluded: a server may take it and the connection
break before its answer is here. No address, name or subject is in an error or a log line.
"""

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from lti_tool.connecting import Line
from lti_tool.deadlines import Deadlines

OPERATION_TIMEOUT = 15.0
TOTAL_TIMEOUT = 60.0
PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_BUSY = 421
_PERMANENT = 500


class Tls(StrEnum):
    """How a connection is protected."""

    NONE = "smtp"
    IMPLICIT = "smtps"
    """From the first byte (RFC 8314)."""
    STARTTLS = "starttls"
    """Before anything is said; a server that does not offer it is not used."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and who sends it."""

    tls: Tls
    host: str
    port: int
    sender: str
    """The `From` header: an address, with a name before it or not."""
    user: str = ""
    secret: str = field(default="", repr=False)
    authorities: Path | None = None
    """Certificates of authorities, in PEM, instead of the system's."""

    def __str__(self) -> str:
        return f"{self.tls.value}://{self.host}:{self.port}"


class Problem(StrEnum):
    """Why a message was not taken."""

    NO_HOST = "no-host"
    """Nobody knows the name."""
    REFUSED = "refused"
    """Nobody listens there."""
    UNREACHABLE = "unreachable"
    """No connection, no answer in time, or the connection broke."""
    CERTIFICATE = "certificate"
    """The server's certificate does not hold."""
    TLS = "tls"
    """There is no STARTTLS, or no TLS at all."""
    LOGIN = "login"
    SENDER = "sender"
    """The server does not take mail from this sender."""
    BUSY = "busy"
    """The server asks to come back later."""
    CONTENT = "content"
    """The server does not want this very message."""
    RECIPIENT = "recipient"
    """The server refuses this address for good."""


_ADVICE = {
    Problem.NO_HOST: "nobody knows a host of this name: see whether ICC_SMTP_URL is right and this machine finds names",
    Problem.REFUSED: "nobody listens there: see whether the port of ICC_SMTP_URL is right (465, 587 or 25), and whether the "
    "server runs",
    Problem.UNREACHABLE: "no answer in time: see whether a firewall lets this machine reach host and port of ICC_SMTP_URL",
    Problem.CERTIFICATE: "the server's certificate does not hold: see whether ICC_SMTP_URL has the name that is in it, "
    "whether it has run out, and whether ICC_SMTP_CA has to name its authority",
    Problem.TLS: "the server does not speak TLS like this: smtps:// is for port 465, starttls:// for 587",
    Problem.LOGIN: "user or secret of ICC_SMTP_URL is refused",
    Problem.SENDER: "mail from ICC_MAIL_FROM is refused: ask who runs the server whether this user may send from it",
    Problem.BUSY: "the server asks to come back later",
    Problem.CONTENT: "the server does not want this message: ask who runs it why",
    Problem.RECIPIENT: "the server refuses this recipient",
}


class MailTrouble(Exception):
    """A message was not taken, or the server cannot be used.

    Args:
        problem: of which kind.
        status: the server's reply code, when it gave one.
    """

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        super().__init__(problem.value if status is None else f"{problem.value} ({status})")
        self.problem = problem
        self.status = status

    @property
    def for_good(self) -> bool:
        """Whether sending to this address again is of no use."""
        return self.problem is Problem.RECIPIENT


class Mailer:
    """Hands messages to a server, each over a connection of its own.

    Args:
        server: where.
        name: how we introduce ourselves: our host's name.
        operation: seconds that one operation on the connection may take.
        total: seconds that a message may take in all.
    """

    def __init__(
        self, server: MailServer, name: str, *, operation: float = OPERATION_TIMEOUT, total: float = TOTAL_TIMEOUT
    ) -> None:
        self.server = server
        self._name = name
        self._operation = operation
        self._deadlines = Deadlines(total)
        self._from = parseaddr(server.sender)[1]

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand over a message that has all headers but `From` and `To`; it was taken when this returns.

        Args:
            to: the recipient's address, as `clean_address` returned it.

        Raises:
            MailTrouble: it was not taken, as far as we know.
        """
        message["From"], message["To"] = self.server.sender, to
        with _trouble(), _Connection(self.server, self._name, self._operation, self._deadlines) as connection:
            try:
                connection.send_message(message, self._from, [to])
            except smtplib.SMTPRecipientsRefused as refused:
                status, words = next(iter(refused.recipients.values()))
                raise MailTrouble(_refusal(status, words), status) from None

    def check(self) -> None:
        """Connect, log in and say NOOP.

        Raises:
            MailTrouble: the server cannot be used.
        """
        with _trouble(), _Connection(self.server, self._name, self._operation, self._deadlines) as connection:
            status, _words = connection.noop()
            if status >= _BUSY:
                raise MailTrouble(Problem.BUSY, status)

    def close(self) -> None:
        """Let the thread that watches over time limits end."""
        self._deadlines.stop()


class _Connection(smtplib.SMTP):
    """A connection that is protected, logged in, and cut when its time is up."""

    def __init__(self, server: MailServer, name: str, operation: float, deadlines: Deadlines) -> None:
        self._server = server
        self._line: Line | None = None
        self._late = False
        self._deadlines = deadlines
        self._context = ssl.create_default_context(cafile=str(server.authorities) if server.authorities else None)
        self._deadline = deadlines.begin(self._cut)
        try:
            super().__init__(server.host, server.port, local_hostname=name, timeout=operation)
            if server.tls is Tls.STARTTLS:
                self.starttls(context=self._context)
            if server.user:
                self.login(server.user, server.secret)
        except BaseException:
            self._end()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            connected = socket.create_connection((host, port), timeout)
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, "no host has such a name") from None
        self._line = Line(connected)
        if self._late:
            self._line.cut()
        if self._server.tls is not Tls.IMPLICIT:
            return connected
        try:
            return self._context.wrap_socket(connected, server_hostname=host)
        except BaseException:
            connected.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, as long as there is time: a cut connection still yields what its other side goes on sending."""
        if self.file is None and self.sock is not None:
            self.file = _Replies(self.sock.makefile("rb"), self)
        return super().getreply()

    def is_late(self) -> bool:
        """Return whether the time is up."""
        return self._late

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is None:
            # the message was taken; whatever goes wrong now changes nothing
            with suppress(smtplib.SMTPException, OSError):
                self.quit()
        self._end()

    def _end(self) -> None:
        self._deadlines.end(self._deadline)
        self.close()
        if self._line is not None:
            self._line.let_go()
            self._line = None

    def _cut(self) -> None:
        self._late = True
        line = self._line
        if line is not None:
            line.cut()


class _Replies:
    """The lines of a server, as long as there is time."""

    def __init__(self, lines: BinaryIO, connection: _Connection) -> None:
        self._lines = lines
        self._connection = connection

    def readline(self, limit: int) -> bytes:
        if self._connection.is_late():
            raise TimeoutError("cut off")
        return self._lines.readline(limit)

    def close(self) -> None:
        self._lines.close()


class _trouble:  # noqa: N801  # reads as a statement
    """Turns what smtplib raises into `MailTrouble`, without the server's words: they may repeat the address."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, MailTrouble):
            return
        if isinstance(error, smtplib.SMTPAuthenticationError):
            problem = Problem.LOGIN if error.smtp_code >= _PERMANENT else Problem.BUSY
            raise MailTrouble(problem, error.smtp_code) from None
        if isinstance(error, smtplib.SMTPSenderRefused):
            problem = Problem.SENDER if error.smtp_code >= _PERMANENT else Problem.BUSY
            raise MailTrouble(problem, error.smtp_code) from None
        if isinstance(error, smtplib.SMTPDataError):
            problem = Problem.CONTENT if error.smtp_code >= _PERMANENT else Problem.BUSY
            raise MailTrouble(problem, error.smtp_code) from None
        if isinstance(error, smtplib.SMTPNotSupportedError):
            raise MailTrouble(Problem.TLS) from None
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
            raise MailTrouble(Problem.BUSY, error.smtp_code) from None
        if isinstance(error, ssl.SSLCertVerificationError):
            raise MailTrouble(Problem.CERTIFICATE) from None
        if isinstance(error, socket.gaierror):
            raise MailTrouble(Problem.NO_HOST) from None
        if isinstance(error, ConnectionRefusedError):
            raise MailTrouble(Problem.REFUSED) from None
        if isinstance(error, ssl.SSLError):
            raise MailTrouble(Problem.TLS) from None
        if isinstance(error, smtplib.SMTPException | OSError):
            raise MailTrouble(Problem.UNREACHABLE) from None


def advice_for(trouble: MailTrouble) -> str:
    """Return what is wrong and what to do, for whoever runs this installation."""
    status = f" (the server said {trouble.status})" if trouble.status else ""
    return f"{_ADVICE[trouble.problem]}{status}"


def _refusal(status: int, words: bytes) -> Problem:
    """Return what the answer to RCPT TO means; one about policy (5.7.x, RFC 3463) is about us and not about the address."""
    if status < _PERMANENT:
        return Problem.BUSY
    return Problem.SENDER if words.startswith(b"5.7.") else Problem.RECIPIENT


def server_of(url: str, sender: str, authorities: Path | None = None) -> MailServer:
    """Return the server that settings name.

    Args:
        url: ``smtp://host:port``, ``smtps://user:secret@host:port`` or ``starttls://user:secret@host:port``; user and secret
            percent-encoded where they have to be.
        sender: an address, or ``Name <address>``.

    Raises:
        ValueError: one of them is wrong; it says what was expected, and not what was found.
    """
    expected = "expected smtps://user:secret@host:465, starttls://user:secret@host:587 or smtp://host:25"
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(expected)
    tls = Tls(parts.scheme)
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls is Tls.NONE and parts.hostname not in LOOPBACK:
        raise ValueError("a user and a secret need smtps:// or starttls://, so that nobody reads them on the way")
    return MailServer(tls, parts.hostname, port or PORTS[parts.scheme], sender_of(sender), user, secret, authorities)


def sender_of(text: str) -> str:
    """Return a `From` header.

    Raises:
        ValueError: it is neither an address nor ``Name <address>``.
    """
    name, address = parseaddr(text)
    cleaned = clean_address(address)
    if cleaned is None or any(ord(letter) < ord(" ") for letter in text):
        raise ValueError("expected an address, or Name <address>")
    return str(Address(display_name=name, addr_spec=cleaned))


def clean_address(text: str) -> str | None:
    """Return an e-mail address as mail is sent to it: trimmed, its domain in ASCII and lower case; None when it is none.

    Addresses whose part before the @ is not ASCII are not taken: many servers refuse them (RFC 6531 is an extension).
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or len(local) > LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        return None
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        return None
    cleaned = f"{local}@{ascii_domain}"
    return cleaned if len(cleaned) <= LONGEST_ADDRESS else None
