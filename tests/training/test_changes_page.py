"""The page that says what changed between two versions, for their maker and for trainers."""

import re

import pytest
from sqlalchemy import select

from lti_tool.training.models import SubmissionVersion
from tests.training.conftest import Group
from tests.training.samples import PDF, upload

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEY = "verkenning"


@pytest.fixture
def versions(group: Group) -> list[str]:
    """Three versions of Zoë's work, the first returned by the trainer."""
    url = group.assignment(KEY)
    one = {
        "text": "Ik sprak met drie collega's.\n\nHet ging goed.",
        "link": "https://museum.example",
        "files": upload(name="Een.pdf"),
    }
    group.zoe.post(url, {**one, "action": "submit"})
    review = {"verdict": "returned", "feedback": "Vul aan"}
    group.trainer.post(f"/review/{group.submission_id(group.zoe, KEY)}", review)
    two = {"text": "Ik sprak met vier collega's.\n\nHet ging goed.", "link": "https://theater.example"}
    group.zoe.post(url, {**two, "files": upload(PDF + b"\n", name="Twee.pdf"), "action": "submit"})
    group.zoe.post(url, {**two, "text": f"{two['text']}\n\n<b>Einde</b>", "action": "submit"})
    with group.world.database.session() as session:
        return list(session.scalars(select(SubmissionVersion.id).order_by(SubmissionVersion.number)))


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_it_shows_what_came_and_what_went(group: Group, versions: list[str]) -> None:
    page = group.zoe.page(f"/version/{versions[1]}/changes")
    text = plain(page)
    assert "[weg: drie einde weg] [nieuw: vier einde nieuw] collega" in text
    assert "1 woord erbij, 1 woord weg." in text
    assert "[weg: https://museum.example einde weg] [nieuw: https://theater.example einde nieuw]" in text
    assert "[nieuw: Twee.pdf einde nieuw]" in text
    assert "Een.pdf niet veranderd" in text
    assert re.search(r"<del>.*drie.*</del>\s*<ins>.*vier.*</ins>", page)


def test_any_older_version_can_be_chosen(group: Group, versions: list[str]) -> None:
    page = group.zoe.page(f"/version/{versions[2]}/changes?since=1")
    assert "naast versie 1" in plain(page)
    assert f'href="/version/{versions[2]}/changes?since=2"' in page
    assert "[nieuw: &lt;b&gt;Einde&lt;/b&gt; einde nieuw]" in plain(page)


def test_the_pages_of_the_work_lead_there(group: Group, versions: list[str]) -> None:
    assert f'href="/version/{versions[2]}/changes"' in group.zoe.page(group.assignment(KEY))
    assert f'href="/version/{versions[1]}/changes"' in group.zoe.page(group.assignment(KEY))
    assert f'href="/version/{versions[1]}/changes"' in group.zoe.page(f"/version/{versions[1]}")
    assert "/changes" not in group.zoe.page(f"/version/{versions[0]}")
    # since what somebody reviewed, which need not be the version before
    review = group.trainer.page(f"/review/{group.submission_id(group.zoe, KEY)}")
    assert f'href="/version/{versions[2]}/changes?since=1"' in review


def test_a_trainer_reads_whose_it_is(group: Group, versions: list[str]) -> None:
    page = group.trainer.page(f"/version/{versions[2]}/changes?since=1")
    assert "Zoë van ’t Höfen" in page
    assert "Terug naar het werk" in page


def test_what_is_not_there_is_not_found(group: Group, versions: list[str]) -> None:
    for where in (f"{versions[0]}/changes", f"{versions[1]}/changes?since=2", f"{versions[1]}/changes?since=x"):
        assert group.zoe.get(f"/version/{where}").status_code == 404
    assert group.noor.get(f"/version/{versions[1]}/changes").status_code == 404


def test_a_version_that_says_the_same_is_said_to_be_unchanged(group: Group, versions: list[str]) -> None:
    with group.world.database.session() as session:
        last = session.get_one(SubmissionVersion, versions[2])
        again = SubmissionVersion(
            submission_id=last.submission_id,
            number=4,
            text=last.text,
            link=last.link,
            handed_in_at=last.handed_in_at,
            receipt="V4-TEST",
            files=list(last.files),
        )
        session.add(again)
        session.flush()
        version_id = again.id
    assert "Er is niets veranderd" in group.zoe.page(f"/version/{version_id}/changes")
