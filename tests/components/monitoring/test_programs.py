"""What Prometheus' and Alertmanager's own checks say of our files."""

from typing import Any

import pytest

from components._common.endpoint import Endpoint
from components._common.owner import OWNERS
from components.monitoring.render import prometheus_yml
from components.monitoring.routing import alertmanager_yml
from tests.components.monitoring.test_render import ENGINE, NODES, settings
from tests.components.monitoring.test_routing import DESKS, WORK
from tests.components.programs import run
from tests.rules import RuleFile, alert_rules, rule_files

pytestmark = pytest.mark.images

PROMETHEUS = "/etc/hft/prometheus.yml"
ALERTMANAGER = "/etc/hft/alertmanager.yml"


MAIL = {"to": ["a@x.example"], "sender": "b@x.example", "smarthost": "mail.x.example:587", "username": "hft"}
EVERY_WAY = [
    {"name": "pager", "gets": ["page"], "pagerduty": {"region": "eu"}},
    {"name": "desk", "gets": ["page", "ticket"], "slack": {}},
    {"name": "mail", "gets": ["ticket"], "email": MAIL},
    {"name": "genie", "gets": ["page"], "owners": ["trading"], "opsgenie": {}},
    {"name": "relay", "gets": ["rts6"], "webhook": {"url": "http://10.0.0.9:8080/alerts", "bearer": True}},
    {"name": "hook", "gets": ["ticket"], "webhook": {}},
]
PAST_AND_UNTIL_MIDNIGHT = {"host": "beta", "day": "2020-01-01", "start": "22:00", "end": "24:00"}
AT_WORK = {**DESKS, "maintenance": [*WORK, PAST_AND_UNTIL_MIDNIGHT]}
STORES = [
    {"name": "near", "url": "http://10.0.0.9:9009/push", "metrics": "hft_.*|(up)?|x[a-z0-9_]+:.+", "bearer": True},
    {"name": "far", "url": "https://far.example/push", "username": "desk", "shards_max": 1},
]
SECRETS = {f"/run/secrets/remote-write-{name}": "s3cret" for name in ("near", "far")}


@pytest.mark.parametrize("stores", [[], STORES], ids=["alone", "with stores"])
def test_promtool_accepts_the_configuration(stores: list[dict[str, Any]]) -> None:
    text = prometheus_yml(
        settings(remote_write=stores), "dev", [ENGINE, *NODES], [Endpoint("10.0.0.1", 19093)], replica="prometheus-0"
    )
    ended = run("prometheus", ["promtool", "check", "config", PROMETHEUS], {PROMETHEUS: text, **SECRETS})

    assert (ended.status, "SUCCESS" in ended.output) == (0, True), ended.output


def test_promtool_refuses_a_timeout_above_the_interval() -> None:
    text = prometheus_yml(settings(), "dev", [ENGINE], [], replica="prometheus-0")
    text = text.replace("scrape_timeout: 1s", "scrape_timeout: 2s")

    assert run("prometheus", ["promtool", "check", "config", PROMETHEUS], {PROMETHEUS: text}).status == 1


def test_promtool_refuses_a_store_with_two_logins() -> None:
    text = prometheus_yml(settings(remote_write=STORES[1:]), "dev", [ENGINE], [], replica="prometheus-0")
    text = text.replace("  basic_auth:", "  authorization:\n    credentials_file: /run/secrets/x\n  basic_auth:")

    assert run("prometheus", ["promtool", "check", "config", PROMETHEUS], {PROMETHEUS: text}).status == 1


@pytest.mark.parametrize(
    "told", [{}, {"receivers": EVERY_WAY, "heartbeat": {}}, DESKS, AT_WORK], ids=["nobody", "all", "desks", "work"]
)
def test_amtool_accepts_the_configuration(told: dict[str, Any]) -> None:
    text = alertmanager_yml(settings(**told))
    ended = run("alertmanager", ["amtool", "check-config", ALERTMANAGER], {ALERTMANAGER: text})

    assert ended.status == 0, ended.output


def test_amtool_refuses_a_route_to_nobody() -> None:
    text = alertmanager_yml(settings()).replace("- name: Everybody", "- name: nobody")

    assert run("alertmanager", ["amtool", "check-config", ALERTMANAGER], {ALERTMANAGER: text}).status == 1


def routed(told: dict[str, Any], alerts: list[dict[str, str]]) -> list[set[str]]:
    """Whom amtool says that each alert, by its labels, goes to."""
    asked = [" ".join(f"'{name}={value}'" for name, value in labels.items()) for labels in alerts]
    script = "\n".join(f"amtool config routes test --config.file={ALERTMANAGER} {labels}" for labels in asked)
    ended = run("alertmanager", ["sh", "-euc", script], {ALERTMANAGER: alertmanager_yml(settings(**told))})
    assert ended.status == 0, ended.output
    told = [line for line in ended.output.splitlines() if not line.startswith("Warning: --config.file flag overrides")]
    return [set(line.split(",")) for line in told]


def wanted(told: dict[str, Any], labels: dict[str, str]) -> set[str]:
    """Who has to be told by the settings, read as a person reads them."""
    if labels["severity"] == "heartbeat":
        return {"Heartbeat"}
    return {
        receiver["name"]
        for receiver in told["receivers"]
        if {labels["severity"], labels.get("reg")} & {*receiver["gets"]}
        and labels["owner"] in receiver.get("owners", OWNERS)
    }


@pytest.mark.parametrize(
    "told", [{"receivers": EVERY_WAY, "heartbeat": {}}, DESKS, AT_WORK], ids=["all", "desks", "work"]
)
def test_every_alert_goes_to_those_who_get_it(told: dict[str, Any]) -> None:
    alerts = [{"alertname": name, "host": "gamma", **rule["labels"]} for name, rule in alert_rules().items()]

    found = dict(zip(alert_rules(), routed(told, alerts), strict=True))
    assert found == {labels["alertname"]: wanted(told, labels) for labels in alerts}
    assert set() not in found.values()


def test_amtool_refuses_a_time_that_nothing_says() -> None:
    text = alertmanager_yml(settings(**AT_WORK)).replace("- name: beta-2099", "- name: other-2099")

    assert run("alertmanager", ["amtool", "check-config", ALERTMANAGER], {ALERTMANAGER: text}).status == 1


def test_an_alert_goes_where_it_should_by_its_labels() -> None:
    alerts = [
        {"severity": "page", "owner": "trading", "reg": "rts6"},
        {"severity": "page", "owner": "database"},
        {"severity": "ticket", "owner": "infrastructure"},
        {"severity": "heartbeat", "owner": "infrastructure"},
        # Of nobody whom the settings know, and with no urgency that they know: rules of a desk's own may say anything.
        {"severity": "page", "owner": "sales"},
        {"severity": "critical", "owner": "trading"},
        {"reg": "rts6"},
        {"alertname": "Anything"},
    ]

    assert routed(DESKS, alerts) == [
        {"pager", "desk", "records"},
        {"pager"},
        {"operations"},
        {"Heartbeat"},
        *({"Everybody"} for _ in range(4)),
    ]


@pytest.mark.parametrize("file", rule_files(), ids=lambda file: f"{file.area}-{file.name}")
def test_alert_rules_are_right(file: RuleFile) -> None:
    rules, tests = f"/etc/hft/{file.name}", f"/etc/hft/{file.tests.name}"
    files = {rules: file.text, tests: file.tests.read_text()}
    check = run("prometheus", ["promtool", "check", "rules", "--lint-fatal", rules], files)
    assert check.status == 0, check.output

    ended = run("prometheus", ["promtool", "test", "rules", tests], files)
    assert ended.status == 0, ended.output
