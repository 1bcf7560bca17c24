"""The forms of a certificate as answers to whoever may have them: the holder, and the issuer."""

from collections.abc import Callable, Mapping

from flask import Response

from lti_tool.certificates.badges import BadgeService
from lti_tool.certificates.models import Certificate
from lti_tool.certificates.service import CertificateService
from lti_tool.errors import NotFound
from lti_tool.registry import use


def file_answer(content: str | bytes, name: str, media_type: str) -> Response:
    """Return a file to keep. Raises NotFound when there is nothing in it."""
    if not content:
        raise NotFound("the certificate has no such form any more")
    return private(Response(content, mimetype=media_type), name)


def private(answer: Response, name: str) -> Response:
    """Return an answer as a file that nobody else is given from a cache."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _pdf(certificate: Certificate) -> Response:
    document = use(CertificateService).pdf(certificate.id)
    return file_answer(document.content, f"{document.file_name}.pdf", "application/pdf")


FORMS: Mapping[str, Callable[[Certificate], Response]] = {
    "pdf": _pdf,
    "png": lambda certificate: file_answer(use(BadgeService).png(certificate.id), "badge.png", "image/png"),
    "svg": lambda certificate: file_answer(use(BadgeService).svg(certificate.id), "badge.svg", "image/svg+xml"),
    "json": lambda certificate: file_answer(certificate.credential, "certificaat.json", "application/json"),
    "jwt": lambda certificate: file_answer(certificate.jwt, "certificaat.jwt", "text/plain"),
}
