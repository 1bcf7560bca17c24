"""The trainer's page on which activities are mapped: who sees it, what it suggests, what it keeps and what it refuses."""

import html
import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.courses.models import Person
from lti_tool.moodle.mapping import LOOKS_A_MINUTE
from lti_tool.moodle.models import ActivityMapping, NativeWork
from mappings.roles import Role
from moodle_client import Function
from tests.moodle.answering import answers, course_with
from tests.moodle.stage import Stage, post, token_on
from tests.moodle_client.recorded_moodle import Drop
from tests.recording_jobs import RecordingJobs

SUGGESTED = {"leervraag": "1", "verkenning": "2", "beroepsproduct": "3", "terugblik": "4", "vervolgstappen": ""}
CHOICES = {f"activity-{key}": value for key, value in SUGGESTED.items()}
NOTHING = dict.fromkeys(CHOICES, "")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The school, with its Moodle connected."""
    stage.connect()
    return stage


def mapped(stage: Stage) -> dict[str, ActivityMapping]:
    with stage.parts.database.reading() as session:
        return {row.assignment_key: row for row in session.scalars(select(ActivityMapping))}


def selected(page: str) -> dict[str, str]:
    """Return which activity each select of a page stands on, by the key of its assignment."""
    found = {}
    for key, options in re.findall(r'<select[^>]*id="activity-([a-z_]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="(\d+)" selected', options)
        found[key] = chosen[1] if chosen else ""
    return found


def test_the_course_stands_beside_the_training_with_suggestions_that_say_why(stage: Stage) -> None:
    page = html.unescape(stage.sign_in().get(stage.address).text)
    assert selected(page) == SUGGESTED
    assert page.count("Voorstel</span>") == 4
    assert "vrij zeker: in de titel staat ‘terugblik’" in page
    assert "waarschijnlijk: de titel noemt de fase" in page
    for words in ("Los label zonder voltooiing", "kan niet meetellen", "Forum netwerk", "(0 tot 10)"):
        assert words in page
    assert mapped(stage) == {}


def test_the_board_leads_there(stage: Stage) -> None:
    stage.build.placement(stage.course, stage.cohort)
    board = f"/cohort/{stage.cohort.id}/board"
    assert stage.address in stage.sign_in().get(board).text
    stage.parts.moodle_sites.disconnect(stage.platform.id)
    assert stage.address not in stage.sign_in().get(board).text


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.VISITOR])
def test_who_does_not_train_there_finds_no_such_page(stage: Stage, role: Role) -> None:
    client = stage.sign_in(role)
    assert client.get(stage.address).status_code == 404
    assert client.post(stage.address).status_code == 400
    trainer = stage.sign_in()
    assert client.post(stage.address, data={"csrf_token": token_on(trainer.get(stage.address))}).status_code in (400, 404)
    assert stage.app.test_client().get(stage.address).status_code == 401


def test_the_trainer_of_another_course_does_not_and_that_of_the_cohort_does(stage: Stage) -> None:
    elsewhere = stage.build.course(stage.platform, "3")
    stage.build.bind(elsewhere, stage.cohort, stage.build.account(stage.platform).person_id)
    assert stage.sign_in(course=elsewhere).get(stage.address).status_code == 404
    whole = stage.build.account(stage.platform)
    stage.build.enrol(whole.person_id, stage.cohort, Role.TRAINER)
    assert stage.sign_in(Role.VISITOR, course=elsewhere, account=whole).get(stage.address).status_code == 200


def test_what_is_chosen_is_kept_by_its_trainer(stage: Stage) -> None:
    account = stage.build.account(stage.platform)
    client = stage.sign_in(account=account)
    answer = post(
        client,
        stage.address,
        **CHOICES,
        **{
            "counts-leervraag": "submitted",
            "complete-leervraag": "1",
            "write-leervraag": "1",
            "counts-beroepsproduct": "graded",
            "grade-beroepsproduct": "57,5",
            "trainer-beroepsproduct": "no",
        },
    )
    assert answer.status_code == 303
    rows = mapped(stage)
    assert {key: row.cm_id for key, row in rows.items()} == {key: int(cm) for key, cm in SUGGESTED.items() if cm}
    leervraag, product = rows["leervraag"], rows["beroepsproduct"]
    assert (leervraag.counts, leervraag.needs_trainer, leervraag.writes_completion, leervraag.writes_grade) == (
        "submitted",
        True,
        True,
        True,
    )
    assert (product.counts, product.from_grade, product.maximum, product.needs_trainer) == ("graded", 57.5, 100.0, False)
    assert rows["verkenning"].counts == "submitted"
    assert {row.confirmed_by_id for row in rows.values()} == {account.person_id}
    page = html.unescape(client.get(answer.headers["Location"]).text)
    assert "De cursus wordt binnen een paar minuten gelezen." in page
    assert "Voorstel</span>" not in page
    assert 'value="57,5"' in page
    assert "telt mee voor Mijn leervraag en mijn school" in page


def test_what_is_chosen_is_read_by_the_next_sweep_and_again_when_the_choice_changes(stage: Stage) -> None:
    client, sync, jobs = stage.sign_in(), stage.parts.moodle_sync, stage.parts.engine
    assert isinstance(jobs, RecordingJobs)
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1"})
    sync.sweep()
    jobs.run()
    page = html.unescape(client.get(stage.address).text)
    assert "Laatst gelezen in Moodle: 23 november 2026" in page
    with stage.parts.database.reading() as session:
        before = set(session.scalars(select(NativeWork.user_id)))
    assert before
    stage.moodle.seen.clear()
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1", "counts-leervraag": "completed"})
    sync.sweep()
    jobs.run()
    assert "tool_mobile_call_external_functions" in stage.moodle.calls
    with stage.parts.database.reading() as session:
        assert set(session.scalars(select(NativeWork.user_id))) >= before


def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(stage: Stage) -> None:
    client = stage.sign_in()
    answer = post(
        client,
        stage.address,
        **CHOICES | {"activity-vervolgstappen": "7", "activity-verkenning": "1"},
        **{
            "counts-terugblik": "graded",
            "grade-terugblik": "11",
            "counts-vervolgstappen": "submitted",
            "counts-beroepsproduct": "graded",
            "grade-beroepsproduct": "veel",
        },
    )
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert "Vul een getal in, zoals 5,5" in text
    assert mapped(stage) == {}
    answer = post(
        client,
        stage.address,
        **CHOICES | {"activity-vervolgstappen": "7", "activity-verkenning": "1"},
        **{"counts-terugblik": "graded", "grade-terugblik": "11", "counts-vervolgstappen": "submitted"},
    )
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    for words, field in (
        ("hooguit 10 punten", "grade-terugblik"),
        ("levert niemand iets in", "counts-vervolgstappen"),
        ("staat al voor een andere opdracht", "activity-verkenning"),
    ):
        assert re.search(rf'href="#{field}">[^<]*{words}', text), words
        assert f'id="{field}-error"' in text
    assert selected(text)["vervolgstappen"] == "7"
    assert 'value="11"' in text
    assert mapped(stage) == {}


@pytest.mark.parametrize("value", ["999", "0", "-1", "abc", "9" * 40, "8", "١"])
def test_an_activity_that_is_not_in_the_course_is_refused(stage: Stage, value: str) -> None:
    answer = post(stage.sign_in(), stage.address, **NOTHING | {"activity-leervraag": value})
    assert answer.status_code == 422
    assert "staat niet (meer) in de cursus" in answer.text
    assert mapped(stage) == {}


def test_an_empty_choice_takes_a_mapping_away_and_says_what_becomes_of_the_work(stage: Stage) -> None:
    client = stage.sign_in()
    post(client, stage.address, **CHOICES)
    rows = mapped(stage)
    was = {f"was-{key}": row.id for key, row in rows.items()}
    answer = post(client, stage.address, **CHOICES | {"activity-leervraag": ""}, **was)
    page = client.get(answer.headers["Location"]).text
    assert "1 activiteit is losgekoppeld." in page
    assert "blijft hier als ingeleverd werk staan" in page
    assert set(mapped(stage)) == {"verkenning", "beroepsproduct", "terugblik"}


def test_what_another_trainer_added_meanwhile_stays(stage: Stage) -> None:
    client = stage.sign_in()
    post(stage.sign_in(), stage.address, **NOTHING | {"activity-leervraag": "1"})
    post(client, stage.address, **NOTHING | {"activity-terugblik": "4"})
    assert set(mapped(stage)) == {"leervraag", "terugblik"}


def test_one_mapping_is_taken_away_by_its_own_button_and_the_rest_of_the_form_is_kept(stage: Stage) -> None:
    client = stage.sign_in()
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1", "activity-terugblik": "4"})
    answer = post(
        client,
        stage.address,
        **NOTHING | {"activity-leervraag": "1", "activity-terugblik": "3"},
        **{"counts-terugblik": "graded", "grade-terugblik": "60", "remove": "leervraag"},
    )
    assert answer.status_code == 200
    assert {key: row.cm_id for key, row in mapped(stage).items()} == {"terugblik": 4}
    assert "1 activiteit is losgekoppeld." in answer.text
    assert selected(answer.text)["terugblik"] == "3"
    assert selected(answer.text)["leervraag"] == ""
    assert 'value="60"' in answer.text


def test_a_moodle_that_does_not_answer_is_told_and_what_is_mapped_is_shown(stage: Stage) -> None:
    client = stage.sign_in()
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1"})
    stage.moodle.faults = lambda _number: Drop()
    page = client.get(stage.address)
    assert page.status_code == 200
    assert "Moodle laat de cursus nu niet zien" in page.text
    assert "Gekoppeld aan ‘Oriëntatie’." in html.unescape(page.text)
    assert selected(page.text)["leervraag"] == "1"
    refused = post(client, stage.address, **NOTHING | {"activity-leervraag": "1", "activity-terugblik": "4"})
    assert refused.status_code == 422
    assert post(client, stage.address, **NOTHING, remove="leervraag").status_code == 200
    assert mapped(stage) == {}


def test_a_moodle_that_is_not_connected_says_so_when_there_is_nothing_to_see(stage: Stage) -> None:
    client = stage.sign_in()
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1"})
    stage.parts.moodle_sites.disconnect(stage.platform.id)
    page = client.get(stage.address)
    assert page.status_code == 200
    assert "zijn niet (meer) gekoppeld" in page.text
    assert post(client, stage.address, **NOTHING, remove="leervraag").status_code == 200
    assert client.get(stage.address).status_code == 404


def test_hidden_activities_are_marked_and_a_title_is_never_markup(stage: Stage) -> None:
    changes: dict[str, dict[str, object]] = {"cm1": {"visible": 0}, "cm2": {"name": "<b onclick='x'>Onderzoek</b>"}}
    answers(stage.moodle, {Function.CONTENTS: course_with(**changes)})
    page = stage.sign_in().get(stage.address).text
    assert "verborgen" in page
    assert "<b onclick" not in page


def test_an_activity_that_is_gone_is_told_and_may_stay(stage: Stage) -> None:
    client = stage.sign_in()
    post(client, stage.address, **NOTHING | {"activity-leervraag": "1"})
    with stage.parts.database.session() as session:
        session.scalars(select(ActivityMapping)).one().state = "gone"
    answers(stage.moodle, {Function.CONTENTS: []})
    page = client.get(stage.address).text
    assert "Moodle laat deze activiteit niet (meer) zien" in page
    assert "niet meer te zien" in page
    assert selected(page)["leervraag"] == "1"
    kept = {"activity-leervraag": "1", "counts-leervraag": "submitted"}
    assert post(client, stage.address, **NOTHING | kept).status_code == 303
    assert set(mapped(stage)) == {"leervraag"}


def upload(client: FlaskClient, stage: Stage, content: bytes, name: str = "moodle.toml") -> TestResponse:
    data = {"csrf_token": token_on(client.get(stage.address)), "file": (BytesIO(content), name)}
    return client.post(f"{stage.address}/file", data=data, content_type="multipart/form-data")


def test_what_is_mapped_goes_along_as_a_file_and_comes_back(stage: Stage) -> None:
    client = stage.sign_in()
    assert ".toml" not in client.get(stage.address).text.split('type="file"')[0]
    post(client, stage.address, **CHOICES, **{"counts-terugblik": "graded", "grade-terugblik": "5,5"})
    before = {key: (row.cm_id, row.counts, row.from_grade) for key, row in mapped(stage).items()}
    file = client.get(f"{stage.address}.toml")
    assert file.headers["Content-Disposition"] == 'attachment; filename="moodle.toml"'
    assert "Oriëntatie" in file.text
    for key in before:
        post(client, stage.address, **NOTHING, remove=key)
    assert mapped(stage) == {}
    answer = upload(client, stage, file.data)
    assert answer.status_code == 200
    assert "4 activiteiten uit het bestand staan in deze cursus." in answer.text
    assert {key: (row.cm_id, row.counts, row.from_grade) for key, row in mapped(stage).items()} == before
    assert client.get(f"{stage.address}/file").status_code == 303


def test_what_of_a_file_has_no_place_is_told_and_the_rest_is_kept(stage: Stage) -> None:
    client = stage.sign_in()
    rows = [("leervraag", "Oriëntatie"), ("verkenning", "Elders")]
    activity = '[[activity]]\nassignment = "{}"\nkind = "assign"\ntitle = "{}"\ncounts = "submitted"\n'
    content = 'training = "icc-vo"\n' + "".join(activity.format(*row) for row in rows)
    text = html.unescape(upload(client, stage, content.encode()).text)
    assert "Elders (Verkenning: wat kan er, en wat heb ik nodig?): die staat niet in deze cursus" in text
    assert set(mapped(stage)) == {"leervraag"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"geen toml", "expected TOML"),
        (b"training = 7\nsite = 8", "moodle.toml: site: expected a text"),
        (b'training = "other"', 'expected "icc-vo", found "other"'),
        (
            b'training = "icc-vo"\n[[activity]]\nassignment = "terugblik"\nkind = "page"\ntitle = "Leeswijzer"\n'
            b'counts = "submitted"',
            "terugblik: Leeswijzer: cannot count as submitted",
        ),
        (b"#" * 300_000, "bytes"),
    ],
)
def test_a_file_with_mistakes_changes_nothing_and_every_mistake_is_told(stage: Stage, content: bytes, words: str) -> None:
    answer = upload(stage.sign_in(), stage, content)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert mapped(stage) == {}


def test_no_file_is_told(stage: Stage) -> None:
    client = stage.sign_in()
    assert "Kies eerst een bestand." in upload(client, stage, b"", "").text
    assert "Kies eerst een bestand." in post(client, f"{stage.address}/file", stage.address).text


def test_only_its_trainer_takes_a_file_along_or_brings_one(stage: Stage) -> None:
    client = stage.sign_in(Role.PARTICIPANT)
    assert client.get(f"{stage.address}.toml").status_code == 404
    assert client.post(f"{stage.address}/file").status_code == 400


def test_too_many_looks_at_moodle_have_to_wait(stage: Stage) -> None:
    client = stage.sign_in()
    for _ in range(LOOKS_A_MINUTE):
        assert client.get(stage.address).status_code == 200
    busy = client.get(stage.address)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "60")


def test_the_page_is_there_in_english(stage: Stage) -> None:
    account = stage.build.account(stage.platform)
    with stage.parts.database.session() as session:
        session.get_one(Person, account.person_id).locale = "en"
    page = html.unescape(stage.sign_in(account=account).get(stage.address).text)
    assert "Suggestion</span>" in page
    assert "fairly sure: the title has “terugblik”" in page
    assert re.findall(r"Moodle-activiteiten|Voorstel|koppel|telt mee", page) == []
