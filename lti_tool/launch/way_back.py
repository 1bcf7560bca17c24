"""The way back to the course, for somebody whose launch was refused."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.courses.words import reduce_locale
from lti_tool.launch.addresses import is_web_address
from lti_tool.platforms.service import PlatformInfo

_PRESENTATION = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
_LONGEST_TOKEN = 100_000
_LONGEST = 2000


@dataclass(frozen=True)
class WayBack:
    """Where the course is, and in which language the reader is there; None: the token does not say."""

    course_url: str | None = None
    locale: str | None = None


def way_back(id_token: str, platform: PlatformInfo) -> WayBack:
    """Return what a token says of where its reader came from.

    The token need not hold: it may be old, used, or signed by nobody. So the address leads to a page of the registered
    platform or nowhere, and only whoever brought the token sees it.
    """
    presentation = _presentation(id_token)
    url, locale = presentation.get("return_url"), presentation.get("locale")
    return WayBack(
        url if isinstance(url, str) and _is_at(url, platform) else None,
        reduce_locale(locale) if isinstance(locale, str) else None,
    )


def _presentation(id_token: str) -> dict[str, Any]:
    if len(id_token) > _LONGEST_TOKEN or id_token.count(".") != 2:
        return {}
    part = id_token.split(".")[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))[_PRESENTATION]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_at(url: str, platform: PlatformInfo) -> bool:
    if len(url) > _LONGEST or not is_web_address(url, allow_http=True):
        return False
    there = urlsplit(url)
    for framer in platform.framers:
        scheme, _, host = framer.partition("://")
        wanted = host.removeprefix("*")
        same = there.netloc.lower().endswith(wanted) if host.startswith("*.") else there.netloc.lower() == wanted
        if scheme == there.scheme and same:
            return True
    return False
