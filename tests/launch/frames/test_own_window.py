"""A browser that keeps none of the tool's cookies in the school's page, and no storage that works: a window of its own."""

import pytest
from playwright.sync_api import expect

from lti_tool.demo.school import Answers, Link, StorageOptions
from tests.browser.visitor import Visitor, expect_nothing_wrong
from tests.launch.frames.conftest import Regime, Windows
from tests.launch.frames.two_sites import ELSEWHERE, TRAINER, TwoSites
from tests.launch.frames.work import TITLE, choose, hand_in, save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("chromium", [Regime.BLOCKED], indirect=True, scope="package"),
]
OPEN = "Open in een nieuw venster"
ADD = "Voeg activiteit toe vanuit ICC Bridge"


class TestWhenTheStorageFails:
    def test_at_the_login_the_way_to_a_window_shows(self, sites: TwoSites, link: Link, teacher: Visitor) -> None:
        for fails in (Answers.NEVER, Answers.IMPOSTOR):
            sites.school.storage = StorageOptions(offered=True, put=fails, impostor=f"https://{ELSEWHERE}")
            tool = teacher.open(sites.activity(link))
            expect(tool.get_by_role("button", name=OPEN)).to_be_visible()
            expect(tool.get_by_text("L-COOKIE · LTI-")).to_be_visible()
            expect(tool.get_by_text("Een ogenblik")).to_be_hidden()

    def test_at_the_launch_nobody_gets_in_and_the_page_leads_back(
        self, sites: TwoSites, link: Link, teacher: Visitor
    ) -> None:
        before = len(sites.layers())
        for fails, code in (
            (Answers.NEVER, "L-STORAGE"),
            (Answers.IMPOSTOR, "L-STORAGE"),
            (Answers.OTHER, "L-BROWSER"),
        ):
            sites.school.storage = StorageOptions(offered=True, get=fails, impostor=f"https://{ELSEWHERE}")
            with teacher.foresee(400):
                tool = teacher.open(sites.activity(link))
                expect(tool.get_by_text(f"{code} · LTI-")).to_be_visible()
        assert len(sites.layers()) == before
        expect_nothing_wrong(teacher.inspect(teacher.frame, "refused"))
        tool.get_by_role("link", name="Terug naar mijn cursus").press("Enter")
        expect(teacher.page).to_have_url(f"{sites.school_url}/courses/{link.course_id}")

    def test_without_our_scripts_the_way_to_a_window_shows_by_itself(
        self, sites: TwoSites, link: Link, teacher: Visitor
    ) -> None:
        teacher.page.route("**/static/launch/*", lambda route: route.abort())
        button = teacher.open(sites.activity(link)).get_by_role("button", name=OPEN)
        expect(button).to_be_hidden()
        teacher.frame.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
        expect(button).to_be_visible()
        assert [line for line in teacher.complaints.lines if "/static/launch/" in line]
        teacher.complaints.lines.clear()


class TestWithoutStorage:
    @pytest.fixture
    def sites(self, sites: TwoSites) -> TwoSites:
        sites.school.storage = StorageOptions()
        return sites

    def test_a_participant_goes_on_in_a_window(self, sites: TwoSites, link: Link, teacher: Visitor) -> None:
        sites.school.storage = StorageOptions()
        tool = teacher.open(sites.activity(link))
        expect(tool.get_by_role("heading", name="Nog één klik en je bent binnen")).to_be_visible()
        expect_nothing_wrong(teacher.inspect(teacher.frame, "offer"))
        with teacher.page.expect_popup() as opened:
            tool.get_by_role("button", name=OPEN).press("Enter")
        expect(tool.get_by_text("Geopend in een nieuw venster.")).to_be_visible()
        expect(opened.value.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
        save(opened.value)
        hand_in(opened.value)
        assert sites.layers()[-1] == "window"

    def test_a_trainers_choice_goes_back_through_the_frame(self, sites: TwoSites, window: Windows) -> None:
        trainer = window()
        trainer.sign_in(TRAINER)
        course = sites.course()
        trainer.page.goto(f"{sites.school_url}/courses/{course.id}")
        trainer.page.get_by_role("link", name=ADD).click()
        with trainer.page.expect_popup() as opened:
            trainer.tool.get_by_role("button", name=OPEN).press("Enter")
        choose(opened.value, "Regio West")
        frame = trainer.page.frame_locator("iframe.tool")
        frame.get_by_role("button", name="Bewaar en ga terug naar de cursus").press("Enter")
        expect(trainer.page.get_by_text("Eén activiteit toegevoegd.")).to_be_visible()
        assert opened.value.is_closed()

    def test_it_works_without_scripts(self, sites: TwoSites, window: Windows, link: Link) -> None:
        name = sites.newcomer(sites.school.courses[link.course_id])
        sites.school.storage = StorageOptions()
        page = window(scripts=False, english=True).page
        page.goto(sites.school_url)
        page.get_by_role("button", name=name).click()
        page.goto(sites.activity(link))
        tool = page.frame_locator("iframe.tool")
        tool.get_by_role("button", name="Ga verder").press("Enter")
        with page.expect_popup() as opened:
            tool.get_by_role("button", name="Open in a new window").press("Enter")
        opened.value.get_by_role("button", name="Ga verder").press("Enter")
        expect(opened.value.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
