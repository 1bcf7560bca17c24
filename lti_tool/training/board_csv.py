"""The board as a file for a spreadsheet: a line a participant, an assignment has its outcome and what the school holds."""

import csv
import io
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from lti_tool.training.board import BoardPage, BoardRow, Cell
from lti_tool.training.outcomes import CourseList
from lti_tool.training.presenting import marks_shown
from lti_tool.web.locales import say
from lti_tool.web.states import state_of

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def board_as_csv(page: BoardPage) -> str:
    """Return the board as CSV (RFC 4180), with a semicolon between the columns, as Dutch spreadsheets expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_("School"), _("Cursus"), _("Deelnemer"), *_columns(page), _("Certificaat")])
    for group in page.groups:
        for row in group.rows:
            school = group.school.platform_name, group.school.course_title
            writer.writerow(safe_cell(value) for value in (*school, *_line(row)))
    for one in page.lists:
        for name in _not_begun(one):
            states = [str(state_of("open").word), ""] * len(page.place.training.assignments)
            writer.writerow(safe_cell(value) for value in (one.school, one.course_title, name, *states, ""))
    return BOM + text.getvalue()


def _not_begun(one: CourseList) -> Iterator[str]:
    yield from one.names
    if one.unnamed:
        yield ngettext("%(num)s deelnemer zonder naam", "%(num)s deelnemers zonder naam", one.unnamed)


def _columns(page: BoardPage) -> Iterator[str]:
    for assignment in page.place.training.assignments:
        title = say(assignment.title).split(":")[0]
        yield title
        yield _("%(title)s: leeromgeving", title=title)


def _line(row: BoardRow) -> Iterator[str]:
    yield str(row.participant.name)
    for cell in row.cells:
        yield str(state_of(cell.state.value).word)
        yield _held(cell)
    yield row.card.url or ""


def _held(cell: Cell) -> str:
    shown = [(str(one["text"]), one["mark"].code) for one in marks_shown(cell.marks)]
    return ", ".join(f"{text} ({code})" if code else text for text, code in shown)


def safe_cell(value: str | None) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text
