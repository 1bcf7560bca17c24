"""The gradebook: its columns, and what stands in them (``core_grades_get_gradeitems``, ``gradereport_user_…``).

Slow in a large course (measured: 2 s and 600 KB for 29 participants of 36 columns): for assignments alone read
`assignments.grades`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from moodle_client.functions import Function
from moodle_client.parameters import Params, Value
from moodle_client.queries import Caller, Query
from moodle_client.reading import Node
from moodle_client.untrusted import UntrustedHtml


@dataclass(frozen=True, slots=True)
class GradeColumn:
    """A column of the gradebook."""

    id: int
    name: str
    category: str

    @classmethod
    def read(cls, node: Node) -> "GradeColumn":
        """Read one grade item."""
        return cls(node.integer("id"), node.name("itemname"), node.text("category", ""))


@dataclass(frozen=True, slots=True)
class GradeEntry:
    """What the gradebook holds for one user in one column."""

    item_id: int
    name: str | None
    """None for the course total."""
    kind: str
    """Moodle's item type: mod, manual, category, course."""
    module: str | None
    instance_id: int | None
    cm_id: int | None
    grade: float | None
    minimum: float | None
    maximum: float | None
    """For a scale: the number of its last word, counted from 1."""
    graded_at: datetime | None
    hidden: bool
    locked: bool
    overridden: bool
    """Changed by hand in the gradebook: what the activity says no longer counts."""
    feedback: UntrustedHtml

    @classmethod
    def read(cls, node: Node) -> "GradeEntry":
        """Read one grade item of a user."""
        return cls(
            item_id=node.integer("id"),
            name=node.text("itemname") if node.maybe("itemname") else None,
            kind=node.text("itemtype"),
            module=node.text("itemmodule", "") or None,
            instance_id=node.id_or_none("iteminstance"),
            cm_id=node.id_or_none("cmid"),
            grade=node.number_or_none("graderaw"),
            minimum=node.number_or_none("grademin"),
            maximum=node.number_or_none("grademax"),
            graded_at=node.moment("gradedategraded"),
            hidden=node.flag("gradeishidden", default=False),
            locked=node.flag("gradeislocked", default=False) or node.flag("locked", default=False),
            overridden=node.flag("gradeisoverridden", default=False),
            feedback=node.html("feedback"),
        )


@dataclass(frozen=True, slots=True)
class UserGrades:
    """The gradebook of one user. Moodle gives one for people outside the course as well."""

    user_id: int
    entries: tuple[GradeEntry, ...]

    @classmethod
    def read(cls, node: Node) -> "UserGrades":
        """Read the grades of a user."""
        return cls(node.integer("userid"), node.each("gradeitems", GradeEntry.read))


@dataclass(frozen=True, slots=True)
class Grades:
    """The gradebook of a course."""

    _caller: Caller = field(repr=False)

    def columns(self, course_id: int) -> tuple[GradeColumn, ...]:
        """Return the columns of the gradebook."""
        query = Query(Function.GRADE_ITEMS, {"courseid": course_id}, lambda node: node.each("gradeItems", GradeColumn.read))
        return self._caller.ask(query)

    def of_user(self, course_id: int, user_id: int) -> UserGrades | None:
        """Return the gradebook of one user, or None where Moodle gives none.

        Raises:
            NotAllowed: the account lacks gradereport/user:view or moodle/grade:viewall.
        """
        return self._caller.ask(self.query(course_id, user_id))

    def query(self, course_id: int, user_id: int) -> Query[UserGrades | None]:
        """Prepare `of_user`, to be made with others in a batch."""
        report = _report_query({"courseid": course_id, "userid": user_id})
        return Query(report.function, report.params, lambda node: next(iter(report.read(node)), None))

    def of_course(self, course_id: int, *, group_id: int | None = None) -> tuple[UserGrades, ...]:
        """Return the gradebook of everybody, or of a group."""
        params: dict[str, Value] = {"courseid": course_id, "userid": 0}
        return self._report(params if group_id is None else {**params, "groupid": group_id})

    def _report(self, params: dict[str, Value]) -> tuple[UserGrades, ...]:
        return self._caller.ask(_report_query(params))


def _report_query(params: Params) -> Query[tuple[UserGrades, ...]]:
    return Query(Function.GRADE_REPORT, params, lambda node: node.each("usergrades", UserGrades.read))
