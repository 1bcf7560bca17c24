"""The profiles of learning environments: what the data says, and what a mistake in it says."""

import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import PlatformError
from mappings.platforms import AnswerMeaning, Reader, families, load_profiles, profile_for, profile_from
from tests.mappings import documents
from tests.mappings.documents import having, paths_of_keys, renamed, without

MOODLE_TEXT = (resources.files("mappings.platforms") / "moodle.toml").read_text("utf-8")
GENERIC_TEXT = (resources.files("mappings.platforms") / "generic.toml").read_text("utf-8")
MOODLE: dict[str, Any] = tomllib.loads(MOODLE_TEXT)
PATHS = sorted(paths_of_keys(MOODLE), key=str)

LIS = "application/vnd.ims.lis."


def mistakes_in(document: dict[str, Any]) -> PlatformError:
    with pytest.raises(PlatformError) as error:
        profile_from(document, "proef.toml")
    assert str(error.value).startswith("proef.toml: ")
    assert "\n" not in str(error.value)
    return error.value


@pytest.mark.parametrize("code", ["moodle", "Moodle", " MOODLE "])
def test_moodle_is_known_by_what_it_calls_itself(code: str) -> None:
    assert profile_for(code).family == "moodle"


@pytest.mark.parametrize("code", [None, "", "unheard", "moodle2", "generic", 7, ["moodle"]])
def test_every_other_platform_is_generic(code: object) -> None:
    assert profile_for(code).family == "generic"


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("canvas", "canvas"),
        ("desire2learn", "brightspace"),
        ("Desire2Learn", "brightspace"),
        ("BlackboardLearn", "blackboard"),
        ("itslearning", "itslearning"),
        ("sakai", "sakai"),
        ("sakailms.org", "sakai"),
    ],
)
def test_each_family_is_known_by_what_it_calls_itself_and_by_our_name(code: str, family: str) -> None:
    assert profile_for(code).family == family == profile_for(family).family


def test_the_families_are_listed_with_the_generic_one_last() -> None:
    assert families() == ["blackboard", "brightspace", "canvas", "itslearning", "moodle", "sakai", "generic"]


@pytest.mark.parametrize("family", families())
def test_every_family_tells_administrators_and_trainers_what_to_do(family: str) -> None:
    profile = profile_for(family)
    assert profile.advice_for(Reader.TRAINER)
    assert profile.advice_for(Reader.ADMIN) or family == "generic"
    assert profile.basis.nl != profile.basis.en
    assert all(advice.text.nl != advice.text.en for advice in profile.advice)


@pytest.mark.parametrize("family", families())
def test_what_to_enter_is_filled_in_with_the_tools_own_addresses(family: str) -> None:
    entered = profile_for(family).registering.filled_in("https://icc.example.org/tool", "icc.example.org")
    assert not [value for value in entered.values() if "{" in value]
    assert any("https://icc.example.org/tool/lti/" in value for value in entered.values())
    assert len(entered) == len(profile_for(family).registering.fields)


@pytest.mark.parametrize("family", families())
def test_nowhere_is_a_post_made_that_clears_a_grade(family: str) -> None:
    assert profile_for(family).wipes_without_grade


def test_an_answer_means_what_its_family_says_of_its_words() -> None:
    canvas, moodle = profile_for("canvas"), profile_for("moodle")
    assert canvas.meaning_of(403, b"403 Forbidden (Rate Limit Exceeded)\n") is AnswerMeaning.LATER
    assert canvas.meaning_of(403, b"unauthorized") is None
    assert canvas.meaning_of(400, b"before last updated timestamp") is AnswerMeaning.CONFLICT
    assert canvas.meaning_of(403, b"x" * 3000 + b"Rate Limit Exceeded") is None
    assert moodle.meaning_of(403, b"Rate Limit Exceeded") is None
    assert moodle.meaning_of(503, b"") is AnswerMeaning.LATER


@pytest.mark.parametrize("family", families())
def test_media_types_are_those_of_the_services(family: str) -> None:
    profile = load_profiles()[family]
    assert profile.lineitem_media_type == f"{LIS}v2.lineitem+json"
    assert profile.lineitem_container_media_type == f"{LIS}v2.lineitemcontainer+json"
    assert profile.score_media_type == f"{LIS}v1.score+json"
    assert profile.result_container_media_type == f"{LIS}v2.resultcontainer+json"
    own = {"canvas": f"{LIS}v2.membershipcontainer+json", "sakai": "application/json"}
    nrps = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    assert profile.membership_media_type == own.get(family, nrps)
    assert profile.membership_accept == nrps


def test_moodle_is_asked_for_no_pages_it_cannot_give() -> None:
    moodle = profile_for("moodle")
    assert not moodle.lineitems_paging
    assert not moodle.results_limit
    assert moodle.memberships_paging
    assert not moodle.memberships_role_filter


def test_moodle_gets_its_scores_one_by_one_for_a_user_and_a_second_apart() -> None:
    moodle = profile_for("moodle")
    assert moodle.serial_per_user
    assert moodle.score_gap_seconds == 1
    assert moodle.max_parallel == 4
    assert moodle.wipes_without_grade
    assert moodle.completes_by_grade


@pytest.mark.parametrize("family", families())
def test_who_completes_by_the_grade_says_how_the_rule_is_set(family: str) -> None:
    profile = profile_for(family)
    known = profile.completion
    assert known.about.nl != known.about.en
    assert [bool(known.rule), bool(known.whole), bool(known.steps)] == [profile.completes_by_grade] * 3


def test_moodles_trainers_are_told_about_completion() -> None:
    moodle = profile_for("moodle")
    assert "completion" in [advice.key for advice in moodle.advice_for(Reader.TRAINER)]
    assert "activate" in [advice.key for advice in moodle.advice_for(Reader.ADMIN)]
    assert all(advice.text.nl != advice.text.en for advice in moodle.advice)


def test_the_audience_of_an_assertion_is_one_address() -> None:
    addresses = {"token_url": "https://school.example/token", "issuer": "https://school.example"}
    moodle = profile_for("moodle")
    assert moodle.audience(**addresses) == "https://school.example/token"
    assert replace(moodle, token_audience="issuer").audience(**addresses) == "https://school.example"
    assert profile_for("brightspace").audience(**addresses) == "https://api.brightspace.com/auth/token"
    fixed = replace(moodle, token_audience="https://api.example/auth/token")
    assert fixed.audience(**addresses) == "https://api.example/auth/token"


def test_another_platform_is_only_a_file(tmp_path: Path) -> None:
    (tmp_path / "generic.toml").write_text(GENERIC_TEXT)
    text = MOODLE_TEXT.replace('family = "moodle"', 'family = "schoolbord"')
    (tmp_path / "schoolbord.toml").write_text(text.replace('codes = ["moodle"]', 'codes = ["SchoolBord"]'))
    profiles = load_profiles(tmp_path)
    assert list(profiles) == ["generic", "schoolbord"]
    assert profiles["schoolbord"].product_family_codes == ("SchoolBord",)


def test_the_generic_profile_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "moodle.toml").write_text(MOODLE_TEXT)
    with pytest.raises(PlatformError, match='expected a file of the family "generic", found none'):
        load_profiles(tmp_path)


def test_a_family_is_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MOODLE_TEXT)
    (tmp_path / "b.toml").write_text(MOODLE_TEXT)
    with pytest.raises(PlatformError, match=r'b\.toml: family: "moodle" is in another file as well'):
        load_profiles(tmp_path)


def test_a_product_code_belongs_to_one_family(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MOODLE_TEXT)
    (tmp_path / "b.toml").write_text(
        MOODLE_TEXT.replace('family = "moodle"', 'family = "other"').replace('codes = ["moodle"]', 'codes = ["MOODLE"]')
    )
    with pytest.raises(PlatformError, match=r'b\.toml: product_family_codes: "MOODLE" is "moodle"\'s as well'):
        load_profiles(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"nergens: cannot be read \(No such file or directory\)"):
        load_profiles(tmp_path / "nergens")


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "kapot.toml").write_text('family = "a"\nname =\n')
    with pytest.raises(PlatformError, match=r"kapot\.toml: expected TOML: .*line 2"):
        load_profiles(tmp_path)


@given(path=st.sampled_from([path for path in PATHS if path != ("advice",)]))
@settings(deadline=None)
def test_leaving_out_any_key_names_it(path: documents.Path) -> None:
    assert str(path[-1]) in str(mistakes_in(without(MOODLE, path)))


@given(path=st.sampled_from(PATHS))
@settings(deadline=None)
def test_misspelling_any_key_names_it_and_what_was_meant(path: documents.Path) -> None:
    assert f'did you mean "{path[-1]}"' in str(mistakes_in(renamed(MOODLE, path, f"{path[-1]}x")))


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (
            ("token", "audience"),
            "http://school.example",
            'token.audience: expected "token_url", "issuer" or an https address, found "http://school.example"',
        ),
        (
            ("media_types", "score"),
            "score",
            'media_types.score: expected a media type such as "application/json", found "score"',
        ),
        (
            ("scores", "rate_limit_statuses"),
            [429, 200],
            "scores.rate_limit_statuses: expected a list of whole numbers from 400 to 599, found 200",
        ),
        (
            ("frame", "hosts"),
            ["https://*.example.org", "example.org"],
            'frame.hosts[2]: expected "https://*.example.com", found "example.org"',
        ),
        (
            ("frame", "storage"),
            "two words",
            'frame.storage: expected the name of a frame, or "none", found "two words"',
        ),
        (
            ("registration", "field", 0, "value"),
            "{base}/{path}",
            'registration.field[1].value: expected a text with {base} or {host}, found "{base}/{path}"',
        ),
        (("scores", "extensions"), "x", 'scores.extensions: expected a table, found "x"'),
        (
            ("registration", "addresses"),
            {"issuer": "https://a", "auth_url": "https://a/b", "token_url": "http://a", "jwks_url": "https://a/{client_id}"},
            'registration.addresses.token_url: expected an https address, in which {client_id} may stand, found "http://a"',
        ),
        (
            ("answer",),
            [{"status": 403, "words": "x", "means": "never"}],
            'answer[1].means: expected one of "later", "conflict", found "never"',
        ),
        (("scores", "max_parallel"), 0, "scores.max_parallel: expected a whole number from 1 to 32, found 0"),
        (("reading", "results_limit"), 0, "reading.results_limit: expected true or false, found 0"),
        (
            ("advice", 0, "reader"),
            "teacher",
            'advice[1] "activate".reader: expected one of "admin", "trainer", found "teacher"',
        ),
    ],
)
def test_a_mistake_is_named(path: documents.Path, value: object, problem: str) -> None:
    assert mistakes_in(having(MOODLE, path, value)).problems == (problem,)
