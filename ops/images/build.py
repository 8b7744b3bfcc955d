"""Makes what the lock lacks, parents first, and writes the lock after each image."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import docker

from ops.images import catalog, engine, lock, rootfs, upstream
from ops.images.archives import TIMESCALEDB
from ops.images.catalog import ROOT, ROOTFS, Image
from ops.images.failure import ImageError
from ops.images.lock import Entry
from ops.images.relay import Relay
from ops.images.upstream import Upstream


@dataclass(frozen=True)
class Step:
    """What became of one image.

    `current` (as locked), `found` (Docker had it), `built`, `pulled`, `copied`, `kept` (the locked one, as no registry
    answers with another) or `absent`.
    """

    name: str
    outcome: str
    seconds: float
    entry: Entry | None


def build_all(
    tell: Callable[[Step], None], *, edition: str = "apache", fresh: bool = False, root: Path = ROOT
) -> dict[str, Entry]:
    """Bring images/lock.json up to date and return it; `tell` hears of each image as it is done.

    `fresh` builds everything again, with today's packages. Raises ImageError at the first image that fails; the lock
    then keeps that image's earlier entry.
    """
    images, published = catalog.load(edition, root), upstream.load(root)
    path = root / "images" / "lock.json"
    with _alone(path.parent), ExitStack() as stack:
        run = _Run(stack.enter_context(engine.connect()), stack, published["base"], fresh)
        entries = _known(path, {image.name for image in images} | published.keys())
        for image in images:
            _record(path, entries, run.make(image, entries), tell)
        for name in sorted(published.keys() - {image.name for image in images}):
            _record(path, entries, run.pull(name, published[name], entries), tell)
    return entries


class _Run:
    """One pass over the images; starts the package relay only when something has to be built."""

    def __init__(self, client: docker.DockerClient, stack: ExitStack, base: Upstream, fresh: bool) -> None:
        self._client = client
        self._stack = stack
        self._base = base
        self._fresh = fresh
        self._inputs = {ROOTFS: rootfs.inputs(base)}

    def make(self, image: Image, entries: Mapping[str, Entry]) -> Step:
        start = time.monotonic()
        inputs = self._inputs[image.name] = image.inputs(self._inputs)
        known = entries.get(image.name)
        if known and known.inputs == inputs and not self._fresh and engine.find(self._client, known.id):
            return Step(image.name, "current", time.monotonic() - start, known)
        tag = f"hft/{image.name}:{inputs[:12]}"
        found = None if self._fresh else engine.find(self._client, tag)
        built = found or self._build(image, tag, entries)
        entry = Entry(id=built, digest=None, inputs=inputs, packages=engine.packages(self._client, built))
        return Step(image.name, "found" if found else "built", time.monotonic() - start, entry)

    def pull(self, name: str, image: Upstream, entries: Mapping[str, Entry]) -> Step:
        start = time.monotonic()
        known = entries.get(name)
        if known and known.inputs == image.inputs and not self._fresh and engine.find(self._client, known.id):
            return Step(name, "current", time.monotonic() - start, known)
        if pulled := upstream.pull(self._client, image):
            entry = Entry(id=pulled[0], digest=pulled[1], inputs=image.inputs)
            return Step(name, "pulled", time.monotonic() - start, entry)
        kept = known if known and engine.find(self._client, known.id) else None
        return Step(name, "kept" if kept else "absent", time.monotonic() - start, kept)

    @cached_property
    def _relay(self) -> Relay:
        return self._stack.enter_context(Relay.of_machine())

    def _build(self, image: Image, tag: str, entries: Mapping[str, Entry]) -> str:
        if image.arguments.get("EDITION") == "community" and not self._relay.has(TIMESCALEDB):
            raise ImageError(
                f"image {image.name}: edition community comes from its vendor's repository, which is not among this "
                "machine's package sources, does not answer, or names no key file (signed-by): mend /etc/apt, or build "
                "--edition apache"
            )
        parents = {f"{name.upper()}_IMAGE": self._reference(name, entries) for name in image.parents}
        return engine.build(
            self._client,
            name=image.name,
            tag=tag,
            context=image.context(),
            # http_proxy is predefined: Docker keeps it out of the image's history and of the layer cache's key.
            arguments={**image.arguments, **parents, "http_proxy": self._relay.url},
            fresh=self._fresh,
        )

    def _reference(self, parent: str, entries: Mapping[str, Entry]) -> str:
        if parent == ROOTFS:
            return rootfs.provide(self._client, self._base, self._relay, self._fresh)
        return entries[parent].id


def _known(path: Path, names: set[str]) -> dict[str, Entry]:
    return {name: entry for name, entry in lock.read(path).items() if name in names}


def _record(path: Path, entries: dict[str, Entry], step: Step, tell: Callable[[Step], None]) -> None:
    if step.entry:
        entries[step.name] = step.entry
    else:
        # The stacks do without it; an id that no Docker has would stop them.
        entries.pop(step.name, None)
    lock.write(path, entries)
    tell(step)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second build at the same time, which then waits."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
