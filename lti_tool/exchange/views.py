"""The room's addresses: what the cohort shares, one piece, sharing and reacting. Who may see what is in `access`."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.courses import consents
from lti_tool.errors import Words
from lti_tool.exchange import directory_views, shelf_views
from lti_tool.exchange.news import VisitService
from lti_tool.exchange.overview import OverviewService
from lti_tool.exchange.pieces import PieceService
from lti_tool.exchange.reactions import LONGEST_REACTION, ReactionService
from lti_tool.exchange.sharing import LONGEST_QUESTION, SharingService
from lti_tool.launch.sessions import Viewer, current_viewer
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.presenting import show
from lti_tool.training.sending import send
from lti_tool.web.looking import is_looked_at

blueprint = Blueprint("exchange", __name__, template_folder="templates")
blueprint.add_app_template_global(consents, "consents")  # type: ignore[arg-type]  # a module is as good as a function
directory_views.add_to(blueprint)
shelf_views.add_to(blueprint)

Answer = str | tuple[str, int] | BaseResponse
TAB = "exchange.overview"


@blueprint.get("/cohort/<cohort_id>/exchange")
def overview(cohort_id: str) -> Answer:
    """Show what the cohort shares; from then on that is not new any more."""
    viewer = current_viewer()
    page = use(OverviewService).overview(viewer, cohort_id)
    if is_looked_at():
        use(VisitService).note(cohort_id, viewer.person_id)
    return show("overview.html", page.place, TAB, folder="exchange", page=page)


@blueprint.get("/cohort/<cohort_id>/exchange/assignment/<key>")
def assignment(cohort_id: str, key: str) -> Answer:
    """Show all that is shared for an assignment, `?page=` by page."""
    number = request.args.get("page", 1, type=int)
    page = use(OverviewService).assignment(current_viewer(), cohort_id, key, number)
    return show("assignment.html", page.place, TAB, folder="exchange", page=page)


@blueprint.route("/cohort/<cohort_id>/assignment/<key>/share", methods=["GET", "POST"])
def share(cohort_id: str, key: str) -> Answer:
    """Show what would be shared, and share it (`question`, and the `mark` of what was seen)."""
    viewer = current_viewer()
    problems: dict[str, Words] = {}
    if request.method == "POST":
        question, mark = request.form.get("question", ""), request.form.get("mark", "")
        try:
            piece_id = use(SharingService).share(viewer, cohort_id, key, question, mark)
            return redirect(url_for("exchange.piece", piece_id=piece_id, shared=1), 303)
        except Incomplete as incomplete:
            problems = incomplete.problems
        except Moved as moved:
            problems = {"share": moved.explanation}
    page = use(SharingService).page(viewer, cohort_id, key)
    shown = show(
        "share.html",
        page.place,
        TAB,
        folder="exchange",
        page=page,
        problems=problems,
        question=request.form.get("question", page.question),
        longest=LONGEST_QUESTION,
        withdrawn=bool(request.args.get("withdrawn")),
    )
    return (shown, 422) if problems else shown


@blueprint.get("/exchange/piece/<piece_id>")
def piece(piece_id: str) -> Answer:
    """Show a shared piece with its reactions."""
    return _piece(current_viewer(), piece_id, {})


@blueprint.get("/exchange/piece/<piece_id>/file/<file_id>")
def file(piece_id: str, file_id: str) -> Response:
    """Send a file of a shared piece, as a download that no browser opens by itself."""
    return send(use(PieceService).download(current_viewer(), piece_id, file_id))


@blueprint.post("/exchange/piece/<piece_id>/withdraw")
def withdraw(piece_id: str) -> Answer:
    """Take a piece back."""
    cohort_id, key = use(SharingService).withdraw(current_viewer(), piece_id)
    return redirect(url_for("exchange.share", cohort_id=cohort_id, key=key, withdrawn=1), 303)


@blueprint.post("/exchange/piece/<piece_id>/react")
def react(piece_id: str) -> Answer:
    """Say something of a piece (`kind`, `text`)."""
    viewer = current_viewer()
    try:
        reaction_id = use(ReactionService).react(
            viewer, piece_id, request.form.get("kind", ""), request.form.get("text", "")
        )
    except Incomplete as incomplete:
        return _piece(viewer, piece_id, incomplete.problems)
    except Moved as moved:
        return _piece(viewer, piece_id, {"text": moved.explanation})
    return redirect(url_for("exchange.piece", piece_id=piece_id, _anchor=f"r-{reaction_id}"), 303)


@blueprint.post("/exchange/reaction/<reaction_id>/<any(remove, hide, show):what>")
def change_reaction(reaction_id: str, what: str) -> Answer:
    """Take one's own reaction back, hide one, or show it again."""
    service = use(ReactionService)
    change = {"remove": service.take_back, "hide": service.hide, "show": service.show}[what]
    piece_id = change(current_viewer(), reaction_id)
    return redirect(url_for("exchange.piece", piece_id=piece_id, _anchor="reacties"), 303)


def _piece(viewer: Viewer, piece_id: str, problems: dict[str, Words]) -> Answer:
    page = use(PieceService).page(viewer, piece_id)
    shown = show(
        "piece.html",
        page.place,
        TAB,
        folder="exchange",
        page=page,
        problems=problems,
        kind=request.form.get("kind", ""),
        typed=request.form.get("text", ""),
        longest=LONGEST_REACTION,
        just_shared=bool(request.args.get("shared")),
    )
    return (shown, 422) if problems else shown
