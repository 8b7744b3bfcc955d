"""images/lock.json: image name → what this machine's Docker has for it. Read by the stacks, written only here."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ops.images.failure import ImageError

SCHEMA = 1
"""Version of the file's format."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One locked image."""

    id: str
    """`sha256:…` of the image's configuration, as Docker names it."""
    digest: str | None
    """`sha256:…` of the manifest where the image came from a registry."""
    inputs: str
    """SHA-256 (hex) of the build inputs, or of the upstream reference."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Debian package → version."""


def read(path: Path) -> dict[str, Entry]:
    """The entries by image name; none where the file is not there. Raises ImageError where it is no lock."""
    try:
        document: dict[str, Any] = json.loads(path.read_text())
        if document["schema"] != SCHEMA:
            raise ImageError(
                f"{path}: schema {document['schema']}, this version reads {SCHEMA}: delete it, build again"
            )
        return {name: Entry(**entry) for name, entry in document["images"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImageError(f"{path}: not an image lock ({error!r}): delete it and run `hft images build`") from None


def write(path: Path, entries: Mapping[str, Entry]) -> None:
    """Replace the file in one step: a reader sees the old lock or the new one, whenever it looks."""
    document = {"schema": SCHEMA, "images": {name: asdict(entries[name]) for name in sorted(entries)}}
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        scratch.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
