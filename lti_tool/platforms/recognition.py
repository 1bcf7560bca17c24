"""What verified launches teach about a platform: its family, its product, and where its pages are (LTI 1.3 core, 5.4.4).

A platform that was registered by hand may be registered as nobody knows what. And where many schools share one issuer
(Canvas, Blackboard), the issuer's host is not the one whose pages show us in a frame.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.orm import Session

from lti_tool.outgoing import origin
from lti_tool.platforms.models import Platform
from lti_tool.platforms.products import product_of
from lti_tool.platforms.service import PlatformInfo, info_of
from mappings.platforms import GENERIC, profile_for

MOST_ORIGINS = 5
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Shown:
    """What one verified launch says of its platform."""

    product_family_code: str = ""
    version: str = ""
    pages: Sequence[str] = ()
    """Addresses that the platform gave for its own pages, such as where to return to."""


def recognise(session: Session, platform: PlatformInfo, shown: Shown) -> None:
    """Keep what a launch tells anew, within its transaction; a launch that tells nothing new writes nothing.

    Args:
        platform: the registration as it was read for this launch.
    """
    if not _news(platform, shown):
        return
    row = session.get(Platform, platform.id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    # another launch may have told the same a moment ago
    found = _news(info_of(row), shown)
    for name, value in found.items():
        setattr(row, name, value)
    if found:
        log.info("platform.recognised", platform=row.id, family=row.family, product=row.product)


def family_of(platform: PlatformInfo, shown: Shown) -> str:
    """Return the family of a platform: the one it was registered as, unless nobody knew it and it says so itself."""
    return profile_for(shown.product_family_code).family if platform.family == GENERIC else platform.family


def _news(platform: PlatformInfo, shown: Shown) -> dict[str, Any]:
    news: dict[str, Any] = {}
    family = family_of(platform, shown)
    if family != platform.family:
        news["family"] = family
    product = product_of(shown.product_family_code, shown.version)
    if product is not None and product != platform.product:
        news["product"] = product
    known = (platform.origin.lower(), platform.auth_origin.lower(), *platform.frame_origins)
    strange = [here for here in origins_of(shown.pages) if here not in known]
    if strange and len(platform.frame_origins) < MOST_ORIGINS:
        news["frame_origins"] = [*platform.frame_origins, *strange][:MOST_ORIGINS]
    return news


def origins_of(pages: Sequence[str]) -> list[str]:
    """Return the origins of addresses, each once; what is no web address is left out."""
    found: list[str] = []
    for page in pages:
        try:
            here = origin(page).lower()
        except ValueError:
            continue
        if _ORIGIN.fullmatch(here) and here not in found:
            found.append(here)
    return found
