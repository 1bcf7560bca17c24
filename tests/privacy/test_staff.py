"""Erasing somebody of the staff: no byte names them any more, what they decided stays, and the last operator cannot go."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lti_tool.app import Parts, create_app
from lti_tool.certificates.deciding import decisions_of, note_decision
from lti_tool.certificates.models import AwardDecision, BatchState, DecisionKind, IssuingBatch
from lti_tool.courses.models import Person
from lti_tool.errors import Invalid, NotFound
from lti_tool.migrations.models import metadata
from lti_tool.privacy.reading import load_register
from lti_tool.signin.models import Member, Passkey, StaffIdentity
from lti_tool.signin.roles import Role
from lti_tool.signin.wanted import Wanted
from lti_tool.training.models import Review, ReviewPhrase
from lti_tool.training.people import names_of
from tests.staff import post_as_staff, sign_in_staff
from tests.test_migrations import content, fill

SOMEBODY = "A" * 20
"""`fill` lets every row point at every other with it."""
NAME, KEY, SUBJECT = "Mies Zilverbos-Höfen", "telefoon van Mies", "sub-471100"


@pytest.fixture
def filled(parts: Parts) -> Parts:
    """One row in every table, all of one member of the staff, who is no operator."""
    fill(parts.database)
    with parts.database.session() as session:
        session.execute(update(Member).values(roles=["issuer"], disabled_at=None, person_id=None))
        session.execute(update(IssuingBatch).values(state=BatchState.DONE))
    return parts


@pytest.fixture
def browser(parts: Parts) -> FlaskClient:
    """A browser that asks for Dutch pages."""
    client = create_app(parts).test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html"}
    return client


def test_every_table_lets_go_as_the_register_says(filled: Parts) -> None:
    before = content(filled.database, like=metadata)
    filled.staff_erasing.erase(SOMEBODY)
    after = content(filled.database, like=metadata)
    for entry in load_register().entries.values():
        if entry.erased_staff == "deleted":
            assert after[entry.table] == [], entry.table
        elif entry.table == "audit_event":
            assert [row["what"] for row in after[entry.table]][-1] == "signin.erase"
        else:
            changed = [{**row, **dict.fromkeys(entry.emptied_staff)} for row in before[entry.table]]
            found = [{**row, **{name: row[name] or None for name in entry.emptied_staff}} for row in after[entry.table]]
            assert found == changed, entry.table


def test_whatever_names_a_member_says_what_erasing_them_does() -> None:
    entries = load_register().entries
    named = {
        table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if "staff" in column.name or any(key.target_fullname == "staff_member.id" for key in column.foreign_keys)
    }
    assert named <= {entry.table for entry in entries.values() if entry.staff or entry.staff_id}


def test_the_last_operator_stays_and_so_does_whoever_awards_at_this_moment(filled: Parts) -> None:
    boss, _link = filled.staff.invite("Boss", [Role.OPERATOR])
    with pytest.raises(Invalid, match="last operator"):
        filled.staff_erasing.erase(boss.id)
    with filled.database.session() as session:
        session.execute(update(IssuingBatch).values(state=BatchState.RUNNING))
    before = content(filled.database, like=metadata)
    with pytest.raises(Invalid, match="batch"):
        filled.staff_erasing.erase(SOMEBODY)
    assert content(filled.database, like=metadata) == before
    with pytest.raises(NotFound):
        filled.staff_erasing.erase("nobody")


def marked(parts: Parts, client: FlaskClient) -> str:
    """Let somebody of the staff leave traces everywhere; return their id."""
    fill(parts.database)
    parts.staff.invite("Boss", [Role.OPERATOR])
    member = sign_in_staff(client, Role.ISSUER, Role.OPERATOR, name=NAME)
    now = parts.clock()
    with parts.database.session() as session:
        session.execute(update(AwardDecision).values(kind=DecisionKind.PROPOSED))
        session.execute(update(IssuingBatch).values(staff_id=member.id, staff_name=NAME, state=BatchState.DONE))
        note_decision(session, now, SOMEBODY, DecisionKind.DECLINED, by_name=NAME, staff_id=member.id, reason="Nog niet.")
        session.add(StaffIdentity(member_id=member.id, issuer="https://o.example", subject=SUBJECT, created_at=now))
        key = Passkey(member_id=member.id, credential_id="zilver", public_key=b"k", sign_count=0, name=KEY, created_at=now)
        session.add(key)
    (session_line,) = parts.staff_sessions.of(member.id)
    parts.wanted_forms.keep(session_line.id, Wanted("/account/staff", [("name", NAME)]))
    return member.id


def copy_of(answer: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401
    with zipfile.ZipFile(io.BytesIO(answer)) as package:
        return package.read("index.html").decode(), json.loads(package.read("data.json"))["data"]


def test_ones_own_copy_holds_everything_and_after_erasing_no_byte_names_one(
    parts: Parts, browser: FlaskClient, tmp_path: Path
) -> None:
    member_id = marked(parts, browser)
    page, data = copy_of(browser.get("/account/copy.zip").data)
    for words in (NAME, KEY, SUBJECT, "Nog niet.", "Firefox, Linux"):
        assert words in page, words
    assert [row["name"] for row in data["staff_member"]] == [NAME]
    assert [row["kind"] for row in data["award_decision (by you)"]] == ["declined"]
    assert "signin.link" in [row["what"] for row in data["audit_event (by you)"]]
    assert "Boss" not in page
    assert "secret_digest" not in page

    assert "Jezelf laten wissen?" in browser.get("/account/erase").text
    assert post_as_staff(browser, "/account/erase").status_code == 422
    done = post_as_staff(browser, "/account/erase", {"sure": "yes"})
    assert "Je gegevens zijn gewist" in done.text
    assert NAME not in done.text
    assert browser.get("/account").status_code == 303
    with parts.database.reading() as session:
        decided = decisions_of(session, SOMEBODY)[-1]
        assert (decided.kind, decided.by, decided.staff_id) == (DecisionKind.DECLINED, None, member_id)
        assert decided.reason == "Nog niet."
        assert session.scalars(select(IssuingBatch.staff_id)).all() == [member_id]
    assert parts.audit.last(1)[0].what == "signin.erase"
    parts.database.close()
    database = Path(parts.settings.sqlalchemy_url.removeprefix("sqlite:///"))
    files = [*database.parent.glob(f"{database.name}*"), *(file for file in tmp_path.rglob("*") if file.is_file())]
    marks = ("Zilverbos", "H\\u00f6fen", KEY, SUBJECT)
    assert [(file.name, mark) for file in files for mark in marks if mark.encode() in file.read_bytes()] == []


def test_who_trained_is_erased_as_a_person_too_and_takes_all_of_it_along_before(filled: Parts, browser: FlaskClient) -> None:
    member = sign_in_staff(browser, Role.TRAINER, name=NAME)
    filled.staff_trainers.add(SOMEBODY, member.id)
    with filled.database.session() as session:
        person_id = session.get_one(Member, member.id).person_id
        assert person_id is not None
        session.execute(update(Review).values(reviewer_id=person_id, feedback="Mooi."))
        session.add(ReviewPhrase(person_id=person_id, title="Zin", text="Een bewaarde zin.", kept_at=filled.clock()))
    page, data = copy_of(browser.get("/account/copy.zip").data)
    assert "Een bewaarde zin." in page
    assert len(data["staff_member"]) == 1
    filled.staff_erasing.erase(member.id)
    with filled.database.reading() as session:
        assert session.get_one(Person, person_id).erased_at == filled.clock()
        assert names_of(session, [person_id]) == {}
        assert session.scalars(select(Review.feedback)).one() == "Mooi."
        assert session.scalar(select(ReviewPhrase.id).where(ReviewPhrase.person_id == person_id)) is None


def test_an_operator_erases_somebody_after_a_question(parts: Parts, browser: FlaskClient) -> None:
    operator = sign_in_staff(browser, Role.OPERATOR, name="Boss")
    member, _link = parts.staff.invite("Daan", [Role.ISSUER])
    url = f"/account/staff/{member.id}/erase"
    assert f'href="{url}"' in browser.get(f"/account/staff/{member.id}").text
    assert "Daan wissen?" in browser.get(url).text
    refused = post_as_staff(browser, url)
    assert (refused.status_code, "Er is nog niets gewist." in refused.text) == (422, True)
    assert post_as_staff(browser, url, {"sure": "yes"}).location == "/account/staff"
    assert [line.name for line in parts.staff.list()] == ["Boss"]
    last = parts.audit.last(1)[0]
    assert (last.account_id, last.what, last.target_id) == (operator.id, "signin.erase", member.id)
    own = post_as_staff(browser, "/account/erase", {"sure": "yes"})
    assert (own.status_code, "Dit is de laatste beheerder" in own.text) == (422, True)
    assert browser.get(url).status_code == 404
