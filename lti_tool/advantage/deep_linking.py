"""The answer to a deep-linking request: a signed message with content items (Deep Linking 2.0, 3 and 4).

What Moodle makes of it, measured: `iss` is the client id; a `scoreMaximum` that is no whole number, or above the site's
maximum, silently makes an activity without a grade; `msg` and `errormsg` are shown to nobody; no items is a clean cancel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lti_tool.advantage.lineitems import LineItemWish, shortened
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
class ContentItem:
    """One resource link to place in the course."""

    title: str
    text: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItemWish | None = None
    own_window: bool = False
    """Whether it opens in a window of its own: where the platform shows nothing in a frame."""

    def to_json(self, title_max: int = LONGEST_LABEL) -> dict[str, Any]:
        """Return it as an `ltiResourceLink` (Deep Linking 2.0, 3.2), its title at most `title_max` characters long."""
        item: dict[str, Any] = {
            "type": ITEM_TYPE,
            "title": shortened(self.title, title_max),
            "text": self.text,
            "url": self.url,
            "custom": dict(self.custom),
        }
        if self.line_item is not None:
            item["lineItem"] = self.line_item.to_json(title_max)
        if self.own_window:
            item["window"] = {"targetName": "_blank"}
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
