"""Limits: what a program needs in a burst is granted beforehand, and no more."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.rule import ResourceRule, whole
from policies.resources import Container


def _files(container: Container, *, minimum_files: int) -> Iterator[str]:
    if not container.is_engine:
        return
    limit = container.limits.get("nofile")
    if limit is None:
        yield f"ulimits has no nofile: Docker 29 gives 1024 sockets and files; set it to {minimum_files} or more"
    elif limit.soft < minimum_files:
        yield f"ulimits nofile soft={limit.soft} is below {minimum_files}; raise it"


RULES = (
    ResourceRule(
        name="engine-open-files",
        description="An engine may open the sockets that a busy day needs: at the limit it cannot reach a venue again.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_files,
        numbers={"minimum_files": whole(65_536, 1_024, 1_048_576, "Least soft limit of open files.")},
        steps="Set Container.ulimits nofile to soft=65536, hard=65536 or more.",
        source="https://github.com/moby/moby/issues/51485",
        follows=(latency("L09"),),
        tags=("docker", "latency"),
    ),
)
