"""The room's addresses: where a placement leads, and the participant's pages. Who may see what is in `access`."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import ValidationError, validate_csrf
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import IccError, Words
from lti_tool.launch.sessions import Viewer, current_viewer
from lti_tool.registry import use
from lti_tool.training import draft_views, growth_views, staff_views, trainer_views, upload_views
from lti_tool.training.arriving import ArrivalService, Door
from lti_tool.training.assignment_page import keep_typed, seen_of, show_assignment, show_moved
from lti_tool.training.errors import FileRefused, Incomplete, Moved, StoreUnavailable, TakesNoPart
from lti_tool.training.handing_in import HandInService
from lti_tool.training.home import HomeService
from lti_tool.training.naming import FIELD, NameService
from lti_tool.training.native_words import how_done, natives_shown, said_there
from lti_tool.training.presenting import about, greeting, phase_columns, show, what_is_needed
from lti_tool.training.rich_text import rich_html
from lti_tool.training.sending import send
from lti_tool.training.service import Issuer
from lti_tool.training.uploads import fields_before_files
from lti_tool.training.work_files import WorkFileService

blueprint = Blueprint(
    "training", __name__, template_folder="templates", static_folder="static", static_url_path="/static/training"
)
trainer_views.add_to(blueprint)
draft_views.add_to(blueprint)
upload_views.add_to(blueprint)
growth_views.add_to(blueprint)
staff_views.add_to(blueprint)
blueprint.add_app_template_filter(rich_html)
for words in (how_done, natives_shown, said_there):
    blueprint.add_app_template_global(words)

Answer = str | tuple[str, int] | BaseResponse


@blueprint.get("/placement/<placement_id>")
def placement(placement_id: str) -> Answer:
    """Lead somebody from a link in the learning environment to the page that is theirs."""
    arrival = use(ArrivalService).arrive(current_viewer(), placement_id)
    key = arrival.assignment.key if arrival.assignment else None
    if arrival.door is Door.SETUP:
        return redirect(url_for("embedding.setup", placement_id=placement_id), 303)
    if arrival.door is Door.COPY:
        return redirect(url_for("embedding.copied", placement_id=placement_id), 303)
    if arrival.certificate and arrival.door in (Door.PARTICIPANT, Door.TRAINER):
        mine = arrival.door is Door.PARTICIPANT
        return redirect(url_for("awards.mine" if mine else "awards.due", cohort_id=arrival.cohort_id), 303)
    if arrival.door is Door.PARTICIPANT and key:
        return redirect(url_for("training.assignment", cohort_id=arrival.cohort_id, key=key), 303)
    if arrival.door is Door.PARTICIPANT:
        return redirect(url_for("training.home", cohort_id=arrival.cohort_id), 303)
    if arrival.door is Door.TRAINER and key:
        return redirect(url_for("training.hand_ins", cohort_id=arrival.cohort_id, key=key), 303)
    if arrival.door is Door.TRAINER:
        return redirect(url_for("training.board", cohort_id=arrival.cohort_id), 303)
    if arrival.door is Door.NOT_YET:
        return show("not_yet.html")
    return show("visitor.html", arrival=arrival)


@blueprint.get("/cohort/<cohort_id>")
def home(cohort_id: str) -> Answer:
    """Show a participant's home; a trainer who takes no part goes to the board."""
    try:
        page = use(HomeService).home(current_viewer(), cohort_id)
    except TakesNoPart:
        return redirect(url_for("training.board", cohort_id=cohort_id), 303)
    name_url = url_for("training.name", cohort_id=cohort_id)
    return show(
        "home.html",
        page.place,
        "training.home",
        page=page,
        greeting=greeting(page),
        columns=phase_columns(page.progress),
        needed=what_is_needed(page.panel, name_url, use(Issuer).name),
        name_url=name_url,
        about=about,
        issuer=use(Issuer).name,
    )


@blueprint.get("/cohort/<cohort_id>/assignment/<key>")
def assignment(cohort_id: str, key: str) -> Answer:
    """Show an assignment to a participant; a trainer who takes no part goes to what was handed in for it."""
    try:
        page = use(HomeService).assignment(current_viewer(), cohort_id, key)
    except TakesNoPart:
        return redirect(url_for("training.hand_ins", cohort_id=cohort_id, key=key), 303)
    return show_assignment(page)


@blueprint.post("/cohort/<cohort_id>/assignment/<key>")
def change_assignment(cohort_id: str, key: str) -> Answer:
    """Save a draft (`action=save`) or hand in (`action=submit`): text first, then files, then the version."""
    viewer = current_viewer()
    text, link = request.form.get("text", ""), request.form.get("link", "")
    submits = request.form.get("action") == "submit"
    try:
        problems = keep_typed(viewer, cohort_id, key, text, link, seen_of(request.form), request.form.get("html"))
        problems |= _add_files(viewer, cohort_id, key)
        if submits and not problems:
            use(HandInService).hand_in(viewer, cohort_id, key, text, link, seen_of(request.form), request.form.get("html"))
    except Incomplete as incomplete:
        problems = incomplete.problems
    except Moved as moved:
        return show_moved(viewer, cohort_id, key, moved, text, link)
    if problems:
        page = use(HomeService).assignment(viewer, cohort_id, key)
        return show_assignment(
            page, text=text, link=link, html=request.form.get("html"), problems=problems, submits=submits
        ), 422
    where = url_for("training.assignment", cohort_id=cohort_id, key=key, _anchor="ontvangst" if submits else "werk")
    return redirect(where, 303)


@blueprint.post("/cohort/<cohort_id>/assignment/<key>/file/<file_id>/remove")
def remove_file(cohort_id: str, key: str, file_id: str) -> Answer:
    """Take a file out of the draft; what was typed on the same page is saved first."""
    viewer = current_viewer()
    problems: dict[str, Words] = {}
    text, link = request.form.get("text", ""), request.form.get("link", "")
    try:
        if "text" in request.form:
            problems = keep_typed(viewer, cohort_id, key, text, link, seen_of(request.form), request.form.get("html"))
        use(WorkFileService).remove(viewer, cohort_id, key, file_id)
    except Moved as moved:
        return show_moved(viewer, cohort_id, key, moved, text, link)
    if problems:
        page = use(HomeService).assignment(viewer, cohort_id, key)
        return show_assignment(page, text=text, link=link, html=request.form.get("html"), problems=problems), 422
    return redirect(url_for("training.assignment", cohort_id=cohort_id, key=key, _anchor="bestanden"), 303)


@blueprint.get("/file/<file_id>")
def file(file_id: str) -> Answer:
    """Send a file to whoever may see it, as a download that no browser opens by itself."""
    return send(use(WorkFileService).download(current_viewer(), file_id))


@blueprint.route("/cohort/<cohort_id>/name", methods=["GET", "POST"])
def name(cohort_id: str) -> Answer:
    """Show how far the certificate is, and keep the name for it (`certificate_name`); once it is there, lead to it."""
    viewer = current_viewer()
    problems: dict[str, Words] = {}
    if request.method == "POST":
        try:
            use(NameService).confirm(viewer, cohort_id, request.form.get(FIELD, ""))
            return redirect(url_for("training.name", cohort_id=cohort_id, _anchor="naam"), 303)
        except Incomplete as incomplete:
            problems = incomplete.problems
        except Moved as moved:
            problems = {FIELD: moved.explanation}
    page = use(HomeService).name(viewer, cohort_id)
    if page.panel.card.own_url and page.panel.card.state != "erased" and not problems:
        return redirect(page.panel.card.own_url, 303)
    typed = request.form.get(FIELD, page.suggestion)
    shown = show(
        "name.html",
        page.place,
        "training.name",
        page=page,
        typed=typed,
        problems=problems,
        needed=what_is_needed(page.panel, "", use(Issuer).name),
        issuer=use(Issuer).name,
    )
    return (shown, 422) if problems else shown


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Answer | RequestEntityTooLarge:
    """Keep the text of a hand-in whose files were too much together, and say so on its own page."""
    wanted = ("training.change_assignment", "training.remove_file")
    if request.endpoint not in wanted or request.mimetype != "multipart/form-data":
        return error
    arguments = request.view_args or {}
    try:
        return _salvage(str(arguments["cohort_id"]), str(arguments["key"])) or error
    except IccError as problem:
        # Flask does not look for a handler of what is raised in a handler
        return current_app.make_response(current_app.handle_user_exception(problem))


def _salvage(cohort_id: str, key: str) -> Answer | None:
    """Return the assignment's page with the text of a form that was refused unread; None when there is no text."""
    viewer = current_viewer()
    fields = fields_before_files(request, ("csrf_token", "text", "link", "html", "revision", "page"))
    if "text" not in fields:
        return None
    text, link = fields["text"], fields.get("link", "")
    problems: dict[str, Words] = {}
    try:
        validate_csrf(fields.get("csrf_token"))
        problems = keep_typed(viewer, cohort_id, key, text, link, seen_of(fields), fields.get("html"))
    except ValidationError:
        problems["text"] = _("Je tekst is nog niet bewaard. Bewaar hem nu als concept.")
    except Moved as moved:
        return show_moved(viewer, cohort_id, key, moved, text, link)
    problems["files"] = _("Je bestanden zijn samen te groot om in één keer te sturen. Kies kleinere bestanden.")
    page = use(HomeService).assignment(viewer, cohort_id, key)
    return show_assignment(page, text=text, link=link, html=fields.get("html"), problems=problems), 413


def _add_files(viewer: Viewer, cohort_id: str, key: str) -> dict[str, Words]:
    """Add all files of the form that can be added; return what is wrong with the others."""
    refused: list[str] = []
    for upload in request.files.getlist("files"):
        if not upload.filename:
            continue
        try:
            use(WorkFileService).add(viewer, cohort_id, key, upload.filename, upload.stream)
        except (FileRefused, StoreUnavailable) as problem:
            refused.append(str(problem.explanation))
    return {"files": " ".join(refused)} if refused else {}
