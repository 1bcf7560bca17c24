"""The room's pages: native work, for trainers and its makers."""

from flask import Blueprint

from lti_tool.moodle import native_views

blueprint = Blueprint("moodle", __name__, template_folder="templates")
native_views.add_to(blueprint)
