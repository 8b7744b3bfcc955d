"""Configuration of Prometheus, and what node exporters tell of certificates; pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from components._common import runbooks
from components._common.container import SECRET_DIR
from components._common.endpoint import Endpoint
from components._common.render import to_yaml
from components._common.scraping import ScrapeTarget
from components._common.tls import CLIENT_AUTHORITY_FILE
from components.monitoring.remote_write import RemoteWriteSettings
from components.monitoring.settings import MonitoringSettings
from workloads.contract import Metric, certificates

RULE_DIR = "/etc/hft/rules"
_RUNBOOK = re.compile(rf"(\brunbook: [\"']?){re.escape(runbooks.FOLDER)}")
_MOMENTS = {"due": certificates.DUE, "end": certificates.END}
_TLS = {"scheme": "https", "tls_config": {"ca_file": CLIENT_AUTHORITY_FILE, "min_version": "TLS13"}}


def prometheus_yml(
    settings: MonitoringSettings,
    stack: str,
    targets: Sequence[ScrapeTarget],
    alertmanagers: Sequence[Endpoint],
    *,
    replica: str,
) -> str:
    """`prometheus.yml` of one of several, `replica`.

    Raises ValueError where targets of one job differ in path, interval or TLS.
    """
    addresses = [str(endpoint) for endpoint in alertmanagers]
    jobs = groupby(sorted(targets, key=lambda target: (target.job, target.instance)), key=lambda target: target.job)
    return to_yaml(
        {
            "global": {
                "scrape_interval": "5s",
                "evaluation_interval": f"{settings.evaluation_interval_seconds}s",
                "external_labels": {"stack": stack},
            },
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": addresses}]}]},
            "rule_files": [f"{RULE_DIR}/*.yaml"],
            "scrape_configs": [_job(name, list(members)) for name, members in jobs],
            **_remote_write(settings.remote_write, replica),
        }
    )


def with_runbooks(rules: str, url: str | None) -> str:
    """Rules whose alerts lead to runbooks below `url`; without one they name the path in this repository."""
    served = runbooks.served(runbooks.FOLDER, url)
    return _RUNBOOK.sub(lambda found: found[1] + served, rules)


def certificates_prom(lives: Mapping[str, Mapping[str, str]]) -> str:
    """What the node exporters tell of certificates; `lives`: part → `due` and `end` as RFC 3339 texts."""
    return "".join(_gauge(metric, key, lives) for key, metric in _MOMENTS.items())


def _gauge(metric: Metric, key: str, lives: Mapping[str, Mapping[str, str]]) -> str:
    name = metric.name
    moments = {part: datetime.fromisoformat(life[key]).timestamp() for part, life in sorted(lives.items())}
    samples = "".join(f'{name}{{part="{part}"}} {moment:.0f}\n' for part, moment in moments.items())
    return f"# HELP {name} {metric.help}\n# TYPE {name} {metric.kind}\n{samples}"


def _job(name: str, members: Sequence[ScrapeTarget]) -> Mapping[str, Any]:
    first = members[0]
    for other in members[1:]:
        if _way(other) != _way(first):
            raise ValueError(
                f"scrape job {name!r}: {other.instance} has {_way(other)}, {first.instance} has {_way(first)}: "
                "give them two job names"
            )
    return {
        "job_name": name,
        **(_TLS if first.tls else {}),
        "metrics_path": first.path,
        "scrape_interval": f"{first.interval_seconds}s",
        # Prometheus refuses a timeout above the interval, and its default is 10 s.
        "scrape_timeout": f"{first.interval_seconds}s",
        "static_configs": [{"targets": [target.address], "labels": _labels(target)} for target in members],
    }


def _labels(target: ScrapeTarget) -> Mapping[str, str]:
    return {"instance": target.instance, "host": target.host, **target.labels}


def _way(target: ScrapeTarget) -> str:
    return f"path {target.path} every {target.interval_seconds} s by {'https' if target.tls else 'http'}"


def _remote_write(stores: Sequence[RemoteWriteSettings], replica: str) -> Mapping[str, Any]:
    return {"remote_write": [_store(store, replica) for store in stores]} if stores else {}


def _store(store: RemoteWriteSettings, replica: str) -> Mapping[str, Any]:
    kept = {"source_labels": ["__name__"], "regex": store.metrics, "action": "keep"}
    # Two that scrape the same would write the same series; on alerts they have to be one, so it is no external label.
    told_apart = {"target_label": "prometheus_replica", "replacement": replica}
    return {
        "url": str(store.url),
        "name": store.name,
        **_login(store),
        "write_relabel_configs": [kept, told_apart] if store.metrics else [told_apart],
        "queue_config": {"capacity": store.queue_samples, "max_shards": store.shards_max},
    }


def _login(store: RemoteWriteSettings) -> Mapping[str, Any]:
    file = f"{SECRET_DIR}/{store.secret}"
    if store.username:
        return {"basic_auth": {"username": store.username, "password_file": file}}
    return {"authorization": {"credentials_file": file}} if store.bearer else {}
