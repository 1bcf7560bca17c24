"""Dynamic registration: a one-time token, Moodle's required members and refusals, and its 200 answer."""

import json
from typing import Any

import jwt
from flask import Blueprint, Response, jsonify, request

from .faults import Service
from .launches import REGISTRATION_TOKEN_LIFE
from .models import Json, Registration, ToolState
from .scopes import GRADE_SYNC_AND_COLUMNS, MEMBERSHIP, TOOL_CONFIGURATION, granted
from .wire import ServiceRefused, html_page, service, the_school

bp = Blueprint("registration", __name__)

_REQUIRED = (
    "client_name",
    "jwks_uri",
    "initiate_login_uri",
    "redirect_uris",
    "response_types",
    "token_endpoint_auth_method",
    TOOL_CONFIGURATION,
)
_KNOWN_CLAIMS = ("sub", "iss", "name", "family_name", "given_name", "email")


def _refuse(reason: str, status: int = 400) -> ServiceRefused:
    phrase = {400: "Bad Request", 401: "Unauthorized"}[status]
    return ServiceRefused(status, phrase, reason, body=reason, content_type="text/html; charset=utf-8")


@bp.route("/lti/registration", methods=["GET", "POST", "PUT"])
@service(Service.REGISTRATION)
def register() -> Response:
    """Register the tool whose one-time token came along; the tool is then pending until the admin activates it."""
    if not the_school().personality.registering.dynamic:
        raise html_page("there is no dynamic registration here", 404)
    client_id = _token()
    if request.method == "PUT":
        raise _refuse("Unsupported operation")
    if request.method == "GET":
        raise html_page("there is nothing registered with this token yet", 404)
    asked = _body()
    tool = _checked(asked)
    school = the_school()
    if not school.spend(f"registration {client_id}", keep=REGISTRATION_TOKEN_LIFE * 2):
        raise _refuse("token_already_used", 401)
    claims = [str(claim) for claim in tool.get("claims", [])]
    custom = {str(key): str(value) for key, value in tool.get("custom_parameters", {}).items()}
    deep_link = next((m for m in tool.get("messages", []) if m.get("type") == "LtiDeepLinkingRequest"), None)
    target = tool.get("target_link_uri") or f"https://{tool['domain']}"
    with school.changing():
        registration = school.register_tool(
            asked["client_name"],
            login_url=asked["initiate_login_uri"],
            redirect_uris=asked["redirect_uris"],
            target_link_uri=target,
            deep_link_uri=(deep_link.get("target_link_uri") or target) if deep_link else None,
            jwks_url=asked["jwks_uri"],
            client_id=client_id,
            scopes=granted(str(asked.get("scope", "")).split()),
            claims_asked=[claim for claim in _KNOWN_CLAIMS if claim in claims],
            custom=custom,
            state=ToolState.PENDING,
        )
        registration.domain = tool["domain"]
        registration.description = str(tool.get("description", ""))
        registration.logo_uri = str(asked.get("logo_uri", ""))
    return jsonify(_answer(registration, deep_link is not None))


def _token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise _refuse("missing_registration_token", 401)
    school = the_school()
    for key in school.keys.keys:
        try:
            claims = jwt.decode(
                token,
                key.private.public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            continue
        if claims.get("scope") != "reg" or claims.get("exp", 0) <= school.now().timestamp():
            raise html_page("the registration token has expired or is for something else", 404)
        if school.registration_of(str(claims["sub"])) is not None:
            raise _refuse("token_already_used", 401)
        return str(claims["sub"])
    raise html_page("the registration token was not signed by this school", 404)


def _body() -> Json:
    if request.mimetype != "application/json":
        raise html_page("a registration request is JSON", 404)
    try:
        asked = json.loads(request.get_data())
    except ValueError:
        raise html_page("the registration request is no JSON", 404) from None
    if not isinstance(asked, dict):
        raise html_page("the registration request is no JSON object", 404)
    return asked


def _checked(asked: Json) -> Json:
    for name in _REQUIRED:
        if not asked.get(name):
            raise _refuse(f"missing required attribute {name}")
    types = asked["response_types"]
    if not isinstance(types, list):
        raise html_page("response_types must be an array", 404)
    if "id_token" not in types:
        raise _refuse("invalid_response_types")
    uris = asked["redirect_uris"]
    if not isinstance(uris, list) or not all(_is_url(uri) for uri in uris):
        raise _refuse("invalid_redirect_uris")
    if asked["token_endpoint_auth_method"] != "private_key_jwt":  # noqa: S105 - the name of a method
        raise _refuse("invalid_token_endpoint_auth_method")
    if asked.get("application_type", "web") != "web":
        raise _refuse("invalid_application_type")
    if "grant_types" in asked and not {"client_credentials", "implicit"} <= set(asked["grant_types"]):
        raise _refuse("invalid_grant_types")
    for name in ("jwks_uri", "initiate_login_uri"):
        if not _is_url(asked[name]):
            raise _refuse(f"invalid_{name}")
    tool = asked[TOOL_CONFIGURATION]
    if not isinstance(tool, dict) or not tool.get("domain"):
        raise _refuse("missing_domain")
    target = tool.get("target_link_uri")
    if "://" in tool["domain"] or "/" in tool["domain"]:
        raise _refuse("invalid_domain")
    if target is not None and (not _is_url(target) or target.split("/")[2] != tool["domain"]):
        raise _refuse("domain_targetlinkuri_mismatch")
    messages = tool.get("messages", [])
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise _refuse("invalid_messages")
    if not isinstance(tool.get("claims", []), list) or not isinstance(tool.get("custom_parameters", {}), dict):
        raise _refuse("invalid_tool_configuration")
    return tool


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value.split("/")) >= 3


def _answer(registration: Registration, deep_linking: bool) -> dict[str, Any]:
    # Moodle's scope list still names lineitem when only scores were granted: trust the launch and the token.
    scopes = [*reversed(GRADE_SYNC_AND_COLUMNS)] if len(registration.scopes) >= 3 else []
    if MEMBERSHIP in registration.scopes:
        scopes.append(MEMBERSHIP)
    told = the_school().personality.registering.tells_deployment
    tool: dict[str, Any] = {
        "version": "1.3.0",
        **({"deployment_id": registration.deployment_id} if told else {}),
        "target_link_uri": registration.target_link_uri,
        "domain": registration.domain,
        "description": registration.description,
    }
    if deep_linking:
        message = {"type": "LtiDeepLinkingRequest", "target_link_uri": registration.deep_link_uri}
        tool["messages"] = [message]
    if registration.custom:
        # Moodle cuts these at the second "="; the launch carries the whole value.
        tool["custom_parameters"] = {key: value.partition("=")[0] for key, value in registration.custom.items()}
    tool["claims"] = registration.claims
    return {
        "client_id": registration.client_id,
        "response_types": ["id_token"],
        "jwks_uri": registration.jwks_url,
        "initiate_login_uri": registration.login_url,
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": registration.redirect_uris,
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": registration.name,
        "logo_uri": registration.logo_uri,
        "scope": " ".join(scopes),
        TOOL_CONFIGURATION: tool,
    }
