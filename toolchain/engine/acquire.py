"""Makes sure that there is an engine of the pinned version: installed, cached, official, or built."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from toolchain import paths, versions
from toolchain.engine.build import build
from toolchain.engine.lookup import engine_version
from toolchain.engine.official import download
from toolchain.errors import ToolchainError

Source = Callable[[Path], bool]
"""Puts an engine installation (`bin/pulumi` and more) into a folder; False when this source has none to give."""


def ensure_engine(sources: tuple[Source, ...] = (download, build)) -> Path:
    """The engine to use; one that is neither installed nor cached is taken from the first source that has it.

    Raises:
        ToolchainError: no source gives one.
    """
    ready = _installed() or _cached()
    if ready:
        return ready
    with _alone():
        return _cached() or _acquire(sources)


def _installed() -> Path | None:
    found = shutil.which("pulumi")
    return Path(found) if found and _is_pinned(Path(found)) else None


def _cached() -> Path | None:
    path = paths.cached_engine()
    return path if path.exists() and _is_pinned(path) else None


def _is_pinned(path: Path) -> bool:
    try:
        return engine_version(path) == versions.PULUMI
    except ToolchainError:
        return False


def _acquire(sources: tuple[Source, ...]) -> Path:
    home = paths.cached_engine().parents[1]
    work = home.with_name(f".new-{versions.PULUMI}")
    # Left by one that was killed; the lock says that nobody is at it now.
    shutil.rmtree(work, ignore_errors=True)
    for source in sources:
        if source(work):
            return _put_in_place(work, home)
    raise ToolchainError(f"no engine {versions.PULUMI} to be had; install it from pulumi.com and run again")


def _put_in_place(work: Path, home: Path) -> Path:
    found = engine_version(work / "bin" / "pulumi")
    if found != versions.PULUMI:
        raise ToolchainError(f"the new engine says {found}, the pin is {versions.PULUMI}; remove {work}")
    shutil.rmtree(home, ignore_errors=True)
    work.rename(home)
    return paths.cached_engine()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the cache's lock: a second clone waits for the first one's engine instead of building its own."""
    folder = paths.cache() / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
