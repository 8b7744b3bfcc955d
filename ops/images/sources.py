"""What this machine's apt is set to use."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.images.failure import ImageError

RELEASE = "trixie"
"""The Debian release that images are built from (Debian 13)."""

_APT = Path("/etc/apt")
# A Debian release by name or by rank; other repositories on a machine often use these too, told apart by their label.
_SUITE = re.compile(
    r"^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security)?/?$"
)
# What apt takes for no: apt-pkg/contrib/strutl.cc, StringToBool.
_OFF = frozenset({"no", "false", "without", "off", "disable", "0"})
_MIRROR_FILE = "mirror+file:"


@dataclass(frozen=True)
class Source:
    """One suite that packages for our release may come from."""

    url: str
    suite: str
    key: Path | None = None
    """Where apt's entry names a key file of its own."""


@dataclass(frozen=True)
class _Stanza:
    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    key: str | None


def sources(apt: Path = _APT) -> list[Source]:
    """The machine's sources with a component `main`, turned to our release, in apt's order.

    Raises ImageError where there is none.
    """
    found = dict.fromkeys(
        Source(_resolve(stanza.uri), f"{RELEASE}{match[2] or ''}", _key(stanza.key))
        for stanza in _stanzas(apt)
        if "main" in stanza.components
        for suite in stanza.suites
        if (match := _SUITE.match(suite))
    )
    if not found:
        raise ImageError(f"{apt}: no Debian mirror among the package sources; add one that carries {RELEASE} main")
    return list(found)


def setting(name: str) -> str | None:
    """A setting of this machine's apt, such as Acquire::http::Proxy; None where it has none or lacks apt-config."""
    try:
        shown = subprocess.run(["apt-config", "dump", name], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(rf'^{re.escape(name)} "(.+)";$', shown, re.MULTILINE)
    return match[1] if match else None


def _stanzas(apt: Path) -> Iterator[_Stanza]:
    parts = sorted(path for path in (apt / "sources.list.d").glob("*") if path.suffix in (".list", ".sources"))
    for path in (apt / "sources.list", *parts):
        if path.is_file():
            yield from (_deb822 if path.suffix == ".sources" else _one_line)(path.read_text())


def _deb822(text: str) -> Iterator[_Stanza]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for block in re.split(r"\n\s*\n", re.sub(r"\n[ \t]+", " ", lines)):
        fields = {key.strip().lower(): value.split() for key, _, value in map(_halves, block.splitlines())}
        if "deb" in fields.get("types", []) and not _OFF.intersection(fields.get("enabled", [])):
            for uri in fields.get("uris", []):
                suites, components = tuple(fields.get("suites", [])), tuple(fields.get("components", []))
                yield _Stanza(uri, suites, components, next(iter(fields.get("signed-by", [])), None))


def _halves(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _one_line(text: str) -> Iterator[_Stanza]:
    for entry in (line.partition("#")[0] for line in text.splitlines()):
        key = re.search(r"\bsigned-by=([^\s\],]+)", entry)
        match re.sub(r"\[.*?\]", "", entry).split():
            case ["deb", uri, suite, *components]:
                yield _Stanza(uri, (suite,), tuple(components), key[1] if key else None)


def _key(named: str | None) -> Path | None:
    """A key file; a key written out in the entry itself, or a fingerprint, is none."""
    return Path(named) if named and named.startswith("/") else None


def _resolve(uri: str) -> str:
    """The address itself, where apt is given a file that lists mirrors, as cloud images do."""
    listed = Path(uri.removeprefix(_MIRROR_FILE))
    if uri.startswith(_MIRROR_FILE) and listed.is_file():
        lines = (line.partition("#")[0].split() for line in listed.read_text().splitlines())
        uri = next((words[0] for words in lines if words), uri)
    return uri.rstrip("/")
