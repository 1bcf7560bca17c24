"""C4: deep linking: a trainer puts assignments into the course, and the school takes exactly what was chosen."""

from typing import Any

import jwt
import pytest

from lti_tool.demo.browser import Form, Page
from lti_tool.demo.school import Role
from tests.certification.arrivals import arrives_as_participant
from tests.certification.premises import ASSIGNMENT, LTI, Premises, Visitor
from tests.certification.refusals import Attempt, is_refused

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ITEMS = f"{DL}content_items"


@pytest.fixture
def ilse(premises: Premises) -> Visitor:
    """The trainer of the course."""
    return premises.visitor(premises.trainer)


def choices(page: Page) -> Form:
    """The form of the picker."""
    return page.form(with_field="item")


def choose(visitor: Visitor, *items: str) -> Page:
    """Choose in the picker, for a new cohort, and return the page that goes back to the school."""
    return choices(visitor.pick()).submit(item=list(items), new_cohort="Regio Zuid")


def answered(premises: Premises, page: Page) -> dict[str, Any]:
    """The claims of the message on a page that goes back to the school, verified by the tool's published keys."""
    token = page.form(with_field="JWT").values["JWT"]
    published = premises.visitor().send("GET", "/.well-known/jwks.json").json()
    kid = jwt.get_unverified_header(token)["kid"]
    (key,) = [jwt.PyJWK(one) for one in published["keys"] if one["kid"] == kid]
    options: Any = {"verify_exp": False, "verify_iat": False}  # by the clock of the test
    return jwt.decode(token, key, algorithms=["RS256"], audience=premises.school.url, options=options)


def taken(premises: Premises, page: Page) -> None:
    """Let the school take what comes back, and make its activities."""
    came = page.form(with_field="JWT").submit()
    assert came.form(name="save").submit().status == 200
    assert list(premises.school.refusals) == []


def as_trainer(attempt: Attempt) -> Attempt:
    """Let whoever attempts something be a trainer of the course."""

    def as_somebody(visitor: Visitor) -> Page:
        visitor.premises.school.enrol(visitor.person, visitor.premises.course, Role.TEACHER)
        return attempt(visitor)

    return as_somebody


def test_c4_32_request_opens_the_picker(ilse: Visitor) -> None:
    page = ilse.follow(ilse.deep_link())
    assert page.status == 200
    assert {field.value for field in choices(page).fields if field.name == "item"} >= {"training", ASSIGNMENT}


def test_c4_33_one_link_comes_back_and_can_be_launched(premises: Premises, ilse: Visitor) -> None:
    sent = choose(ilse, ASSIGNMENT)
    (item,) = answered(premises, sent)[ITEMS]
    assert (item["type"], item["url"]) == ("ltiResourceLink", f"{premises.url}/lti/launch")
    before = set(premises.school.links)
    taken(premises, sent)
    (made,) = set(premises.school.links) - before
    link = premises.school.links[made]
    assert (link.title, link.text) == (item["title"], item["text"])
    arrives_as_participant(premises, premises.visitor(), link)


def test_c4_34_custom_parameters_come_back(premises: Premises, ilse: Visitor) -> None:
    sent = choose(ilse, ASSIGNMENT)
    (item,) = answered(premises, sent)[ITEMS]
    assert item["custom"]["assignment"] == ASSIGNMENT
    taken(premises, sent)
    (link,) = [one for one in premises.school.links.values() if one.custom]
    assert link.custom == item["custom"]
    premises.visitor().open(link)
    placement = premises.placement(link)
    assert (placement.assignment_key, placement.cohort_id) == (ASSIGNMENT, item["custom"]["cohort"])


def test_c4_35_accept_multiple_is_honoured(premises: Premises, ilse: Visitor) -> None:
    assert len(answered(premises, choose(ilse, ASSIGNMENT, "terugblik"))[ITEMS]) == 2
    for multiple in (False, "false", None):
        page = ilse.follow(ilse.deep_link({"accept_multiple": multiple}))
        assert {field.kind for field in choices(page).fields if field.name == "item"} == {"radio"}
        token = choices(page).values["csrf_token"]
        fields = [("csrf_token", token), ("new_cohort", "Twee"), ("item", ASSIGNMENT), ("item", "terugblik")]
        with premises.nothing_changes():
            asked_again = ilse.send("POST", page.url, data=fields)
        assert asked_again.status == 422
        assert "Hier past één onderdeel tegelijk. Kies er één." in asked_again.text
        one = choices(asked_again).submit(item=ASSIGNMENT, new_cohort=f"Eén {multiple}")
        assert len(answered(premises, one)[ITEMS]) == 1


def test_c4_36_data_is_echoed_exactly(premises: Premises, ilse: Visitor) -> None:
    for data in ("op de weg", 'a=b&c="é" <x>\'\\ +%20', "csrf.eyJhbGciOiJub25lIn0.", "x" * 4000):
        page = ilse.follow(ilse.deep_link({"data": data}))
        assert answered(premises, choices(page).submit(item=ASSIGNMENT, new_cohort="Regio"))[f"{DL}data"] == data
    page = ilse.follow(ilse.deep_link({"data": None}))
    assert f"{DL}data" not in answered(premises, choices(page).submit(item=ASSIGNMENT, new_cohort="Regio"))


def test_c4_37_a_place_that_takes_no_links_is_explained(premises: Premises) -> None:
    for types in (["link", "file", "html", "image"], [], None):

        def attempt(visitor: Visitor, types: list[str] | None = types) -> Page:
            return visitor.deep_link({"accept_types": types})

        is_refused(premises, as_trainer(attempt), "L-DL-TYPES")


def test_c4_38_return_url_missing(premises: Premises) -> None:
    for address in (None, "", "javascript:alert(1)", "/mod/lti/return", "https://user:word@school.example.org/"):

        def attempt(visitor: Visitor, address: str | None = address) -> Page:
            return visitor.deep_link({"deep_link_return_url": address})

        is_refused(premises, as_trainer(attempt), "L-DL-RETURN")


def test_c4_39_a_student_may_not_add_anything(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.deep_link(), "L-ROLE", status=403)


def test_c4_40_empty_selection_and_cancel(premises: Premises, ilse: Visitor) -> None:
    page = ilse.pick()
    asked_again = choices(page).submit(item=None, new_cohort="Regio Zuid")
    assert asked_again.status == 422
    assert "Kies minstens één onderdeel." in asked_again.text
    gone = choices(asked_again).submit(stop="1")
    claims = answered(premises, gone)
    assert claims[ITEMS] == []
    assert claims[f"{DL}msg"] == "Er is niets toegevoegd."
    assert gone.form(with_field="JWT").submit().status == 200
    assert list(premises.school.refusals) == []
    assert premises.parts.cohorts.list() == []


def test_c4_41_line_item_comes_along(premises: Premises, ilse: Visitor) -> None:
    sent = choose(ilse, ASSIGNMENT, "training")
    overview, item = answered(premises, sent)[ITEMS]
    assert "lineItem" not in overview
    line_item = item["lineItem"]
    cohort = item["custom"]["cohort"]
    assert line_item["resourceId"] == f"icc-vo:{ASSIGNMENT}:{cohort}"
    assert line_item["tag"] == "icc-vo"
    assert (line_item["scoreMaximum"], type(line_item["scoreMaximum"])) == (100, int)
    assert line_item["label"] == item["title"]
    review = line_item["submissionReview"]
    assert (review["url"], review["custom"]) == (item["url"], item["custom"])
    assert {"Submitted", "Completed"} <= set(review["reviewableStatus"])
    taken(premises, sent)
    (link,) = [one for one in premises.school.links.values() if one.custom.get("assignment") == ASSIGNMENT]
    column = premises.school.item_of(link)
    assert column is not None
    assert (column.resource_id, column.tag, column.maximum) == (line_item["resourceId"], "icc-vo", 100)
    assert column.review_url == item["url"]


def test_c4_42_the_message_has_all_that_it_needs(premises: Premises, ilse: Visitor) -> None:
    first, second = answered(premises, choose(ilse, ASSIGNMENT)), answered(premises, choose(ilse, "terugblik"))
    assert first["iss"] == premises.registration.client_id
    assert first["aud"] == premises.school.url
    assert first[f"{LTI}deployment_id"] == premises.registration.deployment_id
    assert (first[f"{LTI}message_type"], first[f"{LTI}version"]) == ("LtiDeepLinkingResponse", "1.3.0")
    assert first["iat"] <= premises.clock().timestamp() < first["exp"] <= first["iat"] + 300
    assert first["nonce"] != second["nonce"]
    assert len(first["nonce"]) >= 16
