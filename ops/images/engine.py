"""What builds ask of Docker: the client, steps told one by one, and what is in an image."""

from collections import deque
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import docker
from docker.errors import DockerException, ImageNotFound

from ops.images.failure import ImageError

# A package installation may print nothing for minutes.
_TIMEOUT_SECONDS = 1200
_TOLD_LINES = 12


def connect() -> docker.DockerClient:
    """This machine's Docker. Raises ImageError where it does not answer or is elsewhere."""
    try:
        client = docker.from_env(timeout=_TIMEOUT_SECONDS)
        client.ping()
    except DockerException as error:
        raise ImageError(f"Docker does not answer ({error}): start it (`dockerd`) or mend DOCKER_HOST") from None
    if not client.api.base_url.startswith("http+docker://"):
        raise ImageError(
            f"DOCKER_HOST: builds reach their packages over this machine's loopback address, and "
            f"{client.api.base_url} may be another machine: build where Docker's socket is, then `hft images copy`"
        )
    return client


def find(client: docker.DockerClient, reference: str) -> str | None:
    """The id behind an id or tag; None where Docker has none."""
    try:
        return client.images.get(reference).id
    except ImageNotFound:
        return None


def build(
    client: docker.DockerClient, *, name: str, tag: str, context: bytes, arguments: Mapping[str, str], fresh: bool
) -> str:
    """Build and return the image's id; `fresh` takes no layer from an earlier build.

    Raises ImageError with the failing step and the last lines.
    """
    events = client.api.build(
        fileobj=BytesIO(context),
        custom_context=True,
        tag=tag,
        buildargs=dict(arguments),
        network_mode="host",
        nocache=fresh,
        rm=True,
        forcerm=True,
        decode=True,
    )
    _follow(name, events)
    found = find(client, tag)
    if found is None:
        raise ImageError(f"image {name}: Docker says it is built, yet has no {tag}: build again")
    return found


def packages(client: docker.DockerClient, image: str) -> dict[str, str]:
    """Debian package → version in an image, by name."""
    shown: bytes = client.containers.run(
        image,
        entrypoint=["dpkg-query", "--show", "--showformat=${Package} ${Version}\\n"],
        command=[],
        network_mode="none",
        remove=True,
    )
    return dict(sorted(line.split() for line in shown.decode().splitlines()))


def _follow(name: str, events: Iterable[dict[str, Any]]) -> None:
    step, lines = "before the first step", deque[str](maxlen=_TOLD_LINES)
    for event in events:
        text = event.get("stream", "").rstrip()
        if text.startswith("Step "):
            step = text
            lines.clear()
        elif text:
            lines.append(text)
        if "error" in event:
            told = "\n".join(f"  {line}" for line in lines)
            raise ImageError(f"image {name}: {step}: {event['error']}\n{told}".rstrip())
