"""The configuration of Prometheus as it would be with more hosts; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from components._common.scraping import FREE_SLOT_JOB

PER_HOST = frozenset({"node", "engine", FREE_SLOT_JOB, "haproxy", "pgbouncer"})
"""Jobs of which each host has one target more: a trading host has an engine, a pooler, a router and a node exporter.
The database, etcd, backups, the cache and monitoring itself are of the stack, on three hosts of any number."""


def many_hosts(prometheus_yml: str, hosts: int, address: str) -> str:
    """The configuration with so many hosts and every target at `address`, each job below a path of its own."""
    document = yaml.safe_load(prometheus_yml)
    document.pop("alerting")
    document["scrape_configs"] = [_job(each, hosts, address) for each in document["scrape_configs"]]
    return yaml.safe_dump(document, sort_keys=False)


def first_targets(prometheus_yml: str) -> dict[str, str]:
    """Job → URL of the metrics of its first target."""
    return {
        job["job_name"]: f"{job.get('scheme', 'http')}://{job['static_configs'][0]['targets'][0]}{job['metrics_path']}"
        for job in yaml.safe_load(prometheus_yml)["scrape_configs"]
    }


def _job(job: Mapping[str, Any], hosts: int, address: str) -> dict[str, Any]:
    groups = job["static_configs"]
    if job["job_name"] in PER_HOST:
        groups = [_renamed(groups[0], number) for number in range(hosts)]
    kept = {key: value for key, value in job.items() if key not in {"scheme", "tls_config"}}
    return kept | {"metrics_path": f"/{job['job_name']}", "static_configs": _moved(groups, address)}


def _renamed(group: Mapping[str, Any], number: int) -> dict[str, Any]:
    labels = group["labels"]
    return {**group, "labels": {**labels, "instance": f"{labels['instance']}-{number}"}}


def _moved(groups: Sequence[Mapping[str, Any]], address: str) -> list[dict[str, Any]]:
    return [{**group, "targets": [address]} for group in groups]
