"""What administrators and platforms see of this room: the registration page and our public keys."""

from flask import Blueprint, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lti_tool.errors import Invalid
from lti_tool.outgoing import origin
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.registration import CLAIMS, SCOPES, PlatformConfiguration, RegistrationService
from lti_tool.platforms.service import Invitation, InviteService
from lti_tool.registry import use
from lti_tool.web.locales import locale
from mappings.platforms import Reader

blueprint = Blueprint("platforms", __name__, template_folder="templates")

CLAIM_REASONS = {
    "iss": (_l("Het adres van je leeromgeving"), _l("Om te weten bij welke school een cursus hoort.")),
    "sub": (_l("Het nummer van de gebruiker"), _l("Om te weten van wie het werk is. Meer hebben we niet nodig.")),
    "name": (
        _l("De naam"),
        _l(
            "Zodat de trainer ziet wiens werk het is. Deel je die niet, dan werkt alles ook; de trainer ziet dan een code."
        ),
    ),
}
SCOPE_REASONS = {
    "lineitem": (_l("Kolommen in de cijferlijst"), _l("Om bij elke opdracht een kolom te maken of te vinden.")),
    "lineitem.readonly": (_l("Kolommen lezen"), _l("Om te zien of de kolom er nog is.")),
    "score": (_l("Resultaten versturen"), _l("Een opdracht die akkoord is, komt vanzelf in de cijferlijst.")),
    "result.readonly": (
        _l("Resultaten teruglezen"),
        _l("Om te zien of een resultaat is aangekomen, en wat een docent zelf invulde niet te overschrijven."),
    ),
    "contextmembership.readonly": (
        _l("De deelnemers van de cursus"),
        _l("Zodat de trainer ziet wie er meedoet en nog niet is begonnen."),
    ),
}


@blueprint.get("/.well-known/jwks.json")
def jwks() -> Response:
    """Publish our public keys."""
    response = jsonify(use(KeyRing).jwks())
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/lti/register/<invite>")
def register(invite: str) -> str:
    """Show the administrator what is asked and why, before anything happens."""
    invitation, configuration = _read(invite)
    return render_template(
        "platforms/register.html",
        invitation=invitation,
        host=origin(configuration.issuer),
        claims=[CLAIM_REASONS[name] for name in CLAIMS],
        services=[SCOPE_REASONS[scope.rsplit("/", 1)[1]] for scope in SCOPES],
    )


@blueprint.post("/lti/register/<invite>")
def do_register(invite: str) -> str:
    """Register at the platform and say what to do next there."""
    invitation, configuration = _read(invite)
    info = use(RegistrationService).register(invitation, configuration, request.args.get("registration_token"))
    advice = [part.text.get(locale()) for part in info.profile.advice_for(Reader.ADMIN)]
    trainers = [part.text.get(locale()) for part in info.profile.advice_for(Reader.TRAINER)]
    return render_template("platforms/done.html", platform=info, advice=advice, trainers=trainers)


def _read(invite: str) -> tuple[Invitation, PlatformConfiguration]:
    g.brand = "ICC Bridge"
    invitation = use(InviteService).find(invite)
    url = request.args.get("openid_configuration", "")
    if not url:
        raise Invalid(
            "no openid_configuration",
            explanation=_(
                "Dit adres is bedoeld om in je leeromgeving te plakken, bij het toevoegen van een externe tool. "
                "Open het niet zelf in je browser."
            ),
        )
    configuration = use(RegistrationService).configuration(url)
    g.frame_ancestors = [origin(configuration.issuer)]
    return invitation, configuration
