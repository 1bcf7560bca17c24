"""Pages on which somebody of the staff takes a copy of what is kept of them, is erased, or is erased by an operator."""

from flask import Blueprint, Response, g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.certificates.forms import private
from lti_tool.errors import Invalid, Words
from lti_tool.privacy.exporting import OwnCopyService
from lti_tool.privacy.staff_erasing import StaffErasingService
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only
from lti_tool.signin.members import StaffService
from lti_tool.signin.sessions import StaffSessions
from lti_tool.web.locales import locale

Answer = str | tuple[str, int] | BaseResponse
OWN = Fresh(_l("jezelf wissen"))
MEMBER = Fresh(_l("een medewerker wissen"))


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.get("/account/copy.zip")(staff_copy)
    blueprint.get("/account/erase")(ask_own_erasing)
    blueprint.post("/account/erase")(erase_oneself)
    blueprint.get("/account/staff/<member_id>/erase")(ask_erasing_member)
    blueprint.post("/account/staff/<member_id>/erase")(erase_member)


@staff_only()
def staff_copy() -> BaseResponse:
    """Send everything that is kept of whoever asks, made while it is sent."""
    made = use(OwnCopyService).package_of_member(current_staff().id, locale())
    return private(Response(stream_with_context(made.chunks), mimetype="application/zip"), made.file_name)


@staff_only(fresh=OWN)
def ask_own_erasing() -> str:
    """Say what will be gone, and ask."""
    return _asking(current_staff().id)


@staff_only(fresh=OWN)
def erase_oneself() -> Answer:
    """Erase whoever asks (`sure=yes`), at once; the page that says so needs no session any more."""
    problem = _erase(current_staff().id)
    if problem is not None:
        return _asking(current_staff().id, problem), 422
    g.staff = None
    answer = Response(render_template("privacy/staff_erased.html"))
    use(StaffSessions).cookie.drop(answer)
    return answer


@staff_only(Role.OPERATOR, fresh=MEMBER)
def ask_erasing_member(member_id: str) -> str:
    """Say what will be gone of somebody, and ask."""
    return _asking(member_id)


@staff_only(Role.OPERATOR, fresh=MEMBER)
def erase_member(member_id: str) -> Answer:
    """Erase somebody of the staff (`sure=yes`)."""
    if member_id == current_staff().id:
        return redirect(url_for("privacy.ask_own_erasing"), 303)
    problem = _erase(member_id)
    if problem is not None:
        return _asking(member_id, problem), 422
    return redirect(url_for("signin.staff"), 303)


def _erase(member_id: str) -> Words | None:
    """Erase a member; return what is in the way, in words."""
    if request.form.get("sure") != "yes":
        return str(_("Zet het vinkje als je het zeker weet. Er is nog niets gewist."))
    try:
        use(StaffErasingService).erase(member_id, current_staff().id)
    except Invalid as invalid:
        return invalid.explanation
    return None


def _asking(member_id: str, problem: Words | None = None) -> str:
    line = use(StaffService).show(member_id)
    own = member_id == current_staff().id
    back = url_for("signin.account") if own else url_for("signin.member", member_id=member_id)
    return render_template("privacy/staff_erase.html", line=line, own=own, back=back, problem=problem)
