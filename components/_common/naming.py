"""One function per kind of name. Docker names are global per host, so the stack is in them."""

from collections.abc import Sequence

_MAX_LABEL_CHARACTERS = 63  # RFC 1035: one label of a host name
_MAX_GRAFANA_UID_CHARACTERS = 40  # Grafana docs, "Dashboard JSON model"


def docker_name(stack: str, role: str, index: int | None = None) -> str:
    """Name (and hostname) of a container, DNS-safe: `hft-prod-tsdb-0`; without an index for single parts."""
    return _bounded(["hft", stack, role] + ([] if index is None else [str(index)]))


def volume_name(stack: str, owner: str, what: str) -> str:
    """Name of a data volume: `hft-prod-tsdb-0-data`."""
    return _bounded(["hft", stack, owner, what])


def network_name(stack: str, plane: str) -> str:
    """Name of a Docker network: `hft-prod-venues`."""
    return _bounded(["hft", stack, plane])


def grafana_uid(stack: str, what: str) -> str:
    """Uid of an object in Grafana: `hft-prod-prometheus`; several stacks may share one Grafana."""
    return _bounded(["hft", stack, what], _MAX_GRAFANA_UID_CHARACTERS)


def member_name(role: str, index: int | None = None) -> str:
    """A part without its stack: `tsdb-0`. Used inside cluster configurations and logical names."""
    return role if index is None else f"{role}-{index}"


def _bounded(parts: Sequence[str], limit: int = _MAX_LABEL_CHARACTERS) -> str:
    name = "-".join(parts)
    if len(name) > limit:
        raise ValueError(f"name {name!r} has {len(name)} characters, at most {limit}: shorten the stack's name")
    return name
