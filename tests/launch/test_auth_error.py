"""The platform answers a login with an error instead of a launch (C7: 78)."""

import json
from typing import Any

import pytest

from tests.launch.parties import RECORDINGS, Stage

VARIANTS = json.loads((RECORDINGS / "auth-request-variants.json").read_text(encoding="utf-8"))
POSTED = [variant.get("form_post") or {} for variant in VARIANTS]
ERRORS = [posted for posted in POSTED if "error" in posted]
NAMES = [" ".join([posted["error"], posted.get("error_description", "")]).strip() for posted in ERRORS]


@pytest.mark.parametrize("posted", ERRORS, ids=NAMES)
def test_the_errors_of_a_real_moodle_get_a_page_that_says_what_to_do(stage: Stage, posted: dict[str, str]) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    answer = browser.client.post("/lti/launch", data=posted | {"state": asked["state"]})
    assert answer.status_code == 400
    assert "L-AUTH-ERROR" in answer.text
    assert "Log opnieuw in bij je leeromgeving." in answer.text
    assert "Moodle van het Zilverbos College" in answer.text
    assert "frame-ancestors https://school.example.org" in answer.headers["Content-Security-Policy"]
    assert (stage.stored(), stage.pending()) == (0, 1)
    (line,) = [line for line in stage.log if line["event"] == "launch_refused"]
    assert (line["code"], line["platform"]) == ("L-AUTH-ERROR", stage.platform.id)
    assert posted["error"] in line["detail"]


@pytest.mark.parametrize("data", [{"state": "x"}, {}, {"state": "x", "id_token": "a.b.c"}])
def test_an_error_without_a_known_state_gets_the_same_page(lite: Stage, data: dict[str, str]) -> None:
    answer = lite.browser().client.post("/lti/launch", data=data | {"error": "login_required"})
    assert "L-AUTH-ERROR" in answer.text
    assert lite.stored() == 0


def test_what_an_error_says_is_neither_shown_nor_logged(lite: Stage) -> None:
    data: dict[str, Any] = {"error": "Renée<script>", "error_description": "Renée mag niet", "state": "x"}
    answer = lite.browser().client.post("/lti/launch", data=data)
    assert "L-AUTH-ERROR" in answer.text
    assert "Renée" not in answer.text
    assert "Renée" not in repr(lite.log)


def test_after_an_error_the_same_login_still_works(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    browser.client.post("/lti/launch", data={"error": "launch_no_longer_valid", "state": asked["state"]})
    assert browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"]).status_code == 303
