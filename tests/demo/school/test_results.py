"""Results against the recordings: what the gradebook shows a tool."""

from datetime import datetime

import requests

from tests.demo.conftest import World, recording
from tests.demo.school.test_scores import post, score
from tests.demo.scripted_tool import AGS

RESULTS = {case["case"]: case for case in recording("ags-results")}
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"


def results(world: World, accept: str = RESULTS_TYPE, **query: str) -> requests.Response:
    """Read the results of the world's line item."""
    url = world.school.lineitem_url(world.item, "results")
    return requests.get(url, params=query, headers=world.bearer() | {"Accept": accept}, timeout=5)


def test_results_have_the_recorded_shape(world: World) -> None:
    post(world, score(world, scoreGiven=0))
    answer = results(world)
    recorded = RESULTS["results zero-score user 13"]
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    row, theirs = answer.json()[0], recorded["body"][0]
    assert list(row) == list(theirs)
    assert row["resultScore"] == theirs["resultScore"] == 0
    assert row["userId"] == world.teacher.id
    assert datetime.fromisoformat(row["timestamp"]).tzinfo is not None


def test_results_of_one_person_and_of_nobody(world: World) -> None:
    post(world, score(world))
    post(world, score(world, userId=world.colleague.id, scoreGiven=70, comment="Sterk"))
    assert len(results(world).json()) == 2
    one = results(world, user_id=world.colleague.id).json()
    assert [(row["resultScore"], row["comment"]) for row in one] == [(70, "Sterk")]
    assert results(world, user_id="99999").json() == RESULTS["results user_id unknown"]["body"]


def test_a_row_may_lack_the_score(world: World) -> None:
    post(world, score(world, scoreGiven=None, scoreMaximum=None, gradingProgress="Pending", comment="x"))
    assert list(results(world).json()[0]) == ["id", "userId"]
    assert any(list(row) == ["id", "userId"] for row in RESULTS["results all"]["body"])


def test_results_refuse_limit_json_and_missing_scope_as_recorded(world: World) -> None:
    answer = results(world, limit="5")
    assert answer.status_code == RESULTS["results limit=5"]["status"] == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert results(world, accept="application/json").status_code == RESULTS["results Accept json"]["status"] == 400
    assert results(world, accept="*/*").status_code == 200
    url = world.school.lineitem_url(world.item, "results")
    assert requests.get(url, headers=world.bearer(f"{AGS}score"), timeout=5).status_code == 401
    assert requests.post(url, headers=world.bearer(), timeout=5).status_code == 405
