"""Reads what a running program shows of itself against the metric contract."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from workloads.contract import SERIES


def shown(url: str) -> str:
    """The body of `GET /metrics`."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        body: bytes = answer.read()
        return body.decode()


def strays(text: str) -> list[str]:
    """Samples that the contract does not have: by name, by label, or by a value outside of a closed set."""
    found = []
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {label.name: label for label in SERIES.get(sample.name, ())}
            if sample.name not in SERIES or sample.labels.keys() != labels.keys():
                found.append(f"{sample.name}{dict(sample.labels)}")
            else:
                found += [
                    f"{sample.name} {name}={value!r}"
                    for name, value in sample.labels.items()
                    if not labels[name].allows(value)
                ]
    return found
