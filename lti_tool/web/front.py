"""The page at the address itself: for whoever types it in, it says what this is and where the way in is."""

from flask import Blueprint, current_app, render_template, url_for

SIGN_IN = "signin.sign_in"


def front_page() -> str:
    """Say what this is. It is public, and leads to nothing that is not."""
    there = SIGN_IN in current_app.view_functions
    return render_template("front.html", sign_in=url_for(SIGN_IN) if there else None)


def register_front_page(blueprint: Blueprint) -> None:
    """Add the route of the page."""
    blueprint.add_url_rule("/", view_func=front_page, endpoint="front")
