"""The picker: what it offers, what it sends to the school, and who may."""

from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.config import Settings, load_settings
from lti_tool.demo.school import Role
from lti_tool.launch.models import DeepLinkingRequest
from lti_tool.launch.sessions import SessionService
from mappings.loading import load_trainings
from tests.conftest import SECRET
from tests.embedding.conftest import OnBothEngines, person
from tests.embedding.visits import DL, LAUNCH_URL, Visitor, World, field_of, ticked, token_of

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]


def shown(item: dict[str, Any]) -> str:
    return str(item["custom"]["assignment"])


def bound(world: World) -> list[str]:
    with world.parts.database.session() as session:
        request = session.scalars(select(DeepLinkingRequest)).first()
        assert request is not None
        return world.parts.courses.cohorts_of(session, request.course_id)


class TestOffering:
    def test_a_course_without_anything_is_offered_everything(self, world: World, ilse: Visitor) -> None:
        page = ilse.client.get(ilse.add_to(world.course))
        assert page.status_code == 200
        assert "Wat wil je in deze cursus zetten?" in page.text
        assert "<strong>Cultuur &amp; school</strong>" in page.text
        assert ticked(page, "item") == ["training", *KEYS]
        assert ticked(page, "phase") == []
        assert ticked(page, "cohort") == ["new"]

    def test_every_part_of_the_training_is_there_by_its_name(self, world: World, ilse: Visitor) -> None:
        text = ilse.client.get(ilse.add_to(world.course)).text
        for named in (*(phase.name for phase in TRAINING.phases), *(one.title for one in TRAINING.assignments)):
            assert named.nl in text

    def test_what_was_just_sent_is_not_chosen_again(self, world: World, ilse: Visitor) -> None:
        ilse.post(ilse.add_to(world.course), item=KEYS[:2], new_cohort="Regio Zuid")
        page = ilse.client.get(ilse.add_to(world.course))
        assert ticked(page, "item") == ["training", *KEYS[2:]]
        assert page.text.count("staat al in deze cursus") == 2
        assert "Staat al in deze cursus." not in page.text
        assert ticked(page, "cohort") == [world.cohort_id("Regio Zuid")]

    def test_what_was_launched_is_not_chosen_again(self, world: World, ilse: Visitor, zoe: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        custom = world.items(page)[0]["custom"]
        zoe.open(world.school.add_link(world.course, world.registration, "Leervraag", custom))
        world.clock.advance(hours=9)
        world.parts.sessions.clean_up()
        again = ilse.client.get(ilse.add_to(world.course))
        assert ticked(again, "item") == ["training", *KEYS[1:]]

    def test_only_cohorts_that_the_person_trains_are_offered(self, world: World, ilse: Visitor) -> None:
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        tom.post(tom.add_to(world.course), item=KEYS[0], new_cohort="Regio Noord")
        page = ilse.client.get(ilse.add_to(world.course))
        assert "Regio Noord" not in page.text
        assert ticked(page, "cohort") == ["new"]

    def test_a_platform_that_takes_one_item_gets_radio_buttons(self, world: World, ilse: Visitor) -> None:
        world.school.deep_linking.accept_multiple = False
        page = ilse.client.get(ilse.add_to(world.course))
        assert page.text.count('type="radio" name="item"') == len(KEYS) + 2
        assert 'name="phase"' not in page.text
        assert ticked(page, "item") == ["training"]

    def test_an_unknown_training_is_not_found(self, world: World, ilse: Visitor) -> None:
        assert ilse.client.get(f"{ilse.add_to(world.course)}?training=x").status_code == 404


class TestAnswering:
    def test_each_item_is_a_link_with_all_that_moodle_needs(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=["training", *KEYS], new_cohort="Regio Zuid 2026")
        cohort_id = world.cohort_id("Regio Zuid 2026")
        whole, *singles = world.items(page)
        assert whole == {
            "type": "ltiResourceLink",
            "title": "Cultuurcoördinator VO: overzicht",
            "text": TRAINING.subtitle.nl,
            "url": LAUNCH_URL,
            "custom": {"assignment": "training", "cohort": cohort_id, "context_history": "$Context.id.history"},
        }
        assert [shown(item) for item in singles] == KEYS
        for item, assignment in zip(singles, TRAINING.assignments, strict=True):
            assert item["type"] == "ltiResourceLink"
            assert (item["title"], item["text"]) == (assignment.title.nl, assignment.goal.nl)
            assert 0 < len(item["title"]) <= 255
            assert item["url"] == LAUNCH_URL
            custom = {"assignment": assignment.key, "cohort": cohort_id, "context_history": "$Context.id.history"}
            assert item["custom"] == custom
            assert item["lineItem"] == {
                "label": assignment.title.nl,
                "scoreMaximum": 100,
                "resourceId": f"icc-vo:{assignment.key}:{cohort_id}",
                "tag": "icc-vo",
                "submissionReview": {
                    "reviewableStatus": ["Initialized", "Started", "InProgress", "Submitted", "Completed"],
                    "label": "Bekijk het werk",
                    "url": LAUNCH_URL,
                    "custom": custom,
                },
            }
            assert type(item["lineItem"]["scoreMaximum"]) is int

    def test_the_whole_training_alone_has_a_column_of_its_own(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item="training", new_cohort="Regio Zuid 2026")
        (whole,) = world.items(page)
        assert whole["lineItem"] == {
            "label": "Cultuurcoördinator VO: overzicht",
            "scoreMaximum": 100,
            "resourceId": f"icc-vo:training:{world.cohort_id('Regio Zuid 2026')}",
            "tag": "icc-vo",
        }

    def test_the_certificate_has_a_link_and_a_column_of_its_own(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=["certificate", "training"], new_cohort="Regio Zuid 2026")
        whole, certificate = world.items(page)
        assert whole["lineItem"]["scoreMaximum"] == 100
        assert certificate["title"] == "Certificaat Cultuurcoördinator VO"
        assert certificate["custom"]["assignment"] == "certificate"
        assert certificate["lineItem"] == {
            "label": "Certificaat Cultuurcoördinator VO",
            "scoreMaximum": 1,
            "resourceId": f"icc-vo:certificate:{world.cohort_id('Regio Zuid 2026')}",
            "tag": "icc-vo",
        }

    def test_the_page_posts_to_the_school_and_nowhere_else(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        assert f'method="post" action="{world.school.url}/lti/deeplink/return?' in page.text
        assert f"form-action 'self' {world.school.url};" in page.headers["Content-Security-Policy"]
        assert f"frame-ancestors {world.school.url}" in page.headers["Content-Security-Policy"]
        assert "data" not in {name.rpartition("/")[2] for name in world.answered(page)}

    def test_data_of_the_platform_goes_back_exactly(self, world: World, ilse: Visitor) -> None:
        world.school.deep_linking.data = 'a=1&b="é" <x>'
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        assert world.answered(page)[f"{DL}data"] == 'a=1&b="é" <x>'

    @pytest.mark.parametrize(
        ("targets", "window"),
        [
            (["frame", "iframe", "window"], None),
            (["iframe"], None),
            (["window"], {"targetName": "_blank"}),
            (["embed", "window"], None),
            ("window", None),
        ],
    )
    def test_where_nothing_shows_in_a_frame_items_open_in_a_window(
        self, world: World, ilse: Visitor, targets: object, window: object
    ) -> None:
        address = ilse.add_to(world.course)
        with world.parts.database.session() as session:
            request = session.scalars(select(DeepLinkingRequest)).one()
            request.settings = {**request.settings, "accept_presentation_document_targets": targets}
        page = ilse.post(address, item=["training", KEYS[0]], new_cohort="Regio Zuid")
        assert [item.get("window") for item in world.items(page)] == [window, window]

    @pytest.mark.parametrize(("at_once", "words"), [(True, "staat daarna meteen in je cursus"), (False, "Rond het daar af")])
    def test_the_page_says_whether_the_platform_asks_again(
        self, world: World, ilse: Visitor, at_once: bool, words: str
    ) -> None:
        world.school.deep_linking.auto_create = at_once
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        assert words in page.text

    def test_a_phase_adds_its_assignments(self, world: World, ilse: Visitor) -> None:
        last = TRAINING.phases[-1]
        page = ilse.post(ilse.add_to(world.course), phase=last.key, new_cohort="Regio Zuid")
        assert [shown(item) for item in world.items(page)] == list(last.assignments)

    def test_a_new_cohort_is_the_trainers_and_in_the_course(self, world: World, ilse: Visitor) -> None:
        ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="  Regio   Zuid ")
        assert world.cohorts() == ["Regio Zuid"]
        assert bound(world) == [world.cohort_id("Regio Zuid")]

    def test_a_known_cohort_is_brought_into_another_course(self, world: World, ilse: Visitor) -> None:
        ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        other = world.school.add_course("Tweede cursus", label="2")
        world.school.enrol(ilse.person, other, Role.TEACHER)
        cohort_id = world.cohort_id("Regio Zuid")
        page = ilse.post(ilse.add_to(other), item=KEYS[1], cohort=cohort_id)
        assert world.items(page)[0]["custom"]["cohort"] == cohort_id
        assert world.cohorts() == ["Regio Zuid"]

    def test_a_code_makes_the_person_trainer_of_its_cohort_once(self, world: World, ilse: Visitor) -> None:
        ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="Regio Zuid")
        cohort_id = world.cohort_id("Regio Zuid")
        code = world.parts.cohorts.invite(cohort_id)
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        page = tom.post(tom.add_to(world.course), item=KEYS[1], join_code=code.lower().replace("-", " "))
        assert world.items(page)[0]["custom"]["cohort"] == cohort_id
        assert ticked(tom.client.get(tom.add_to(world.course)), "cohort") == [cohort_id]
        eva = world.visitor(person(world, "Eva", "Trainer", Role.TEACHER))
        assert eva.post(eva.add_to(world.course), item=KEYS[1], join_code=code).status_code == 422

    def test_a_platform_that_makes_no_columns_is_asked_for_none(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        with world.parts.database.session() as session:
            request = session.scalars(select(DeepLinkingRequest)).one()
            request.settings = {**request.settings, "accept_lineitem": False}
        (item,) = world.items(ilse.post(address, item=KEYS[0], new_cohort="Regio Zuid"))
        assert "lineItem" not in item

    def test_titles_are_in_the_language_of_the_reader(self, world: World) -> None:
        english = person(world, "Emma", "English", Role.TEACHER)
        english.locale = "en"
        emma = world.visitor(english)
        page = emma.post(emma.add_to(world.course), item=KEYS[0], new_cohort="Region South")
        assert world.items(page)[0]["title"] == TRAINING.assignments[0].title.en

    def test_cancel_sends_nothing_and_makes_nothing(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=KEYS, new_cohort="Regio Zuid", stop="1")
        assert world.items(page) == []
        assert world.answered(page)[f"{DL}msg"] == "Er is niets toegevoegd."
        assert world.cohorts() == []
        assert "Er wordt niets toegevoegd." in page.text


class TestMistakes:
    def test_a_form_that_is_not_complete_comes_back_as_it_was(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        page = ilse.post(address, item=[KEYS[1], KEYS[3]], cohort="new", new_cohort=" ", join_code="")
        assert page.status_code == 422
        assert ticked(page, "item") == [KEYS[1], KEYS[3]]
        assert ticked(page, "cohort") == ["new"]
        assert "Geef de nieuwe editie een naam." in page.text
        assert world.cohorts() == []
        again = ilse.post(address, item=KEYS[1], new_cohort="Regio Zuid")
        assert [shown(item) for item in world.items(again)] == [KEYS[1]]

    def test_nothing_chosen_says_so(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), new_cohort="Regio Zuid")
        assert page.status_code == 422
        assert "Kies minstens één onderdeel." in page.text
        assert 'value="Regio Zuid"' in page.text
        assert world.cohorts() == []

    def test_more_than_one_item_for_a_platform_that_takes_one(self, world: World, ilse: Visitor) -> None:
        world.school.deep_linking.accept_multiple = False
        address = ilse.add_to(world.course)
        page = ilse.post(address, item=KEYS[:2], new_cohort="Regio Zuid")
        assert page.status_code == 422
        assert "Kies er één." in page.text
        assert world.cohorts() == []
        assert len(world.items(ilse.post(address, item=KEYS[0], new_cohort="Regio Zuid"))) == 1

    @pytest.mark.parametrize("code", ["7QK4-M2XD-9HTR", "x", "\0"])
    def test_a_code_that_does_not_hold(self, world: World, ilse: Visitor, code: str) -> None:
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], join_code=code)
        assert page.status_code == 422
        assert "De code klopt niet" in page.text

    def test_a_name_that_is_too_long(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item=KEYS[0], new_cohort="x" * 201)
        assert page.status_code == 422
        assert world.cohorts() == []

    def test_an_item_of_another_training(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), item="x", new_cohort="Regio Zuid")
        assert page.status_code == 422
        assert world.cohorts() == []


class TestOnce(OnBothEngines):
    def test_a_form_sent_twice_gets_the_same_page_and_makes_one_cohort(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        pages = [ilse.send(address, token, item=KEYS, new_cohort="Regio Zuid") for _ in range(2)]
        first, second = (world.answered(page) for page in pages)
        assert first[f"{DL}content_items"] == second[f"{DL}content_items"]
        assert first["nonce"] != second["nonce"]
        assert world.cohorts() == ["Regio Zuid"]

    def test_six_at_once_make_one_cohort(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        session = ilse.client.get_cookie("icc")
        assert session is not None
        together = Barrier(6)

        def send(_number: int) -> list[dict[str, Any]]:
            tab = world.visitor(ilse.person)
            tab.client.set_cookie("icc", session.value)
            together.wait()
            return world.items(tab.send(address, token, item=KEYS[:2], new_cohort="Regio Zuid"))

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(send, range(6)))
        assert all(answer == answers[0] for answer in answers)
        assert world.cohorts() == ["Regio Zuid"]

    def test_after_a_choice_the_cancel_button_changes_nothing(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        ilse.send(address, token, item=KEYS[0], new_cohort="Regio Zuid")
        assert len(world.items(ilse.send(address, token, stop="1"))) == 1

    def test_after_a_while_a_second_answer_is_refused_with_a_way_on(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        ilse.send(address, token, item=KEYS[0], new_cohort="Regio Zuid")
        world.clock.advance(minutes=5)
        page = ilse.send(address, token, item=KEYS[0], new_cohort="Regio Oost")
        assert page.status_code == 409
        assert "E-ANSWERED" in page.text
        assert world.cohorts() == ["Regio Zuid"]

    def test_the_picker_of_an_answered_request_says_so(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        ilse.post(address, item=KEYS[0], new_cohort="Regio Zuid")
        page = ilse.client.get(address)
        assert page.status_code == 409
        assert "Je keuze is al verstuurd" in page.text

    def test_a_request_waits_four_hours(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        world.clock.advance(hours=4)
        assert "E-EXPIRED" in ilse.client.get(address).text
        page = ilse.send(address, token, item=KEYS[0], new_cohort="Regio Zuid")
        assert page.status_code == 410
        assert world.cohorts() == []


class TestWhoMay(OnBothEngines):
    def test_nobody_without_a_session(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        page = world.visitor(ilse.person).client.get(address)
        assert page.status_code == 401

    def test_nobody_from_another_session_not_even_the_same_person(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        again = world.visitor(ilse.person)
        again.add_to(world.course)
        assert again.client.get(address).status_code == 404

    def test_no_other_trainer_of_the_course(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        token = token_of(tom.client.get(tom.add_to(world.course)))
        assert tom.send(address, token, item=KEYS[0], new_cohort="Van Tom").status_code == 404
        assert world.cohorts() == []

    def test_no_trainer_who_is_a_participant_by_now(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        token = token_of(ilse.client.get(address))
        world.school.enrol(ilse.person, world.course, Role.STUDENT)
        ilse.open(world.school.add_link(world.course, world.registration, "Leervraag", {}))
        assert ilse.client.get(address).status_code == 403
        assert ilse.send(address, token, item=KEYS[0], new_cohort="Regio Zuid").status_code == 403
        assert world.cohorts() == []

    def test_nobody_without_the_forms_token(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        page = ilse.client.post(address, data={"item": KEYS[0], "new_cohort": "Regio Zuid"})
        assert page.status_code == 400
        assert "R-FORM" in page.text
        assert world.cohorts() == []

    def test_nobody_after_the_session_was_closed(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        cookie = ilse.client.get_cookie("icc")
        assert cookie is not None
        world.app.extensions["icc"][SessionService].close(cookie.value)
        assert ilse.client.get(address).status_code == 401

    @pytest.mark.parametrize("request_id", ["x", "\0", "é" * 300])
    def test_a_request_that_is_not_there_is_not_found(self, world: World, ilse: Visitor, request_id: str) -> None:
        ilse.add_to(world.course)
        assert ilse.client.get(f"/embed/{request_id}").status_code == 404

    def test_no_trainer_of_another_cohort(self, world: World, ilse: Visitor) -> None:
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        tom.post(tom.add_to(world.course), item=KEYS[0], new_cohort="Regio Noord")
        address = ilse.add_to(world.course)
        for wanted in ("x", "\0", "é", world.cohort_id("Regio Noord")):
            page = ilse.post(address, item=KEYS[0], cohort=wanted)
            assert page.status_code == 422
            assert "Van deze editie ben je geen trainer." in page.text


class TestTwoTrainings:
    """A second training is a second file."""

    @pytest.fixture
    def settings(self, tmp_path: Path, url: str) -> Settings:
        own = resources.files("mappings.trainings").joinpath("icc_vo.toml").read_text(encoding="utf-8")
        folder = tmp_path / "trainings"
        folder.mkdir()
        second = own.replace('key = "icc-vo"', 'key = "icc-po"', 1).replace("Cultuurcoördinator VO", "Cultuurcoördinator PO")
        (folder / "icc_po.toml").write_text(second, encoding="utf-8")
        return load_settings(
            data_dir=tmp_path / "var",
            database_url=url,
            secret_key=SECRET,
            allow_private_platforms=True,
            trainings_dir=folder,
        )

    def test_the_picker_leads_to_both(self, world: World, ilse: Visitor) -> None:
        address = ilse.add_to(world.course)
        page = ilse.client.get(address)
        assert f'href="{address}?training=icc-po"' in page.text
        assert field_of(page, "training") == "icc-vo"
        assert field_of(ilse.client.get(f"{address}?training=icc-po"), "training") == "icc-po"

    def test_items_cohorts_and_columns_are_of_the_chosen_one(self, world: World, ilse: Visitor) -> None:
        page = ilse.post(ilse.add_to(world.course), training="icc-po", item=KEYS[0], new_cohort="PO Zuid")
        (item,) = world.items(page)
        assert item["lineItem"]["tag"] == "icc-po"
        assert item["lineItem"]["resourceId"].startswith("icc-po:")
        assert world.parts.cohorts.list()[0].training_key == "icc-po"
        address = ilse.add_to(world.course)
        other = ilse.client.get(address)
        assert ticked(other, "item") == ["training", *KEYS]
        assert "PO Zuid" not in other.text
        same = ilse.client.get(f"{address}?training=icc-po")
        assert ticked(same, "item") == ["training", *KEYS[1:]]
        assert ticked(same, "cohort") == [world.cohort_id("PO Zuid")]

    def test_a_cohort_of_the_other_training_is_refused(self, world: World, ilse: Visitor) -> None:
        ilse.post(ilse.add_to(world.course), training="icc-po", item=KEYS[0], new_cohort="PO Zuid")
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        code = world.parts.cohorts.invite(world.cohort_id("PO Zuid"))
        for visitor, fields in ((ilse, {"cohort": world.cohort_id("PO Zuid")}), (tom, {"join_code": code})):
            page = visitor.post(visitor.add_to(world.course), item=KEYS[0], **fields)
            assert page.status_code == 422
            assert "Deze editie hoort bij een andere training." in page.text
        again = tom.post(tom.add_to(world.course), training="icc-po", item=KEYS[1], join_code=code)
        assert len(world.items(again)) == 1
