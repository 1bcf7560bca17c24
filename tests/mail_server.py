"""An SMTP server on loopback (aiosmtpd) that keeps what it took, and can be told to be difficult."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port

USER, SECRET = "icc", "geheim/van@ons"


@dataclass
class Taken:
    """A message as it arrived."""

    to: str
    message: EmailMessage
    secure: bool


@dataclass
class Moods:
    """How the server answers; by default well."""

    recipient: str = ""
    """The answer to RCPT TO instead of 250."""
    data: str = ""
    """The answer to the message instead of 250."""
    hangs: bool = False
    """Says nothing any more after RCPT TO."""
    drops: bool = False
    """Closes the connection when the message is there, and keeps nothing."""
    drops_after: bool = False
    """Takes the message and closes the connection before it answers."""


@dataclass
class MailServerDouble:
    """The server: what it took, and its moods."""

    port: int
    authority: Path
    taken: list[Taken] = field(default_factory=list)
    moods: Moods = field(default_factory=Moods)

    def url(self, scheme: str, *, user: str = "") -> str:
        return f"{scheme}://{user}127.0.0.1:{self.port}"

    # aiosmtpd calls these by name
    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.moods.hangs:
            await asyncio.sleep(60)
        if self.moods.recipient:
            return self.moods.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.moods.drops:
            self._hang_up(server)
            return "250 never heard"
        if self.moods.data:
            return self.moods.data
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        transport: Any = server.transport
        self.taken.append(Taken(envelope.rcpt_tos[0], message, transport.get_extra_info("ssl_object") is not None))
        if self.moods.drops_after:
            self._hang_up(server)
        return "250 taken"

    @staticmethod
    def _hang_up(server: SMTP) -> None:
        transport: Any = server.transport
        transport.abort()


def _log_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), SECRET.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def mail_server(folder: Path, *, tls: str = "", login: bool = False) -> Iterator[MailServerDouble]:
    """Run a server for the block.

    Args:
        folder: for its certificate.
        tls: ``starttls``, ``smtps``, or nothing.
        login: whether it takes mail only after a login.
    """
    authority, chain, key = certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    double = MailServerDouble(free_port(), authority)
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": double.port, "ident": "double"}
    if login:
        options |= {"authenticator": _log_in, "auth_required": True, "auth_require_tls": tls == "starttls"}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if tls == "smtps":
        options |= {"ssl_context": context}
    controller = Controller(double, **options)
    controller.start()
    try:
        yield double
    finally:
        controller.stop(no_assert=True)


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Make an authority of our own, and a certificate of it for 127.0.0.1; return authority, chain and key."""
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' authority")])

    def made(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority_name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))

    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    authority = (
        made(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(usage, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        made(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")]), key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    paths = folder / "authority.pem", folder / "chain.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(authority.public_bytes(pem))
    paths[1].write_bytes(leaf.public_bytes(pem))
    paths[2].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths
