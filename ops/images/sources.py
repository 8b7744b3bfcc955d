"""The Debian mirrors that this machine's apt uses, and how it reaches them."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.images.failure import ImageError

RELEASE = "trixie"
"""The Debian release that images are built from (Debian 13)."""

_APT = Path("/etc/apt")
# Suites of Debian's own archive; other repositories on the machine use names of theirs.
_SUITE = re.compile(
    r"^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security)?/?$"
)


@dataclass(frozen=True)
class Mirror:
    """One repository: where it is, and which suites of the release it carries."""

    url: str
    suites: tuple[str, ...]


@dataclass(frozen=True)
class _Stanza:
    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def mirrors(apt: Path = _APT) -> dict[str, Mirror]:
    """The machine's Debian mirrors for our release: `main`, and `security` where there is one.

    Raises ImageError where apt has no Debian mirror.
    """
    found: dict[str, Mirror] = {}
    for stanza in _stanzas(apt):
        extensions = [match[2] or "" for suite in stanza.suites if (match := _SUITE.match(suite))]
        if not extensions or "main" not in stanza.components:
            continue
        kind = "security" if "-security" in extensions else "main"
        known = found.get(kind, Mirror(_resolve(stanza.uri), ()))
        suites = dict.fromkeys((*known.suites, *(f"{RELEASE}{extension}" for extension in extensions)))
        found[kind] = Mirror(known.url, tuple(suites))
    if "main" not in found:
        raise ImageError(
            f"{apt}: no Debian mirror among the package sources; add a `deb` line for one that carries {RELEASE} main"
        )
    return found


def setting(name: str) -> str | None:
    """A setting of this machine's apt, such as Acquire::http::Proxy; None where it has none or lacks apt-config."""
    try:
        shown = subprocess.run(["apt-config", "dump", name], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(rf'^{re.escape(name)} "(.+)";$', shown, re.MULTILINE)
    return match[1] if match else None


def _stanzas(apt: Path) -> Iterator[_Stanza]:
    for path in sorted((apt / "sources.list.d").glob("*.sources")):
        yield from _deb822(path.read_text())
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]:
        if path.is_file():
            yield from _one_line(path.read_text())


def _deb822(text: str) -> Iterator[_Stanza]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for block in re.split(r"\n\s*\n", re.sub(r"\n[ \t]+", " ", lines)):
        fields = {key.strip().lower(): value.split() for key, _, value in map(_halves, block.splitlines())}
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"])[0] != "no":
            for uri in fields.get("uris", []):
                yield _Stanza(uri, tuple(fields.get("suites", [])), tuple(fields.get("components", [])))


def _halves(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _one_line(text: str) -> Iterator[_Stanza]:
    for line in text.splitlines():
        words = re.sub(r"\[.*?\]", "", line.partition("#")[0]).split()
        if len(words) > 3 and words[0] == "deb":  # noqa: PLR2004 - deb, address, suite, components
            yield _Stanza(words[1], (words[2],), tuple(words[3:]))


def _resolve(uri: str) -> str:
    """The address itself, where apt is given a file that lists mirrors, as cloud images do."""
    if not uri.startswith("mirror+file:"):
        return uri.rstrip("/")
    listed = Path(uri.removeprefix("mirror+file:")).read_text().split()
    return listed[0].rstrip("/")
