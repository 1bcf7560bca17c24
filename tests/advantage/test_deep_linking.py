"""The deep-linking response: what the school makes of it, and every claim that a platform may look at."""

from typing import Any

import jwt
import pytest

from lti_tool.advantage.deep_linking import DL, LTI, ContentItem, DeepLinkingResponse
from lti_tool.advantage.lineitems import LineItemWish
from lti_tool.errors import Invalid
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformInfo
from tests.advantage.conftest import platform_at
from tests.clock import FakeClock
from tests.demo.conftest import recording

LAUNCH = "http://localhost:8401/lti/launch"
WISH = LineItemWish("Leervraag", 100, resource_id="leervraag:c1", tag="icc")
ITEM = ContentItem("Leervraag", "Wat wil je leren?", LAUNCH, {"assignment": "leervraag", "cohort": "c1"}, WISH)


@pytest.fixture
def response(key_ring: KeyRing, clock: FakeClock) -> DeepLinkingResponse:
    return DeepLinkingResponse(key_ring, clock)


@pytest.fixture
def platform() -> PlatformInfo:
    return platform_at("https://school.example.org", "GlcMUzd0eCnDLdX")


def settings(name: str = "deeplink_4_items") -> dict[str, Any]:
    """The claim of a recorded deep-linking request."""
    found: dict[str, Any] = recording(name)["claims"][f"{DL}deep_linking_settings"]
    return found


def claims(token: str, key_ring: KeyRing, platform: PlatformInfo) -> dict[str, Any]:
    key = jwt.PyJWK(key_ring.jwks()["keys"][0])
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
    options: Any = {"verify_exp": False, "verify_iat": False}
    found: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=platform.issuer, options=options)
    return found


def test_the_response_says_who_we_are_and_to_whom_we_speak(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing, clock: FakeClock
) -> None:
    found = claims(response.build(platform, "1", settings(), [ITEM]), key_ring, platform)
    assert (found["iss"], found["aud"]) == ("GlcMUzd0eCnDLdX", "https://school.example.org")
    assert found["iat"] <= clock().timestamp() < found["exp"]
    assert found["exp"] - found["iat"] <= 300
    assert found[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert (found[f"{LTI}version"], found[f"{LTI}deployment_id"]) == ("1.3.0", "1")
    assert not {f"{DL}data", f"{DL}msg", f"{DL}errormsg"} & set(found)


def test_every_response_has_its_own_nonce(response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing) -> None:
    tokens = [response.build(platform, "1", settings(), [ITEM]) for _ in range(2)]
    assert len({claims(token, key_ring, platform)["nonce"] for token in tokens}) == 2


def test_an_item_carries_its_column_and_what_it_shows(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing
) -> None:
    found = claims(response.build(platform, "1", settings(), [ITEM]), key_ring, platform)
    assert found[f"{DL}content_items"] == [
        {
            "type": "ltiResourceLink",
            "title": "Leervraag",
            "text": "Wat wil je leren?",
            "url": LAUNCH,
            "custom": {"assignment": "leervraag", "cohort": "c1"},
            "lineItem": {"label": "Leervraag", "scoreMaximum": 100, "resourceId": "leervraag:c1", "tag": "icc"},
        }
    ]


def test_an_item_without_a_column_asks_for_none(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing
) -> None:
    whole = ContentItem("De training", "Alles bij elkaar", LAUNCH)
    found = claims(response.build(platform, "1", settings(), [whole, ITEM]), key_ring, platform)
    assert ["lineItem" in item for item in found[f"{DL}content_items"]] == [False, True]


@pytest.mark.parametrize("data", ["csrftoken:c7fbba78", "", None, {"nested": [1]}])
def test_data_goes_back_exactly_as_it_came(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing, data: object
) -> None:
    found = claims(response.build(platform, "1", {**settings(), "data": data}, [ITEM]), key_ring, platform)
    assert found[f"{DL}data"] == data


def test_nothing_chosen_is_a_cancel_with_words(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing
) -> None:
    token = response.build(platform, "1", settings(), [], message="Niets gekozen", error="Er ging iets mis")
    found = claims(token, key_ring, platform)
    assert found[f"{DL}content_items"] == []
    assert (found[f"{DL}msg"], found[f"{DL}errormsg"]) == ("Niets gekozen", "Er ging iets mis")


def test_a_title_is_shortened_to_what_the_platform_takes(
    response: DeepLinkingResponse, platform: PlatformInfo, key_ring: KeyRing
) -> None:
    long = ContentItem("é" * 300, "", LAUNCH, {}, LineItemWish("x" * 300, 100, resource_id="a", tag="b"))
    (item,) = claims(response.build(platform, "1", settings(), [long]), key_ring, platform)[f"{DL}content_items"]
    assert (len(item["title"]), len(item["lineItem"]["label"])) == (255, 255)


@pytest.mark.parametrize("accept", [False, "false", "False"])
def test_where_one_item_fits_two_are_refused(response: DeepLinkingResponse, platform: PlatformInfo, accept: object) -> None:
    asked = {**settings(), "accept_multiple": accept}
    assert response.build(platform, "1", asked, [ITEM])
    with pytest.raises(Invalid):
        response.build(platform, "1", asked, [ITEM, ITEM])


@pytest.mark.parametrize("changes", [{}, {"accept_multiple": True}, {"accept_multiple": None}])
def test_elsewhere_several_items_are_sent(
    response: DeepLinkingResponse, platform: PlatformInfo, changes: dict[str, object]
) -> None:
    asked = {name: value for name, value in settings().items() if name != "accept_multiple"} | changes
    assert response.build(platform, "1", asked, [ITEM, ITEM])


def test_where_no_lti_link_fits_items_are_refused_and_a_cancel_is_not(
    response: DeepLinkingResponse, platform: PlatformInfo
) -> None:
    asked = {**settings(), "accept_types": ["link", "file"]}
    with pytest.raises(Invalid):
        response.build(platform, "1", asked, [ITEM])
    assert response.build(platform, "1", asked, [])


@pytest.mark.parametrize("maximum", [0, -1, 7.5, True, "100", None])
def test_a_maximum_that_moodle_would_drop_silently_is_refused(maximum: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(Invalid):
        LineItemWish("c", maximum, resource_id="a", tag="b")
