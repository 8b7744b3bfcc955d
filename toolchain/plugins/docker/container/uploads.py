"""Files put into a container before it starts."""

import base64
import io
import tarfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from toolchain.plugins.framework import ProviderError, Values

_SHORTEST_SCRUBBED = 6
"""Shorter lines are words of any log, and hiding them hides the log."""


def content(upload: Values) -> bytes:
    """The file's bytes. Raises ProviderError when `source` cannot be read."""
    if upload.get("content"):
        return str(upload["content"]).encode()
    if upload.get("contentBase64"):
        return base64.b64decode(upload["contentBase64"])
    try:
        return Path(upload["source"]).read_bytes()
    except OSError as error:
        message = f"cannot read {upload['source']} to upload as {upload['file']}: {error.strerror}"
        raise ProviderError(message) from error


def archives(uploads: list[Values], mounts: Iterable[str], now: float) -> dict[str, bytes]:
    """A tar archive by the folder in which it is unpacked: the deepest mount that holds the file, else the root.

    The root of a container with a read-only file system takes no files, but what is mounted into it does.
    """
    folders: dict[str, list[tuple[str, Values]]] = defaultdict(list)
    for upload in uploads:
        path = PurePosixPath(upload["file"])
        folder = max((m for m in mounts if path.is_relative_to(m) and str(path) != m), key=len, default="/")
        folders[folder].append((str(path.relative_to(folder)), upload))
    return {folder: _archive(files, now) for folder, files in folders.items()}


def scrub(text: str, uploads: list[Values]) -> str:
    """The text without any line of an uploaded file, as those may be secrets."""
    lines = {line.strip() for upload in uploads for line in _text(upload).splitlines()}
    for line in sorted(lines, key=len, reverse=True):
        if len(line) >= _SHORTEST_SCRUBBED:
            text = text.replace(line, "[uploaded]")
    return text


def _text(upload: Values) -> str:
    try:
        return content(upload).decode(errors="replace")
    except ProviderError:
        return ""


def _archive(files: list[tuple[str, Values]], now: float) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, upload in files:
            data = content(upload)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), _mode(upload), int(now)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _mode(upload: Values) -> int:
    if upload.get("permissions"):
        return int(upload["permissions"], 8)
    return 0o744 if upload.get("executable") else 0o644
