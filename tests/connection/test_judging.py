"""From what came to traffic lights: what it means, who can solve it, what to do, in both languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from lti_tool.connection import judging_keys, judging_services, judging_use
from lti_tool.connection.probing import Probed
from lti_tool.connection.questions import NOT_TRIED, Outcome, Tried
from lti_tool.connection.reasons import ORDINARY, codes, explanation_of, reason_of
from lti_tool.launch.errors import LaunchRefused
from lti_tool.launch.models import LAUNCHED, Layer
from lti_tool.launch.tracebook import Reason, Trace
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.registration import SCOPES
from lti_tool.platforms.scopes import MEMBERSHIP_READONLY, SCORE
from lti_tool.platforms.service import PlatformInfo
from lti_tool.web.lights import Finding, Light, worst
from lti_tool.web.setup import init_web
from tests.clock import START
from tests.conftest import SECRET

DONE = Tried(Outcome.DONE)
FINE = Probed(
    their_keys=Tried(Outcome.DONE, count=2),
    unfit_keys=(),
    our_keys=Tried(Outcome.DONE, count=1),
    tokens=dict.fromkeys(SCOPES, DONE),
    line_items=Tried(Outcome.DONE, count=5),
    results=Tried(Outcome.DONE, count=3),
    roster=Tried(Outcome.DONE, count=30, more=True),
    clock_ahead=0.4,
)
MOODLE = PlatformInfo(
    id="platform-1",
    name="Zilverbos",
    issuer="https://lms.example.org",
    client_id="client-1",
    auth_url="https://lms.example.org/auth",
    token_url="https://lms.example.org/token",
    jwks_url="https://keys.example.org/jwks",
    token_audience=None,
    family="moodle",
    status=PlatformStatus.ACTIVE,
)
DOCUMENTED = Path(__file__).parents[2] / "docs" / "help-a-school.md"
OURS = "https://icc.example.org/.well-known/jwks.json"


@pytest.fixture(autouse=True)
def _words() -> Iterator[None]:
    """A place in which texts have a language."""
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    init_web(app)
    with app.app_context(), force_locale("nl"):
        yield


def no_token(outcome: Outcome) -> Probed:
    return replace(FINE, tokens=dict.fromkeys(SCOPES, Tried(outcome, "said so")))


def judged(probed: Probed) -> Sequence[Finding]:
    """Everything that is judged of what was asked."""
    return [
        judging_keys.their_keys(probed, MOODLE),
        judging_keys.our_keys(probed, MOODLE, OURS),
        judging_keys.clocks(probed, refused_for_clock=False),
        judging_services.access(probed, MOODLE),
        judging_services.authorization(probed),
        judging_services.line_items(probed),
        judging_services.results(probed),
        judging_services.roster(probed),
    ]


def words_of(finding: Finding) -> str:
    parts = (finding.title, finding.meaning, finding.who, *finding.items, *finding.steps)
    return "\n".join(str(part) for part in parts)


def test_all_is_well() -> None:
    assert [(finding.key, finding.light) for finding in judged(FINE) if finding.light is not Light.OK] == []
    assert all(not finding.who and not finding.steps for finding in judged(FINE))
    assert "2 sleutels" in words_of(judging_keys.their_keys(FINE, MOODLE))
    assert "30 personen" in words_of(judging_services.roster(FINE))
    assert "volgende bladzijde" in words_of(judging_services.roster(FINE))


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.DONE])
def test_whatever_went_wrong_says_what_to_do_in_both_languages(outcome: Outcome) -> None:
    tried = Tried(outcome, "a line", 404)
    probed = Probed(tried, (), tried, dict.fromkeys(SCOPES, tried), tried, tried, tried, 100.0)
    dutch = [words_of(finding) for finding in judged(probed)]
    with force_locale("en"):
        english = [words_of(finding) for finding in judged(probed)]
    for finding in judged(probed):
        assert str(finding.meaning)
        assert finding.light is not Light.OK
        if finding.light is Light.WRONG:
            assert str(finding.who)
    assert all(one != other for one, other in zip(dutch, english, strict=True))


@pytest.mark.parametrize(
    ("their_keys", "unfit", "light", "words"),
    [
        (Tried(Outcome.DONE, count=1), (), Light.OK, "1 sleutel "),
        (Tried(Outcome.DONE, count=1), ("shorter than 2048 bits",), Light.ATTENTION, "2048 bits"),
        (Tried(Outcome.DONE, count=0), ("has no kid",), Light.WRONG, "geen sleutel"),
        (Tried(Outcome.SILENT, "no"), (), Light.WRONG, "https://keys.example.org van buiten"),
        (Tried(Outcome.ADDRESS, "no"), (), Light.WRONG, "privénetwerk"),
        (Tried(Outcome.ODD, "no"), (), Light.WRONG, "iets anders dan sleutels"),
    ],
)
def test_the_platforms_keys(their_keys: Tried, unfit: Sequence[str], light: Light, words: str) -> None:
    finding = judging_keys.their_keys(replace(FINE, their_keys=their_keys, unfit_keys=unfit), MOODLE)
    assert finding.light is light
    assert words in words_of(finding)
    assert all(reason in finding.technical for reason in unfit)


def test_a_token_proves_that_the_platform_could_read_our_keys() -> None:
    unseen = replace(FINE, our_keys=Tried(Outcome.SILENT, "no answer"))
    finding = judging_keys.our_keys(unseen, MOODLE, OURS)
    assert finding.light is Light.OK
    assert "heeft daarvoor onze sleutels gelezen" in words_of(finding)
    assert finding.technical == "no answer"


def test_without_a_token_the_familys_own_obstacle_is_named() -> None:
    finding = judging_keys.our_keys(no_token(Outcome.NO_TOKEN), MOODLE, OURS)
    assert finding.light is Light.ATTENTION
    assert OURS in words_of(finding)
    assert "poort 80 en 443" in words_of(finding)
    other = judging_keys.our_keys(no_token(Outcome.NO_TOKEN), replace(MOODLE, family="generic"), OURS)
    assert len(other.steps) == 1


@pytest.mark.parametrize(("outcome", "light"), [(Outcome.ODD, Light.WRONG), (Outcome.ADDRESS, Light.NOT_TRIED)])
def test_our_own_keys_that_nobody_sees(outcome: Outcome, light: Light) -> None:
    probed = replace(no_token(Outcome.SILENT), our_keys=Tried(outcome, "why"))
    assert judging_keys.our_keys(probed, MOODLE, OURS).light is light


@pytest.mark.parametrize(
    ("ahead", "refused", "light"),
    [
        (0.0, False, Light.OK),
        (-4.9, False, Light.OK),
        (0.0, True, Light.ATTENTION),
        (None, True, Light.ATTENTION),
        (None, False, Light.NOT_TRIED),
        (12.0, False, Light.ATTENTION),
        (-12.0, True, Light.ATTENTION),
        (31.0, False, Light.WRONG),
        (-90.0, False, Light.WRONG),
    ],
)
def test_the_clocks(ahead: float | None, refused: bool, light: Light) -> None:
    finding = judging_keys.clocks(replace(FINE, clock_ahead=ahead), refused_for_clock=refused)
    assert finding.light is light


def test_each_scope_has_a_line() -> None:
    some = replace(FINE, tokens={**FINE.tokens, MEMBERSHIP_READONLY: Tried(Outcome.SCOPE, "scope")})
    finding = judging_services.access(some, MOODLE)
    assert finding.light is Light.ATTENTION
    assert len(finding.items) == len(SCOPES)
    assert "De lijst van deelnemers in een cursus lezen: niet toegestaan" in words_of(finding)
    without_scores = replace(FINE, tokens={**FINE.tokens, SCORE: Tried(Outcome.SCOPE, "scope")})
    assert judging_services.access(without_scores, MOODLE).light is Light.WRONG


@pytest.mark.parametrize("outcome", [Outcome.NO_TOKEN, Outcome.SILENT, Outcome.ODD])
def test_no_access_at_all(outcome: Outcome) -> None:
    finding = judging_services.access(no_token(outcome), MOODLE)
    assert finding.light is Light.WRONG
    assert finding.technical == "said so"
    assert "https://lms.example.org" in words_of(finding) or "client-1" in words_of(finding)


def test_a_token_that_is_refused_right_away_means_that_the_header_is_dropped() -> None:
    denied = Tried(Outcome.DENIED, "answered 401", 401)
    finding = judging_services.authorization(replace(FINE, line_items=denied, results=denied, roster=NOT_TRIED))
    assert finding.light is Light.WRONG
    for words in ("CGIPassAuth On", "fastcgi_param HTTP_AUTHORIZATION", "webserver"):
        assert words in words_of(finding)


def test_one_service_that_works_shows_that_the_header_arrives() -> None:
    denied = Tried(Outcome.DENIED, "answered 401", 401)
    assert judging_services.authorization(replace(FINE, line_items=denied)).light is Light.OK
    assert judging_services.line_items(replace(FINE, line_items=denied)).light is Light.WRONG


def test_without_an_opened_activity_nothing_is_said_of_its_services() -> None:
    bare = replace(FINE, line_items=NOT_TRIED, results=NOT_TRIED, roster=NOT_TRIED)
    for finding in judged(bare)[-4:]:
        assert finding.light is Light.NOT_TRIED
        assert "Open in de leeromgeving een opdracht" in words_of(finding)


def reason(outcome: str, count: int = 1) -> Reason:
    return Reason(outcome, count, START, "LTI-7F3K2M")


def test_refusals_are_told_with_their_code_and_in_words() -> None:
    finding = judging_use.refusals([reason("L-DEPLOY", 3), reason("L-STATE-USED")], 7)
    assert finding.light is Light.ATTENTION
    words = words_of(finding)
    assert "3 × Je school is nog niet helemaal gekoppeld (L-DEPLOY), het laatst op 23 november 2026" in words
    assert "LTI-7F3K2M" in words
    assert "4 keer" in words


def test_what_people_solve_themselves_is_no_fault_of_the_connection() -> None:
    assert judging_use.refusals([reason(outcome) for outcome in ORDINARY], 7).light is Light.OK
    assert judging_use.refusals([], 7).light is Light.OK
    assert judging_use.refusals([reason("L-SOMETHING-NEW")], 7).light is Light.ATTENTION


def test_every_ordinary_reason_is_one_that_exists() -> None:
    assert [outcome for outcome in ORDINARY if reason_of(outcome) == outcome or not explanation_of(outcome)] == []
    assert reason_of("L-NOBODY-KNOWS") == "L-NOBODY-KNOWS"
    assert explanation_of("L-NOBODY-KNOWS") == ""
    assert str(reason_of("P-INVITE")) == "Koppelen kan met deze link niet"


def test_the_documentation_knows_every_reason_and_no_other() -> None:
    told = set(re.findall(r"`(L-[A-Z-]+)`", DOCUMENTED.read_text(encoding="utf-8")))
    assert told == {code for code in codes() if code.startswith("L-")} - {LaunchRefused.code}


def test_deployments() -> None:
    assert judging_use.deployments(["1", "2"], []).light is Light.OK
    assert judging_use.deployments([], []).light is Light.WRONG
    strange = judging_use.deployments(["1"], [reason("L-DEPLOY", 2)])
    assert (strange.light, "2 keer" in words_of(strange)) == (Light.ATTENTION, True)


def test_a_connection_that_is_switched_off_is_wrong() -> None:
    assert judging_use.switched_on(MOODLE).light is Light.OK
    assert judging_use.switched_on(replace(MOODLE, status=PlatformStatus.DISABLED)).light is Light.WRONG


def test_the_last_launch() -> None:
    assert judging_use.last_launch([], None).light is Light.NOT_TRIED
    launch = Trace("LTI-7F3K2M", START, "p", "Zilverbos", "launch", LAUNCHED, "", None, None, None)
    finding = judging_use.last_launch([launch], START - timedelta(days=1))
    assert (finding.light, "23 november 2026" in words_of(finding)) == (Light.OK, True)
    assert "22 oktober 2026" in words_of(judging_use.last_launch([], START - timedelta(days=32)))


@pytest.mark.parametrize(
    ("counts", "light"),
    [
        ({}, Light.NOT_TRIED),
        ({Layer.COOKIE: 5}, Light.OK),
        ({Layer.COOKIE: 5, Layer.STORAGE: 9, Layer.WINDOW: 5}, Light.OK),
        ({Layer.COOKIE: 1, Layer.WINDOW: 2}, Light.ATTENTION),
    ],
)
def test_what_ties_launches_to_the_browsers(counts: dict[Layer, int], light: Light) -> None:
    finding = judging_use.layers(counts, "icc.example.org")
    assert finding.light is light
    assert len(finding.items) == len(counts)


def test_the_most_urgent_light_counts() -> None:
    def lit(*lights: Light) -> list[Finding]:
        return [Finding("x", light, "x", "x") for light in lights]

    assert worst(lit(Light.OK, Light.ATTENTION, Light.WRONG)) is Light.WRONG
    assert worst(lit(Light.OK, Light.NOT_TRIED, Light.ATTENTION)) is Light.ATTENTION
    assert worst(lit(Light.OK, Light.NOT_TRIED)) is Light.OK
    assert worst(lit(Light.NOT_TRIED)) is worst([]) is Light.NOT_TRIED
