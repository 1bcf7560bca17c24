"""The answer to a deep-linking request: a signed message with content items (Deep Linking 2.0, 3 and 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt

from lti_tool.clock import Clock
from lti_tool.ids import new_id
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformInfo

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LIFE = timedelta(minutes=5)


@dataclass(frozen=True)
class LineItemWish:
    """The column that should come with an item. `score_maximum`: Moodle takes whole numbers from 1 to 100 only."""

    score_maximum: int
    resource_id: str
    tag: str
    label: str


@dataclass(frozen=True)
class ContentItem:
    """One resource link to place in the course."""

    title: str
    text: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItemWish | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as an `ltiResourceLink` (Deep Linking 2.0, 3.2)."""
        item: dict[str, Any] = {
            "type": "ltiResourceLink",
            "title": self.title,
            "text": self.text,
            "url": self.url,
            "custom": dict(self.custom),
        }
        if self.line_item is not None:
            item["lineItem"] = {
                "label": self.line_item.label,
                "scoreMaximum": self.line_item.score_maximum,
                "resourceId": self.line_item.resource_id,
                "tag": self.line_item.tag,
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
        """Return the signed message for the form field `JWT`.

        Args:
            settings: the claim `deep_linking_settings` of the request; its `data` goes back exactly, absent stays absent.
            items: what was chosen; empty for cancel.
            message, error: for the user, where the platform shows them (Moodle does not).
        """
        now, key = self._clock(), self._keys.signing_key()
        claims: dict[str, Any] = {
            # Moodle looks the tool up by `iss` and wants the client id there.
            "iss": platform.client_id,
            "aud": platform.issuer,
            "iat": int((now - timedelta(seconds=platform.profile.assertion_backdate_seconds)).timestamp()),
            "exp": int((now + LIFE).timestamp()),
            "nonce": new_id(),
            f"{LTI}message_type": "LtiDeepLinkingResponse",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": deployment_id,
            f"{DL}content_items": [item.to_json() for item in items],
        }
        for name, value in (("data", settings.get("data")), ("msg", message), ("errormsg", error)):
            if value is not None:
                claims[f"{DL}{name}"] = value
        return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})
