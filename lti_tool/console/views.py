"""The console's pages: what waits, certificates, batches."""

from flask import Blueprint

from lti_tool.console import (
    api_views,
    batch_views,
    certificate_views,
    cohort_views,
    invite_views,
    link_views,
    operations_views,
    people_views,
    platform_views,
    queue_views,
    training_views,
)
from lti_tool.console.home import Homes
from lti_tool.console.presenting import show
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only

blueprint = Blueprint(
    "console", __name__, template_folder="templates", static_folder="static", static_url_path="/static/console"
)
certificate_views.add_to(blueprint)
batch_views.add_to(blueprint)
cohort_views.add_to(blueprint)
training_views.add_to(blueprint)
platform_views.add_to(blueprint)
invite_views.add_to(blueprint)
queue_views.add_to(blueprint)
api_views.add_to(blueprint)
operations_views.add_to(blueprint)
people_views.add_to(blueprint)
link_views.add_to(blueprint)


@blueprint.get("/console/")
@staff_only(Role.ISSUER, Role.OPERATOR)
def home() -> str:
    """Show what waits for the reader."""
    return show("home.html", "console.home", page=use(Homes).of(current_staff()))
