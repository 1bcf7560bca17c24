"""The issuer's pages of certificates: the list, the dossier, and a page before each deed that says what it will do."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.certificates.forms import FORMS, private
from lti_tool.config import Settings
from lti_tool.console.csv_file import as_csv
from lti_tool.console.deeds import Deed, Given, IssuerDeeds
from lti_tool.console.dossiers import CertificateDossier, Dossiers
from lti_tool.console.listing import LONGEST_SEARCH, CertificateListing, Status, Wanted
from lti_tool.console.paging import Mark, Where
from lti_tool.console.presenting import show
from lti_tool.console.sealed import SealedSearch
from lti_tool.console.words import DEEDS, HAPPENED, STATES, STATUSES, problem_words
from lti_tool.errors import Invalid, NotFound, Words
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only
from lti_tool.training.service import Issuer

Answer = str | tuple[str, int] | BaseResponse
TAB = "console.certificates"
ENDING = Fresh(_l("een certificaat intrekken of wissen"), only={"deed": (Deed.REVOKE, Deed.ERASE)})
_NARROWING = ("q", "training", "cohort", "status")


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/certificates")(certificates)
    blueprint.post("/console/certificates")(search)
    blueprint.get("/console/certificates.csv")(certificates_csv)
    blueprint.get("/console/certificates/<award_id>")(dossier)
    blueprint.get("/console/certificates/<award_id>/file/<certificate_id>/<form>")(file)
    blueprint.get("/console/certificates/<award_id>/<deed>")(before)
    blueprint.post("/console/certificates/<award_id>/<deed>")(do)


@staff_only(Role.ISSUER)
def certificates() -> str:
    """List dossiers (`q`, a sealed search; `training`, `cohort`, `status`; a page begins at `after` or ends at `before`)."""
    wanted, listing = _wanted(), use(CertificateListing)
    where = Where(Mark.read(request.args.get("after")), Mark.read(request.args.get("before")))
    kept = {name: value for name in _NARROWING if (value := request.args.get(name))}
    return show(
        "certificates.html",
        TAB,
        page=listing.page(wanted, where),
        count=listing.count(wanted),
        choices=listing.choices(),
        wanted=wanted,
        kept=kept,
        states=STATES,
        statuses=STATUSES,
        problem_words=problem_words,
    )


@staff_only(Role.ISSUER)
def search() -> Answer:
    """Lead to what was looked for (`search`, `training`, `cohort`, `status`)."""
    wanted = " ".join(request.form.get("search", "").split())[:LONGEST_SEARCH]
    kept: dict[str, Any] = {name: value for name in _NARROWING if (value := request.form.get(name))}
    if wanted:
        kept["q"] = use(SealedSearch).seal(wanted)
    return redirect(url_for(TAB, **kept), 303)


@staff_only(Role.ISSUER)
def certificates_csv() -> BaseResponse:
    """Give the list as a file for a spreadsheet, made while it is sent; that somebody took it stands in the audit trail."""
    use(Dossiers).exported(current_staff())
    lines = as_csv(use(CertificateListing).all(_wanted()), use(Settings).base_url)
    answer = Response(stream_with_context(lines), mimetype="text/csv")
    return private(answer, f"{_('certificaten')}.csv")


@staff_only(Role.ISSUER)
def dossier(award_id: str) -> Answer:
    """Show a dossier; the number of a certificate leads to its dossier."""
    found = use(Dossiers).find(award_id)
    if found != award_id:
        return redirect(url_for("console.dossier", award_id=found), 303)
    done = request.args.get("done")
    return show(
        "dossier.html",
        TAB,
        page=use(Dossiers).show(award_id, current_staff()),
        issuer=use(Issuer).name,
        states=STATES,
        deeds=DEEDS,
        happened=HAPPENED,
        problem_words=problem_words,
        done=DEEDS[Deed(done)].done if done in list(Deed) else None,
    )


@staff_only(Role.ISSUER)
def file(award_id: str, certificate_id: str, form: str) -> Answer:
    """Give a form of a certificate, whether it is shared or not; that somebody took it stands in the audit trail."""
    if form not in FORMS:
        raise NotFound("no such form")
    return FORMS[form](use(Dossiers).certificate(award_id, certificate_id, current_staff()))


@staff_only(Role.ISSUER, fresh=ENDING)
def before(award_id: str, deed: str) -> Answer:
    """Say what a deed will do, and ask for what it needs."""
    wanted, page = _deed(deed), use(Dossiers).show(award_id, current_staff())
    if wanted not in page.deeds:
        return redirect(url_for("console.dossier", award_id=award_id), 303)
    return _asking(page, wanted, {"name": _name_for(page)})


@staff_only(Role.ISSUER, fresh=ENDING)
def do(award_id: str, deed: str) -> Answer:
    """Do it (`reason`, `name`, `sure`; `seen` and `certificate` say what the form was about)."""
    member, form, wanted = current_staff(), request.form, _deed(deed)
    given = Given(
        certificate_id=form.get("certificate", ""),
        reason=form.get("reason", ""),
        name=form.get("name", ""),
        sure=form.get("sure") == "1",
    )
    try:
        use(IssuerDeeds).do(wanted, award_id, form.get("seen", 0, int), given, member)
    except Invalid as problem:
        page = use(Dossiers).show(award_id, member)
        if problem.field is None or wanted not in page.deeds:
            raise
        words = _("Zet een vinkje als je het zeker weet.") if problem.field == "sure" else problem.explanation
        return _asking(page, wanted, form.to_dict(), {problem.field: words}), 422
    return redirect(url_for("console.dossier", award_id=award_id, done=deed), 303)


def _deed(name: str) -> Deed:
    if name not in list(Deed):
        raise NotFound("no such deed")
    return Deed(name)


def _asking(
    page: CertificateDossier, deed: Deed, typed: Mapping[str, str], problems: Mapping[str, Words] | None = None
) -> str:
    return show(
        "deed.html",
        TAB,
        page=page,
        deed=deed,
        said=DEEDS[deed],
        typed=typed,
        problems=problems or {},
        issuer=use(Issuer).name,
    )


def _name_for(page: CertificateDossier) -> str:
    """Return the name that the form begins with: what the holder asks for, else what the certificate says."""
    present = page.present
    if present is None:
        return ""
    return present.wanted_name or (present.snapshot.name if present.snapshot else "")


def _wanted() -> Wanted:
    status = request.args.get("status", "")
    if status and status not in list(Status):
        raise NotFound("no such status")
    return Wanted(
        search=use(SealedSearch).open(request.args.get("q")),
        training_key=request.args.get("training", ""),
        cohort_id=request.args.get("cohort", ""),
        status=Status(status) if status else None,
    )
