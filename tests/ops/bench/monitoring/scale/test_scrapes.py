from typing import Any

import pytest
import yaml

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.monitoring.render import prometheus_yml
from components.monitoring.settings import MonitoringSettings
from ops.bench.monitoring.scale.scrapes import first_targets, many_hosts

SETTINGS = MonitoringSettings(hosts=("a",), watched_hosts=("a",))
CONFIG = prometheus_yml(
    SETTINGS,
    "dev",
    [
        ScrapeTarget(job="engine", instance="engine-blue", host="a", address="10.0.0.1:18080", interval_seconds=1),
        ScrapeTarget(job="patroni", instance="tsdb-0", host="a", address="10.0.0.1:8008", tls=True),
        ScrapeTarget(job="patroni", instance="tsdb-1", host="b", address="10.0.0.1:8009", tls=True),
    ],
    [Endpoint("10.0.0.1", 19093)],
    replica="a",
)


def jobs(hosts: int) -> dict[str, Any]:
    found = yaml.safe_load(many_hosts(CONFIG, hosts, "127.0.0.1:17096"))["scrape_configs"]
    return {job["job_name"]: job for job in found}


@pytest.mark.parametrize("hosts", [1, 3])
def test_each_host_has_an_engine_of_its_own_name(hosts: int) -> None:
    engine = jobs(hosts)["engine"]

    assert [each["labels"]["instance"] for each in engine["static_configs"]] == [
        f"engine-blue-{number}" for number in range(hosts)
    ]
    assert (engine["metrics_path"], engine["scrape_interval"]) == ("/engine", "1s")


def test_the_database_is_there_once_whatever_the_number_of_hosts() -> None:
    assert jobs(100)["patroni"] == jobs(3)["patroni"]
    assert [each["labels"]["instance"] for each in jobs(3)["patroni"]["static_configs"]] == ["tsdb-0", "tsdb-1"]


def test_all_are_asked_at_one_address_without_tls_and_nobody_is_told_of_alerts() -> None:
    document = yaml.safe_load(many_hosts(CONFIG, 3, "127.0.0.1:17096"))

    assert {
        target for job in document["scrape_configs"] for group in job["static_configs"] for target in group["targets"]
    } == {"127.0.0.1:17096"}
    assert "tls_config" not in str(document)
    assert "alerting" not in document
    assert document["rule_files"] == ["/etc/hft/rules/*.yaml"]


def test_pages_are_taken_where_the_stack_has_them() -> None:
    assert first_targets(CONFIG) == {
        "engine": "http://10.0.0.1:18080/metrics",
        "patroni": "https://10.0.0.1:8008/metrics",
    }
