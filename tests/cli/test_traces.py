"""Traces on the command line: from a code to the reason, and what was refused lately."""

import pytest

from lti_tool.app import Parts
from lti_tool.launch.errors import DeploymentUnknown, PlatformUnknown
from lti_tool.launch.models import Layer, Step
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role
from tests.cli.command import CommandLine


@pytest.fixture
def platform(parts: Parts) -> PlatformInfo:
    url = "http://127.0.0.1:9"
    return parts.platforms.add("Zilverbos", url, "client-1", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["1"])


@pytest.fixture
def code(parts: Parts, platform: PlatformInfo) -> str:
    """The code of a refused launch."""
    return parts.traces.refused(Step.LAUNCH, DeploymentUnknown("not registered"), platform_id=platform.id)


def test_a_code_leads_to_the_reason(installed: CommandLine, code: str, platform: PlatformInfo) -> None:
    (row,) = installed.json("trace", code)
    assert (row["code"], row["outcome"], row["detail"]) == (code, "L-DEPLOY", "not registered")
    assert (row["platform"], row["platform_id"], row["step"]) == ("Zilverbos", platform.id, "launch")
    text = installed.done("trace", code.lower().replace("-", " "))
    assert "L-DEPLOY" in text
    assert "Zilverbos" in text


def test_a_code_that_nobody_has_is_refused_with_what_that_may_mean(installed: CommandLine) -> None:
    assert installed.refused("trace", "LTI-222222").startswith("no trace has this code: it is older than 30 days")


def test_a_platform_shows_its_last_launches_and_refusals(
    installed: CommandLine, parts: Parts, platform: PlatformInfo, code: str
) -> None:
    with parts.database.session() as session:
        parts.traces.launched(
            session,
            platform.id,
            message="LtiResourceLinkRequest",
            role=Role.TRAINER,
            layer=Layer.WINDOW,
            now=parts.clock(),
        )
    shown = installed.json("platform", "show", platform.id)
    (launch,), (refusal,) = shown["launches"], shown["refusals"]
    assert (launch["message"], launch["role"], launch["layer"]) == ("LtiResourceLinkRequest", "trainer", "window")
    assert (refusal["code"], refusal["step"], refusal["outcome"]) == (code, "launch", "L-DEPLOY")
    text = installed.done("platform", "show", platform.id)
    launches, refusals = text.split("Last launches")[1].split("Last refusals")
    assert "window" in launches
    assert code in refusals


def test_a_platform_without_launches_says_so(installed: CommandLine, platform: PlatformInfo) -> None:
    text = installed.done("platform", "show", platform.id)
    assert "Nobody has launched." in text
    assert "Nobody was refused." in text


def test_refusals_are_listed_of_one_platform_of_unknown_ones_and_of_all(
    installed: CommandLine, parts: Parts, platform: PlatformInfo, code: str
) -> None:
    unknown = parts.traces.refused(Step.LOGIN, PlatformUnknown("nobody registered https://lms.example"))
    assert [row["code"] for row in installed.json("platform", "refusals", platform.id)] == [code]
    (row,) = installed.json("platform", "refusals", "--unknown")
    assert (row["code"], row["platform"], row["detail"]) == (unknown, None, "nobody registered https://lms.example")
    assert {row["code"] for row in installed.json("platform", "refusals")} == {code, unknown}
    assert len(installed.json("platform", "refusals", "--limit", "1")) == 1
    assert "https://lms.example" in installed.done("platform", "refusals")


def test_what_cannot_be_listed_is_refused(installed: CommandLine, platform: PlatformInfo) -> None:
    assert installed.refused("platform", "refusals", "unknown") == "no platform has this id"
    assert "not both" in installed.misused("platform", "refusals", platform.id, "--unknown")
    assert installed.done("platform", "refusals") == "Nothing was refused.\n"
