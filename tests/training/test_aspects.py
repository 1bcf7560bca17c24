"""The aspects of a training: where somebody stands at the start and at the end, how a trainer sees it, and who sees what."""

import re

import pytest
from sqlalchemy import func, select

from lti_tool.training.aspect_marks import Said, Side
from lti_tool.training.aspects import AspectService
from lti_tool.training.models import AspectMark, Enrolment
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.samples import upload
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OWN, MONEY = "eigenaarschap", "randvoorwaarden"


def service(group: Group) -> AspectService:
    found: AspectService = group.world.service(AspectService)
    return found


def url(group: Group) -> str:
    return f"{group.home()}/aspects"


def enrolment_id(group: Group, browser: Browser) -> str:
    with group.world.database.session() as session:
        return session.scalars(
            select(Enrolment.id).where(
                Enrolment.cohort_id == group.cohort_id, Enrolment.person_id == browser.viewer.person_id
            )
        ).one()


def say(group: Group, side: str, browser: Browser | None = None, **said: str) -> int:
    """Post a form in which these fields were filled in and all others left as they were."""
    answer = (browser or group.zoe).post(
        url(group), {"side": side, **{name.replace("__", "-"): v for name, v in said.items()}}
    )
    group.world.clock.advance(hours=1)
    return answer.status_code


def open_last_phase(group: Group, browser: Browser | None = None) -> None:
    """Let everything before the last phase be accepted."""
    person = browser or group.zoe
    for assignment in group.world.training.assignments:
        if assignment.phase != group.world.training.phases[-1].key:
            work = {
                "text": "Mijn leervraag?\n\nTekst",
                "link": "https://www.example.org",
                "files": upload(),
                "action": "submit",
            }
            person.post(group.assignment(assignment.key), work)
            review = f"/review/{group.submission_id(person, assignment.key)}"
            group.trainer.post(review, {"verdict": "accepted", "feedback": "Goed"})


def row_of(page: str, name: str) -> str:
    """Return what the table says of one aspect, as text."""
    found = re.search(rf'<th scope="row" role="rowheader">{name}</th>(.*?)</tr>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_the_start_is_kept_and_shown_as_a_picture_and_in_words(group: Group) -> None:
    assert say(group, "start", step__eigenaarschap="2", remark__eigenaarschap="Twee collega's doen mee.") == 303
    page = group.zoe.page(url(group))
    # the training's own words: what a step means, and a sentence to think with
    assert "Kent de belangen van secties, teams en directie" in page
    assert "Mijn directie weet wat ik wil bereiken en neemt daar besluiten over." in page
    assert row_of(page, "Eigenaarschap").startswith("Tussen begin en op weg Twee collega&#39;s doen mee. –")
    assert "Eigenaarschap: begin tussen begin en op weg, eind –." in " ".join(page.split())
    assert page.count('<circle class="icc-ax-start"') == 2
    assert 'id="step-eigenaarschap-2" value="2" checked' in page


def test_the_picture_says_which_assignments_touch_an_aspect_and_what_is_accepted(group: Group) -> None:
    open_last_phase(group)
    page = group.zoe.page(url(group))
    assert row_of(page, "Beleid en beroepsproduct") == "– – 3. Beroepsproduct: akkoord 4. Terugblik: nog niet begonnen"
    touching = sum(len(one.aspects) for one in group.world.training.assignments)
    assert len(re.findall(r'<rect class="icc-ax-work[^>]+ width="15"', page)) == touching
    assert len(re.findall(r'<rect class="icc-ax-work is-done"[^>]+ width="15"', page)) == touching - 3 - 4


def test_the_end_opens_in_the_last_phase_and_then_the_start_is_fixed(group: Group) -> None:
    say(group, "start", step__eigenaarschap="1")
    assert say(group, "end", step__eigenaarschap="3") == 422
    open_last_phase(group)
    assert say(group, "start", step__randvoorwaarden="1") == 303
    assert say(group, "end", step__eigenaarschap="3", remark__eigenaarschap="Zij namen het over.") == 303
    answer = group.zoe.post(url(group), {"side": "start", "remark-eigenaarschap": "Toch anders"})
    assert answer.status_code == 422
    assert "Het begin ligt vast." in answer.text
    assert "Toch anders</textarea>" in answer.text
    page = group.zoe.page(url(group))
    assert row_of(page, "Eigenaarschap").startswith("Begin Op weg Zij namen het over.")
    assert 'name="side" value="end"' in page


def test_what_another_tab_said_stays_and_every_change_is_kept(group: Group) -> None:
    say(group, "start", step__eigenaarschap="1")
    # a tab that was opened before, and changes something else
    say(group, "start", step__randvoorwaarden="5")
    say(group, "start", was__step__eigenaarschap="1", step__eigenaarschap="2")
    page = group.zoe.page(url(group))
    assert row_of(page, "Eigenaarschap").startswith("Tussen begin en op weg")
    assert row_of(page, "Geld, tijd en middelen").startswith("Bekwaam")
    history = page.split("Alles wat je bewaarde")[1]
    assert history.count("Eigenaarschap") == 2


@pytest.mark.parametrize(
    "field", [{"step-eigenaarschap": "6"}, {"step-eigenaarschap": "x"}, {"remark-eigenaarschap": "x" * 5001}]
)
def test_what_is_on_no_scale_or_too_long_is_said_and_nothing_is_kept(group: Group, field: dict[str, str]) -> None:
    answer = group.zoe.post(url(group), {"side": "start", "step-randvoorwaarden": "3", **field})
    assert answer.status_code == 422
    assert 'id="step-randvoorwaarden-3" value="3" checked' in answer.text
    assert "Nog niet bewaard" in answer.text
    with group.world.database.session() as session:
        assert session.scalar(select(func.count()).select_from(AspectMark)) == 0


def test_a_participant_sees_what_a_trainer_says_once_it_is_shared_and_as_it_was_then(group: Group) -> None:
    page = f"{url(group)}/of/{enrolment_id(group, group.zoe)}"
    said = {"step-eigenaarschap": "5", "remark-eigenaarschap": "Sterk in gesprekken", "action": "save"}
    assert group.trainer.post(page, said).status_code == 303
    group.world.clock.advance(hours=1)
    assert "Sterk in gesprekken" not in group.zoe.page(url(group))
    assert "Nog niet gedeeld" in group.trainer.page(page)
    group.trainer.post(page, {"action": "share", "was-step-eigenaarschap": "5", "step-eigenaarschap": "5"})
    assert "Ilse Brouwers" in row_of(group.zoe.page(url(group)), "Eigenaarschap")
    # later changes are the trainer's own until they are shared too
    group.world.clock.advance(hours=1)
    group.trainer.post(page, {"action": "save", "was-step-eigenaarschap": "5", "step-eigenaarschap": "1"})
    assert "Bekwaam" in row_of(group.zoe.page(url(group)), "Eigenaarschap")
    assert "Begin" in row_of(group.trainer.page(page), "Eigenaarschap")


def test_a_trainer_sees_how_the_group_spreads_without_names_beside_numbers(group: Group) -> None:
    say(group, "start", step__eigenaarschap="1")
    say(group, "start", group.noor, step__eigenaarschap="3")
    cohort = service(group).of_cohort(group.trainer.viewer, group.cohort_id)
    assert (cohort.participants, cohort.started, cohort.ended) == (2, 2, 0)
    (spread,) = [one for one in cohort.spreads if one.aspect.key == OWN]
    assert (spread.start, spread.end) == ((1, 0, 1, 0, 0), (0, 0, 0, 0, 0))
    page = group.trainer.page(f"{url(group)}/group")
    assert "2 van 2 vulden het begin in, 0 het eind." in page
    assert "Zoë" not in page.split("Per deelnemer")[0]
    assert re.findall(r">(Noor|Zoë)[^<]*</a>", page) == ["Noor", "Zoë"]


def test_only_who_trains_somebody_sees_it(group: Group) -> None:
    say(group, "start", step__eigenaarschap="1", remark__eigenaarschap="Geheim")
    of_zoe = f"{url(group)}/of/{enrolment_id(group, group.zoe)}"
    for address in (of_zoe, f"{url(group)}/group"):
        assert group.noor.get(address).status_code == 404
    assert group.noor.post(of_zoe, {"step-eigenaarschap": "5", "action": "share"}).status_code == 404
    other = group.world.launch(group.world.platform("Elders"), "els", Role.TRAINER, name="Els")
    group.world.cohort(other, "Elders")
    assert other.get(of_zoe).status_code == 404
    assert "Geheim" in group.trainer.page(of_zoe)
    assert group.trainer.get(url(group)).location == f"{url(group)}/group"


def test_what_changed_is_material_for_the_retrospect(group: Group) -> None:
    say(group, "start", step__eigenaarschap="1", step__randvoorwaarden="3")
    open_last_phase(group)
    changed = {OWN: Said(3, "Zij namen het over."), MONEY: Said(3)}
    service(group).say(group.zoe.viewer, group.cohort_id, Side.END, changed)
    page = group.zoe.page(group.assignment("terugblik"))
    insert = re.search(r'data-insert="(Eigenaarschap[^"]+)"', page)
    assert insert
    assert insert[1].split("\n") == [
        "Eigenaarschap: Van begin naar op weg. Zij namen het over.",
        "Geld, tijd en middelen: Net als aan het begin: op weg.",
    ]
