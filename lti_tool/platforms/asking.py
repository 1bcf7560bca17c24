"""What the tool asks of a platform: exactly the scopes, claims and messages that it uses, each with its reason.

The page for the administrator and the registration request (LTI Dynamic Registration 1.0, 3.5) come from one list, so
that nothing is asked that was not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.platforms import scopes

TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
HISTORY: Final = "context_history"
"""Custom parameter that the platform fills with the courses that the course of a launch is a copy of."""

_NAME: Final = {"nl": "ICC Bridge: training Cultuurcoördinator VO", "en": "ICC Bridge: Culture Coordinator training"}
_DESCRIPTION: Final = {
    "nl": "Opdrachten, feedback en certificaat van de training Cultuurcoördinator VO.",
    "en": "Assignments, feedback and certificate of the training Culture Coordinator.",
}

_CUSTOM: Final = {HISTORY: "$Context.id.history"}
_CANVAS_PLACEMENTS: Final = ("course_assignments_menu", "assignment_selection", "link_selection")


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: its name in the protocol, and for people what it is and why."""

    name: str
    what: Words
    why: Words


CLAIMS: Final[Sequence[Asked]] = (
    Asked(
        "iss",
        _l("Het adres van je leeromgeving"),
        _l("Zo weet ICC Bridge van welke school iemand komt."),
    ),
    Asked(
        "sub",
        _l("Het nummer van een gebruiker in je leeromgeving"),
        _l("Zo weet ICC Bridge van wie het werk is. Aan het nummer zie je niet wie het is."),
    ),
    Asked(
        "name",
        _l("De naam van een gebruiker"),
        _l("Zo ziet de trainer van wie het werk is. Deel je de naam niet? Dan werkt alles ook, met een code als naam."),
    ),
)

SERVICES: Final[Sequence[Asked]] = (
    Asked(
        scopes.LINEITEM,
        _l("Kolommen in de cijferlijst maken en aanpassen"),
        _l("Elke opdracht krijgt een eigen kolom, alleen in cursussen waar een trainer de training plaatst."),
    ),
    Asked(
        scopes.LINEITEM_READONLY,
        _l("De eigen kolommen lezen"),
        _l("Zo maakt ICC Bridge geen kolom die er al is."),
    ),
    Asked(
        scopes.SCORE,
        _l("Resultaten in die kolommen zetten"),
        _l("Is een opdracht akkoord? Dan staat dat vanzelf in de cijferlijst."),
    ),
    Asked(
        scopes.RESULT_READONLY,
        _l("Resultaten uit die kolommen lezen"),
        _l("Zo ziet ICC Bridge of een resultaat aankwam, en blijft staan wat iemand met de hand veranderde."),
    ),
    Asked(
        scopes.MEMBERSHIP_READONLY,
        _l("De lijst van deelnemers in een cursus lezen"),
        _l("Zo ziet de trainer ook wie nog niet begonnen is."),
    ),
)

MESSAGES: Final[Sequence[Asked]] = (
    Asked(
        "LtiResourceLinkRequest",
        _l("De training openen vanuit een cursus"),
        _l("Deelnemers en trainers klikken een opdracht aan en zijn er. Een wachtwoord is niet nodig."),
    ),
    Asked(
        "LtiDeepLinkingRequest",
        _l("Opdrachten kiezen voor een cursus"),
        _l("Een trainer zet opdrachten in de eigen cursus, in één keer of een voor een."),
    ),
)

SCOPES: Final = tuple(service.name for service in SERVICES)


def registration_request(base_url: str, host: str) -> dict[str, Any]:
    """Return the body of our registration request.

    Args:
        base_url: the tool's address, without a slash at the end.
        host: its host and port: Moodle compares them with those of the target link.
    """
    launch_url = f"{base_url}/lti/launch"
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "client_name": _NAME["nl"],
        **{f"client_name#{language}": name for language, name in _NAME.items()},
        "redirect_uris": [launch_url],
        "initiate_login_uri": f"{base_url}/lti/login",
        "jwks_uri": f"{base_url}/.well-known/jwks.json",
        "logo_uri": f"{base_url}/static/icc/favicon.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": host,
            "target_link_uri": launch_url,
            "description": _DESCRIPTION["nl"],
            **{f"description#{language}": text for language, text in _DESCRIPTION.items()},
            "claims": [claim.name for claim in CLAIMS],
            "custom_parameters": dict(_CUSTOM),
            "messages": [{"type": message.name, "target_link_uri": launch_url} for message in MESSAGES],
        },
    }


def canvas_configuration(base_url: str, host: str) -> dict[str, Any]:
    """Return what a developer key of Canvas takes by its address: the same scopes, messages and claims as above.

    Its shape is Canvas's own (Instructure, "Anatomy of a JSON configuration"); the redirect URI is the key's own field.
    The menu of assignments takes several items, each with its column; a single assignment takes one; a module several.

    Args:
        base_url: the tool's address, without a slash at the end.
        host: its host and port, by which Canvas knows our links.
    """
    launch_url = f"{base_url}/lti/launch"
    placement = {"message_type": "LtiDeepLinkingRequest", "target_link_uri": launch_url, "enabled": True}
    return {
        "title": _NAME["nl"],
        "description": _DESCRIPTION["nl"],
        "oidc_initiation_url": f"{base_url}/lti/login",
        "target_link_uri": launch_url,
        "public_jwk_url": f"{base_url}/.well-known/jwks.json",
        "scopes": list(SCOPES),
        "custom_fields": dict(_CUSTOM),
        "extensions": [
            {
                "domain": host,
                "tool_id": "icc-bridge",
                "platform": "canvas.instructure.com",
                "privacy_level": "name_only",
                "settings": {
                    "text": "ICC Bridge",
                    "icon_url": f"{base_url}/static/icc/favicon.svg",
                    "selection_width": 900,
                    "selection_height": 800,
                    "placements": [{"placement": name, "text": "ICC Bridge", **placement} for name in _CANVAS_PLACEMENTS],
                },
            }
        ],
    }
