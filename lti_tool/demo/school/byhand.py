"""Tools that are made known without dynamic registration: by the fields of a form, or by a JSON configuration (Canvas)."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from .models import Registration
from .scopes import ALL_SCOPES

if TYPE_CHECKING:
    from .state import School

_LIMIT = 1_000_000
_DEEP_LINKING = "LtiDeepLinkingRequest"
_NAMED = ("name_only", "public")


class NotRegistered(Exception):
    """What was given makes no tool; the message says what is wrong, for the log."""


def by_form(school: "School", fields: Mapping[str, str]) -> Registration:
    """Register the tool of a form: its ``name``, ``login_url``, ``redirect_uri`` and ``jwks_url``.

    Raises:
        NotRegistered: one of them is missing or no address.
    """
    name = fields.get("name", "").strip()
    if not name:
        raise NotRegistered("name is missing")
    redirect_uri = _address(fields, "redirect_uri")
    return school.register_tool(
        name,
        login_url=_address(fields, "login_url"),
        redirect_uris=[redirect_uri],
        deep_link_uri=redirect_uri,
        jwks_url=_address(fields, "jwks_url"),
    )


def by_configuration(school: "School", url: str, redirect_uri: str) -> Registration:
    """Register the tool that the JSON at ``url`` describes; the redirect URI stands in the form beside it.

    Raises:
        NotRegistered: the configuration cannot be fetched, or is not in Canvas's shape.
    """
    told = _fetch(_address({"url": url}, "url"))
    for name in ("title", "description"):
        if not isinstance(told.get(name), str) or not told[name]:
            raise NotRegistered(f"{name} is missing")
    extension = next((one for one in _objects(told, "extensions") if one.get("platform") == "canvas.instructure.com"), None)
    if extension is None or not isinstance(extension.get("settings"), dict):
        raise NotRegistered("there is no extension of canvas.instructure.com with settings")
    placements = _objects(extension["settings"], "placements")
    deep = next((one for one in placements if one.get("message_type") == _DEEP_LINKING), None)
    scopes, custom = told.get("scopes", []), told.get("custom_fields", {})
    if not isinstance(scopes, list) or not isinstance(custom, dict):
        raise NotRegistered("scopes is no list, or custom_fields no object")
    target = _address(told, "target_link_uri")
    return school.register_tool(
        told["title"],
        login_url=_address(told, "oidc_initiation_url"),
        redirect_uris=[_address({"redirect_uri": redirect_uri}, "redirect_uri")],
        target_link_uri=target,
        deep_link_uri=str(deep.get("target_link_uri") or target) if deep else None,
        jwks_url=_address(told, "public_jwk_url"),
        scopes=[scope for scope in scopes if scope in ALL_SCOPES],
        claims_asked=None if extension.get("privacy_level") in _NAMED else ["iss", "sub"],
        custom={str(name): str(value) for name, value in custom.items()},
    )


def _fetch(url: str) -> dict[str, Any]:
    try:
        with requests.get(url, timeout=5, allow_redirects=False, stream=True) as answer:
            content = answer.raw.read(_LIMIT + 1, decode_content=True)
            told = json.loads(content) if answer.status_code == 200 and len(content) <= _LIMIT else None
    except (requests.RequestException, ValueError, OSError) as error:
        raise NotRegistered(f"{url}: {type(error).__name__}") from error
    if not isinstance(told, dict):
        raise NotRegistered(f"{url} gave no JSON object")
    return told


def _objects(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _address(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    address = value.strip() if isinstance(value, str) else ""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotRegistered(f"{name} is missing or no address")
    return address
