"""The room's addresses: the meetings, the calendar, planning, and who was there. Who may see what is in `access`."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.config import Settings
from lti_tool.errors import Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.meetings.attendance import AttendanceService
from lti_tool.meetings.attendance_csv import AttendanceFiles
from lti_tool.meetings.calendar import TYPE, as_calendar
from lti_tool.meetings.drafts import MeetingDraft, draft_from
from lti_tool.meetings.marking import Mark, MarkingService
from lti_tool.meetings.overview import MeetingsService
from lti_tool.meetings.planning import MeetingForm, PlanningService
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete
from lti_tool.training.presenting import show

blueprint = Blueprint(
    "meetings", __name__, template_folder="templates", static_folder="static", static_url_path="/static/meetings"
)

Answer = str | tuple[str, int] | BaseResponse
TAB = "meetings.overview"


@blueprint.get("/cohort/<cohort_id>/meetings")
def overview(cohort_id: str) -> Answer:
    """Show the meetings; to a trainer, also whose hours are how many."""
    return _overview(cohort_id)


@blueprint.get("/cohort/<cohort_id>/meetings.ics")
def calendar(cohort_id: str) -> Answer:
    """Give all meetings as a file for a calendar."""
    page = use(MeetingsService).page(current_viewer(), cohort_id)
    meetings = sorted((line.meeting for line in (*page.coming, *page.past)), key=lambda one: one.starts_at)
    return _file(as_calendar(meetings, page.place.cohort_name, use(Settings).base_url), TYPE, "bijeenkomsten.ics")


@blueprint.get("/meeting/<meeting_id>.ics")
def calendar_of(meeting_id: str) -> Answer:
    """Give one meeting as a file for a calendar."""
    meeting = use(MeetingsService).meeting(current_viewer(), meeting_id)
    return _file(as_calendar([meeting], meeting.title, use(Settings).base_url), TYPE, "bijeenkomst.ics")


@blueprint.route("/cohort/<cohort_id>/meetings/new", methods=["GET", "POST"])
def plan(cohort_id: str) -> Answer:
    """Show the form for a new meeting (`?number=` of one in the programme to begin with), and plan what comes back."""
    viewer, service = current_viewer(), use(PlanningService)
    if request.method == "GET":
        form = service.form(viewer, cohort_id, request.args.get("number", type=int))
        return _form(form, form.draft, {})
    draft = draft_from(request.form)
    try:
        meeting_id = service.plan(viewer, cohort_id, draft)
    except Incomplete as incomplete:
        return _form(service.form(viewer, cohort_id), draft, incomplete.problems), 422
    return redirect(url_for(TAB, cohort_id=cohort_id, _anchor=f"b-{meeting_id}"), 303)


@blueprint.route("/meeting/<meeting_id>/edit", methods=["GET", "POST"])
def edit(meeting_id: str) -> Answer:
    """Show the form for a meeting, and keep what comes back."""
    viewer, service = current_viewer(), use(PlanningService)
    if request.method == "GET":
        form = service.form_of(viewer, meeting_id)
        return _form(form, form.draft, {})
    draft = draft_from(request.form)
    try:
        cohort_id = service.change(viewer, meeting_id, draft)
    except Incomplete as incomplete:
        return _form(service.form_of(viewer, meeting_id), draft, incomplete.problems), 422
    return redirect(url_for(TAB, cohort_id=cohort_id, _anchor=f"b-{meeting_id}"), 303)


@blueprint.post("/meeting/<meeting_id>/<any(off, on):how>")
def call_off(meeting_id: str, how: str) -> Answer:
    """Call a meeting off, or let it take place after all."""
    cohort_id = use(PlanningService).call_off(current_viewer(), meeting_id, off=how == "off")
    return redirect(url_for(TAB, cohort_id=cohort_id, _anchor=f"b-{meeting_id}"), 303)


@blueprint.route("/meeting/<meeting_id>/attendance", methods=["GET", "POST"])
def attendance(meeting_id: str) -> Answer:
    """Show who was at a meeting, and keep the marks that differ from those that the form was shown with.

    Of each participant the form says `state-<enrolment>`, `hours-…`, `reason-…`, and `was-…`: all three as they were shown.
    `all=present` marks everybody of whom nothing is known.
    """
    viewer = current_viewer()
    if request.method == "GET":
        return _attendance(meeting_id, {})
    try:
        changed = use(MarkingService).mark(viewer, meeting_id, _marks())
        if request.form.get("all") == "present":
            changed += use(MarkingService).all_present(viewer, meeting_id)
    except Incomplete as incomplete:
        return _attendance(meeting_id, incomplete.problems), 422
    return redirect(url_for("meetings.attendance", meeting_id=meeting_id, kept=changed), 303)


@blueprint.get("/cohort/<cohort_id>/attendance.csv")
def attendance_csv(cohort_id: str) -> Answer:
    """Give the attendance of all meetings as a file for a spreadsheet."""
    text = use(AttendanceFiles).export(current_viewer(), cohort_id)
    return _file(text.encode(), "text/csv", "presentie.csv")


@blueprint.post("/cohort/<cohort_id>/attendance")
def take_in(cohort_id: str) -> Answer:
    """Keep the attendance that a file (`file`) says."""
    sent = request.files.get("file")
    text = sent.stream.read().decode("utf-8-sig", "replace") if sent is not None else ""
    try:
        changed = use(AttendanceFiles).take_in(current_viewer(), cohort_id, text)
    except Incomplete as incomplete:
        return _overview(cohort_id, incomplete.problems), 422
    return redirect(url_for(TAB, cohort_id=cohort_id, read=changed, _anchor="uren"), 303)


def _overview(cohort_id: str, problems: dict[str, Words] | None = None) -> str:
    page = use(MeetingsService).page(current_viewer(), cohort_id)
    read = request.args.get("read", type=int)
    return show("overview.html", page.place, TAB, folder="meetings", page=page, problems=problems or {}, read=read)


def _form(form: MeetingForm, draft: MeetingDraft, problems: dict[str, Words]) -> str:
    return show("meeting.html", form.place, TAB, folder="meetings", form=form, draft=draft, problems=problems)


def _attendance(meeting_id: str, problems: dict[str, Words]) -> str:
    page = use(AttendanceService).page(current_viewer(), meeting_id)
    typed = request.form if problems else {}
    kept = request.args.get("kept", type=int)
    return show("attendance.html", page.place, TAB, folder="meetings", page=page, problems=problems, typed=typed, kept=kept)


def _marks() -> list[Mark]:
    """Return what the form says of those of whom it says something else than it was shown with."""
    form = request.form
    marks = []
    for name in form:
        if name.startswith("was-"):
            who = name.removeprefix("was-")
            mark = Mark(who, form.get(f"state-{who}", ""), form.get(f"hours-{who}", ""), form.get(f"reason-{who}", ""))
            if f"{mark.state}|{mark.hours}|{mark.reason}" != form[name]:
                marks.append(mark)
    return marks


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
