"""The issuer's did:web and the addresses that stand in a credential, all made from the installation's base address.

did:web: host, a port as `%3A`, path segments joined by colons; the document is at `/.well-known/did.json`, or at
`<path>/did.json` where the base address has a path (did:web method, 2.5.2).
"""

from urllib.parse import quote, urlsplit


def issuer_did(base_url: str) -> str:
    """Return the did:web of an installation: `did:web:icc.example.org`, `did:web:localhost%3A8401`.

    Raises:
        ValueError: no http(s) address with a host, or one with a user name in it.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("a base address is http(s)://host, without a user name")
    segments = [quote(segment, safe="") for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", quote(parts.netloc.lower(), safe=""), *segments])


def did_document_path(base_url: str) -> str:
    """Return where the DID document has to be served, as a path on the host."""
    path = urlsplit(base_url).path.strip("/")
    return f"/{path}/did.json" if path else "/.well-known/did.json"


def method_id(base_url: str, kid: str) -> str:
    """Return the DID URL of a key: what a Data Integrity proof names as its `verificationMethod`."""
    return f"{issuer_did(base_url)}#{kid}"


def key_url(base_url: str, kid: str) -> str:
    """Return where one key is served as a single JWK: the `kid` of a VC-JWT (Open Badges 3.0, 8.2.3)."""
    return f"{base_url}/keys/{kid}.jwk"


def status_list_url(base_url: str, number: int) -> str:
    """Return where a status list is served, which is also its id."""
    return f"{base_url}/status/{number}"


def achievement_url(base_url: str, key: str, version: int) -> str:
    """Return where an achievement is served, which is also its id; it never changes for a version."""
    return f"{base_url}/achievements/{key}/v{version}"


def achievement_image_url(base_url: str, key: str, version: int, language: str) -> str:
    """Return where the badge of an achievement is served as PNG, with its words in one language."""
    return f"{achievement_url(base_url, key, version)}/{language}.png"


def hosted_url(base_url: str, certificate_id: str) -> str:
    """Return where the hosted Open Badges 2.0 assertion of a certificate is served, which is also its id."""
    return f"{base_url}/ob2/assertions/{certificate_id}"
