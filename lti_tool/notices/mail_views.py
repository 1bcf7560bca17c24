"""The addresses of mail: choosing it inside the training, and what its links lead to, for whoever has no session."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.courses import consents
from lti_tool.errors import NotFound, SessionExpired, Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.notices.addresses import MailService
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete
from lti_tool.training.presenting import show
from lti_tool.web.csrf import csrf_exempt

Answer = str | tuple[str, int] | BaseResponse
TAB = "notices.overview"

blueprint = Blueprint("mail", __name__, template_folder="templates")
blueprint.add_app_template_global(consents, "consents")  # type: ignore[arg-type]  # a module is as good as a function


def add_to(own: Blueprint) -> None:
    """Add the pages inside the training to the room's blueprint."""
    own.add_url_rule("/cohort/<cohort_id>/mail", view_func=mail, methods=["GET", "POST"])


def mail(cohort_id: str) -> Answer:
    """Show how somebody's mail stands, and change it.

    The form says what (`action`): ``ask`` for a code to an ``address``, ``confirm`` it by the ``code``, ``choose`` by kind,
    or ``forget`` all.
    """
    viewer, service = current_viewer(), use(MailService)
    problems: dict[str, Words] = {}
    if request.method == "POST":
        action = request.form.get("action", "")
        try:
            if action == "ask":
                service.ask(viewer, cohort_id, request.form.get("address", ""))
            elif action == "confirm":
                service.confirm(viewer, cohort_id, request.form.get("code", ""))
            elif action == "choose":
                service.choose(viewer, cohort_id, request.form)
            elif action == "forget":
                service.forget(viewer, cohort_id)
            else:
                raise NotFound("no such action")
            done = action if action in ("confirm", "choose", "forget") else None
            return redirect(url_for("notices.mail", cohort_id=cohort_id, done=done), 303)
        except Incomplete as incomplete:
            problems = incomplete.problems
    page = service.page(viewer, cohort_id)
    shown = show(
        "mail.html",
        page.place,
        TAB,
        folder="notices",
        page=page,
        problems=problems,
        typed=request.form.get("address", ""),
        done=request.args.get("done", ""),
    )
    return (shown, 422) if problems else shown


@blueprint.get("/mail/to/<cohort_id>")
def arrive(cohort_id: str) -> Answer:
    """Lead from a mail to what is new; without a session, say how to come there."""
    try:
        current_viewer()
    except SessionExpired:
        if g.get("sign_in_url"):
            raise
        again = url_for("signin.sign_in", next=url_for("mail.arrive", cohort_id=cohort_id))
        return render_template("notices/arrive.html", surface="page", width="narrow", sign_in_url=again)
    return redirect(url_for("notices.overview", cohort_id=cohort_id), 303)


@blueprint.get("/mail/off/<off_key>")
def off(off_key: str) -> str:
    """Ask whether somebody wants no mail any more: programs open the links of a mail by themselves, so nothing changes."""
    return render_template("notices/off.html", surface="page", width="narrow", off_key=off_key, done=False)


@blueprint.post("/mail/off/<off_key>")
@csrf_exempt
def turn_off(off_key: str) -> str:
    """End somebody's mail, by the button or by a mail program (RFC 8058, which sends no token and no cookie)."""
    use(MailService).off(off_key)
    return render_template("notices/off.html", surface="page", width="narrow", off_key=off_key, done=True)
