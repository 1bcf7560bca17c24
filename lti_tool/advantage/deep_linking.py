"""The answer to a deep-linking request: a signed message with content items (Deep Linking 2.0, 3 and 4).

What Moodle makes of it, measured: `iss` is the client id; a `scoreMaximum` that is no whole number, or above the site's
maximum, silently makes an activity without a grade; `msg` and `errormsg` are shown to nobody; no items is a clean cancel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.errors import Invalid
from lti_tool.ids import new_id
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformInfo

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ITEM_TYPE = "ltiResourceLink"
LIFE = timedelta(minutes=5)
LONGEST_LABEL = 255


@dataclass(frozen=True)
class LineItemWish:
    """The column that should come with an item.

    Raises:
        Invalid: the maximum is not a whole number of at least 1.
    """

    score_maximum: int
    resource_id: str
    tag: str
    label: str

    def __post_init__(self) -> None:
        if type(self.score_maximum) is not int or self.score_maximum < 1:
            raise Invalid("scoreMaximum: expected a whole number of at least 1")


@dataclass(frozen=True)
class ContentItem:
    """One resource link to place in the course."""

    title: str
    text: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItemWish | None = None

    def to_json(self, title_max: int = LONGEST_LABEL) -> dict[str, Any]:
        """Return it as an `ltiResourceLink` (Deep Linking 2.0, 3.2), its title at most `title_max` characters long."""
        item: dict[str, Any] = {
            "type": ITEM_TYPE,
            "title": _shortened(self.title, title_max),
            "text": self.text,
            "url": self.url,
            "custom": dict(self.custom),
        }
        wish = self.line_item
        if wish is not None:
            item["lineItem"] = {
                "label": _shortened(wish.label, title_max),
                "scoreMaximum": wish.score_maximum,
                "resourceId": wish.resource_id,
                "tag": wish.tag,
            }
        return item


class DeepLinkingResponse:
    """Builds the message.

    Args:
        keys: sign it.
        clock: the time.
    """

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def build(
        self,
        platform: PlatformInfo,
        deployment_id: str,
        settings: Mapping[str, Any],
        items: Sequence[ContentItem],
        *,
        message: str | None = None,
        error: str | None = None,
    ) -> str:
        """Return the signed message for the form field `JWT`. Call it in no transaction.

        Args:
            settings: the claim `deep_linking_settings` of the request; its `data` goes back exactly, absent stays absent.
            items: what was chosen; empty for cancel.
            message, error: for the user, where the platform shows them (Moodle does not).

        Raises:
            Invalid: more items, or other ones, than the platform takes.
        """
        _check(settings, items)
        now, key = self._clock(), self._keys.signing_key()
        issued = now - timedelta(seconds=platform.profile.assertion_backdate_seconds)
        claims: dict[str, Any] = {
            "iss": platform.client_id,
            "aud": platform.issuer,
            "iat": int(issued.timestamp()),
            "exp": int((issued + LIFE).timestamp()),
            "nonce": new_id(),
            f"{LTI}message_type": "LtiDeepLinkingResponse",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": deployment_id,
            f"{DL}content_items": [item.to_json(platform.profile.item_title_max) for item in items],
        }
        if "data" in settings:
            claims[f"{DL}data"] = settings["data"]
        for name, value in (("msg", message), ("errormsg", error)):
            if value:
                claims[f"{DL}{name}"] = value
        return key.sign(claims)


def _check(settings: Mapping[str, Any], items: Sequence[ContentItem]) -> None:
    types = settings.get("accept_types")
    if items and isinstance(types, list) and ITEM_TYPE not in types:
        raise Invalid("the learning environment takes no LTI links at this place")
    # optional, and some platforms send it as text; absent says nothing
    if len(items) > 1 and str(settings.get("accept_multiple", True)).lower() == "false":
        raise Invalid("the learning environment takes one item at a time at this place")


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
