"""Labels, which Pulumi gives as a set of ``{label, value}`` and Docker takes as a mapping."""

from typing import Any

from toolchain.plugins.framework import Property, record, string, unordered


def labels(**options: Any) -> Property:
    """The property."""
    return unordered(record({"label": string(required=True), "value": string(required=True)}), **options)


def to_docker(given: list[dict[str, str]]) -> dict[str, str]:
    """As Docker takes them."""
    return {item["label"]: item["value"] for item in given}


def from_docker(found: dict[str, str] | None) -> list[dict[str, str]]:
    """As Pulumi gives them, in the order of names."""
    return [{"label": name, "value": value} for name, value in sorted((found or {}).items())]
