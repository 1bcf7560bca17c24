"""The addresses of linked accounts: what somebody has, a code, what linking comes to, linking and unlinking."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.courses import consents
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer, current_viewer
from lti_tool.linking.service import LinkService, Preview
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete
from lti_tool.training.presenting import show

blueprint = Blueprint("linking", __name__, template_folder="templates")
blueprint.add_app_template_global(consents, "consents")  # type: ignore[arg-type]  # a module is as good as a function

Answer = str | tuple[str, int] | BaseResponse
TAB = "notices.overview"


@blueprint.get("/cohort/<cohort_id>/accounts")
def accounts(cohort_id: str) -> Answer:
    """Show which accounts somebody has, and how another one is added."""
    return _page(current_viewer(), cohort_id, {}, done=request.args.get("done", ""))


@blueprint.post("/cohort/<cohort_id>/accounts/code")
def code(cohort_id: str) -> Answer:
    """Show a new code, this once."""
    viewer = current_viewer()
    try:
        made = use(LinkService).code(viewer, cohort_id)
    except Incomplete as incomplete:
        return _page(viewer, cohort_id, incomplete.problems)
    return _page(viewer, cohort_id, {}, made=made)


@blueprint.post("/cohort/<cohort_id>/accounts/look")
def look(cohort_id: str) -> Answer:
    """Tell what linking with the maker of a `code` comes to."""
    viewer, typed = current_viewer(), request.form.get("code", "")
    try:
        preview = use(LinkService).preview(viewer, cohort_id, typed)
    except Incomplete as incomplete:
        return _page(viewer, cohort_id, incomplete.problems, typed=typed)
    return _page(viewer, cohort_id, {}, typed=typed, preview=preview)


@blueprint.post("/cohort/<cohort_id>/accounts/link")
def link(cohort_id: str) -> Answer:
    """Link with the maker of a `code`."""
    viewer, typed = current_viewer(), request.form.get("code", "")
    try:
        use(LinkService).link(viewer, cohort_id, typed)
    except Incomplete as incomplete:
        return _page(viewer, cohort_id, incomplete.problems, typed=typed)
    return redirect(url_for("linking.accounts", cohort_id=cohort_id, done="link"), 303)


@blueprint.post("/cohort/<cohort_id>/accounts/unlink")
def unlink(cohort_id: str) -> Answer:
    """Take the link `link` apart; afterwards this page may be nobody's any more, so its own says that it is done."""
    viewer = current_viewer()
    try:
        use(LinkService).unlink(viewer, cohort_id, request.form.get("link", ""))
    except Incomplete as incomplete:
        return _page(viewer, cohort_id, incomplete.problems)
    return render_template("linking/unlinked.html", width="narrow")


def _page(
    viewer: Viewer,
    cohort_id: str,
    problems: dict[str, Words],
    *,
    typed: str = "",
    made: str | None = None,
    preview: Preview | None = None,
    done: str = "",
) -> Answer:
    page = use(LinkService).page(viewer, cohort_id)
    values = {"page": page, "problems": problems, "typed": typed, "made": made, "preview": preview, "done": done}
    shown = show("accounts.html", page.place, TAB, folder="linking", **values)
    return (shown, 422) if problems else shown
