"""Mail goes to a real SMTP server: protected, within time, and what the server says decides."""

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from lti_tool.mailing import Mailer, MailTrouble, Problem, clean_address, server_of
from tests.mail_server import SECRET, USER, MailServerDouble, mail_server
from tests.ports import free_port

SENDER = "ICC Bridge <noreply@icc.example.org>"
TO = "zoe@school.example"
LOGIN = f"{USER}:{quote(SECRET, safe='')}@"


def message() -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = "Er is iets nieuws"
    made.set_content("Lees het in de training. Groet, Zoë.", cte="quoted-printable")
    return made


def mailer(url: str, authority: Path | None = None, *, operation: float = 5.0, total: float = 10.0) -> Mailer:
    return Mailer(server_of(url, SENDER, authority), "icc.example.org", operation=operation, total=total)


def trouble(mailer: Mailer) -> MailTrouble:
    with pytest.raises(MailTrouble) as caught:
        mailer.send(message(), TO)
    assert TO not in str(caught.value)
    return caught.value


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServerDouble]:
    """A server without TLS."""
    with mail_server(tmp_path) as double:
        yield double


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd takes smtps for no TLS
@pytest.mark.parametrize("scheme", ["starttls", "smtps"])
def test_mail_arrives_over_tls_with_our_own_authority_and_a_login(tmp_path: Path, scheme: str) -> None:
    with mail_server(tmp_path, tls=scheme, login=True) as double:
        url = double.url(scheme, user=LOGIN)
        good = mailer(url, double.authority)
        good.check()
        good.send(message(), TO)
        (taken,) = double.taken
        assert taken.to == TO
        assert taken.secure
        assert (taken.message["From"], taken.message["To"]) == (SENDER, TO)
        assert "Groet, Zoë." in taken.message.get_content()
        assert trouble(mailer(url)).problem is Problem.CERTIFICATE, "the system does not know this authority"
        wrong = double.url(scheme, user="icc:fout@")
        assert trouble(mailer(wrong, double.authority)).problem is Problem.LOGIN
        assert len(double.taken) == 1


def test_a_server_that_offers_no_starttls_gets_nothing(server: MailServerDouble) -> None:
    assert trouble(mailer(server.url("starttls"), server.authority)).problem is Problem.TLS
    assert server.taken == []


@pytest.mark.parametrize(
    ("recipient", "data", "problem", "for_good"),
    [
        ("550 5.1.1 no such user", "", Problem.RECIPIENT, True),
        ("553 not here", "", Problem.RECIPIENT, True),
        ("550 5.7.1 relaying denied", "", Problem.SENDER, False),
        ("450 4.2.1 mailbox busy", "", Problem.BUSY, False),
        ("421 closing", "", Problem.BUSY, False),
        ("", "554 looks like spam", Problem.CONTENT, False),
        ("", "451 try later", Problem.BUSY, False),
    ],
)
def test_what_the_server_says_decides(
    server: MailServerDouble, recipient: str, data: str, problem: Problem, *, for_good: bool
) -> None:
    server.moods.recipient, server.moods.data = recipient, data
    found = trouble(mailer(server.url("smtp")))
    assert (found.problem, found.for_good) == (problem, for_good)
    assert found.status == int((recipient or data)[:3])


def test_a_connection_that_breaks_is_no_delivery(server: MailServerDouble) -> None:
    server.moods.drops = True
    assert trouble(mailer(server.url("smtp"))).problem is Problem.UNREACHABLE
    server.moods.drops = False
    mailer(server.url("smtp")).send(message(), TO)
    assert len(server.taken) == 1


def test_a_server_that_says_nothing_is_left_in_time(server: MailServerDouble) -> None:
    server.moods.hangs = True
    assert trouble(mailer(server.url("smtp"), operation=0.3)).problem is Problem.UNREACHABLE
    assert trouble(mailer(server.url("smtp"), total=0.3)).problem is Problem.UNREACHABLE


def test_a_server_that_drips_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _address = listener.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"220-" + b"x" * 20 + b"\r\n")
                except OSError:
                    return

        thread = Thread(target=drip)
        thread.start()
        url = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        assert trouble(mailer(url, total=0.3)).problem is Problem.UNREACHABLE
        thread.join()


def test_nobody_listens() -> None:
    for url, problem in ((f"smtp://127.0.0.1:{free_port()}", Problem.REFUSED), ("smtp://mail..example", Problem.NO_HOST)):
        with pytest.raises(MailTrouble) as caught:
            mailer(url).check()
        assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (" Zoe.van+icc@School.NL ", "Zoe.van+icc@school.nl"),
        ("zoe@schoöl.nl", "zoe@xn--schol-mua.nl"),
        ("zoe", None),
        ("zoe@localhost", None),
        ("zoe@127.0.0.1", None),
        ("zoë@school.nl", None),
        ("zoe@school.nl\nBcc: x@y.nl", None),
        ("zoe@@school.nl", None),
        ("zoe @school.nl", None),
        (".zoe@school.nl", None),
        (f"{'z' * 65}@school.nl", None),
        (f"zoe@{'s' * 250}.nl", None),
        ("Zoe <zoe@school.nl>", None),
    ],
)
def test_an_address_is_one_or_none(typed: str, cleaned: str | None) -> None:
    assert clean_address(typed) == cleaned


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org",
        "smtps://",
        "smtps://mail.example.org/inbox",
        "smtps://mail.example.org:port",
        "smtp://user:secret@mail.example.org",
    ],
)
def test_a_wrong_server_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected|need") as caught:
        server_of(url, SENDER)
    assert "secret@mail" not in str(caught.value)


def test_a_server_shows_no_secret() -> None:
    server = server_of("starttls://icc:geheim@mail.example.org", SENDER)
    assert str(server) == "starttls://mail.example.org:587"
    assert "geheim" not in repr(server)
