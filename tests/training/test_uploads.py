import io

import pytest
from sqlalchemy import select

from lti_tool.training.draft_files import MB
from lti_tool.training.models import Submission
from lti_tool.training.uploads import FORM_MEMORY, content_limit
from tests.training.conftest import Group
from tests.training.samples import PDF, upload

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def draft(group: Group) -> Submission | None:
    with group.world.database.session() as session:
        return session.scalar(select(Submission))


@pytest.fixture
def small(group: Group) -> Group:
    """An installation that takes forms of 100 kB."""
    group.world.app.config["MAX_CONTENT_LENGTH"] = 100_000
    return group


def test_the_limit_fits_the_assignment_that_takes_most(group: Group) -> None:
    trainings = [group.world.training]
    assert content_limit(50, trainings) == 5 * 50 * MB + FORM_MEMORY
    assert content_limit(10, trainings) == 5 * 10 * MB + FORM_MEMORY
    assert content_limit(50, []) == MB + FORM_MEMORY


def test_a_form_that_is_too_large_keeps_its_text_and_says_what_is_too_large(small: Group) -> None:
    form = {"text": "Uren werk", "link": "https://museum.example", "files": upload(PDF + b"\0" * 300_000)}
    answer = small.zoe.post(small.assignment("verkenning"), {**form, "action": "submit"})
    assert answer.status_code == 413
    assert "samen te groot" in answer.text
    assert "Uren werk</textarea>" in answer.text
    kept = draft(small)
    assert kept is not None
    assert (kept.draft_text, kept.draft_link, kept.state) == ("Uren werk", "https://museum.example", "draft")


def test_without_a_valid_token_the_text_is_shown_but_not_kept(small: Group) -> None:
    form = {"csrf_token": "wrong", "text": "Uren werk", "files": upload(PDF + b"\0" * 300_000)}
    answer = small.zoe.client.post(small.assignment(), data=form, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "Uren werk</textarea>" in answer.text
    assert "nog niet bewaard" in answer.text
    assert draft(small) is None


def test_somebody_else_gets_no_page_for_a_form_that_is_too_large(small: Group) -> None:
    large = PDF + b"\0" * 300_000
    assert small.trainer.post(small.assignment(), {"text": "x", "files": upload(large)}).status_code == 404
    stranger = small.world.app.test_client()
    assert stranger.post(small.assignment(), data={"text": "x", "files": upload(large)}).status_code == 401


def test_a_text_that_comes_after_the_files_is_not_looked_for(small: Group) -> None:
    file = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + b"0" * 200_000
    text = b'\r\n--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nte laat\r\n--x--\r\n'
    answer = small.zoe.client.post(
        small.assignment(), data=io.BytesIO(file + text), content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413
    assert draft(small) is None


@pytest.mark.parametrize("body", [b"", b"--x\r\nno headers", b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\nab"])
def test_a_body_that_cannot_be_read_gets_the_plain_page(small: Group, body: bytes) -> None:
    answer = small.zoe.client.post(
        small.assignment(), data=io.BytesIO(body + b"\0" * 200_000), content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


def test_a_text_far_over_the_limit_comes_back_on_the_page(group: Group) -> None:
    answer = group.zoe.post(group.assignment(), {"text": "woord " * 200_000, "action": "save"})
    assert answer.status_code == 422
    assert "te lang om te bewaren" in answer.text
    assert "Wat je schreef, is bewaard." not in answer.text
    assert "woord woord" in answer.text


def test_a_form_for_another_page_that_is_too_large_gets_the_plain_page(small: Group) -> None:
    answer = small.zoe.post(f"{small.home()}/name", {"certificate_name": "x" * 200_000})
    assert answer.status_code == 413
