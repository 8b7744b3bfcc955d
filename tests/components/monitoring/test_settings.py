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
        ({"webhook_url": "pager"}, "valid URL"),
        ({"webhook_url": "http://u:p@pager/"}, "the URL has credentials.*point it at a relay"),
        ({"webhook": "http://pager/"}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MonitoringSettings.model_validate({**GOOD, **bad})


def test_a_webhook_without_credentials_is_taken() -> None:
    settings = MonitoringSettings.model_validate({**GOOD, "webhook_url": "http://pager:8080/hook"})

    assert str(settings.webhook_url) == "http://pager:8080/hook"
