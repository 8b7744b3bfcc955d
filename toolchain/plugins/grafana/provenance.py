"""Alerting objects: where their API is, and whether Grafana's pages may change what this plugin made."""

from collections.abc import Mapping
from typing import Any

from toolchain.plugins.framework import Property, Values, boolean

PATH = "/v1/provisioning"


def disable_provenance(*, replaces: bool) -> Property:
    """The `disableProvenance` input: true leaves the object editable in Grafana's pages."""
    return boolean(default=False, replaces=replaces)


def headers(inputs: Values) -> dict[str, str]:
    """What a changing request says of it."""
    return {"X-Disable-Provenance": "true"} if inputs.get("disableProvenance") else {}


def disabled(found: Mapping[str, Any]) -> bool:
    """Whether Grafana's pages may change what was found."""
    return not found.get("provenance")
