"""The page that carries a form on to another site: the answer of a deep-linking request (LTI Deep Linking 2.0, 4.4)."""

from collections.abc import Mapping

from flask import g, render_template

from lti_tool.web.headers import origin_of


def auto_post(action: str, fields: Mapping[str, str], *, title: str, message: str, button: str) -> str:
    """Return a page that posts `fields` to `action` by itself; the policy of this answer lets it.

    Args:
        action: the address, http or https.
        fields: hidden fields by name, such as ``JWT``.
        title: heading of the page.
        message: what is happening, for whoever sees the page for longer.
        button: the text of the button for people without JavaScript.

    Raises:
        ValueError: the address is neither http nor https.
    """
    g.form_action = [*g.get("form_action", []), origin_of(action)]
    return render_template(
        "auto_post.html", action=action, fields=fields, heading=title, message=message, button_text=button
    )
