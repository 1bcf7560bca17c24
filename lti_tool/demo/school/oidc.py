"""Discovery, keys and the authentication request: LTI 1.3's OpenID Connect side, answering as Moodle does."""

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from .faults import Service
from .launches import AuthRefused
from .personality import Personality
from .scopes import ALL_SCOPES, PLATFORM_CONFIGURATION
from .sessions import session_key, signed_in
from .wire import html_page, service, the_school

bp = Blueprint("oidc", __name__)

_VARIABLES = [
    *("Context.id", "Context.title", "Context.label", "Context.id.history", "Context.sourcedId"),
    *("Context.longDescription", "Context.timeFrame.begin", "CourseSection.title", "CourseSection.label"),
    *("CourseSection.sourcedId", "CourseSection.longDescription", "CourseSection.timeFrame.begin"),
    *("CourseSection.timeFrame.end", "ResourceLink.id", "ResourceLink.title", "ResourceLink.description"),
    *("User.id", "User.username", "Person.name.full", "Person.name.given", "Person.name.family"),
    *("Person.email.primary", "Person.sourcedId", "Membership.role", "Result.sourcedId", "BasicOutcome.url"),
    "Moodle.Person.userGroupIds",
]


@bp.get("/.well-known/openid-configuration")
@service(Service.CONFIGURATION)
def configuration() -> Response:
    """The platform's configuration, as Moodle shapes it; a platform without dynamic registration has none."""
    school = the_school()
    if not school.personality.registering.dynamic:
        raise html_page("there is no dynamic registration here", 404)
    url, variables = school.url, [name for name in _VARIABLES if name not in _unknown(school.personality)]
    audience = {"authorization_server": school.token_audience} if school.token_audience else {}
    return jsonify(
        {
            "issuer": school.issuer,
            **audience,
            "token_endpoint": f"{url}/lti/token",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": f"{url}/lti/certs",
            "authorization_endpoint": f"{url}/lti/auth",
            "registration_endpoint": f"{url}/lti/registration",
            "scopes_supported": [*ALL_SCOPES, "openid"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            PLATFORM_CONFIGURATION: {
                **school.personality.product(at_registration=True),
                "messages_supported": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
                ],
                "variables": variables,
            },
        }
    )


def _unknown(personality: Personality) -> tuple[str, ...]:
    return () if personality.context_history else ("Context.id.history",)


@bp.get("/lti/certs")
@service(Service.CERTS)
def certs() -> Response:
    """The school's public keys."""
    school = the_school()
    keys = school.keys.jwks()["keys"]
    if not school.personality.key_alg:
        keys = [{name: value for name, value in key.items() if name != "alg"} for key in keys]
    return jsonify({"keys": keys})


@bp.route("/lti/auth", methods=["GET", "POST"])
@service(Service.AUTH)
def auth() -> Response:
    """Answer an authentication request with a form that posts to the tool, or a 404 page."""
    school = the_school()
    params = {**request.args.to_dict(), **request.form.to_dict()}
    person = signed_in()
    if person is None:
        if "repost" not in request.form:
            return make_response(render_template("school/repost.html", action=url_for("oidc.auth"), fields=params))
        return _turned_away("nobody is signed in in this browser", 403)
    try:
        answer = school.launches.authenticate(params, person, session_key())
    except AuthRefused as refused:
        return _turned_away(str(refused), 404)
    if answer.refusal is not None:
        school.refuse(Service.AUTH.value, 200, answer.refusal)
    return make_response(render_template("school/autoform.html", action=answer.action, fields=answer.fields))


def _turned_away(reason: str, status: int) -> Response:
    the_school().refuse(Service.AUTH.value, status, reason)
    return make_response(render_template("school/launch_error.html", reason=reason), status)
