from typing import Any

import pytest
import yaml

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.monitoring import MonitoringSettings
from components.monitoring.render import certificates_prom, prometheus_yml, with_runbooks


def settings(**changes: Any) -> MonitoringSettings:
    return MonitoringSettings.model_validate({"hosts": ["a"], "watched_hosts": ["a"], **changes})


ENGINE = ScrapeTarget(job="engine", instance="engine-blue", host="a", address="10.0.0.1:18080", interval_seconds=1)
NODES = [
    ScrapeTarget(
        job="tsdb", instance="tsdb-1", host="b", address="10.0.0.2:18008", labels={"cluster": "main"}, tls=True
    ),
    ScrapeTarget(job="tsdb", instance="tsdb-0", host="a", address="10.0.0.1:18008", tls=True),
]


def test_prometheus_yml() -> None:
    rendered = prometheus_yml(
        settings(),
        "dev",
        [ENGINE, *NODES],
        [Endpoint("10.0.0.1", 19093), Endpoint("10.0.0.2", 19093)],
        replica="prometheus-0",
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
        "      host: a\n"
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
        "      host: a\n"
        "  - targets:\n"
        "    - 10.0.0.2:18008\n"
        "    labels:\n"
        "      instance: tsdb-1\n"
        "      host: b\n"
        "      cluster: main\n"
    )


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            ScrapeTarget(job="engine", instance="mine", host="a", address="10.0.0.1:1", interval_seconds=5),
            "scrape job 'engine': mine has path /metrics every 5 s by http, engine-blue has path /metrics every 1 s by "
            "http: give them two job names",
        ),
        (
            ScrapeTarget(job="engine", instance="mine", host="a", address="10.0.0.1:1", interval_seconds=1, path="/m"),
            "scrape job 'engine': mine has path /m every 1 s by http, engine-blue has path /metrics every 1 s by "
            "http: give them two job names",
        ),
        (
            ScrapeTarget(job="engine", instance="mine", host="a", address="10.0.0.1:1", interval_seconds=1, tls=True),
            "scrape job 'engine': mine has path /metrics every 1 s by https, engine-blue has path /metrics every 1 s "
            "by http: give them two job names",
        ),
    ],
)
def test_a_job_has_one_path_and_one_interval_and_tls_or_none(other: ScrapeTarget, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        prometheus_yml(settings(), "dev", [other, ENGINE], [], replica="prometheus-0")


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


RULES = """\
groups:
- rules:
  - alert: A
    annotations: {summary: see docs/runbooks/A.md, runbook: docs/runbooks/A.md}
  - alert: B
    annotations:
      runbook: "docs/runbooks/B.md"
  - alert: C
    annotations:
      runbook: 'docs/runbooks/C.md'
"""


@pytest.mark.parametrize(
    ("url", "begin"), [(None, "docs/runbooks/"), ("https://code.example/runbooks", "https://code.example/runbooks/")]
)
def test_alerts_lead_to_their_runbooks_however_they_are_written(url: str | None, begin: str) -> None:
    (group,) = yaml.safe_load(with_runbooks(RULES, url))["groups"]

    assert [rule["annotations"]["runbook"] for rule in group["rules"]] == [f"{begin}{name}.md" for name in "ABC"]
    assert group["rules"][0]["annotations"]["summary"] == "see docs/runbooks/A.md"


def stored(**store: Any) -> Any:
    text = prometheus_yml(
        settings(remote_write=[{"name": "mimir", "url": "https://mimir.example/push", **store}]),
        "dev",
        [ENGINE],
        [],
        replica="prometheus-1",
    )
    return yaml.safe_load(text)["remote_write"]


STORE = {
    "url": "https://mimir.example/push",
    "name": "mimir",
    "write_relabel_configs": [{"target_label": "prometheus_replica", "replacement": "prometheus-1"}],
    "queue_config": {"capacity": 10000, "max_shards": 4},
}


def test_samples_are_written_to_a_second_store_and_say_by_whom() -> None:
    assert stored() == [STORE]


@pytest.mark.parametrize(
    ("login", "written"),
    [
        (
            {"username": "desk"},
            {"basic_auth": {"username": "desk", "password_file": "/run/secrets/remote-write-mimir"}},
        ),
        ({"bearer": True}, {"authorization": {"credentials_file": "/run/secrets/remote-write-mimir"}}),
    ],
)
def test_a_store_takes_its_password_or_token_from_a_file(login: dict[str, Any], written: dict[str, Any]) -> None:
    assert stored(**login) == [{**STORE, **written}]


def test_a_store_gets_what_its_pattern_names_through_its_own_queue() -> None:
    (store,) = stored(metrics="hft_.*|up", shards_max=2, queue_samples=6000)

    assert store["write_relabel_configs"] == [
        {"source_labels": ["__name__"], "regex": "hft_.*|up", "action": "keep"},
        {"target_label": "prometheus_replica", "replacement": "prometheus-1"},
    ]
    assert store["queue_config"] == {"capacity": 6000, "max_shards": 2}
