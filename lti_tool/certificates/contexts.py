"""The JSON-LD contexts of a credential: bundled with openbadgeslib, pinned here, never fetched.

A proof covers what the contexts make of the JSON, and one address has been seen to serve different contexts over time;
so the very documents are pinned by their SHA-256.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from openbadgeslib.ob3.contexts import document_loader, load_context

from lti_tool.certificates.problems import NotConformant

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
"""Defines the type of `credentialSchema`; without it that type would be no address and no verifier accept it."""

PINNED = {
    CREDENTIALS: "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",
    OPEN_BADGES: "04b1136ddc4eda9a8966bc7ef182789f233a26739473140ef75d6968c29a2966",
    EXTENSIONS: "15f4c347c6fe4380d9b6b93795859e33747ef48d5c55b91a71c52fb51c7bcbd7",
}
"""SHA-256 of each context as JSON with sorted keys and no spaces."""


def fingerprint(context: object) -> str:
    """Return the SHA-256 of a context document, whatever its white space."""
    return hashlib.sha256(json.dumps(context, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@cache
def offline_loader() -> Callable[..., dict[str, Any]]:
    """Return the loader for a JSON-LD processor: the bundled contexts and nothing else.

    Raises:
        NotConformant: a bundled context is not the one that was pinned.
    """
    for url, pin in PINNED.items():
        if fingerprint(load_context(url)) != pin:
            raise NotConformant(f"the bundled context {url} is not the one this version signs with")
    loader: Callable[..., dict[str, Any]] = document_loader()
    return loader
