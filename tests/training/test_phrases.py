"""A trainer's own sentences: kept from feedback, used again, renamed, removed, and nobody else's business."""

import re

import pytest

from lti_tool.training.models import Review, ReviewPhrase
from lti_tool.training.phrases import MOST_PHRASES
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def work(group: Group) -> str:
    """Zoë's work, handed in."""
    assert group.zoe.post(group.assignment(), {"text": "Hoe kan ik dat?", "action": "submit"}).status_code == 303
    return group.submission_id(group.zoe)


def keep(group: Group, work: str, text: str, **more: str) -> str:
    return group.trainer.post(f"/review/{work}/phrase", {"feedback": text, "version": "1", **more}).text


def kept(group: Group) -> list[tuple[str, str, str]]:
    with group.world.database.session() as session:
        return [(row.id, row.title, row.text) for row in session.query(ReviewPhrase).order_by(ReviewPhrase.kept_at)]


def test_feedback_is_kept_as_a_sentence_and_stays_on_the_page_unsent(group: Group, work: str) -> None:
    (first, *_rest) = group.world.training.assignment("leervraag").criteria
    page = keep(group, work, "Wat wil je zelf leren?", **{f"remark-{first.key}": "Sterk"})
    assert "Bewaard als eigen zin" in page
    assert "Wat wil je zelf leren?</textarea>" in page
    assert "Sterk</textarea>" in page
    with group.world.database.session() as session:
        assert session.query(Review).count() == 0


def test_what_was_written_is_there_to_copy_when_a_colleague_accepted_meanwhile(group: Group, work: str) -> None:
    group.trainer.post(f"/review/{work}", {"verdict": "accepted"})
    assert "Wat wil je zelf leren?</textarea>" in keep(group, work, "Wat wil je zelf leren?")


def test_a_sentence_is_there_at_other_work_and_in_another_cohort(group: Group, work: str) -> None:
    keep(group, work, "Wat wil je zelf leren?")
    other = group.world.cohort(group.trainer, "Regio Noord")
    custom = {"cohort": other}
    lea = group.world.launch(group.platform, "lea", Role.PARTICIPANT, name="Lea", link="link-2", custom=custom)
    lea.post(f"/cohort/{other}/assignment/leervraag", {"text": "Hoe dan?", "action": "submit"})
    elsewhere = Group(group.world, group.platform, other, group.trainer, lea, lea).submission_id(lea)
    assert 'data-insert="Wat wil je zelf leren?"' in group.trainer.page(f"/review/{elsewhere}")


def test_the_same_sentence_twice_is_one_and_a_long_one_is_called_by_its_first_words(group: Group, work: str) -> None:
    text = "Je kaart maakt zichtbaar wat verborgen zat.\nSchrijf nog op wat jij wilt leren."
    keep(group, work, text)
    keep(group, work, f"  {text}  ")
    ((_id, title, found),) = kept(group)
    assert (title, found) == ("Je kaart maakt zichtbaar wat verborgen zat. …", text)


def test_nothing_and_one_too_many_are_refused_with_a_reason(group: Group, work: str) -> None:
    assert "Schrijf eerst de zin die je wilt bewaren." in keep(group, work, "  ")
    with group.world.database.session() as session:
        for number in range(MOST_PHRASES):
            person = group.trainer.viewer.person_id
            session.add(ReviewPhrase(person_id=person, title="t", text=f"{number}", kept_at=group.world.clock()))
    page = keep(group, work, "Nog een")
    assert "Je hebt al 100 zinnen." in page
    assert "Nog een</textarea>" in page


def test_a_sentence_is_renamed_and_removed(group: Group, work: str) -> None:
    keep(group, work, "Wat wil je zelf leren?")
    ((phrase_id, _title, _text),) = kept(group)
    url = f"{group.home()}/phrases/{phrase_id}"
    assert group.trainer.post(url, {"action": "rename", f"title-{phrase_id}": " Eigen   vraag "}).status_code == 303
    assert re.search(r"<h2[^>]*>Eigen vraag</h2>", group.trainer.page(f"{group.home()}/phrases"))
    refused = group.trainer.post(url, {"action": "rename", f"title-{phrase_id}": "x" * 101})
    assert (refused.status_code, "Geef de zin een naam" in refused.text, "x" * 101 in refused.text) == (422, True, True)
    assert group.trainer.post(url, {"action": "remove"}).status_code == 303
    assert kept(group) == []
    assert "Nog geen eigen zinnen" in group.trainer.page(f"{group.home()}/phrases")


def test_nobody_else_sees_or_changes_a_sentence(group: Group, work: str) -> None:
    keep(group, work, "Wat wil je zelf leren?")
    ((phrase_id, title, _text),) = kept(group)
    colleague = group.world.launch(group.platform, "bas", Role.TRAINER, name="Bas")
    stranger = group.world.launch(group.world.platform("Kleurrijk"), "eva", Role.TRAINER, name="Eva")
    assert "Wat wil je zelf leren?" not in colleague.page(f"/review/{work}")
    assert "Nog geen eigen zinnen" in colleague.page(f"{group.home()}/phrases")
    for action in ("rename", "remove"):
        form = {"action": action, f"title-{phrase_id}": "Van mij"}
        for who in (colleague, stranger, group.zoe):
            assert who.post(f"{group.home()}/phrases/{phrase_id}", form).status_code == 404
    assert [row[:2] for row in kept(group)] == [(phrase_id, title)]


@pytest.mark.parametrize("who", ["zoe", "noor"])
def test_participants_have_none(group: Group, work: str, who: str) -> None:
    browser: Browser = getattr(group, who)
    assert browser.get(f"{group.home()}/phrases").status_code == 404
    assert browser.post(f"/review/{work}/phrase", {"feedback": "Van mij"}).status_code == 404
    assert kept(group) == []
