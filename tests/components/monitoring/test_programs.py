"""What Prometheus' and Alertmanager's own checks say of our files."""

import pytest
from pydantic import HttpUrl

from components._common.endpoint import Endpoint
from components.monitoring.render import alertmanager_yml, prometheus_yml
from tests.components.monitoring.test_render import ENGINE, NODES, settings
from tests.components.programs import run
from tests.rules import RuleFile, rule_files

pytestmark = pytest.mark.images

PROMETHEUS = "/etc/hft/prometheus.yml"
ALERTMANAGER = "/etc/hft/alertmanager.yml"


def test_promtool_accepts_the_configuration() -> None:
    text = prometheus_yml(settings(), "dev", [ENGINE, *NODES], [Endpoint("10.0.0.1", 19093)])
    ended = run("prometheus", ["promtool", "check", "config", PROMETHEUS], {PROMETHEUS: text})

    assert (ended.status, "SUCCESS" in ended.output) == (0, True), ended.output


def test_promtool_refuses_a_timeout_above_the_interval() -> None:
    text = prometheus_yml(settings(), "dev", [ENGINE], []).replace("scrape_timeout: 1s", "scrape_timeout: 2s")

    assert run("prometheus", ["promtool", "check", "config", PROMETHEUS], {PROMETHEUS: text}).status == 1


@pytest.mark.parametrize("webhook", [None, HttpUrl("http://10.0.0.9:8080/alerts")])
def test_amtool_accepts_the_configuration(webhook: HttpUrl | None) -> None:
    text = alertmanager_yml(settings(webhook_url=webhook))
    ended = run("alertmanager", ["amtool", "check-config", ALERTMANAGER], {ALERTMANAGER: text})

    assert ended.status == 0, ended.output


def test_amtool_refuses_a_route_to_nobody() -> None:
    text = alertmanager_yml(settings()).replace("- name: operators", "- name: nobody")

    assert run("alertmanager", ["amtool", "check-config", ALERTMANAGER], {ALERTMANAGER: text}).status == 1


@pytest.mark.parametrize("file", rule_files(), ids=lambda file: f"{file.area}-{file.name}")
def test_alert_rules_are_right(file: RuleFile) -> None:
    rules, tests = f"/etc/hft/{file.name}", f"/etc/hft/{file.tests.name}"
    files = {rules: file.text, tests: file.tests.read_text()}
    check = run("prometheus", ["promtool", "check", "rules", "--lint-fatal", rules], files)
    assert check.status == 0, check.output

    ended = run("prometheus", ["promtool", "test", "rules", tests], files)
    assert ended.status == 0, ended.output
