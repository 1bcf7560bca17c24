"""Signatures of messages to webhooks (Standard Webhooks 1.0): receivers check them with a library that is there already.

``webhook-signature`` is ``v1,`` and the base64 of HMAC-SHA256 over ``ID.TIMESTAMP.BODY``; the secret is ``whsec_`` and the
base64 of its bytes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def new_webhook_secret() -> str:
    """Return a secret, as receivers keep it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(secret: str, message_id: str, now: datetime, body: bytes) -> Mapping[str, str]:
    """Return the headers of a message.

    Args:
        secret: of the webhook, with its prefix.
        message_id: the same however often it is sent.
        now: receivers refuse what is older than some minutes.
    """
    timestamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
