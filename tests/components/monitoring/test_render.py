from typing import Any

import pytest
from pydantic import HttpUrl

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.monitoring import MonitoringSettings
from components.monitoring.render import alertmanager_yml, certificates_prom, prometheus_yml


def settings(**changes: Any) -> MonitoringSettings:
    return MonitoringSettings.model_validate({"hosts": ["a"], "watched_hosts": ["a"], **changes})


ENGINE = ScrapeTarget(job="engine", instance="engine-blue", address="10.0.0.1:18080", interval_seconds=1)
NODES = [
    ScrapeTarget(job="tsdb", instance="tsdb-1", address="10.0.0.2:18008", labels={"cluster": "main"}, tls=True),
    ScrapeTarget(job="tsdb", instance="tsdb-0", address="10.0.0.1:18008", tls=True),
]


def test_prometheus_yml() -> None:
    rendered = prometheus_yml(
        settings(), "dev", [ENGINE, *NODES], [Endpoint("10.0.0.1", 19093), Endpoint("10.0.0.2", 19093)]
    )

    assert rendered == (
        "global:\n"
        "  scrape_interval: 5s\n"
        "  evaluation_interval: 5s\n"
        "  external_labels:\n"
        "    stack: dev\n"
        "alerting:\n"
        "  alertmanagers:\n"
        "  - static_configs:\n"
        "    - targets:\n"
        "      - 10.0.0.1:19093\n"
        "      - 10.0.0.2:19093\n"
        "rule_files:\n"
        "- /etc/hft/rules/*.yaml\n"
        "scrape_configs:\n"
        "- job_name: engine\n"
        "  metrics_path: /metrics\n"
        "  scrape_interval: 1s\n"
        "  scrape_timeout: 1s\n"
        "  static_configs:\n"
        "  - targets:\n"
        "    - 10.0.0.1:18080\n"
        "    labels:\n"
        "      instance: engine-blue\n"
        "- job_name: tsdb\n"
        "  scheme: https\n"
        "  tls_config:\n"
        "    ca_file: /etc/hft/ca.crt\n"
        "    min_version: TLS13\n"
        "  metrics_path: /metrics\n"
        "  scrape_interval: 5s\n"
        "  scrape_timeout: 5s\n"
        "  static_configs:\n"
        "  - targets:\n"
        "    - 10.0.0.1:18008\n"
        "    labels:\n"
        "      instance: tsdb-0\n"
        "  - targets:\n"
        "    - 10.0.0.2:18008\n"
        "    labels:\n"
        "      instance: tsdb-1\n"
        "      cluster: main\n"
    )


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            ScrapeTarget(job="engine", instance="mine", address="10.0.0.1:1", interval_seconds=5),
            "scrape job 'engine': mine has path /metrics every 5 s by http, engine-blue has path /metrics every 1 s by "
            "http: give them two job names",
        ),
        (
            ScrapeTarget(job="engine", instance="mine", address="10.0.0.1:1", interval_seconds=1, path="/m"),
            "scrape job 'engine': mine has path /m every 1 s by http, engine-blue has path /metrics every 1 s by "
            "http: give them two job names",
        ),
        (
            ScrapeTarget(job="engine", instance="mine", address="10.0.0.1:1", interval_seconds=1, tls=True),
            "scrape job 'engine': mine has path /metrics every 1 s by https, engine-blue has path /metrics every 1 s "
            "by http: give them two job names",
        ),
    ],
)
def test_a_job_has_one_path_and_one_interval_and_tls_or_none(other: ScrapeTarget, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        prometheus_yml(settings(), "dev", [other, ENGINE], [])


def test_certificates_prom() -> None:
    lives = {
        "tsdb-0": {"due": "2030-01-01T00:00:00+00:00", "end": "2030-01-31T00:00:00Z"},
        "authority": {"due": "2038-01-01T02:00:00.25+02:00", "end": "2038-04-01T00:00:00Z"},
    }

    assert certificates_prom(lives) == (
        "# HELP hft_certificate_due_timestamp_seconds From when on the next up renews the certificate of a part.\n"
        "# TYPE hft_certificate_due_timestamp_seconds gauge\n"
        'hft_certificate_due_timestamp_seconds{part="authority"} 2145916800\n'
        'hft_certificate_due_timestamp_seconds{part="tsdb-0"} 1893456000\n'
        "# HELP hft_certificate_end_timestamp_seconds From when on nobody takes the certificate of a part.\n"
        "# TYPE hft_certificate_end_timestamp_seconds gauge\n"
        'hft_certificate_end_timestamp_seconds{part="authority"} 2153692800\n'
        'hft_certificate_end_timestamp_seconds{part="tsdb-0"} 1896048000\n'
    )


ALERTMANAGER_YML = (
    "route:\n"
    "  receiver: operators\n"
    "  group_by:\n"
    "  - alertname\n"
    "  group_wait: 10s\n"
    "  group_interval: 1m\n"
    "  repeat_interval: 4h\n"
    "  routes:\n"
    "  - matchers:\n"
    '    - reg="rts6"\n'
    "    group_wait: 0s\n"
    "    group_interval: 1s\n"
    "inhibit_rules:\n"
    "- source_matchers:\n"
    '  - severity="page"\n'
    "  target_matchers:\n"
    '  - severity="ticket"\n'
    "  equal:\n"
    "  - alertname\n"
    "  - instance\n"
    "receivers:\n"
    "- name: operators\n"
)


def test_alertmanager_without_a_receiver_sends_nothing() -> None:
    assert alertmanager_yml(settings()) == ALERTMANAGER_YML


def test_alertmanager_posts_to_the_webhook() -> None:
    assert alertmanager_yml(settings(webhook_url=HttpUrl("http://10.0.0.9:8080/alerts"))) == ALERTMANAGER_YML + (
        "  webhook_configs:\n  - url: http://10.0.0.9:8080/alerts\n    send_resolved: true\n"
    )
