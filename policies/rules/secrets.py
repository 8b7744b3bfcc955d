"""Secrets: what `docker inspect` shows is no secret."""

import re
from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, Severity

from policies.rules._resources import CONTAINER, cis_docker, container_name, for_type

_CREDENTIAL = re.compile(r"PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL|DSN")
_REFERENCE = re.compile(r"_(FILE|PATH)$")


def _no_credentials(args: ResourceValidationArgs) -> Iterator[str]:
    for entry in args.props.get("envs") or ():
        variable = str(entry).partition("=")[0].upper()
        if _CREDENTIAL.search(variable) and not _REFERENCE.search(variable):
            yield (
                f"container {container_name(args)}: envs sets {variable}, which `docker inspect` shows to everyone "
                f"on the host; upload a file to /run/secrets and point {variable}_FILE at it"
            )


RULES = (
    ResourceValidationPolicy(
        name="no-credentials-in-env",
        description="No secret is in an environment variable: it shows in docker inspect, crash dumps and children.",
        validate=for_type(CONTAINER, _no_credentials),
        severity=Severity.CRITICAL,
        framework=cis_docker("4.10"),
        tags=["docker", "secrets"],
        remediation_steps="Move the value from Container.envs to Container.uploads at /run/secrets/<name>.",
    ),
)
