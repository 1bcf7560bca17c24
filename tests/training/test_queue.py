"""The queue across cohorts and schools, and what opens next."""

import re
from dataclasses import dataclass

import pytest

from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser


@dataclass
class Two:
    """Ilse's cohort, and a second one, of Bas, in which she is a trainer too; Gül takes part in it at another school."""

    group: Group
    bas: Browser
    gul: Browser
    other: str

    def hand_in(self, who: Browser, cohort_id: str) -> str:
        url = f"/cohort/{cohort_id}/assignment/leervraag"
        assert who.post(url, {"text": "Hoe kan ik dat?", "action": "submit"}).status_code == 303
        self.group.world.clock.advance(minutes=40)
        return Group(self.group.world, self.group.platform, cohort_id, self.bas, who, who).submission_id(who)

    def join(self) -> None:
        """Make Ilse a trainer of the second cohort."""
        world = self.group.world
        code = world.cohorts.invite(self.other)
        with world.database.session() as session:
            world.cohorts.use_code(session, code, self.group.trainer.viewer.person_id)


@pytest.fixture
def two(group: Group) -> Two:
    world = group.world
    platform = world.platform("Kleurrijk")
    bas = world.launch(platform, "bas", Role.TRAINER, name="Bas")
    other = world.cohort(bas, "Regio Noord")
    gul = world.launch(platform, "gul", Role.PARTICIPANT, name="Gülşen Aydın", custom={"cohort": other})
    return Two(group, bas, gul, other)


def names(page: str) -> list[str]:
    return [name.split(":")[0] for name in re.findall(r'<h2 class="h3 mb-0"><a [^>]*>([^<]+)<', page)]


def test_the_queue_goes_across_cohorts_and_schools_the_oldest_first(two: Two) -> None:
    group = two.group
    two.join()
    two.hand_in(group.noor, group.cohort_id)
    two.hand_in(two.gul, two.other)
    two.hand_in(group.zoe, group.cohort_id)
    page = group.trainer.page(f"{group.home()}/waiting")
    assert names(page) == ["Noor Janssen", "Gülşen Aydın", "Zoë van ’t Höfen"]
    assert "Regio Noord · Kleurrijk · versie 1 · hier ingeleverd" in page
    assert page.count("hier ingeleverd") == 3
    assert names(group.trainer.page(f"/cohort/{two.other}/waiting")) == names(page)


def test_it_can_be_narrowed_to_one_cohort_and_stays_so(two: Two) -> None:
    group = two.group
    two.join()
    first = two.hand_in(group.noor, group.cohort_id)
    two.hand_in(two.gul, two.other)
    last = two.hand_in(group.zoe, group.cohort_id)
    page = group.trainer.page(f"{group.home()}/waiting?cohort={group.cohort_id}")
    assert names(page) == ["Noor Janssen", "Zoë van ’t Höfen"]
    assert f'href="/review/{first}?cohort={group.cohort_id}"' in page
    accepted = group.trainer.post(f"/review/{first}?cohort={group.cohort_id}", {"verdict": "accepted"})
    assert accepted.location == f"/review/{last}?cohort={group.cohort_id}&after={first}"
    group.trainer.post(f"/review/{last}?cohort={group.cohort_id}", {"verdict": "accepted"})
    page = group.trainer.page(f"{group.home()}/waiting?cohort={group.cohort_id}")
    assert "Alles van deze editie is bekeken" in page
    assert "In een andere editie wacht nog 1 stuk werk." in page


def test_what_opens_next_may_be_of_another_cohort(two: Two) -> None:
    group = two.group
    two.join()
    first = two.hand_in(group.noor, group.cohort_id)
    second = two.hand_in(two.gul, two.other)
    answer = group.trainer.post(f"/review/{first}", {"verdict": "accepted"})
    assert answer.location == f"/review/{second}?after={first}"
    assert "Akkoord gegeven" in group.trainer.page(answer.location)


def test_who_skips_work_comes_to_what_is_after_it_and_after_the_last_to_the_first(two: Two) -> None:
    group = two.group
    two.join()
    work = [
        two.hand_in(group.noor, group.cohort_id),
        two.hand_in(two.gul, two.other),
        two.hand_in(group.zoe, group.cohort_id),
    ]
    following = [
        re.search(r'href="/review/(\w+)"[^>]*>Ga naar het volgende', group.trainer.page(f"/review/{one}"))[1]  # type: ignore[index]
        for one in work
    ]
    assert following == [work[1], work[2], work[0]]


def test_nothing_of_a_cohort_that_somebody_does_not_train_is_in_it(two: Two) -> None:
    group = two.group
    theirs = two.hand_in(two.gul, two.other)
    mine = two.hand_in(group.noor, group.cohort_id)
    page = group.trainer.page(f"{group.home()}/waiting")
    assert names(page) == ["Noor Janssen"]
    assert "Regio Noord" not in page
    for url in (f"{group.home()}/waiting?cohort={two.other}", f"/review/{mine}?cohort={two.other}", f"/review/{theirs}"):
        assert group.trainer.get(url).status_code == 404
    assert names(two.bas.page(f"/cohort/{two.other}/waiting")) == ["Gülşen Aydın"]


def test_the_trainer_of_a_course_sees_what_waits_of_that_course_alone(two: Two) -> None:
    group = two.group
    with group.world.database.session() as session:
        group.world.courses.bind_cohort(session, two.bas.course_id, group.cohort_id, two.bas.viewer.person_id)
    custom = {"cohort": group.cohort_id}
    lea = group.world.launch(two.bas.viewer.platform, "lea", Role.PARTICIPANT, name="Lea", link="link-2", custom=custom)
    two.hand_in(group.zoe, group.cohort_id)
    two.hand_in(two.gul, two.other)
    two.hand_in(lea, group.cohort_id)
    assert names(two.bas.page(f"/cohort/{two.other}/waiting")) == ["Gülşen Aydın", "Lea"]
    assert "Zoë" not in two.bas.page(f"/cohort/{group.cohort_id}/waiting")


def test_own_work_does_not_wait_for_oneself(two: Two) -> None:
    group = two.group
    two.hand_in(group.zoe, group.cohort_id)
    code = group.world.cohorts.invite(group.cohort_id)
    with group.world.database.session() as session:
        group.world.cohorts.use_code(session, code, group.zoe.viewer.person_id)
    assert "Er wacht niets op je" in group.zoe.page(f"{group.home()}/waiting")


def test_more_cohorts_ask_no_more_of_the_database(two: Two) -> None:
    group = two.group
    two.join()
    first = two.hand_in(group.noor, group.cohort_id)
    two.hand_in(two.gul, two.other)

    def asked() -> list[int]:
        counts = []
        for url in (f"{group.home()}/waiting", f"/review/{first}"):
            with group.world.count_queries() as count:
                group.trainer.page(url)
            counts.append(len(count))
        return counts

    few = asked()
    for number in range(5):
        more = group.world.cohort(group.trainer, f"Editie {number}")
        who = group.world.launch(
            group.platform, f"p{number}", Role.PARTICIPANT, name=f"P{number}", link=f"l{number}", custom={"cohort": more}
        )
        two.hand_in(who, more)
    assert len(names(group.trainer.page(f"{group.home()}/waiting"))) == 7
    assert asked() == few
