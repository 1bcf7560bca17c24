"""``/api/v1``: each view passes the gate, has its request checked against the document, calls one service and answers.

No cookie counts here and none is set; no other origin may read the answers (no CORS headers).
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel

from lti_tool.api import schemas
from lti_tool.api.clients import READ_CERTIFICATES, READ_COHORTS, WEBHOOKS, WRITE_CERTIFICATES
from lti_tool.api.document import answers, checked, openapi_document, sent_json
from lti_tool.api.gate import client_now, scoped
from lti_tool.api.idempotency import Idempotency
from lti_tool.api.reading import ReadingService
from lti_tool.api.webhooks import WebhookService
from lti_tool.api.writing import CertificateWriter
from lti_tool.registry import use

PREFIX = "/api/v1"
blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=BaseModel)


def _with_json(view: Callable[P, R]) -> Callable[P, R]:
    @wraps(view)
    def checked_first(*args: P.args, **kwargs: P.kwargs) -> R:
        sent_json()
        return view(*args, **kwargs)

    return checked_first


@blueprint.after_request
def _for_this_client(response: Response) -> Response:
    """Let clients keep an answer, and ask whether it is still so; nobody else may keep it."""
    if request.method == "GET" and response.status_code == 200:
        response.add_etag()
        response.headers["Cache-Control"] = "private, no-cache"
        return cast(Response, response.make_conditional(request))
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="ICC Bridge"'
    return response


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Give the document of this API; it is for everybody."""
    return jsonify(openapi_document(current_app))


@blueprint.get("/cohorts")
@scoped(READ_COHORTS)
@checked.validate(query=schemas.PageQuery, resp=answers(HTTP_200=schemas.Cohorts), tags=["cohorts"])
def cohorts() -> schemas.Cohorts:
    """List the cohorts."""
    return use(ReadingService).cohorts(_query(schemas.PageQuery))


@blueprint.get("/cohorts/<cohort_id>")
@scoped(READ_COHORTS)
@checked.validate(resp=answers(names=True, HTTP_200=schemas.Cohort), tags=["cohorts"])
def cohort(cohort_id: str) -> schemas.Cohort:
    """Show one cohort."""
    return use(ReadingService).cohort(cohort_id)


@blueprint.get("/cohorts/<cohort_id>/progress")
@scoped(READ_COHORTS)
@checked.validate(query=schemas.PageQuery, resp=answers(names=True, HTTP_200=schemas.CohortProgress), tags=["cohorts"])
def progress(cohort_id: str) -> schemas.CohortProgress:
    """Tell how far each participant of a cohort is."""
    return use(ReadingService).progress(cohort_id, _query(schemas.PageQuery))


@blueprint.get("/awards")
@scoped(READ_CERTIFICATES)
@checked.validate(query=schemas.AwardsQuery, resp=answers(HTTP_200=schemas.Awards), tags=["awards"])
def awards() -> schemas.Awards:
    """List who met the award rule, and what each certificate waits for."""
    return use(ReadingService).awards(_query(schemas.AwardsQuery))


@blueprint.get("/awards/<award_id>")
@scoped(READ_CERTIFICATES)
@checked.validate(resp=answers(names=True, HTTP_200=schemas.Award), tags=["awards"])
def award(award_id: str) -> schemas.Award:
    """Show one award."""
    return use(ReadingService).award(award_id)


@blueprint.post("/awards/<award_id>/issue")
@scoped(WRITE_CERTIFICATES)
@_with_json
@checked.validate(json=schemas.IssueRequest, resp=answers(writes=True, names=True, HTTP_202=schemas.Award), tags=["awards"])
def issue(award_id: str) -> Response:
    """Have the certificate of an award made; it is there some seconds later."""
    return _once(202, lambda: use(CertificateWriter).issue(client_now(), award_id, _body(schemas.IssueRequest)))


@blueprint.get("/certificates")
@scoped(READ_CERTIFICATES)
@checked.validate(query=schemas.CertificatesQuery, resp=answers(HTTP_200=schemas.Certificates), tags=["certificates"])
def certificates() -> schemas.Certificates:
    """List the certificates."""
    return use(ReadingService).certificates(_query(schemas.CertificatesQuery))


@blueprint.get("/certificates/<certificate_id>")
@scoped(READ_CERTIFICATES)
@checked.validate(resp=answers(names=True, HTTP_200=schemas.Certificate), tags=["certificates"])
def certificate(certificate_id: str) -> schemas.Certificate:
    """Show one certificate."""
    return use(ReadingService).certificate(certificate_id)


@blueprint.post("/certificates/<certificate_id>/revoke")
@scoped(WRITE_CERTIFICATES)
@_with_json
@checked.validate(
    json=schemas.RevokeRequest,
    resp=answers(writes=True, names=True, HTTP_200=schemas.Certificate),
    tags=["certificates"],
)
def revoke(certificate_id: str) -> Response:
    """Revoke a certificate; its page and the status list say so at once."""
    return _once(200, lambda: use(CertificateWriter).revoke(client_now(), certificate_id, _body(schemas.RevokeRequest)))


@blueprint.post("/certificates/<certificate_id>/replace")
@scoped(WRITE_CERTIFICATES)
@_with_json
@checked.validate(
    json=schemas.ReplaceRequest,
    resp=answers(writes=True, names=True, HTTP_201=schemas.Certificate),
    tags=["certificates"],
)
def replace(certificate_id: str) -> Response:
    """Replace a certificate by one with another name, which is answered; the old one leads to it."""
    return _once(201, lambda: use(CertificateWriter).replace(client_now(), certificate_id, _body(schemas.ReplaceRequest)))


@blueprint.get("/webhooks")
@scoped(WEBHOOKS)
@checked.validate(resp=answers(HTTP_200=schemas.Webhooks), tags=["webhooks"])
def webhooks() -> schemas.Webhooks:
    """List the webhooks of this client."""
    return use(WebhookService).list(client_now())


@blueprint.post("/webhooks")
@scoped(WEBHOOKS)
@_with_json
@checked.validate(json=schemas.WebhookRequest, resp=answers(writes=True, HTTP_201=schemas.NewWebhook), tags=["webhooks"])
def add_webhook() -> Response:
    """Be told at an address from now on; the secret is shown only now."""
    return _once(201, lambda: use(WebhookService).add(client_now(), _body(schemas.WebhookRequest)))


@blueprint.get("/webhooks/<webhook_id>")
@scoped(WEBHOOKS)
@checked.validate(resp=answers(names=True, HTTP_200=schemas.Webhook), tags=["webhooks"])
def webhook(webhook_id: str) -> schemas.Webhook:
    """Show one webhook."""
    return use(WebhookService).show(client_now(), webhook_id)


@blueprint.delete("/webhooks/<webhook_id>")
@scoped(WEBHOOKS)
@checked.validate(resp=answers(writes=True, names=True, HTTP_204=None), tags=["webhooks"])
def remove_webhook(webhook_id: str) -> Response:
    """Be told no longer; what waits is forgotten."""
    use(WebhookService).remove(client_now(), webhook_id)
    return Response(status=204)


@blueprint.post("/webhooks/<webhook_id>/resume")
@scoped(WEBHOOKS)
@checked.validate(resp=answers(writes=True, names=True, HTTP_200=schemas.Webhook), tags=["webhooks"])
def resume_webhook(webhook_id: str) -> schemas.Webhook:
    """Send again what waits for a webhook that was paused."""
    return use(WebhookService).resume(client_now(), webhook_id)


@blueprint.get("/webhooks/<webhook_id>/deliveries")
@scoped(WEBHOOKS)
@checked.validate(query=schemas.PageQuery, resp=answers(names=True, HTTP_200=schemas.Deliveries), tags=["webhooks"])
def deliveries(webhook_id: str) -> schemas.Deliveries:
    """List the messages to a webhook, and whether they arrived."""
    return use(WebhookService).deliveries(client_now(), webhook_id, _query(schemas.PageQuery))


def _query(_kind: type[M]) -> M:
    return cast(M, request.context.query)  # type: ignore[attr-defined]  # SpecTree puts it there, checked


def _body(_kind: type[M]) -> M:
    return cast(M, request.context.json)  # type: ignore[attr-defined]  # as in `_query`


def _once(status: int, work: Callable[[], BaseModel]) -> Response:
    """Carry a write out, or give the answer of the first time when its key came before."""

    def carry_out() -> tuple[int, bytes]:
        return status, work().model_dump_json().encode()

    asked = f"{request.method} {request.path}\n{request.get_data(as_text=True)}"
    key = request.headers.get("Idempotency-Key")
    (known, body), again = use(Idempotency).once(client_now(), key, asked, carry_out)
    response = Response(body, known, mimetype="application/json")
    if again:
        response.headers["Idempotent-Replayed"] = "true"
    return response
