"""Form fields of this room, checked."""

from urllib.parse import urlsplit

from lti_tool.errors import Invalid, Words


def text_field(name: str, value: str, longest: int, explanation: Words | None = None) -> str:
    """Return a line of text without spaces around it.

    Args:
        explanation: for the page with the field, when it is wrong.

    Raises:
        Invalid: it is empty, longer than `longest` characters, or holds control characters; `field` is `name`.
    """
    text = value.strip()
    if not text or len(text) > longest or not text.isprintable():
        raise Invalid(f"{name}: expected 1 to {longest} printable characters", explanation=explanation, field=name)
    return text


def is_issuer(text: str) -> bool:
    """Return whether a text can be the name of an issuer: an address without query and fragment (OpenID Connect Core, 2)."""
    try:
        parts = urlsplit(text)
        port_ok = parts.port != 0
    except ValueError:
        return False
    plain = not parts.query and not parts.fragment and "@" not in parts.netloc
    return parts.scheme in ("https", "http") and bool(parts.hostname) and port_ok and plain
