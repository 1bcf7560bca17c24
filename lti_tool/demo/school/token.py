"""The token endpoint: client_credentials with a signed client assertion (private_key_jwt), strict where Moodle is lax.

Moodle checks neither iss, aud nor jti; the specification does, so this school does. Moodle's answers have its own shapes:
200 with a JSON body under ``text/html``, errors always 400, and invalid JSON for an unknown key id. Others use OAuth's.
"""

import json
import secrets
from datetime import timedelta

import jwt
from flask import Blueprint, Response, request

from .faults import Service
from .models import Json, Registration
from .toolkeys import KeysUnreachable, UnknownKey
from .wire import ServiceRefused, html_page, service, the_school, tool_keys

bp = Blueprint("token", __name__)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_LIFE = 3600
_HTML = "text/html; charset=utf-8"


_CODES = ("invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type")


def _refuse(error: str, detail: str) -> ServiceRefused:
    if the_school().personality.tokens.own_words:
        return ServiceRefused(400, "Bad Request", detail, body=f'{{\n  "error" : "{error}"\n}}', content_type=_HTML)
    code = error if error in _CODES else "invalid_client"
    body = json.dumps({"error": code, "error_description": detail})
    return ServiceRefused(400, "Bad Request", detail, body=body, content_type="application/json")


@bp.route("/lti/token", methods=["GET", "POST"])
@service(Service.TOKEN)
def token() -> Response:
    """Give an access token for the scopes asked, as far as the tool has them."""
    school = the_school()
    form = request.form
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
        raise _refuse("invalid_request", "the token request is a form-urlencoded POST")
    assertion, asked = form.get("client_assertion", ""), form.get("scope", "").split()
    if not assertion or not asked:
        raise _refuse("invalid_request", "client_assertion and scope are required")
    if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION_TYPE:
        raise _refuse("unsupported_grant_type", "grant_type is client_credentials, with a jwt-bearer assertion")
    registration = _client(assertion)
    _verify(registration, assertion)
    scopes = [scope for scope in asked if scope in registration.scopes]
    if not scopes:
        raise _refuse("invalid_scope", "none of the scopes asked was granted to this tool")
    access = secrets.token_hex(16)
    with school.lock:
        now = school.now().timestamp()
        school.tokens = {key: value for key, value in school.tokens.items() if value[2] > now - TOKEN_LIFE}
        school.tokens[access] = (registration.id, frozenset(scopes), now + TOKEN_LIFE)
    body = {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIFE, "scope": " ".join(scopes)}
    if school.personality.tokens.own_words:
        return Response(json.dumps(body, indent=2, separators=(",", " : ")), content_type=_HTML)
    return Response(json.dumps(body), content_type="application/json")


def _client(assertion: str) -> Registration:
    try:
        unverified = jwt.decode(assertion, options={"verify_signature": False, "verify_exp": False})
    except jwt.InvalidTokenError:
        raise _refuse("invalid_request", "client_assertion is not a JWT") from None
    subject = unverified.get("sub")
    if not isinstance(subject, str) or not subject:
        raise _refuse("invalid_request", "the assertion has no sub")
    registration = the_school().registration_of(subject)
    if registration is None:
        raise _refuse("invalid_client", "sub is no client id of this school")
    return registration


def _verify(registration: Registration, assertion: str) -> None:
    school = the_school()
    try:
        claims: Json = tool_keys().decode(registration, assertion)
    except KeysUnreachable as error:
        raise html_page(f"the tool's keys cannot be fetched: {error}", 404) from error
    except UnknownKey as error:
        raise _refuse('"kid" invalid, unable to lookup correct key', f"unknown key id {error}") from error
    except jwt.InvalidSignatureError as error:
        raise _refuse("Signature verification failed", "the signature does not fit the key of this kid") from error
    except jwt.InvalidTokenError as error:
        raise _refuse(f"error/Error: {error}", str(error)) from error
    now = int(school.now().timestamp())
    for name in ("exp", "iat"):
        if not isinstance(claims.get(name), int):
            raise _refuse("invalid_request", f"the assertion has no {name} in whole seconds")
    if claims["exp"] <= now:
        raise _refuse("Expired token", "the assertion has expired")
    for name in ("iat", "nbf"):
        if isinstance(claims.get(name), int) and claims[name] > now:
            raise _refuse(f"Cannot handle token with {name} prior to now", f"{name} lies in the future")
    if claims["exp"] - claims["iat"] > 3600:
        raise _refuse("invalid_client", "the assertion is valid for more than an hour")
    if claims.get("iss") != registration.client_id:
        raise _refuse("invalid_client", "iss must be the client id, like sub")
    audience = school.token_audience or f"{school.url}/lti/token"
    if isinstance(claims.get("aud"), list) and not school.personality.tokens.audience_lists:
        raise ServiceRefused(500, "Internal Server Error", "aud is a list, which breaks this service")
    if claims.get("aud") not in (audience, [audience]):
        raise _refuse("invalid_client", "aud must be the token address alone")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise _refuse("invalid_client", "the assertion has no jti")
    if not school.spend(f"jti {registration.id} {jti}", keep=timedelta(hours=1, minutes=5)):
        raise _refuse("invalid_client", "jti was used before")
