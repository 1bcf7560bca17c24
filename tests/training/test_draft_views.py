"""The address at which drafts save themselves, and the texts that are kept beside a draft, on the page."""

import re
from typing import Any

import pytest

from tests.training.conftest import Group

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEY = "verkenning"


def url(group: Group, key: str = KEY) -> str:
    return f"{group.assignment(key)}/draft"


def save(group: Group, text: str, revision: object = 0, page: str = "a", **more: str) -> dict[str, Any]:
    answer = group.zoe.post(url(group), {"text": text, "revision": revision, "page": page, **more})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.get_json()
    return told


def copy_forms(page: str) -> list[str]:
    return re.findall(r'formaction="([^"]+/take-back)"', page)


def test_it_says_when_it_was_saved(group: Group) -> None:
    told = save(group, "Een begin")
    assert re.fullmatch(r"Bewaard om \d\d\.\d\d uur\.", told["said"])
    assert (told["saved"], told["newer"], told["beside"], told["revision"]) == (True, False, False, 1)
    assert 'name="revision" value="1"' in group.zoe.page(group.assignment(KEY))


def test_the_token_that_it_gives_holds(group: Group) -> None:
    told = save(group, "Een begin")
    form = {"csrf_token": told["csrf_token"], "text": "Een begin, en meer", "revision": "1", "page": "a"}
    assert group.zoe.client.post(url(group), data=form).get_json()["revision"] == 2


def test_without_a_token_nothing_is_saved(group: Group) -> None:
    answer = group.zoe.client.post(url(group), data={"text": "x"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "R-FORM")


def test_without_a_session_it_says_so(group: Group) -> None:
    client = group.world.app.test_client()
    answer = client.get(url(group), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "R-SESSION")


def test_the_draft_of_another_page_is_said_and_stands_on_the_page(group: Group) -> None:
    save(group, "van a")
    told = save(group, "van b", page="b")
    assert told["beside"]
    assert "Dat staat nu bij ‘Eerdere versies van je concept’." in told["said"]
    page = group.zoe.page(group.assignment(KEY))
    assert "Eerdere versies van je concept" in page
    assert "<p>van a</p>" in page
    late = save(group, "van c", page="c", age="600")
    assert late["newer"]
    assert "is iets nieuwers bewaard, op" in late["said"]


def test_who_looks_hears_of_a_newer_draft_of_another_page_only(group: Group) -> None:
    save(group, "van a")
    address = url(group)
    assert group.zoe.get(f"{address}?revision=0&page=b").get_json()["newer"]
    for same in ("revision=1&page=b", "revision=0&page=a", ""):
        assert not group.zoe.get(f"{address}?{same}").get_json()["newer"]


@pytest.mark.parametrize("age", ["-5", "nan", "inf", "soon", "1e300", ""])
def test_an_age_that_is_none_does_no_harm(group: Group, age: str) -> None:
    assert save(group, "Een begin", "x" * 30, "<script>", age=age)["saved"]


def test_a_text_that_is_too_long_is_not_saved(group: Group) -> None:
    told = save(group, "x" * 200_001)
    assert not told["saved"]
    assert "te lang" in told["said"]


def test_a_link_that_is_being_typed_is_saved_without_a_word(group: Group) -> None:
    told = save(group, "Een begin", link="htt")
    assert told["saved"]
    assert told["said"].startswith("Bewaard om")


def test_a_copy_is_taken_back_and_what_was_typed_meanwhile_is_kept(group: Group) -> None:
    save(group, "van a")
    save(group, "van b", page="b")
    (take_back,) = copy_forms(group.zoe.page(group.assignment(KEY)))
    form = {"text": "van b, en meer", "revision": "2", "page": "b"}
    answer = group.zoe.post(take_back, form)
    assert (answer.status_code, answer.location) == (303, f"{group.assignment(KEY)}#werk")
    page = group.zoe.page(group.assignment(KEY))
    assert "van a</textarea>" in page
    assert "<p>van b, en meer</p>" in page
    (take_back,) = copy_forms(page)
    removed = group.zoe.post(take_back.replace("take-back", "remove"), {"text": "van a", "revision": "3", "page": "c"})
    assert removed.status_code == 303
    assert "Eerdere versies van je concept</h2>" not in group.zoe.page(group.assignment(KEY))


def test_a_text_that_cannot_be_kept_stops_a_copy_from_taking_its_place(group: Group) -> None:
    save(group, "van a")
    save(group, "van b", page="b")
    (take_back,) = copy_forms(group.zoe.page(group.assignment(KEY)))
    answer = group.zoe.post(take_back, {"text": "x" * 200_001, "revision": "2", "page": "b"})
    assert answer.status_code == 422
    assert "data-unsaved" in answer.text
    assert "<p>van a</p>" in answer.text


def test_somebody_else_can_do_nothing_with_it(group: Group) -> None:
    save(group, "van a")
    save(group, "van b", page="b")
    (take_back,) = copy_forms(group.zoe.page(group.assignment(KEY)))
    for who in (group.noor, group.trainer):
        assert who.post(take_back).status_code == 404
    assert group.trainer.get(url(group)).status_code == 404
    assert group.trainer.post(url(group), {"text": "x"}).status_code == 404
    assert ">van a<" not in group.noor.page(group.assignment(KEY))


def test_accepted_work_answers_why_not(group: Group) -> None:
    form = {"text": "Af", "link": "https://museum.example", "action": "submit"}
    assert group.zoe.post(group.assignment(KEY), form).status_code == 303
    submission_id = group.submission_id(group.zoe, KEY)
    assert group.trainer.post(f"/review/{submission_id}", {"verdict": "accepted", "feedback": ""}).status_code == 303
    data = {"csrf_token": group.zoe.token(), "text": "Toch nog iets"}
    answer = group.zoe.client.post(url(group), data=data, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "W-MOVED")
