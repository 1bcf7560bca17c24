"""Attendance as a file for a spreadsheet, out and in: a line for each participant at each meeting.

What comes in is found by the two columns of numbers, which nobody has to understand; names and dates are for people.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.attendance import MarkShown, mark_shown
from lti_tool.meetings.marking import TOO_EARLY, WAS_THERE, Mark, MarkingService, kept_of
from lti_tool.training.board_csv import BOM, safe_cell
from lti_tool.training.contact_hours import AttendanceState, MeetingShown, meetings_of
from lti_tool.training.errors import Incomplete
from lti_tool.training.models import Attendance, Meeting
from lti_tool.training.roster import participants

LARGEST = 2_000_000
"""Characters of a file that comes in: far more than a cohort has."""
MOST_PROBLEMS = 20
"""How many are told at once."""
MEETING, PARTICIPANT, STATE, HOURS, REASON = "bijeenkomst_nr", "deelnemer_nr", "aanwezigheid", "uren", "reden"
_FOR_PEOPLE = ("datum", "bijeenkomst", "deelnemer")
COLUMNS = (MEETING, PARTICIPANT, *_FOR_PEOPLE, STATE, HOURS, REASON)
"""The same in every language, so that a file goes back in wherever it came from."""
CLEARED = ("wissen", "clear")
"""Words that take a mark away; an empty cell leaves it as it is."""
_WORDS: Mapping[str, str] = {"": "", "present": "aanwezig", "partly": "deels", "absent": "afwezig"}
_STATES = {
    **{word: state for state, word in _WORDS.items()},
    **{state.value: state.value for state in AttendanceState},
    **dict.fromkeys(CLEARED, ""),
}
_NEEDED = frozenset({MEETING, PARTICIPANT, STATE})


class AttendanceFiles:
    """Writes and reads the files.

    Args:
        database: its own short transactions.
        clock: which meetings have begun.
        access: who may.
        marking: keeps what comes in.
        zone: in which dates are told.
    """

    def __init__(
        self, database: Database, clock: Clock, access: MeetingAccess, marking: MarkingService, zone: ZoneInfo
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._marking = marking
        self._zone = zone

    def export(self, viewer: Viewer, cohort_id: str) -> str:
        """Return the attendance of all meetings, of those whom the viewer trains. Raises NotFound when that is nobody."""
        with self._database.reading() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            people = participants(session, standing)
            meetings = meetings_of(session, cohort_id)
            rows = session.scalars(
                select(Attendance).join(Meeting, Meeting.id == Attendance.meeting_id).where(Meeting.cohort_id == cohort_id)
            )
            marks = {(row.meeting_id, row.enrolment_id): row for row in rows}
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow(COLUMNS)
        for meeting in meetings:
            for person in people:
                mark = mark_shown(person, marks.get((meeting.id, person.enrolment_id)))
                writer.writerow(map(safe_cell, self._line(meeting, mark)))
        return BOM + text.getvalue()

    def take_in(self, viewer: Viewer, cohort_id: str, text: str) -> int:
        """Keep what a file says, all of it or nothing; return how many marks changed.

        A line whose state is empty leaves that mark as it is; `CLEARED` takes it away.

        Raises:
            NotFound: the viewer is no trainer here.
            Incomplete: the file is no such file, or some lines are wrong: told by line, under ``file``.
        """
        with self._database.reading() as session:
            self._access.trainer(session, viewer, cohort_id)
        if len(text) > LARGEST:
            raise Incomplete({"file": _l("Dit bestand is te groot voor een presentielijst.")})
        lines = list(_lines(text))
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            begun = {meeting.id: meeting.starts_at <= self._clock() for meeting in meetings_of(session, cohort_id)}
            people = {person.enrolment_id for person in participants(session, standing)}
            marks, problems = _marks(lines, begun, people)
            if problems:
                raise Incomplete({"file": "\n".join(problems)})
            return self._marking.write(session, viewer, standing, marks)

    def _line(self, meeting: MeetingShown, mark: MarkShown) -> Sequence[str]:
        person = mark.participant
        day = f"{meeting.starts_at.astimezone(self._zone):%Y-%m-%d %H:%M}"
        about = meeting.id, person.enrolment_id, day, meeting.title, str(person.name)
        return *about, _WORDS[mark.state], mark.hours, mark.reason


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the lines of a file with their numbers, as a spreadsheet counts them. Raises Incomplete."""
    body = text.removeprefix(BOM)
    head = body.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.DictReader(io.StringIO(body, newline=""), delimiter=delimiter)
    names = {(name or "").strip().casefold() for name in reader.fieldnames or ()}
    if not names >= _NEEDED:
        missing = ", ".join(sorted(_NEEDED - names))
        what = _l("Dit is geen presentielijst van hier: deze kolommen ontbreken: %(missing)s.", missing=missing)
        raise Incomplete({"file": what})
    try:
        for row in reader:
            values = {(name or "").strip().casefold(): value for name, value in row.items()}
            yield reader.line_num, {name: _plain(value) for name, value in values.items() if isinstance(value, str)}
    except csv.Error:
        raise Incomplete({"file": _l("Dit bestand is geen goede csv.")}) from None


def _plain(value: str) -> str:
    """Return a cell without what keeps spreadsheets from taking it for a formula."""
    value = value.strip()
    return value[1:] if value.startswith("'") and safe_cell(value[1:]) == value else value


def _marks(
    lines: Sequence[tuple[int, Mapping[str, str]]], begun: Mapping[str, bool], people: set[str]
) -> tuple[Mapping[str, Sequence[Mark]], Sequence[str]]:
    """Return the marks by meeting, and what is wrong, line by line."""
    marks: dict[str, dict[str, Mark]] = {}
    problems: list[str] = []
    for number, line in lines:
        word = line.get(STATE, "").casefold()
        if not word:
            continue
        try:
            meeting_id, mark = _mark(line, word, begun, people)
            if mark.enrolment_id in marks.setdefault(meeting_id, {}):
                raise Incomplete({"file": _l("deze deelnemer staat al eerder bij deze bijeenkomst")})
            marks[meeting_id][mark.enrolment_id] = mark
        except Incomplete as wrong:
            problems.append(_("Regel %(number)s: %(what)s", number=number, what=next(iter(wrong.problems.values()))))
    if len(problems) > MOST_PROBLEMS:
        left = len(problems) - MOST_PROBLEMS
        problems = [*problems[:MOST_PROBLEMS], _("en nog %(count)s regels.", count=left)]
    return {meeting_id: list(some.values()) for meeting_id, some in marks.items()}, problems


def _mark(line: Mapping[str, str], word: str, begun: Mapping[str, bool], people: set[str]) -> tuple[str, Mark]:
    meeting_id, enrolment_id = line.get(MEETING, ""), line.get(PARTICIPANT, "")
    wrong: Words | None = None
    if meeting_id not in begun:
        wrong = _l("deze bijeenkomst is er niet in deze editie")
    elif enrolment_id not in people:
        wrong = _l("deze deelnemer is er niet in deze editie, of niet bij jou")
    elif word not in _STATES:
        wrong = _l("schrijf aanwezig, deels, afwezig of wissen")
    elif _STATES[word] in WAS_THERE and not begun[meeting_id]:
        wrong = TOO_EARLY
    if wrong is not None:
        raise Incomplete({"file": wrong})
    mark = Mark(enrolment_id, _STATES[word], line.get(HOURS, ""), line.get(REASON, ""))
    kept_of(mark)
    return meeting_id, mark
