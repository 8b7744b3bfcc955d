"""Reads the image lock: the only place where an image is fixed. Written by `hft images build`."""

import json
from pathlib import Path
from typing import Any

DEFAULT_PATH = Path("images/lock.json")


class ImageLock:
    """Image ids by name (`sha256:…`); a tag never."""

    def __init__(self, ids: dict[str, str], path: Path = DEFAULT_PATH) -> None:
        """Hold ids such as {"etcd": "sha256:…"}; `path` is named in errors."""
        self._ids = ids
        self._path = path

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH) -> "ImageLock":
        """Read the lock at `path`, relative to the program. Raises LookupError where it is missing or broken."""
        try:
            document: dict[str, Any] = json.loads(path.read_text())
            entries = document["images"]
            return cls({name: entry["id"] for name, entry in entries.items()}, path)
        except FileNotFoundError:
            raise LookupError(f"{path} is missing: run `hft images build`") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LookupError(f"{path} is not an image lock ({error!r}): run `hft images build`") from None

    def __getitem__(self, name: str) -> str:
        """The id of an image. Raises LookupError where the lock has none."""
        try:
            return self._ids[name]
        except KeyError:
            known = ", ".join(sorted(self._ids)) or "none"
            raise LookupError(
                f"image {name!r} is not in {self._path} (it has {known}): run `hft images build`"
            ) from None

    def get(self, name: str) -> str | None:
        """The id of an image that a stack can do without; None where the lock has none."""
        return self._ids.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._ids
