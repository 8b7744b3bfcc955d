"""Images: what runs is what was reviewed."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule
from policies.resources import Container

_PINNED = re.compile(r"(.+@)?sha256:[0-9a-f]{64}")


def _pinned(container: Container) -> Iterator[str]:
    image = str(container.inputs.get("image") or "")
    if not _PINNED.fullmatch(image):
        yield (
            f"image={image!r} is a name that can move; "
            "use an image id (sha256:…) from images/lock.json or name@sha256:…"
        )


RULES = (
    ResourceRule(
        name="images-pinned-by-digest",
        description="An image is named by its id or digest: a tag can move under a trading host.",
        severity=Severity.HIGH,
        of=Container,
        check=_pinned,
        steps="Set Container.image to an id from images/lock.json or to name@sha256:….",
        source="https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
        follows=(latency("L26"), cis_docker("5.28")),
        tags=("docker", "supply-chain"),
    ),
)
