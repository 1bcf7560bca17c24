"""The issuer's pages of people: find somebody, see, give a copy of everything, erase."""

from typing import Any

from flask import Blueprint, Response, redirect, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.certificates.forms import private
from lti_tool.console.listing import LONGEST_SEARCH
from lti_tool.console.paging import Mark, Where
from lti_tool.console.people import PeopleDesk
from lti_tool.console.presenting import show
from lti_tool.console.sealed import SealedSearch
from lti_tool.console.words import LINK_OBSTACLES, STATES
from lti_tool.linking.desk import LinkDesk
from lti_tool.privacy.erasing import ErasingService
from lti_tool.privacy.exporting import OwnCopyService
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only
from lti_tool.web.locales import locale

Answer = str | tuple[str, int] | BaseResponse
TAB = "console.people"
ERASING = Fresh(_l("iemand wissen"))


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/people")(people)
    blueprint.post("/console/people")(search_people)
    blueprint.get("/console/people/<person_id>")(person)
    blueprint.post("/console/people/<person_id>/copy")(copy_of_person)
    blueprint.get("/console/people/<person_id>/erase")(before_erasing)
    blueprint.post("/console/people/<person_id>/erase")(erase_person)


@staff_only(Role.ISSUER)
def people() -> str:
    """Show whom a search finds (`q`, sealed; a page begins at `after` or ends at `before`)."""
    search = use(SealedSearch).open(request.args.get("q"))
    where = Where(Mark.read(request.args.get("after")), Mark.read(request.args.get("before")))
    kept = {"q": request.args["q"]} if search else {}
    return show("people.html", TAB, page=use(PeopleDesk).find(search, where), search=search, kept=kept)


@staff_only(Role.ISSUER)
def search_people() -> Answer:
    """Lead to whom was looked for (`search`)."""
    wanted = " ".join(request.form.get("search", "").split())[:LONGEST_SEARCH]
    kept: dict[str, Any] = {"q": use(SealedSearch).seal(wanted)} if wanted else {}
    return redirect(url_for(TAB, **kept), 303)


@staff_only(Role.ISSUER)
def person(person_id: str) -> str:
    """Show somebody; that stands in the audit trail."""
    page = use(PeopleDesk).show(person_id, current_staff())
    return show(
        "person.html",
        TAB,
        page=page,
        links=use(LinkDesk).of(person_id),
        obstacles=LINK_OBSTACLES,
        states=STATES,
        done=request.args.get("done"),
    )


@staff_only(Role.ISSUER)
def copy_of_person(person_id: str) -> Answer:
    """Give everything that is kept about somebody, made while it is sent; that stands in the audit trail."""
    made = use(OwnCopyService).package(person_id, locale())
    use(PeopleDesk).exported(person_id, current_staff())
    answer = Response(stream_with_context(made.chunks), mimetype="application/zip", direct_passthrough=True)
    return private(answer, made.file_name)


@staff_only(Role.ISSUER, fresh=ERASING)
def before_erasing(person_id: str) -> Answer:
    """Say what erasing will do."""
    return _asking(person_id)


@staff_only(Role.ISSUER, fresh=ERASING)
def erase_person(person_id: str) -> Answer:
    """Erase somebody from everything (`sure`); again changes nothing."""
    if request.form.get("sure") != "1":
        return _asking(person_id, _("Zet een vinkje als je het zeker weet.")), 422
    member = current_staff()
    use(ErasingService).erase(person_id, member.name, staff_id=member.id)
    return redirect(url_for("console.person", person_id=person_id, done="erased"), 303)


def _asking(person_id: str, problem: str = "") -> str:
    page = use(PeopleDesk).show(person_id, current_staff())
    return show("person_erase.html", TAB, page=page, problems={"sure": problem} if problem else {})
