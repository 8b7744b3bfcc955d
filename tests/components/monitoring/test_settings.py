from typing import Any

import pytest
from pydantic import ValidationError

from components._common.ports import PortUse
from components.monitoring import MonitoringSettings

GOOD: dict[str, Any] = {"hosts": ["a"], "watched_hosts": ["a", "b"]}


def test_ports_of_one_prometheus() -> None:
    assert MonitoringSettings.model_validate(GOOD).port_uses() == (
        PortUse("monitoring.prometheus_port", "a", 19090),
        PortUse("monitoring.alertmanager_port", "a", 19093),
        PortUse("monitoring.node_exporter_port", "a", 19100),
        PortUse("monitoring.node_exporter_port", "b", 19100),
    )


def test_several_alertmanagers_take_a_cluster_port() -> None:
    settings = MonitoringSettings.model_validate({**GOOD, "hosts": ["a", "b"]})

    assert [use for use in settings.port_uses() if use.path == "monitoring.alertmanager_cluster_port"] == [
        PortUse("monitoring.alertmanager_cluster_port", "a", 19094),
        PortUse("monitoring.alertmanager_cluster_port", "b", 19094),
    ]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"hosts": []}, "at least 1 item"),
        ({"watched_hosts": []}, "at least 1 item"),
        ({"hosts": ["a", "a"]}, r"monitoring\.hosts has 'a' 2 times: name a host once"),
        ({"watched_hosts": ["b", "b", "b"]}, r"monitoring\.watched_hosts has 'b' 3 times: name a host once"),
        ({"retention_days": 0}, "greater than or equal to 1"),
        ({"retention_size_mib": 511}, "greater than or equal to 512"),
        ({"evaluation_interval_seconds": 61}, "less than or equal to 60"),
        ({"webhook_url": "http://pager/"}, "Extra inputs are not permitted"),
        ({"heartbeat": {"bearer": True}}, "bearer is set and url is not"),
        (
            {"receivers": [{"name": "desk", "gets": ["page"], "slack": {}}]},
            "receivers: nobody gets a ticket of database: add ticket to gets, and database to owners, of one of them",
        ),
        (
            {"maintenance": [{"host": "a", "day": "2099-01-01", "start": "01:00", "end": "02:00"}] * 2},
            r"maintenance\[1\] begins when maintenance\[0\] does, on a: make one of both",
        ),
        (
            {"remote_write": [{"name": "mimir", "url": "https://mimir.example/push"}] * 2},
            r"remote_write\[1\]\.name=mimir is also remote_write\[0\]\.name: rename one of them",
        ),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MonitoringSettings.model_validate({**GOOD, **bad})


RECEIVERS = [
    {"name": "pager", "gets": ["page"], "pagerduty": {}},
    {"name": "desk", "gets": ["ticket"], "webhook": {"url": "http://10.0.0.9:8080/alerts"}},
]
STORES = [
    {"name": "near", "url": "http://10.0.0.9:9009/push"},
    {"name": "far", "url": "https://far.example/push", "username": "desk"},
]


def test_who_needs_a_secret_says_which_and_where() -> None:
    found = MonitoringSettings.model_validate({**GOOD, "receivers": RECEIVERS, "heartbeat": {}, "remote_write": STORES})

    assert found.alertmanager_secrets() == {
        "receiver-pager": "monitoring.receivers[0]",
        "heartbeat": "monitoring.heartbeat",
    }
    assert found.prometheus_secrets() == {"remote-write-far": "monitoring.remote_write[1]"}
    assert found.wanted_secrets() == {**found.alertmanager_secrets(), **found.prometheus_secrets()}


def test_who_is_told_without_a_secret_needs_none() -> None:
    told = {"receivers": [{**RECEIVERS[1], "gets": ["page", "ticket"]}], "heartbeat": {"url": "http://10.0.0.9/beat"}}

    assert MonitoringSettings.model_validate({**GOOD, **told}).wanted_secrets() == {}
