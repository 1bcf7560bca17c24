"""The way back to the course, for somebody whose launch was refused."""

import base64
import binascii
import json
from urllib.parse import urlsplit

from lti_tool.launch.addresses import is_web_address
from lti_tool.platforms.service import PlatformInfo

_PRESENTATION = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
_LONGEST_TOKEN = 100_000
_LONGEST = 2000


def way_back(id_token: str, platform: PlatformInfo) -> str | None:
    """Return where a token says that its reader came from; None when it does not say, or says somewhere else.

    The token need not hold: it may be old, used, or signed by nobody. So the address leads to a page of the registered
    platform or nowhere, and only whoever brought the token sees it.
    """
    if len(id_token) > _LONGEST_TOKEN or id_token.count(".") != 2:
        return None
    part = id_token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        url = claims[_PRESENTATION]["return_url"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    return url if isinstance(url, str) and _is_at(url, platform) else None


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
