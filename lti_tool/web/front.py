"""The page at the address itself: for whoever types it in, it says what this is and where the way in is."""

from flask import Blueprint, render_template


def front_page() -> str:
    """Say what this is. It is public, and leads to nothing that is not."""
    return render_template("front.html")


def register_front_page(blueprint: Blueprint) -> None:
    """Add the route of the page."""
    blueprint.add_url_rule("/", view_func=front_page, endpoint="front")
