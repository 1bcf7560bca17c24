"""The files in deploy/ name what is there: metrics, commands, settings."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from lti_tool.app import compose, create_app
from lti_tool.config import load_settings
from lti_tool.database import Database
from lti_tool.measures import MEASURES
from tests.builders import Builder
from tests.recording_jobs import RecordingJobs

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "icc-bridge.rules.yml"
CASES = DEPLOY / "prometheus" / "icc-bridge.tests.yml"
DASHBOARD = DEPLOY / "grafana" / "icc-bridge.json"
_NAME = re.compile(r"\bicc_[a-z_]+\b")
_LABELS = re.compile(r"\b(icc_[a-z_]+)\{([^}]*)\}")


@pytest.fixture
def told(sqlite_database: Database, tmp_path: Path) -> dict[str, set[str]]:
    """The names of all series that `/metrics` tells, with the labels that each may have."""
    settings = load_settings(data_dir=tmp_path, database_url=sqlite_database.url)
    parts = compose(settings, database=sqlite_database, engine=RecordingJobs())
    Builder(parts.database, parts.clock).platform()
    for measure in MEASURES:
        words = ["word"] * len(measure.labels)
        if measure.steps:
            parts.tally.time(measure, 0.1, *words)
        else:
            parts.tally.count(measure, *words)
    text = create_app(parts).test_client().get("/metrics").text
    parts.close()
    found: dict[str, set[str]] = {"icc_requests_limited_total": {"limit"}}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """All queries of the alerts and of the dashboard, with where they are from."""
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


def test_every_metric_and_label_that_is_asked_for_is_told(told: dict[str, set[str]]) -> None:
    asked = [(where, name) for where, expression in expressions() for name in _NAME.findall(expression)]
    assert len(asked) > 30
    assert [(where, name) for where, name in asked if name not in told] == []
    for where, expression in expressions():
        for name, labels in _LABELS.findall(expression):
            assert set(re.findall(r"(\w+)=", labels)) <= told[name], where
        known = set().union(*(told[name] for name in _NAME.findall(expression))) | {"instance"}
        for grouped in re.findall(r"by \(([^)]*)\)", expression):
            assert set(grouped.split(", ")) <= known, where


def test_every_metric_is_looked_at_and_documented(told: dict[str, set[str]]) -> None:
    shown = {name for _where, expression in expressions() for name in _NAME.findall(expression)}
    families = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in told if name.startswith("icc_")}
    seen = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in shown}
    assert families - seen == set()
    text = (DEPLOY.parent / "docs" / "watching.md").read_text()
    assert [name for name in sorted(families) if name not in text] == []


def test_each_alert_says_how_bad_it_is_what_it_means_and_where_to_look() -> None:
    rules: list[dict[str, Any]] = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]
        assert "for" in rule, rule["alert"]
    text = (DEPLOY.parent / "docs" / "watching.md").read_text()
    assert [rule["alert"] for rule in rules if rule["alert"] not in text] == []


def test_the_dashboards_panels_do_not_lie_over_each_other() -> None:
    places = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _y in cells) < 24


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    alerts = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    asked = [one for case in yaml.safe_load(CASES.read_text())["tests"] for one in case["alert_rule_test"]]
    assert {one["alertname"] for one in asked if one.get("exp_alerts")} == alerts
    assert {one["alertname"] for one in asked if not one.get("exp_alerts")} == alerts


def test_no_label_is_called_like_one_that_prometheus_puts_there_itself(told: dict[str, set[str]]) -> None:
    assert [name for name, labels in told.items() if labels & {"job", "instance"}] == []


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian's package prometheus) is not here")
@pytest.mark.parametrize("words", [("check", "rules", str(RULES)), ("test", "rules", str(CASES))], ids=["check", "test"])
def test_prometheus_itself_takes_the_rules_and_each_fires_when_it_should(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *words], check=False, capture_output=True, text=True)  # noqa: S603, S607
    assert done.returncode == 0, done.stdout + done.stderr
