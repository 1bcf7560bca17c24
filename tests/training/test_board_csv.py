"""The board as a spreadsheet: what is in it, and that no name becomes a formula."""

import csv
import io

import pytest

from lti_tool.training.outcomes import ScoreMark
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.test_trainer_pages import hand_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rows(group: Group) -> list[list[str]]:
    answer = group.trainer.get(f"{group.home()}/board.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bord.csv"'
    assert answer.mimetype == "text/csv"
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_line_a_participant_with_outcome_and_what_the_school_holds(group: Group) -> None:
    submission_id = hand_in(group, group.zoe)
    at = group.world.clock()
    group.world.told.marks[submission_id] = [ScoreMark("refused", "refused-404", at, "Zilverbos College")]
    head, noor, zoe = rows(group)
    assert head[:3] == ["School", "Cursus", "Deelnemer"]
    assert len({len(line) for line in (head, noor, zoe)}) == 1
    assert noor[:5] == ["Zilverbos College", "Cursus course-1", "Noor Janssen", "Nog niet begonnen", ""]
    assert zoe[3:5] == ["Ingeleverd", "Geweigerd door Zilverbos College (refused-404)"]


def test_no_name_becomes_a_formula(group: Group) -> None:
    custom = {"cohort": group.cohort_id}
    group.world.launch(group.platform, "x", Role.PARTICIPANT, name='=HYPERLINK("https://evil.example";"x")', custom=custom)
    names = [line[2] for line in rows(group)]
    assert '\'=HYPERLINK("https://evil.example";"x")' in names


def test_a_participant_gets_no_spreadsheet(group: Group) -> None:
    assert group.zoe.get(f"{group.home()}/board.csv").status_code == 404
