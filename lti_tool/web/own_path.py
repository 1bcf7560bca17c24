"""An address to go on to that came from outside: only a path of our own, never another site's."""

import re

# browsers read a backslash as a slash and skip control characters, so both could lead to another site
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def own_path(target: str | None) -> str | None:
    """Return the path (with its query) when it surely leads to ourselves; None otherwise."""
    return target if target and _OWN_PATH.fullmatch(target) else None
