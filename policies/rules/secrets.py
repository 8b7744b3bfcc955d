"""Secrets: what `docker inspect` shows is no secret."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule
from policies.resources import Container, Service

_CREDENTIAL = re.compile(
    r"PASS|_PWD|SECRET|TOKEN|MNEMONIC|CREDENTIAL|DSN|(API|PRIVATE|ACCESS|SIGNING|ENCRYPTION)_?KEY", re.IGNORECASE
)
_REFERENCE = re.compile(r"_(FILE|PATH)$", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")
"""An address such as redis://:password@host."""
_SHORTEST_SECRET = 3
"""Texts below are no secret, and other values by chance (pack/judge.py)."""


def _container_without(container: Container) -> Iterator[str]:
    for entry in container.texts("envs"):
        name, _, value = entry.partition("=")
        if _is_named_so(name) or _is_secret(name, value, container.secrets & {value, entry}):
            yield (
                f"envs sets {name}, which `docker inspect` shows to everyone on the host; "
                f"upload a file to /run/secrets and point {name}_FILE at it"
            )


def _service_without(service: Service) -> Iterator[str]:
    spec = (service.inputs.get("taskSpec") or {}).get("containerSpec") or {}
    env = spec.get("env") or {}
    for name in env:
        if _is_named_so(name) or _is_secret(name, str(env[name]), service.secrets & {str(env[name])}):
            yield (
                f"taskSpec.containerSpec.env sets {name}, which `docker inspect` shows on every node; "
                f"hand it over by secrets, and point {name}_FILE at it"
            )


def _is_named_so(name: str) -> bool:
    return bool(_CREDENTIAL.search(name) and not _REFERENCE.search(name))


def _is_secret(name: str, value: str, marked: frozenset[str]) -> bool:
    """Whether the value has a password or is marked; the path of a file is none, even where a whole list is marked."""
    if _REFERENCE.search(name) and value.startswith("/"):
        return False
    return bool(_WITH_PASSWORD.search(value)) or any(len(text) >= _SHORTEST_SECRET for text in marked)


RULES = (
    ResourceRule(
        name="no-credentials-in-env",
        description="No secret is in an environment variable: it shows in docker inspect, crash dumps and children.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_container_without,
        steps="Move the value from Container.envs to Container.uploads at /run/secrets/<name>.",
        source="https://docs.docker.com/engine/swarm/secrets/",
        follows=(latency("L30"), cis_docker("4.10")),
        tags=("docker", "secrets"),
    ),
    ResourceRule(
        name="service-without-credentials-in-env",
        description="No secret of a service is in its environment: every node's docker inspect shows it.",
        severity=Severity.CRITICAL,
        of=Service,
        check=_service_without,
        steps="Move it from container_spec.env to container_spec.secrets.",
        source="https://docs.docker.com/engine/swarm/secrets/",
        follows=(latency("L30"), cis_docker("4.10")),
        tags=("docker", "secrets"),
    ),
)
