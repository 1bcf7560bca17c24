"""The room's pages: which activities stand for which assignments, and native work, for trainers and its makers."""

from flask import Blueprint

from lti_tool.moodle import mapping_views, native_views

blueprint = Blueprint(
    "moodle", __name__, template_folder="templates", static_folder="static", static_url_path="/static/moodle"
)
mapping_views.add_to(blueprint)
native_views.add_to(blueprint)
