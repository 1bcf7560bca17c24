"""What an assignment says to everybody: once rendered, and still in each reader's language."""

from dataclasses import replace

import pytest
from flask import Flask, g

from lti_tool.training.briefs import Brief, Briefs
from mappings.training import Assignment
from tests.training.conftest import Group
from tests.training.world import TRAININGS

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TRAINING = TRAININGS["icc-vo"]
ASSIGNMENT = TRAINING.assignment("beroepsproduct")


@pytest.fixture
def app(group: Group) -> Flask:
    return group.world.app


def brief(
    app: Flask, briefs: Briefs, locale: str = "nl", assignment: Assignment = ASSIGNMENT, *, begun: bool = False
) -> Brief:
    with app.test_request_context():
        g.locale = locale
        return briefs.of(TRAINING, assignment, begun=begun)


def test_is_rendered_once_in_each_language(app: Flask) -> None:
    briefs = Briefs()
    dutch, english = brief(app, briefs), brief(app, briefs, "en")
    assert ASSIGNMENT.goal.nl in dutch.task
    assert "Hier kijkt je trainer naar" in dutch.aid
    assert "Hier kijkt je trainer naar" not in english.aid
    assert brief(app, briefs) is dutch
    assert brief(app, briefs, "en") is english


def test_the_steps_fold_away_for_who_handed_in(app: Flask) -> None:
    briefs = Briefs()
    assert "<summary>Zo pak je het aan</summary>" in brief(app, briefs, begun=True).task
    assert "<h3>Zo pak je het aan</h3>" in brief(app, briefs).task


def test_what_an_author_wrote_is_text_and_no_html(app: Flask) -> None:
    goal = replace(ASSIGNMENT.goal, nl="<b>Doel</b> & meer")
    found = brief(app, Briefs(), assignment=replace(ASSIGNMENT, goal=goal))
    assert "&lt;b&gt;Doel&lt;/b&gt; &amp; meer" in found.task


def test_a_page_shows_it_each_time(group: Group) -> None:
    for _ in range(2):
        page = group.zoe.page(group.assignment("beroepsproduct"))
        assert page.count('<section class="icc-prose" aria-labelledby="doel">') == 1
        assert page.count('<h2 id="criteria" class="h3">') == 1
