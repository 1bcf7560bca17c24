"""The badge: an image of the achievement, with the certificate inside it (Open Badges 3.0, 5.3; Open Badges 2.0, baking).

The PNG carries two forms: the VC-JWT under `openbadgecredential`, and the hosted Open Badges 2.0 assertion under
`openbadges`, for platforms that know no newer one. The image itself shows no name, so it is the same for everybody.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

from openbadgeslib.baking import ITXT_KEYWORD, ITXT_KEYWORD_OB3, SVG_ELEMENT_OB3, SVG_NS_OB3, bake_png, bake_svg

from lti_tool.certificates.typesetting import typesetter

PNG_SIDE = 600
"""Pixels."""


@dataclass(frozen=True, slots=True)
class BadgeWords:
    """What stands on a badge, in one language."""

    heading: str
    """Such as `Certificaat`."""
    achievement: str
    issuer: str
    language: str

    @property
    def title(self) -> str:
        """The image in words, for who cannot see it."""
        return f"{self.heading} {self.achievement}, {self.issuer}"


def plain_png(words: BadgeWords) -> bytes:
    """Return the badge as PNG of 600 pixels square with nothing in it."""
    return _drawn(words, "png")


def baked_png(words: BadgeWords, token: str, assertion: str) -> bytes:
    """Return the badge as PNG with a certificate in it.

    Args:
        words: what it shows.
        token: the credential as VC-JWT.
        assertion: the hosted Open Badges 2.0 assertion, as JSON.
    """
    with_assertion: bytes = bake_png(_drawn(words, "png"), assertion, keyword=ITXT_KEYWORD)
    baked: bytes = bake_png(with_assertion, token, keyword=ITXT_KEYWORD_OB3)
    return baked


def baked_svg(words: BadgeWords, token: str) -> bytes:
    """Return the badge as SVG with a certificate in it; an SVG has room for one form, so it is the newer one.

    Args:
        words: what it shows.
        token: the credential as VC-JWT.
    """
    baked: bytes = bake_svg(_drawn(words, "svg"), token, element=SVG_ELEMENT_OB3, namespace=SVG_NS_OB3)
    return baked


@lru_cache(maxsize=32)
def _drawn(words: BadgeWords, form: Literal["png", "svg"]) -> bytes:
    data = {
        "heading": words.heading,
        "achievement": words.achievement,
        "issuer": words.issuer,
        "language": words.language,
    }
    image = typesetter().badge({"data": json.dumps(data, ensure_ascii=False)}, form)
    if form == "png":
        return image
    start = image.index(b">") + 1
    return image[:start] + f"<title>{escape(words.title)}</title>".encode() + image[start:]
