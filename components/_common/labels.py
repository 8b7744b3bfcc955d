"""The labels of everything we create on a Docker host; `ops` selects by them, never by name patterns."""

from collections.abc import Iterable
from typing import Literal

Tier = Literal["engine", "data", "infra"]
"""engine = the hot path, data = PostgreSQL and etcd, infra = the rest. Policies judge by tier."""

PROJECT = "hft"


def labels(
    *, stack: str, component: str, role: str, tier: Tier | None = None, secrets: Iterable[str] = ()
) -> dict[str, str]:
    """Labels of one resource; `secrets` are names of mounted secrets, never values."""
    found = {
        "hft.project": PROJECT,
        "hft.stack": stack,
        "hft.component": component,
        "hft.role": role,
    }
    if tier:
        found["hft.tier"] = tier
    if names := sorted(secrets):
        found["hft.secrets"] = ",".join(names)
    return found
