import pytest

from lti_tool.courses.models import Person
from lti_tool.errors import NotFound
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.naming import NameService, clean_name, problem_with
from lti_tool.training.outcomes import CertificateCard
from tests.training.conftest import Group


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoë  van ’t\u00a0Höfen-Çelik \n", "Zoë van ’t Höfen-Çelik"),
        ("Zoe\u0308", "Zoë"),
        ("Łukasz Nowak", "Łukasz Nowak"),
        ("محمد علي", "محمد علي"),
        ("J. O'Brien-Ní Ḋ", "J. O'Brien-Ní Ḋ"),
    ],
)
def test_a_name_is_trimmed_and_otherwise_left_alone(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept
    assert problem_with(clean_name(typed)) is None


@pytest.mark.parametrize(
    "typed", ["", " ", "Z", "12", "--", "x" * 201, "zoe@school.example", "Zoë\u202eëoZ", "Zoë\x00", "Zoë\x07 Noor"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert problem_with(clean_name(typed)) is not None


def person(group: Group) -> Person:
    with group.world.database.session() as session:
        return session.get_one(Person, group.zoe.viewer.person_id)


def enrolment(group: Group) -> str:
    from lti_tool.training.home import HomeService

    with group.world.database.session() as session:
        access = group.world.service(HomeService)._access  # noqa: SLF001 - the room's own question, asked directly
        return str(access.participant(session, group.zoe.viewer, group.cohort_id).enrolment_id)


def test_a_confirmed_name_is_kept_with_its_moment_and_followed(group: Group) -> None:
    service = group.world.service(NameService)
    assert service.confirm(group.zoe.viewer, group.cohort_id, " Zoë  Höfen ") == "Zoë Höfen"
    assert person(group).certificate_name == "Zoë Höfen"
    assert person(group).certificate_name_at == group.world.clock()
    assert group.world.told.names == [group.zoe.viewer.person_id]


def test_a_name_can_be_changed_until_the_certificate_is_issued(group: Group) -> None:
    service = group.world.service(NameService)
    service.confirm(group.zoe.viewer, group.cohort_id, "Zoë Höfen")
    service.confirm(group.zoe.viewer, group.cohort_id, "Zoë van ’t Höfen")
    assert person(group).certificate_name == "Zoë van ’t Höfen"
    group.world.told.cards[enrolment(group)] = CertificateCard("issued", "https://x.example/c/1", "1")
    with pytest.raises(Moved):
        service.confirm(group.zoe.viewer, group.cohort_id, "Iemand Anders")
    assert person(group).certificate_name == "Zoë van ’t Höfen"
    assert len(group.world.told.names) == 2


def test_a_name_that_is_refused_changes_nothing(group: Group) -> None:
    with pytest.raises(Incomplete) as refused:
        group.world.service(NameService).confirm(group.zoe.viewer, group.cohort_id, "zoe@school.example")
    assert refused.value.field == "certificate_name"
    assert person(group).certificate_name is None
    assert group.world.told.names == []


def test_a_trainer_has_no_name_to_confirm(group: Group) -> None:
    with pytest.raises(NotFound):
        group.world.service(NameService).confirm(group.trainer.viewer, group.cohort_id, "Ilse Brouwers")


def test_the_page_suggests_the_name_that_the_school_sends_and_shows_what_was_confirmed(group: Group) -> None:
    url = f"{group.home()}/name"
    assert 'value="Zoë van ’t Höfen"' in group.zoe.page(url)
    answer = group.zoe.post(url, {"certificate_name": "Zoë H. van ’t Höfen"})
    assert (answer.status_code, answer.location) == (303, f"{url}#naam")
    assert "Zo staat het op je certificaat" in group.zoe.page(url)
    assert 'value="Zoë H. van ’t Höfen"' in group.zoe.page(url)


def test_the_page_keeps_a_refused_name_and_says_what_is_wrong(group: Group) -> None:
    answer = group.zoe.post(f"{group.home()}/name", {"certificate_name": "zoe@school.example"})
    assert answer.status_code == 422
    assert 'value="zoe@school.example"' in answer.text
    assert "Dit lijkt een e-mailadres" in answer.text


def test_after_the_certificate_the_page_says_where_to_ask(group: Group) -> None:
    group.world.told.cards[enrolment(group)] = CertificateCard("issued", "https://x.example/c/1", "1")
    page = group.zoe.page(f"{group.home()}/name")
    assert "Vraag op de pagina van je certificaat om een andere" in page
    assert "certificate_name" not in page
    assert group.zoe.post(f"{group.home()}/name", {"certificate_name": "Iemand Anders"}).status_code == 422
