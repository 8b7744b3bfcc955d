"""Ids of things in an organisation: `organisation:thing`, as the official plugin writes them."""

from collections.abc import Mapping
from typing import Any

from toolchain.plugins.framework import Property, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError


def org_id(*, replaces: bool = True) -> Property:
    """The `orgId` input: absent means the provider's, and leaving it out is no change."""
    return string(computed=True, replaces=replaces, problem=_problem)


def organisation(client: Grafana, inputs: Mapping[str, Any]) -> int:
    """The organisation of a new resource: its own, else the provider's; 0 with a token, which belongs to one.

    Raises:
        GrafanaError: an organisation is asked for, and the login cannot choose one.
    """
    asked = int(inputs.get("orgId") or 0)
    if client.settings.basic_auth is None:
        if asked or client.settings.org_id > 1:
            raise GrafanaError(
                f"orgId={asked or client.settings.org_id} needs basic auth on the provider: a token belongs to one"
                " organisation; leave orgId out"
            )
        return 0
    return asked or client.settings.org_id


def join(org: int, *parts: str | int) -> str:
    """An id."""
    return ":".join(str(one) for one in (org, *parts))


def split(client: Grafana, resource_id: str) -> tuple[int, str]:
    """Organisation and the rest of an id; without an organisation (import by plain uid) the provider's."""
    org, rest = split_plain(resource_id)
    return org or organisation(client, {}), rest


def split_plain(resource_id: str) -> tuple[int, str]:
    """Organisation and the rest; 0 where the id names none."""
    head, colon, rest = resource_id.partition(":")
    return (int(head), rest) if colon and head.isdigit() else (0, resource_id)


def adopt(token: str, org: int, *parts: str | int) -> str:
    """How to take what exists into a stack."""
    return f"adopt it with `pulumi import {token} <resource name> {join(org, *parts)}`"


def _problem(value: str) -> str | None:
    return None if value == "" or value.isdigit() else "must be the number of an organisation"
