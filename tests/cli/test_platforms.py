"""Platforms on the command line."""

from collections.abc import Iterator

import pytest

from lti_tool.app import Parts
from lti_tool.demo.school import KeyRing, School, SchoolServer, SigningKey
from tests.cli.command import CommandLine

ADDRESSES = {
    "--issuer": "http://127.0.0.1:9/",
    "--client-id": "client-1",
    "--auth-url": "http://127.0.0.1:9/auth",
    "--token-url": "http://127.0.0.1:9/token",
    "--jwks-url": "http://127.0.0.1:9/jwks",
    "--deployment": "1",
}


def options(**changes: str) -> list[str]:
    """The options of `platform add`, some of them changed."""
    changed = {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return [word for pair in {**ADDRESSES, **changed}.items() for word in pair]


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    """A school that listens."""
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as server:
        yield server.school


def test_an_invitation_is_an_address_on_our_host_with_its_date(installed: CommandLine) -> None:
    installed.set(ICC_BASE_URL="https://icc.example.org")
    invited = installed.json("platform", "invite", "Lyceum De Maasbrug")
    assert invited["url"].startswith("https://icc.example.org/lti/register/")
    assert "T" in invited["expires_at"]
    words = installed("platform", "invite", "Lyceum De Maasbrug")
    assert words.exit_code == 0
    assert words.stdout.startswith("https://icc.example.org/lti/register/")
    assert words.stdout.count("\n") == 1
    assert "works once" in words.stderr
    assert "days" in installed.misused("platform", "invite", "De Maasbrug", "--days", "31")


def test_an_invitation_is_listed_and_taken_back(installed: CommandLine) -> None:
    assert "Nobody was invited" in installed.done("platform", "invitations")
    invited = installed.json("platform", "invite", "Lyceum De Maasbrug", "--days", "2")
    (row,) = installed.json("platform", "invitations")
    assert (row["id"], row["name"], row["state"]) == (invited["id"], "Lyceum De Maasbrug", "open")
    assert invited["url"].rpartition("/")[2] not in installed.done("platform", "invitations")
    assert installed.done("platform", "uninvite", row["id"]) == "Nobody connects with this invitation any more.\n"
    assert installed.json("platform", "invitations")[0]["state"] == "revoked"
    assert installed.refused("platform", "uninvite", "unknown") == "no invitation 'unknown'"


def test_an_invitation_needs_a_name(installed: CommandLine) -> None:
    assert installed.refused("platform", "invite", " ").startswith("name: ")
    assert "Missing argument 'NAME'" in installed.misused("platform", "invite")


def test_a_platform_added_by_hand_says_what_its_administrator_enters_and_is_listed(installed: CommandLine) -> None:
    installed.set(ICC_BASE_URL="https://icc.example.org")
    added = installed.json("platform", "add", "Zilverbos", *options())
    assert added["enter"]["Initiate login URL"] == "https://icc.example.org/lti/login"
    (row,) = installed.json("platform", "list")
    assert row == {
        "id": added["id"],
        "name": "Zilverbos",
        "family": "generic",
        "status": "active",
        "issuer": "http://127.0.0.1:9/",
        "client_id": "client-1",
    }
    shown = installed.json("platform", "show", row["id"])
    assert shown["deployments"] == ["1"]
    assert shown["jwks_url"] == "http://127.0.0.1:9/jwks"
    text = installed.done("platform", "add", "Other", *options(client_id="client-2", deployment="2"))
    assert "https://icc.example.org/.well-known/jwks.json" in text
    assert "Zilverbos" in installed.done("platform", "list")


@pytest.mark.parametrize(
    ("family", "labels"),
    [
        ("moodle", ["Tool URL", "Initiate login URL", "Public keyset"]),
        ("brightspace", ["Redirect URLs", "OpenID Connect Login URL", "Keyset URL"]),
        ("blackboard", ["Tool Redirect URL(s)", "Login Initiation URL", "Tool JWKS URL"]),
        ("itslearning", ["Redirection URI", "Login URI", "Public key: JWK Set URI"]),
        ("canvas", ["Redirect URIs", "Method: Enter URL, JSON URL"]),
        ("desire2learn", ["OpenID Connect Login URL"]),
    ],
)
def test_what_to_enter_is_said_in_the_platforms_own_words(installed: CommandLine, family: str, labels: list[str]) -> None:
    installed.set(ICC_BASE_URL="https://icc.example.org")
    text = installed.done("platform", "add", "Zilverbos", *options(family=family))
    assert [label for label in labels if label not in text] == []
    assert "https://icc.example.org/lti/" in text
    assert "What this rests on:" in text
    assert ("simulated school only" in text) is (family != "moodle")


def test_every_kind_of_platform_is_named_in_the_help(installed: CommandLine) -> None:
    text = " ".join(installed.done("platform", "add", "--help").split())
    for family in ("blackboard", "brightspace", "canvas", "itslearning", "moodle", "sakai", "generic"):
        assert family in text


def test_what_all_schools_of_a_family_share_need_not_be_said(installed: CommandLine) -> None:
    own = ["--client-id", "c-1", "--deployment", "d-1"]
    added = installed.json("platform", "add", "Zilverbos", "--family", "blackboard", *own)
    shown = installed.json("platform", "show", added["id"])
    assert shown["issuer"] == "https://blackboard.com"
    assert shown["jwks_url"] == "https://developer.blackboard.com/api/v1/management/applications/c-1/jwks.json"
    other = installed.json(
        "platform", "add", "Maasbrug", "--family", "blackboard", "--client-id", "c-2", "--deployment", "d-1"
    )
    assert other["id"] != added["id"]
    assert "issuer and client id are registered already" in installed.refused(
        "platform", "add", "Again", "--family", "blackboard", *own
    )
    assert "Missing option '--issuer'" in installed.misused("platform", "add", "Other", "--family", "brightspace", *own)


def test_deployments_may_come_later(installed: CommandLine) -> None:
    added = installed.json("platform", "add", "Zilverbos", *options(family="canvas"))
    told = installed.json("platform", "add-deployment", added["id"], "27:abc")
    assert told == {"id": added["id"], "deployments": ["1", "27:abc"]}
    assert "accepted now" in installed.done("platform", "add-deployment", added["id"], "27:abc")
    assert installed.json("platform", "show", added["id"])["deployments"] == ["1", "27:abc"]
    assert installed.refused("platform", "add-deployment", added["id"], " ").startswith("deployment_id: ")
    assert "no platform has this id" in installed.refused("platform", "add-deployment", "unknown", "1")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"issuer": "zilverbos"}, "issuer: "),
        ({"auth_url": "ftp://127.0.0.1/"}, "auth_url: "),
        ({"family": "blokbord"}, "family: 'blokbord'"),
        ({"deployment": " "}, "deployment_ids: "),
        ({"client_id": ""}, "client_id: "),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_kept(installed: CommandLine, changes: dict[str, str], expected: str) -> None:
    assert installed.refused("platform", "add", "Zilverbos", *options(**changes)).startswith(expected)
    assert installed.json("platform", "list") == []


def test_the_same_registration_twice_is_refused(installed: CommandLine) -> None:
    installed.done("platform", "add", "Zilverbos", *options())
    assert "registered already" in installed.refused("platform", "add", "Zilverbos", *options())


def test_private_addresses_are_for_demo_and_labs_only(installed: CommandLine) -> None:
    installed.set(ICC_ALLOW_PRIVATE_PLATFORMS="false")
    assert installed.refused("platform", "add", "Zilverbos", *options()).startswith("auth_url: ")


def test_a_platform_is_switched_off_and_on(installed: CommandLine) -> None:
    platform_id = installed.json("platform", "add", "Zilverbos", *options())["id"]
    assert installed.json("platform", "disable", platform_id)["status"] == "disabled"
    assert installed.json("platform", "show", platform_id)["status"] == "disabled"
    assert installed.done("platform", "enable", platform_id).startswith("Launches of this platform are accepted")
    assert installed.json("platform", "show", platform_id)["status"] == "active"


@pytest.mark.parametrize("word", ["show", "check", "disable", "enable"])
def test_an_unknown_platform_is_refused(installed: CommandLine, word: str) -> None:
    assert installed.refused("platform", word, "unknown") == "no platform has this id"


@pytest.fixture
def connected(installed: CommandLine, parts: Parts, school: School) -> str:
    """The id of a platform that works."""
    registration = school.register_tool(
        login_url="http://localhost:8401/lti/login",
        redirect_uris=["http://localhost:8401/lti/launch"],
        jwks=dict(parts.key_ring.jwks()),
    )
    platform_id: str = installed.json(
        "platform",
        "add",
        "Zilverbos",
        *options(
            issuer=school.url,
            client_id=registration.client_id,
            token_url=f"{school.url}/lti/token",
            jwks_url=f"{school.url}/lti/certs",
            family="moodle",
        ),
    )["id"]
    return platform_id


def test_the_check_of_a_connection_that_works_is_a_report_to_pass_on(installed: CommandLine, connected: str) -> None:
    report = installed.done("platform", "check", connected)
    assert report.startswith("Zelftest van de koppeling met ICC Bridge: In orde\nZilverbos, Moodle\n")
    for words in ("[In orde] Sleutels van de leeromgeving", "[Niet getest] Deelnemerslijst", "Voor trainers, Moodle"):
        assert words in report
    assert max(map(len, report.splitlines())) <= 100
    english = installed.done("platform", "check", connected, "--language", "en")
    assert english.startswith("Self-test of the connection with ICC Bridge: All right\n")
    installed.set(ICC_DEFAULT_LOCALE="en")
    assert installed.done("platform", "check", connected).startswith("Self-test of the connection")
    assert "Invalid value for '--language'" in installed.misused("platform", "check", connected, "--language", "fy")


def test_the_check_has_a_light_for_everything_in_json(installed: CommandLine, connected: str) -> None:
    found = installed.json("platform", "check", connected)
    assert (found["id"], found["name"], found["light"]) == (connected, "Zilverbos", "ok")
    lights = {finding["key"]: finding["light"] for finding in found["findings"]}
    assert lights == {
        "status": "ok",
        "deployments": "ok",
        "their_keys": "ok",
        "our_keys": "ok",
        "access": "ok",
        "authorization": "not_tried",
        "line_items": "not_tried",
        "results": "not_tried",
        "roster": "not_tried",
        "clock": "ok",
        "layers": "not_tried",
        "last_launch": "not_tried",
        "refusals": "ok",
    }
    (access,) = [finding for finding in found["findings"] if finding["key"] == "access"]
    assert len(access["items"]) == 5


def test_the_check_of_a_connection_that_does_not_work_prints_the_report_and_fails(installed: CommandLine) -> None:
    platform_id = installed.json("platform", "add", "Zilverbos", *options())["id"]
    result = installed("platform", "check", platform_id)
    assert result.exit_code == 1
    assert result.stdout.startswith("Zelftest van de koppeling met ICC Bridge: Fout\n")
    assert "[Fout] Sleutels van de leeromgeving" in result.stdout
    assert "1. Controleer of http://127.0.0.1:9 van buiten" in " ".join(result.stdout.split())
    assert result.stderr == ("icc-bridge: something is wrong with this connection: their_keys, our_keys, access\n")


def test_the_check_says_that_a_platform_is_switched_off(installed: CommandLine, connected: str) -> None:
    installed.done("platform", "disable", connected)
    result = installed("platform", "check", connected)
    assert (result.exit_code, "[Fout] Koppeling" in result.stdout) == (1, True)
