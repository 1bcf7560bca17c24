"""Form fields of this room, checked."""

from lti_tool.errors import Invalid


def text_field(name: str, value: str, longest: int) -> str:
    """Return a line of text without spaces around it.

    Raises:
        Invalid: it is empty, longer than `longest` characters, or holds control characters; `field` is `name`.
    """
    text = value.strip()
    if not text or len(text) > longest or not text.isprintable():
        raise Invalid(f"{name}: expected 1 to {longest} printable characters", field=name)
    return text
