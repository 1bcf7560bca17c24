"""Platform storage: the hidden frames that keep values for tools, and the page where the admin sets how that goes."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..sessions import check_form, needs_admin, tool_origin
from ..storage import Answers, StorageOptions, Subjects
from ..texts import t
from ..wire import the_school

bp = Blueprint("storage", __name__)


@bp.app_context_processor
def rules() -> dict[str, Any]:
    """Give the pages what their script goes by."""
    return {"storage_rules": _rules}


def _rules() -> dict[str, Any]:
    school = the_school()
    tools = {tool_origin(tool) for tool in list(school.registrations.values())}
    return school.storage.rules(sorted(tools))


@bp.get("/lti/storage")
def frame() -> str:
    """The hidden frame that keeps values, where the options name one."""
    return render_template("school/storage_frame.html", place=the_school().storage.frame)


@bp.get("/lti/storage/impostor")
def impostor() -> str:
    """The page that answers in the school's place, when it is asked for at another origin."""
    g.framed_by = the_school().url
    return render_template("school/storage_frame.html", place="impostor")


@bp.get("/admin/storage")
@needs_admin
def show() -> str:
    """What is offered, and how."""
    options = the_school().storage
    return render_template("school/storage_admin.html", options=options, subjects=list(Subjects), answers=list(Answers))


@bp.post("/admin/storage")
@needs_admin
def change() -> Response:
    """Set what is offered."""
    check_form()
    form = request.form
    try:
        the_school().storage = StorageOptions(
            offered="offered" in form,
            frame=form.get("frame", "").strip(),
            at_login="at_login" in form,
            at_launch="at_launch" in form,
            capabilities="capabilities" in form,
            subjects=Subjects(form.get("subjects", "")),
            put=Answers(form.get("put", "")),
            get=Answers(form.get("get", "")),
            impostor=form.get("impostor", "").strip(),
        )
    except ValueError:
        flash(t("Zo kan de opslag niet. Kijk het kader en het andere adres na."), "bad")
    else:
        flash(t("De instelling is bewaard."), "ok")
    return redirect(url_for("storage.show"))
