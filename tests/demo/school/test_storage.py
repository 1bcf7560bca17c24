"""Platform storage at the school: what a login and a launch say of it, who sets it, and what its pages may do."""

import pytest

from lti_tool.demo.school import Answers, StorageOptions, Subjects
from tests.demo.conftest import World

CANVAS = StorageOptions(offered=True, frame="post_message_forwarding")


def activity(world: World) -> str:
    return f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}"


def test_without_storage_nothing_speaks_of_it(world: World) -> None:
    assert "lti_storage_target" not in world.school.login_params(world.teacher, world.link)
    assert "data-storage" not in world.signed_in(world.teacher).get(activity(world)).html


@pytest.mark.parametrize(
    ("options", "at_login", "at_launch"),
    [
        (StorageOptions(offered=True), "_parent", "_parent"),
        (CANVAS, "post_message_forwarding", "post_message_forwarding"),
        (StorageOptions(offered=True, frame="lti_storage_frame", at_launch=False), "lti_storage_frame", None),
        (StorageOptions(offered=True, at_login=False), None, "_parent"),
        (StorageOptions(), None, None),
    ],
)
def test_a_login_and_a_launch_name_the_frame(
    world: World, options: StorageOptions, at_login: str | None, at_launch: str | None
) -> None:
    world.school.storage = options
    login = world.school.login_params(world.teacher, world.link)
    assert login.get("lti_storage_target") == at_login
    params = {
        **{name: login[name] for name in ("client_id", "login_hint", "lti_message_hint")},
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "nonce": "n",
        "state": "s",
        "redirect_uri": world.registration.redirect_uris[0],
    }
    assert world.school.authenticate(params, world.teacher).fields.get("lti_storage_target") == at_launch


def test_the_page_around_a_tool_keeps_values_or_holds_the_frame_that_does(world: World) -> None:
    browser = world.signed_in(world.teacher)
    world.school.storage = StorageOptions(offered=True)
    page = browser.get(activity(world))
    assert 'data-place="_parent"' in page.html
    assert 'src="/lti/storage"' not in page.html
    world.school.storage = CANVAS
    assert 'name="post_message_forwarding" src="/lti/storage"' in browser.get(activity(world)).html
    assert 'data-place="post_message_forwarding"' in browser.get(f"{world.school.url}/lti/storage").html


def test_an_impostor_is_another_origin_that_the_policy_names(world: World) -> None:
    origin = "https://elsewhere.example.org"
    world.school.storage = StorageOptions(offered=True, get=Answers.IMPOSTOR, impostor=origin)
    browser = world.signed_in(world.teacher)
    around = browser.get(activity(world)).answer.headers["Content-Security-Policy"]
    assert f" {origin};" in around.partition("frame-src")[2]
    inside = browser.get(f"{world.school.url}/lti/storage/impostor").answer.headers["Content-Security-Policy"]
    assert inside.endswith(f"frame-ancestors 'self' {world.school.url}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"frame": ""},
        {"frame": "tool"},
        {"frame": "two words"},
        {"impostor": "javascript:alert(1)"},
        {"impostor": "https://x.example.org; script-src *"},
        {"put": Answers.IMPOSTOR},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"frame|origin"):
        StorageOptions(offered=True, **wrong)  # type: ignore[arg-type]


def test_the_admin_sets_it_on_a_page(world: World) -> None:
    page = world.signed_in(world.admin).get(f"{world.school.url}/admin/storage")
    done = page.form("storage").submit(
        offered="yes", frame="lti_storage_frame", at_launch=None, subjects="earlier", get="never"
    )
    assert "De instelling is bewaard." in done.text
    assert world.school.storage == StorageOptions(
        offered=True, frame="lti_storage_frame", at_launch=False, subjects=Subjects.EARLIER, get=Answers.NEVER
    )
    assert world.school.storage.login_params == {"lti_storage_target": "lti_storage_frame"}


def test_what_makes_no_sense_is_told_and_changes_nothing(world: World) -> None:
    page = world.signed_in(world.admin).get(f"{world.school.url}/admin/storage")
    assert "Zo kan de opslag niet." in page.form("storage").submit(offered="yes", frame="a b").text
    assert world.school.storage == StorageOptions()


def test_nobody_else_sets_it(world: World) -> None:
    assert world.signed_in(world.trainer).get(f"{world.school.url}/admin/storage").status == 403
