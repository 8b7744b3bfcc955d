"""What Prometheus' and Alertmanager's own checks say of our files."""

from pathlib import Path

import pytest
from pydantic import HttpUrl

from components._common.endpoint import Endpoint
from components.monitoring.render import alertmanager_yml, prometheus_yml
from tests.components.monitoring.test_render import ENGINE, NODES, settings
from tests.components.programs import run

pytestmark = pytest.mark.images

COMPONENTS = Path(__file__).parents[3] / "components"
AREAS = sorted(path.parent.name for path in COMPONENTS.glob("*/alerts_test.yaml"))
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


@pytest.mark.parametrize("area", AREAS)
def test_alert_rules_are_right(area: str) -> None:
    files = {f"/etc/hft/{name}": (COMPONENTS / area / name).read_text() for name in ("alerts.yaml", "alerts_test.yaml")}
    check = run("prometheus", ["promtool", "check", "rules", "--lint-fatal", "/etc/hft/alerts.yaml"], files)
    assert check.status == 0, check.output

    ended = run("prometheus", ["promtool", "test", "rules", "/etc/hft/alerts_test.yaml"], files)
    assert ended.status == 0, ended.output
