"""The design sheet: every macro once, with invented people. For development, tests and the documentation's pictures."""

from flask import Blueprint, abort, current_app, g, render_template, request

from lti_tool.web.states import STATE_NAMES

_SURFACES = ("frame", "page")
_THEMES = ("light", "dark")


def design_sheet() -> str:
    """Show the sheet. Query: ``surface`` (frame, page) and ``theme`` (light, dark)."""
    if not (current_app.debug or current_app.testing):
        abort(404)
    theme = request.args.get("theme")
    if theme in _THEMES:
        g.theme = theme
    surface = request.args.get("surface")
    return render_template("design.html", surface=surface if surface in _SURFACES else "frame", state_names=STATE_NAMES)


def register_design_sheet(blueprint: Blueprint) -> None:
    """Add the route of the sheet; it answers 404 unless the application is in debug or test mode."""
    blueprint.add_url_rule("/design", view_func=design_sheet, endpoint="design")
