"""Who was at a meeting: marked, changed, kept; hours that come of it; and the file for a spreadsheet, out and in."""

import csv
import io

import pytest

from tests.meetings.conftest import HELD, Round

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_marks_are_kept_with_who_made_them_and_when_and_the_followers_are_told(round_: Round) -> None:
    meeting_id = round_.held()
    zoe, noor, ilse = (one.viewer.person_id for one in (round_.zoe, round_.noor, round_.trainer))
    assert round_.mark(meeting_id, round_.zoe, "present") == 303
    assert round_.mark(meeting_id, round_.noor, "partly", "1,5", " De  trein ") == 303
    assert round_.kept(meeting_id) == {zoe: ("present", 0, ""), noor: ("partly", 90, "De trein")}
    round_.group.world.clock.advance(minutes=1)
    assert round_.mark(meeting_id, round_.zoe, "absent", reason="Ziek", was="present||") == 303
    round_.group.world.clock.advance(minutes=1)
    assert round_.mark(meeting_id, round_.noor, "", was="partly|1,5|De trein") == 303
    assert round_.kept(meeting_id) == {zoe: ("absent", 0, "Ziek")}
    assert round_.changes(meeting_id)[2:] == [("absent", ilse), ("", ilse)]
    told = round_.group.world.told.attendance
    assert told == [round_.enrolment(one) for one in (round_.zoe, round_.noor, round_.zoe, round_.noor)]
    page = round_.trainer.page(f"/meeting/{meeting_id}/attendance")
    assert page.count("Ilse Brouwers") >= 4


@SQLITE
def test_a_mark_is_taken_away_with_the_form_and_the_hours_follow(round_: Round) -> None:
    meeting_id = round_.held()
    who = round_.enrolment(round_.noor)
    unmarked = f'id="state-{who}-" value="" checked'
    assert unmarked in round_.trainer.page(f"/meeting/{meeting_id}/attendance")
    round_.mark(meeting_id, round_.noor, "partly", "1,5", "De trein")
    assert "Je was er 1,5 uur, van de 3 uur" in round_.noor.page(round_.overview())
    assert unmarked not in round_.trainer.page(f"/meeting/{meeting_id}/attendance")
    round_.group.world.clock.advance(minutes=1)
    # the fields that are hidden then still come with the form
    assert round_.mark(meeting_id, round_.noor, "", "1,5", "De trein", was="partly|1,5|De trein") == 303
    assert round_.kept(meeting_id) == {}
    assert [state for state, _by in round_.changes(meeting_id)] == ["partly", ""]
    assert "Je was er 0 uur, van de 3 uur" in round_.noor.page(round_.overview())
    page = round_.trainer.page(f"/meeting/{meeting_id}/attendance")
    assert unmarked in page
    assert "weer op niet ingevuld gezet" in page


@SQLITE
def test_a_form_writes_only_what_differs_from_what_it_was_shown_with(round_: Round) -> None:
    meeting_id = round_.held()
    round_.mark(meeting_id, round_.zoe, "absent", reason="Ziek")
    assert round_.mark(meeting_id, round_.zoe, "", was="||") == 303
    assert round_.kept(meeting_id)[round_.zoe.viewer.person_id] == ("absent", 0, "Ziek")
    assert round_.mark(meeting_id, round_.zoe, "absent", reason="Ziek", was="||") == 303
    assert len(round_.changes(meeting_id)) == 1


@SQLITE
def test_the_rest_is_marked_present_in_one_go(round_: Round) -> None:
    meeting_id = round_.held()
    who = round_.enrolment(round_.zoe)
    form = {f"was-{who}": "||", f"state-{who}": "absent", f"reason-{who}": "", "all": "present"}
    answer = round_.trainer.post(f"/meeting/{meeting_id}/attendance", form)
    assert answer.location.endswith("kept=2")
    states = {person: state for person, (state, _minutes, _reason) in round_.kept(meeting_id).items()}
    assert states == {round_.zoe.viewer.person_id: "absent", round_.noor.viewer.person_id: "present"}


@SQLITE
def test_a_part_without_hours_is_asked_for_and_loses_nothing(round_: Round) -> None:
    meeting_id = round_.held()
    who = round_.enrolment(round_.noor)
    form = {f"was-{who}": "||", f"state-{who}": "partly", f"hours-{who}": "", f"reason-{who}": "De trein"}
    answer = round_.trainer.post(f"/meeting/{meeting_id}/attendance", form)
    assert answer.status_code == 422
    assert f'href="#hours-{who}"' in answer.text
    assert 'value="De trein"' in answer.text
    assert f'id="state-{who}-partly" value="partly" checked' in answer.text
    assert round_.kept(meeting_id) == {}


def test_hours_follow_the_meeting_and_never_exceed_it(round_: Round) -> None:
    first, second = round_.held(), round_.held(title="Tweede", contact_hours="2")
    round_.mark(first, round_.zoe, "present")
    round_.mark(second, round_.zoe, "partly", "2,75")
    assert "Je was er 5 uur, van de 5 uur" in round_.zoe.page(round_.overview())
    round_.trainer.post(f"/meeting/{first}/edit", {**HELD, "contact_hours": "1,5"})
    assert "Je was er 3,5 uur, van de 3,5 uur" in round_.zoe.page(round_.overview())
    round_.trainer.post(f"/meeting/{second}/off")
    assert "Je was er 1,5 uur, van de 1,5 uur" in round_.zoe.page(round_.overview())
    assert round_.group.world.told.attendance == [round_.enrolment(round_.zoe)] * 4


@SQLITE
def test_who_was_there_is_seen_by_the_participant_and_by_no_other(round_: Round) -> None:
    meeting_id = round_.held()
    round_.mark(meeting_id, round_.noor, "absent", reason="Mantelzorg")
    assert "Mantelzorg" in round_.noor.page(round_.overview())
    assert "Mantelzorg" not in round_.zoe.page(round_.overview())


@SQLITE
def test_pages_ask_as_much_for_many_meetings_as_for_one(round_: Round) -> None:
    def asked() -> list[int]:
        found = []
        for browser, url in (
            (round_.zoe, round_.overview()),
            (round_.zoe, round_.group.home()),
            (round_.trainer, round_.overview()),
            (round_.trainer, f"/meeting/{meeting_id}/attendance"),
        ):
            with round_.group.world.count_queries() as count:
                assert browser.get(url).status_code == 200
            found.append(len(count))
        return found

    meeting_id = round_.held()
    round_.mark(meeting_id, round_.zoe, "present")
    few = asked()
    for number in range(8):
        other = round_.held(title=f"Nummer {number}")
        round_.mark(other, round_.zoe, "present")
        round_.mark(other, round_.noor, "absent", reason="Ziek")
    assert asked() == few
    assert max(few) <= 15


def sheet(round_: Round) -> list[dict[str, str]]:
    answer = round_.trainer.get(f"{round_.group.home()}/attendance.csv")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def take_in(round_: Round, rows: list[dict[str, str]], delimiter: str = ";") -> tuple[int, str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return take_in_text(round_, text.getvalue())


def take_in_text(round_: Round, text: str) -> tuple[int, str]:
    answer = round_.trainer.post(f"{round_.group.home()}/attendance", {"file": (io.BytesIO(text.encode()), "x.csv")})
    return answer.status_code, answer.text if answer.status_code == 422 else answer.location


def test_what_goes_out_comes_in_again_with_what_was_filled_in(round_: Round) -> None:
    meeting_id = round_.held(title="=SUM(1)")
    round_.mark(meeting_id, round_.noor, "absent", reason="=ziek")
    rows = sheet(round_)
    assert [(row["deelnemer"], row["aanwezigheid"], row["reden"]) for row in rows] == [
        ("Noor Janssen", "afwezig", "'=ziek"),
        ("Zoë van ’t Höfen", "", ""),
    ]
    assert rows[0]["bijeenkomst"] == "'=SUM(1)"
    assert rows[0]["datum"] == "2026-11-20 15:30"
    rows[1] |= {"aanwezigheid": "Deels", "uren": "2,5"}
    status, where = take_in(round_, rows, ",")
    assert (status, "read=1" in where) == (303, True)
    assert round_.kept(meeting_id) == {
        round_.noor.viewer.person_id: ("absent", 0, "=ziek"),
        round_.zoe.viewer.person_id: ("partly", 150, ""),
    }


@SQLITE
@pytest.mark.parametrize("word", ["wissen", "Clear"])
def test_an_empty_cell_leaves_a_mark_and_a_word_takes_it_away(round_: Round, word: str) -> None:
    meeting_id = round_.held()
    round_.mark(meeting_id, round_.noor, "absent", reason="Ziek")
    rows = sheet(round_)
    assert [row["aanwezigheid"] for row in rows] == ["afwezig", ""]
    rows[0] |= {"aanwezigheid": "", "reden": ""}
    assert "read=0" in take_in(round_, rows)[1]
    assert len(round_.kept(meeting_id)) == 1
    rows[0] |= {"aanwezigheid": word, "reden": "Ziek"}
    rows[1] |= {"aanwezigheid": word}
    assert "read=1" in take_in(round_, rows)[1]
    assert round_.kept(meeting_id) == {}
    assert len(round_.changes(meeting_id)) == 2


@SQLITE
def test_one_wrong_line_and_nothing_is_taken_over_and_every_wrong_line_is_told(round_: Round) -> None:
    meeting_id = round_.held()
    good, bad = sheet(round_)
    good |= {"aanwezigheid": "aanwezig"}
    wrong = [
        bad | {"aanwezigheid": "soms"},
        bad | {"aanwezigheid": "deels", "uren": "veel"},
        bad | {"aanwezigheid": "aanwezig", "deelnemer_nr": "x"},
        bad | {"aanwezigheid": "aanwezig", "bijeenkomst_nr": "x"},
        good,
    ]
    status, page = take_in(round_, [good, *wrong])
    assert status == 422
    for line in (
        "Regel 3: schrijf",
        "Regel 4: Vul in",
        "Regel 5: deze deelnemer",
        "Regel 6: deze bijeen",
        "Regel 7: deze deeln",
    ):
        assert line in page
    assert round_.kept(meeting_id) == {}


@SQLITE
@pytest.mark.parametrize("text", ["", "naam;uren\nZoë;3\n", "\x00\x01"])
def test_what_is_no_list_is_said_to_be_none(round_: Round, text: str) -> None:
    round_.held()
    status, page = take_in_text(round_, text)
    assert status == 422
    assert "Dit is geen presentielijst van hier" in page


@SQLITE
def test_before_it_begins_only_who_cannot_come_is_marked(round_: Round) -> None:
    meeting_id = round_.plan()
    assert round_.mark(meeting_id, round_.zoe, "present") == 422
    assert round_.mark(meeting_id, round_.noor, "absent", reason="Vakantie") == 303
    assert round_.trainer.post(f"/meeting/{meeting_id}/attendance", {"all": "present"}).status_code == 422
    assert "zet de rest op aanwezig" not in round_.trainer.page(f"/meeting/{meeting_id}/attendance")
    rows = sheet(round_)
    rows[1] |= {"aanwezigheid": "aanwezig"}
    assert "Regel 3: De bijeenkomst is nog niet begonnen." in take_in(round_, rows)[1]
    assert round_.kept(meeting_id) == {round_.noor.viewer.person_id: ("absent", 0, "Vakantie")}
