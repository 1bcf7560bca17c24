"""The pages of trainings, for whoever is of the console: what there is, and one as it is. Nothing is changed here."""

from flask import Blueprint

from lti_tool.console.presenting import show
from lti_tool.console.trainings import TrainingDesk
from lti_tool.registry import use
from lti_tool.signin.gate import Role, staff_only

TAB = "console.trainings"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/trainings")(trainings)
    blueprint.get("/console/trainings/<key>")(training)


@staff_only(Role.ISSUER, Role.OPERATOR)
def trainings() -> str:
    """List trainings with how much rests on each."""
    return show("trainings.html", TAB, found=use(TrainingDesk).list())


@staff_only(Role.ISSUER, Role.OPERATOR)
def training(key: str) -> str:
    """Show one training as its file says."""
    return show("training.html", TAB, page=use(TrainingDesk).show(key))
