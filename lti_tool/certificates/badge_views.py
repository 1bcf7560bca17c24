"""Badges: images with the certificate inside, and the hosted Open Badges 2.0 documents that older platforms fetch."""

from flask import Blueprint, Response, jsonify

from lti_tool.certificates.badges import BadgeService
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.snapshot import Language
from lti_tool.registry import use

blueprint = Blueprint("badges", __name__)

_OPEN = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}
_GONE = 410


@blueprint.get("/c/<certificate_id>.png")
def png(certificate_id: str) -> Response:
    """Give the badge as PNG, with the credential and the Open Badges 2.0 assertion in it."""
    use(CertificateService).shared(certificate_id)
    return _image(use(BadgeService).png(certificate_id), "image/png", "no-cache")


@blueprint.get("/c/<certificate_id>.svg")
def svg(certificate_id: str) -> Response:
    """Give the badge as SVG, with the credential in it."""
    use(CertificateService).shared(certificate_id)
    return _image(use(BadgeService).svg(certificate_id), "image/svg+xml", "no-cache")


@blueprint.get("/achievements/<key>/v<int:version>/<any(nl, en):language>.png")
def achievement_image(key: str, version: int, language: str) -> Response:
    """Give the badge of an achievement; it never changes."""
    made = use(BadgeService).of_achievement(key, version, Language(language))
    return _image(made, "image/png", "public, max-age=86400")


@blueprint.get("/ob2/assertions/<certificate_id>")
def assertion(certificate_id: str) -> Response:
    """Give the hosted assertion; of a revoked certificate a word that it is, with the status the standard asks for."""
    document, holds = use(BadgeService).assertion(certificate_id)
    response = _document(jsonify(document), "no-cache")
    response.status_code = 200 if holds else _GONE
    return response


@blueprint.get("/ob2/badges/<key>/v<int:version>/<any(nl, en):language>")
def badge_class(key: str, version: int, language: str) -> Response:
    """Give the badge class of an achievement."""
    return _document(jsonify(use(BadgeService).badge_class(key, version, Language(language))))


@blueprint.get("/ob2/issuer")
def issuer() -> Response:
    """Give the issuer's profile."""
    return _document(jsonify(use(BadgeService).issuer()))


def _image(content: bytes, media_type: str, kept: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = kept
    return response


def _document(response: Response, kept: str = "public, max-age=300") -> Response:
    response.content_type = "application/ld+json"
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = kept
    return response
