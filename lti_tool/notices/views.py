"""The addresses of notices: what is new in a cohort, opening one, and counting all as read."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.launch.sessions import current_viewer
from lti_tool.notices import mail_views
from lti_tool.notices.addresses import MailService
from lti_tool.notices.book import NoticeBook
from lti_tool.notices.wording import notice_icon, notice_words
from lti_tool.registry import use
from lti_tool.training.presenting import show
from lti_tool.web.looking import is_looked_at

blueprint = Blueprint("notices", __name__, template_folder="templates")
mail_views.add_to(blueprint)
for words in (notice_icon, notice_words):
    blueprint.add_app_template_global(words)

TAB = "notices.overview"


@blueprint.get("/cohort/<cohort_id>/news")
def overview(cohort_id: str) -> str:
    """Show what is new for this person; from then on it counts as read."""
    viewer, mail = current_viewer(), use(MailService)
    page = use(NoticeBook).page(viewer, cohort_id, reads=is_looked_at())
    refused = mail.offered and mail.refused(viewer.person_id)
    account = viewer.maybe_account_id is not None
    shown = {"page": page, "mail": mail.offered, "refused": refused, "account": account}
    return show("overview.html", page.place, TAB, folder="notices", **shown)


@blueprint.get("/notice/<notice_id>")
def open_notice(notice_id: str) -> BaseResponse:
    """Lead to what a notice is about, which counts as read from then on."""
    target = use(NoticeBook).open(current_viewer(), notice_id, reads=is_looked_at())
    return redirect(url_for(target.endpoint, **target.values), 303)


@blueprint.post("/cohort/<cohort_id>/news/read")
def read_all(cohort_id: str) -> BaseResponse:
    """Count all as read."""
    use(NoticeBook).read_all(current_viewer(), cohort_id)
    return redirect(url_for("training.home", cohort_id=cohort_id), 303)
