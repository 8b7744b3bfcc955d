"""Images that others publish: pulled by digest where a registry answers, pinned in images/upstream.json."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from ops.images import engine
from ops.images.catalog import ROOT

# A registry that is there answers a manifest question in well under a second; none may cost more than this.
_ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Upstream:
    """One published image."""

    reference: str
    """`name:tag`, with its registry where that is not Docker's own."""
    digest: str | None
    """`sha256:…` once seen; without, the registry's own answer counts."""

    @property
    def inputs(self) -> str:
        """SHA-256 (hex) of what is asked for."""
        return hashlib.sha256(f"{self.reference}@{self.digest}".encode()).hexdigest()


def load(root: Path = ROOT) -> dict[str, Upstream]:
    """The pinned references by image name."""
    document = json.loads((root / "images" / "upstream.json").read_text())
    return {name: Upstream(entry["reference"], entry["digest"]) for name, entry in document["images"].items()}


def pull(client: docker.DockerClient, image: Upstream) -> tuple[str, str] | None:
    """Pull by digest; the id and the digest, or None where no registry answers with it."""
    name = image.reference.rpartition(":")[0]
    try:
        # Asked even where the digest is known: a pull without a registry would take Docker's patience, not ours.
        digest = _ask_digest(client, f"{name}@{image.digest}" if image.digest else image.reference)
        reference = f"{name}@{digest}"
        client.api.pull(reference)
    except (DockerException, RequestException):
        return None
    found = engine.find(client, reference)
    return (found, digest) if found else None


def _ask_digest(client: docker.DockerClient, reference: str) -> str:
    patience, client.api.timeout = client.api.timeout, _ANSWER_SECONDS
    try:
        digest: str = client.images.get_registry_data(reference).id
        return digest
    finally:
        client.api.timeout = patience
