"""C7: trouble with a platform's key set is no way in, does not last, and does not lock out who was known before."""

import socket

import pytest

from lti_tool.demo.browser import Page
from lti_tool.demo.school import FaultKind, Service, SigningKey
from lti_tool.errors import Invalid
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform
from tests.certification.conftest import HASTY, Run
from tests.certification.premises import Premises, Visitor
from tests.certification.refusals import Attempt, is_refused
from tests.scripted_platform import Reply, ScriptedPlatform

TROUBLE: tuple[tuple[FaultKind, dict[str, float]], ...] = (
    (FaultKind.NO_KEYS, {}),
    (FaultKind.HTML, {}),
    (FaultKind.STATUS, {"status": 500}),
    (FaultKind.STATUS, {"status": 404}),
    (FaultKind.EMPTY, {}),
    (FaultKind.HUGE, {}),
    (FaultKind.DROP, {}),
    (FaultKind.SLOW, {"seconds": 30}),
)
PRIVATE = ("127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fd00::5", "fe80::1")  # noqa: S104 - an address that is not called


def test_c7_79_trouble_with_the_key_set(
    run: Run, hasty: Outgoing, scripted: ScriptedPlatform, other_key: SigningKey
) -> None:
    premises = run(hasty)
    _nothing_known_yet(premises)
    _a_key_that_is_known_serves_on(premises)
    _an_unknown_kid_is_one_request(premises)
    _a_rotated_key_works(premises, other_key)
    _a_redirect_is_not_followed(premises, scripted, other_key)
    _a_private_address_is_not_called(run)


def _nothing_known_yet(premises: Premises) -> None:
    for kind, how in TROUBLE:
        premises.school.faults.add(Service.CERTS, kind, times=None, **how)  # type: ignore[arg-type]  # of each kind
        is_refused(premises, _launch, "L-KEYS", status=503)
        premises.school.faults.clear()
        premises.clock.advance(minutes=2)
    assert premises.visitor().launch().status == 303


def _a_key_that_is_known_serves_on(premises: Premises) -> None:
    for kind, how in TROUBLE:
        premises.clock.advance(hours=2)
        premises.school.faults.add(Service.CERTS, kind, times=None, **how)  # type: ignore[arg-type]  # of each kind
        assert premises.visitor().launch().status == 303
        premises.school.faults.clear()


def _an_unknown_kid_is_one_request(premises: Premises) -> None:
    premises.clock.advance(hours=2)
    assert premises.visitor().launch().status == 303
    premises.clock.advance(minutes=2)
    before = _asked(premises)

    def attempt(visitor: Visitor) -> Page:
        return visitor.launch_signed(lambda claims: premises.school.sign_id_token(claims, headers={"kid": "unknown"}))

    for _ in range(3):
        is_refused(premises, attempt, "L-KEY")
    assert _asked(premises) == before + 1
    assert premises.visitor().launch().status == 303


def _a_rotated_key_works(premises: Premises, other_key: SigningKey) -> None:
    premises.clock.advance(minutes=2)
    before = _asked(premises)
    premises.school.keys.rotate(new=other_key)
    for _ in range(2):
        assert premises.visitor().launch().status == 303
    assert _asked(premises) == before + 1


def _a_redirect_is_not_followed(premises: Premises, scripted: ScriptedPlatform, other_key: SigningKey) -> None:
    scripted.answer("GET /elsewhere", Reply(200, {"keys": [other_key.public_jwk()]}))
    neighbour = premises.neighbour(scripted.url)
    for status in (301, 302, 303, 307, 308):
        scripted.answer("GET /keys", Reply(status, b"", {"Location": f"{scripted.url}/elsewhere"}))
        is_refused(premises, _launch_from(neighbour, other_key), "L-KEYS", status=503, framer=scripted.url)
        premises.clock.advance(minutes=2)
    assert scripted.calls("/elsewhere") == []


def _a_private_address_is_not_called(run: Run) -> None:
    """A name led to the platform when it was registered, and leads into our own network now."""
    leads_to: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        premises = run(Outgoing(resolver=lambda _host, _port: leads_to, timeout=HASTY))
        moved = premises.neighbour(f"https://lms.example.org:{port}", client_id="moved")
        for address in PRIVATE:
            leads_to[:] = [address]
            is_refused(premises, _launch_from(moved, None), "L-KEYS", status=503, framer=moved.issuer)
            premises.clock.advance(minutes=2)
            with pytest.raises(Invalid, match="private network"):
                premises.parts.platforms.add("x", moved.issuer, "x", moved.auth_url, moved.token_url, moved.jwks_url, ["1"])
        with pytest.raises(BlockingIOError):
            listener.accept()


def _launch(visitor: Visitor) -> Page:
    return visitor.launch()


def _launch_from(platform: Platform, key: SigningKey | None) -> Attempt:
    def attempt(visitor: Visitor) -> Page:
        return visitor.launch_from(platform, (key or visitor.premises.school.keys.active).sign)

    return attempt


def _asked(premises: Premises) -> int:
    return premises.school.faults.requests[Service.CERTS]
