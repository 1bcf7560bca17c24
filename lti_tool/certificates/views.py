"""What anybody sees: a certificate's page and forms, the issuer's keys, status lists and achievements.

No name stands in an address, a title or a preview; the pages are not indexed and send no referrer.
"""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for

from lti_tool.certificates.holder import linkedin_url
from lti_tool.certificates.issue_log import IssueLog
from lti_tool.certificates.page_parts import PageParts
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.snapshot import Language
from lti_tool.config import Settings
from lti_tool.registry import use

blueprint = Blueprint("certificates", __name__, template_folder="templates")

CREDENTIAL_TYPE = "application/vc+ld+json"
_OPEN = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}


@blueprint.get("/c/<certificate_id>")
def page(certificate_id: str) -> str | Response:
    """Say in plain words whether the certificate is valid, and what it says; machines get the credential."""
    wanted = request.accept_mimetypes.best_match(["text/html", CREDENTIAL_TYPE, "application/json", "application/jwt"])
    if wanted in (CREDENTIAL_TYPE, "application/json"):
        return credential(certificate_id)
    if wanted == "application/jwt":
        return token(certificate_id)
    g.brand = "ICC Bridge"
    g.referrer_policy = "no-referrer"
    shown = use(CertificateService).page(certificate_id)
    zone = ZoneInfo(use(Settings).time_zone)
    parts = use(PageParts).of(shown.snapshot.training_key, shown.texts)
    return render_template("certificates/page.html", page=shown, parts=parts, linkedin=linkedin_url(shown.snapshot, zone))


@blueprint.get("/c/<certificate_id>.json")
def credential(certificate_id: str) -> Response:
    """Give the Open Badges 3.0 credential with its Data Integrity proof."""
    return _open(use(CertificateService).shared(certificate_id).credential, CREDENTIAL_TYPE)


@blueprint.get("/c/<certificate_id>.jwt")
def token(certificate_id: str) -> Response:
    """Give the credential as VC-JWT; as text, because a validator broke on application/jwt."""
    return _open(use(CertificateService).shared(certificate_id).jwt, "text/plain")


@blueprint.get("/c/<certificate_id>.pdf")
def pdf(certificate_id: str) -> Response:
    """Give the sealed PDF."""
    use(CertificateService).shared(certificate_id)
    document = use(CertificateService).pdf(certificate_id)
    response = Response(document.content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{document.file_name}.pdf"'
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/.well-known/did.json")
def did() -> Response:
    """Publish the issuer's did:web document, with all keys old and new."""
    return _published(jsonify(use(CertificateService).did_document()))


@blueprint.get("/keys/jwks.json")
def jwks() -> Response:
    """Publish the issuer's public keys as one set."""
    return _published(jsonify(use(CertificateService).jwks()))


@blueprint.get("/keys/<kid>.jwk")
def jwk(kid: str) -> Response:
    """Publish one key: validators follow the `kid` of a JWT to a single JWK, not to a set."""
    return _published(jsonify(use(CertificateService).jwk(kid)))


@blueprint.get("/status/<int:number>")
def status(number: int) -> Response:
    """Publish a signed status list."""
    return _kept(_open(use(CertificateService).status_list(number).json, CREDENTIAL_TYPE))


@blueprint.get("/status/<int:number>.jwt")
def status_token(number: int) -> Response:
    """Publish a status list as VC-JWT, for verifiers that take lists in this form only."""
    return _kept(_open(use(CertificateService).status_list(number).jwt, "text/plain"))


@blueprint.get("/certificates/log")
def log() -> str:
    """Publish how long the log of issued certificates is, and the root of each day."""
    g.brand = "ICC Bridge"
    return render_template("certificates/log.html", log=use(IssueLog).published())


@blueprint.get("/certificates/log.json")
def log_json() -> Response:
    """Publish the same for machines."""
    return _published(jsonify(use(IssueLog).as_json(entries=False)))


@blueprint.get("/achievements/<key>/v<int:version>")
def achievement(key: str, version: int) -> str | Response:
    """Tell what an achievement stands for: criteria and results, for people and for machines."""
    found = use(CertificateService).achievement(key, version)
    wanted = request.accept_mimetypes.best_match(["text/html", "application/ld+json", "application/json"])
    if wanted != "text/html":
        return _published(jsonify(found.as_json))
    g.brand = "ICC Bridge"
    return render_template("certificates/achievement.html", training=found.training, version=version)


@blueprint.get("/achievements/<key>/v<int:version>/<any(nl, en):language>")
def achievement_in(key: str, version: int, language: str) -> Response:
    """Give an achievement for machines, in one language."""
    return _published(jsonify(use(CertificateService).achievement(key, version, Language(language)).as_json))


@blueprint.app_template_global()
def certificate_forms(certificate_id: str) -> list[tuple[str, str]]:
    """Return the addresses of a certificate's forms, by kind."""
    return [
        (kind, url_for(f"certificates.{endpoint}", certificate_id=certificate_id))
        for kind, endpoint in (("pdf", "pdf"), ("json", "credential"), ("jwt", "token"))
    ]


def _open(content: str, media_type: str) -> Response:
    response = Response(content, content_type=f"{media_type}; charset=utf-8" if media_type == "text/plain" else media_type)
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _published(response: Response) -> Response:
    response.headers.update(_OPEN)
    return _kept(response)
