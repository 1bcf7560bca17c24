"""The room's pages: the connection, for a school's administrator; which activities count, for trainers; native work."""

from flask import Blueprint

from lti_tool.moodle import mapping_views, native_views, site_views

blueprint = Blueprint(
    "moodle", __name__, template_folder="templates", static_folder="static", static_url_path="/static/moodle"
)
mapping_views.add_to(blueprint)
native_views.add_to(blueprint)
site_views.add_to(blueprint)
