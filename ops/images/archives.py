"""Which of the machine's package sources serve our release, told by what their InRelease files say they are."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.images.failure import ImageError
from ops.images.sources import RELEASE, Source

DEBIAN = "debian"
"""Debian's own archive."""
TIMESCALEDB = "timescaledb"
"""The vendor's, for the community edition."""

# The Label field → our name; a repository with another label is none of ours.
_LABELS = {"debian": DEBIAN, "debian-security": "debian-security"}


@dataclass(frozen=True)
class Archive:
    """One repository of packages for our release."""

    name: str
    url: str
    suites: tuple[str, ...]
    key: Path | None = None
    """The key file of an archive that is not Debian's; such an archive always has one."""


def choose(sources: Sequence[Source], read: Callable[[str], bytes]) -> list[Archive]:
    """One archive of each sort, the first of the sources that answers; `read` gets what is behind an address.

    Raises ImageError with what each source said, where none serves Debian's own release.
    """
    found: dict[str, Archive] = {}
    refusals: list[str] = []
    for source in sources:
        try:
            archive = _archive(source, read)
        except OSError as error:
            refusals.append(f"  {_shown(source.url)} {source.suite}: {error}")
            continue
        known = found.setdefault(archive.name, archive)
        if known.url == archive.url and source.suite not in known.suites:
            found[archive.name] = Archive(known.name, known.url, (*known.suites, source.suite), known.key)
    if RELEASE not in (found[DEBIAN].suites if DEBIAN in found else ()):
        told = "\n".join(refusals)
        raise ImageError(f"no package source of this machine serves Debian {RELEASE}: mend /etc/apt\n{told}".rstrip())
    return list(found.values())


def _archive(source: Source, read: Callable[[str], bytes]) -> Archive:
    """What one suite belongs to. Raises OSError where it does not answer or is nothing that a build can use."""
    text = read(f"{source.url}/dists/{source.suite}/InRelease").decode(errors="replace")
    label = re.search(r"^Label: *(.+)$", text, re.MULTILINE)
    said = label[1].strip() if label else ""
    if name := _LABELS.get(said.lower()):
        return Archive(name, source.url, (source.suite,))
    if TIMESCALEDB not in said.lower():
        raise OSError(f"its label {said!r} is not Debian's")
    if source.key is None or not source.key.is_file():
        raise OSError(f"its entry names no key file that is there (signed-by: {source.key})")
    return Archive(TIMESCALEDB, source.url, (source.suite,), source.key)


def _shown(url: str) -> str:
    """The address without the name and password that it may hold."""
    return re.sub(r"//[^/@]*@", "//", url)
