"""Images: what runs is what was reviewed."""

import re
from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, Severity

from policies.rules._resources import CONTAINER, cis_docker, container_name, for_type

_PINNED = re.compile(r"^(sha256:|.+@sha256:)[0-9a-f]{64}$")


def _pinned(args: ResourceValidationArgs) -> Iterator[str]:
    image = str(args.props.get("image") or "")
    if not _PINNED.match(image):
        yield (
            f"container {container_name(args)}: image={image!r} is a name that can move; "
            "use an image id (sha256:…) from images/lock.json or name@sha256:…"
        )


RULES = (
    ResourceValidationPolicy(
        name="images-pinned-by-digest",
        description="An image is named by its id or digest: a tag can move under a trading host.",
        validate=for_type(CONTAINER, _pinned),
        severity=Severity.HIGH,
        framework=cis_docker("5.28"),
        tags=["docker", "supply-chain"],
        remediation_steps="Set Container.image to an id from images/lock.json or to name@sha256:….",
    ),
)
