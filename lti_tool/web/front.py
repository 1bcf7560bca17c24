"""The page at the address itself: for whoever types it in, it says what this is and where the way in is."""

from flask import Blueprint, current_app, render_template, url_for

LEADS_TO = {"sign_in": "signin.sign_in", "verify": "verification.page"}
"""Public pages of the rooms above, by the name that the template has for them, as far as the application has them."""


def front_page() -> str:
    """Say what this is. It is public, and leads to nothing that is not."""
    there = current_app.view_functions
    return render_template("front.html", **{name: url_for(page) for name, page in LEADS_TO.items() if page in there})


def register_front_page(blueprint: Blueprint) -> None:
    """Add the route of the page."""
    blueprint.add_url_rule("/", view_func=front_page, endpoint="front")
