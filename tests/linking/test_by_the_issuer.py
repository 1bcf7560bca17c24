"""The issuer sees how accounts were linked, and takes a link apart; never joins."""

import pytest
from sqlalchemy import update

from lti_tool.audit import DONE
from lti_tool.linking.desk import LinkDesk
from lti_tool.linking.errors import CannotPart
from lti_tool.linking.models import AccountLink
from lti_tool.linking.obstacles import Obstacle
from lti_tool.signin.gate import Role as StaffRole
from mappings.roles import Role
from tests.console.conftest import Desk
from tests.linking.conftest import Town
from tests.staff import sign_in_staff


@pytest.fixture
def iris(town: Town) -> Desk:
    """The issuer."""
    client = town.group.world.app.test_client()
    return Desk(client, sign_in_staff(client, StaffRole.ISSUER, name="Iris de Vries"))


def test_the_page_of_somebody_says_with_which_code_accounts_came_together_and_they_are_taken_apart(
    town: Town, iris: Desk
) -> None:
    town.hand_in(town.zoe2, "Bij Kleurrijk.")
    joined = town.person_of(town.zoe2)
    before = town.everything()
    town.link(town.zoe, town.zoe2)
    kept, link_id = town.person_of(town.zoe), town.link_id()
    (link,) = LinkDesk(town.parts.database, town.parts.clock).of(kept)
    assert (link.giver and link.giver.id, link.taker and link.taker.id) == (
        town.zoe.viewer.account_id,
        town.zoe2.viewer.account_id,
    )
    assert ("linking.code", link.code_id) in [(one.what, one.target_id) for one in town.parts.audit.last(20)]
    page = iris.page(f"/console/people/{kept}")
    assert "gemaakt is bij Zilverbos College en overgetypt bij Kleurrijk" in page
    assert "Naar de persoon die verderging" in iris.page(f"/console/people/{joined}")
    assert "Jij kunt ze niet weer samenvoegen" in iris.page(f"/console/links/{link_id}")
    assert iris.post(f"/console/links/{link_id}").status_code == 422
    for _time in range(2):
        led = iris.post(f"/console/links/{link_id}", {"sure": "1"})
        assert led.location == f"/console/people/{kept}?done=unlinked"
    assert "Losgemaakt" in iris.page(led.location)
    assert iris.client.get(f"/console/links/{link_id}").status_code == 303
    assert iris.client.get("/console/links/unknown").status_code == 404
    after = town.everything()
    for table in ("account", "enrolment", "person", "submission", "submission_version"):
        assert after[table] == before[table], table
    noted = town.parts.audit.last(20, account_id=iris.member.id, outcome=DONE)
    assert [one.target_id for one in noted if one.what == "linking.unlink"] == [link_id]


def test_what_is_in_the_way_is_said_and_nothing_changes(town: Town, iris: Desk) -> None:
    third = town.group.world.launch(town.other, "zoe.3", Role.PARTICIPANT, custom={"cohort": town.cohort_id})
    town.link(town.zoe, town.zoe2)
    first = town.link_id()
    town.group.world.clock.advance(minutes=1)
    town.link(third, town.zoe)
    kept, desk = town.person_of(town.zoe), LinkDesk(town.parts.database, town.parts.clock)
    assert {link.id: list(link.obstacles) for link in desk.of(kept)}[first] == [Obstacle.NEWER]
    assert "De laatste koppeling gaat het eerst los" in iris.page(f"/console/people/{kept}")
    before = town.everything()
    refused = iris.post(f"/console/links/{first}", {"sure": "1"})
    assert (refused.status_code, "kan nu niet los" in refused.text) == (409, True)
    with pytest.raises(CannotPart) as held:
        desk.unlink(first)
    assert held.value.obstacle is Obstacle.NEWER
    assert town.everything() == before


def test_a_link_from_before_this_was_kept_says_so(town: Town, iris: Desk) -> None:
    town.link(town.zoe, town.zoe2)
    with town.parts.database.session() as session:
        session.execute(update(AccountLink).values(code_id=None, giver_id=None, taker_id=None))
    assert "van welke accounts is niet bewaard" in iris.page(f"/console/people/{town.person_of(town.zoe)}")
