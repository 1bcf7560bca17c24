"""A school on another site than the tool, in a browser that keeps the tool's cookies in its frame."""

import pytest
from playwright.sync_api import expect

from lti_tool.demo.school import StorageOptions
from tests.launch.frames.conftest import Regime, Windows
from tests.launch.frames.two_sites import TRAINER, TwoSites
from tests.launch.frames.work import TITLE, embed, hand_in, save

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("chromium", "storage"),
    [(Regime.ALLOWED, StorageOptions()), (Regime.PARTITIONED, StorageOptions(offered=True))],
    indirect=["chromium"],
    scope="package",
)
def test_the_cookie_comes_back_and_nothing_else_is_needed(sites: TwoSites, window: Windows, storage: StorageOptions) -> None:
    sites.school.storage = storage
    trainer, teacher = window(), window()
    trainer.sign_in(TRAINER)
    link = embed(trainer, sites, f"Editie {sites.course().id}")
    teacher.sign_in(sites.newcomer(sites.school.courses[link.course_id]))
    tool = teacher.open(sites.activity(link))
    expect(tool.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    save(tool)
    hand_in(tool)
    assert sites.layers()[-2:] == ["cookie", "cookie"]
