"""What builds ask of Docker: the client, steps told one by one, and what is in an image."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound

from ops.docker_hosts import connected
from ops.images.failure import ImageError

_SOCKET = "unix:///var/run/docker.sock"
# A package installation may print nothing for minutes.
_TIMEOUT_SECONDS = 1200
_TOLD_LINES = 12
# What Docker says of its own work between a command's lines.
_CHATTER = (" --->", "Removing intermediate container")


@contextmanager
def connect() -> Iterator[docker.DockerClient]:
    """This machine's Docker. Raises OpsError where it does not answer or is elsewhere."""
    endpoint = os.environ.get("DOCKER_HOST") or _SOCKET
    if not endpoint.startswith("unix://"):
        raise ImageError(
            f"DOCKER_HOST={endpoint}: builds reach their packages over this machine's loopback address, and that may "
            f"be another machine: build where Docker's socket is, then `hft images copy {endpoint}`"
        )
    with connected(endpoint, _TIMEOUT_SECONDS) as client:
        yield client


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
    try:
        _follow(name, events)
    except APIError as error:
        raise ImageError(f"image {name}: Docker refuses to build it: {error.explanation}") from None
    found = find(client, tag)
    if found is None:
        raise ImageError(f"image {name}: Docker says it is built, yet has no {tag}: build again")
    return found


def packages(client: docker.DockerClient, image: str) -> dict[str, str]:
    """Debian package → version in an image, by name."""
    look = ["dpkg-query", "--show", "--showformat=${Package} ${Version}\\n"]
    # Not run(remove=True), which leaves the image's anonymous volumes behind.
    container = client.containers.create(image, entrypoint=look, command=[], network_mode="none")
    try:
        container.start()
        container.wait()
        shown: bytes = container.logs(stderr=False)
    finally:
        container.remove(force=True, v=True)
    return dict(sorted(line.split() for line in shown.decode().splitlines()))


def _follow(name: str, events: Iterable[dict[str, Any]]) -> None:
    step, lines, failure = "before the first step", deque[str](maxlen=_TOLD_LINES), ""
    # To the last one, even after a failure: an answer that is read to its end frees its connection.
    for event in events:
        text = event.get("stream", "").rstrip()
        if text.startswith("Step "):
            step = text
            lines.clear()
        elif text and not text.startswith(_CHATTER):
            lines.append(text)
        failure = event.get("error", failure)
    if failure:
        told = "\n".join(f"  {line}" for line in lines)
        raise ImageError(f"image {name}: {step}: {failure}\n{told}".rstrip())
