"""Invitations: one use, some days, taken back if wanted, and nobody can use one while somebody else does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.errors import IccError, Invalid
from lti_tool.platforms.errors import InviteBusy, InviteExpired, InviteRevoked, InviteUnknown, InviteUsed
from lti_tool.platforms.invites import InviteService, InviteState
from lti_tool.platforms.models import RegistrationInvite
from lti_tool.platforms.service import PlatformService
from tests.clock import FakeClock
from tests.platforms.test_service import add


def test_an_invitation_can_be_used_for_seven_days(invites: InviteService, clock: FakeClock) -> None:
    invite = invites.create("  Lyceum De Maasbrug ")
    assert invites.name_of(invite.token) == "Lyceum De Maasbrug"
    clock.advance(days=6, hours=23)
    assert invites.name_of(invite.token) == "Lyceum De Maasbrug"
    clock.advance(hours=1)
    for look in (invites.name_of, invites.claim):
        with pytest.raises(InviteExpired):
            look(invite.token)


def test_an_invitation_needs_a_name(invites: InviteService) -> None:
    with pytest.raises(Invalid):
        invites.create(" ")


def test_an_unknown_token_opens_nothing(invites: InviteService) -> None:
    invites.create("School")
    for look in (invites.name_of, invites.claim, invites.platform_of):
        with pytest.raises(InviteUnknown):
            look("something else")


def test_the_token_is_neither_stored_nor_shown(database: Database, invites: InviteService) -> None:
    invite = invites.create("School")
    with database.session() as session:
        row = session.scalars(select(RegistrationInvite)).one()
        assert invite.token not in [str(value) for value in vars(row).values()]
    assert invite.token not in repr(invite)


def test_an_invitation_works_once(database: Database, invites: InviteService, platforms: PlatformService) -> None:
    invite, platform = invites.create("School"), add(platforms)
    claim = invites.claim(invite.token)
    with database.session() as session:
        invites.use(session, claim, platform.id)
    assert invites.platform_of(invite.token) == platform.id
    for look in (invites.name_of, invites.claim):
        with pytest.raises(InviteUsed):
            look(invite.token)


def test_who_claims_an_invitation_has_it_alone_until_it_is_given_back(invites: InviteService) -> None:
    token = invites.create("School").token
    claim = invites.claim(token)
    with pytest.raises(InviteBusy):
        invites.claim(token)
    invites.release(claim)
    assert invites.claim(token).name == "School"
    assert invites.platform_of(token) is None


def test_a_claim_lapses_when_its_process_died(
    database: Database, invites: InviteService, platforms: PlatformService, clock: FakeClock
) -> None:
    token, platform = invites.create("School").token, add(platforms)
    late = invites.claim(token)
    clock.advance(minutes=2)
    current = invites.claim(token)
    with database.session() as session, pytest.raises(InviteUsed):
        invites.use(session, late, platform.id)
    invites.release(late)
    with pytest.raises(InviteBusy):
        invites.claim(token)
    with database.session() as session:
        invites.use(session, current, platform.id)


def test_a_claim_does_not_bring_a_used_invitation_back(
    database: Database, invites: InviteService, platforms: PlatformService
) -> None:
    token, platform = invites.create("School").token, add(platforms)
    claim = invites.claim(token)
    with database.session() as session:
        invites.use(session, claim, platform.id)
    invites.release(claim)
    with pytest.raises(InviteUsed):
        invites.claim(token)


def test_of_eight_who_claim_at_once_one_wins(invites: InviteService) -> None:
    token = invites.create("School").token
    together = threading.Barrier(8)

    def claim() -> str:
        together.wait()
        try:
            invites.claim(token)
        except IccError as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(future.result() for future in [pool.submit(claim) for _ in range(8)])
    assert outcomes == ["P-BUSY"] * 7 + ["won"]


def test_an_invitation_can_be_valid_for_other_than_seven_days(invites: InviteService, clock: FakeClock) -> None:
    invite = invites.create("School", 1)
    clock.advance(days=1)
    with pytest.raises(InviteExpired):
        invites.name_of(invite.token)
    for days in (0, 31):
        with pytest.raises(Invalid) as refused:
            invites.create("School", days)
        assert refused.value.field == "days"


def test_who_registers_while_an_invitation_is_taken_back_does_not_succeed(
    database: Database, invites: InviteService, platforms: PlatformService
) -> None:
    invite, platform = invites.create("School"), add(platforms)
    claim = invites.claim(invite.token)
    invites.revoke(invite.id)
    with database.session() as session, pytest.raises(InviteRevoked):
        invites.use(session, claim, platform.id)
    invites.release(claim)
    for look in (invites.name_of, invites.claim):
        with pytest.raises(InviteRevoked):
            look(invite.token)


def test_the_list_says_what_became_of_each_and_forgets_the_old(
    database: Database, invites: InviteService, platforms: PlatformService, clock: FakeClock
) -> None:
    old, revoked, used = (invites.create(name) for name in ("Oud", "Terug", "Gekoppeld"))
    invites.revoke(revoked.id)
    with database.session() as session:
        invites.use(session, invites.claim(used.token), add(platforms).id)
    with pytest.raises(InviteUsed):
        invites.revoke(used.id)
    clock.advance(days=8)
    invites.create("Nieuw")
    assert {one.name: one.state for one in invites.list()} == {
        "Nieuw": InviteState.OPEN,
        "Oud": InviteState.EXPIRED,
        "Terug": InviteState.REVOKED,
        "Gekoppeld": InviteState.USED,
    }
    invites.revoke(old.id)
    clock.advance(days=29)
    assert [one.name for one in invites.list()] == ["Nieuw"]
