"""Files that a measurement gives a container, which may not have begun."""

import io
import tarfile
from collections.abc import Mapping

from docker.models.containers import Container


def put(container: Container, folder: str, files: Mapping[str, str], *, mode: int, owner: int = 0) -> None:
    """Have texts in an existing folder of a container, by file name; `owner` is a number."""
    with io.BytesIO() as archive:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, text in files.items():
                content = text.encode()
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.uid = len(content), mode, owner
                tar.addfile(entry, io.BytesIO(content))
        container.put_archive(folder, archive.getvalue())
