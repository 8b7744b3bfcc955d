"""Inputs of a container that do not go together, found before anything is made. Values may be UNKNOWN."""

from collections.abc import Callable, Iterator
from typing import Any

from toolchain.plugins.docker.container.request import gpu_request
from toolchain.plugins.docker.rules import nanoseconds
from toolchain.plugins.framework import UNKNOWN, Values

Problem = tuple[str, str]
_SINCE = {
    "mounts.volumeOptions.subpath": "1.45",
    "healthcheck.startInterval": "1.44",
    "networksAdvanced.gwPriority": "1.48",
}
"""Engine API versions below which the daemon ignores an input without a word."""
_SOURCES = ("content", "contentBase64", "source")


def problems(inputs: Values) -> Iterator[Problem]:
    """(property, reason) of each relation that does not hold."""
    for index, item in _objects(inputs, "uploads"):
        yield from _upload(f"uploads[{index}]", item)
    for index, item in _objects(inputs, "volumes"):
        yield from _volume(f"volumes[{index}]", item)
    yield from _gpus(inputs)
    if inputs.get("logs") is True and inputs.get("attach") is False:
        yield "logs", "property logs=true has no effect without attach=true: give both"


def beyond(inputs: Values, offers: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """(path, API version it needs) of each input that a daemon with `offers` would ignore. Takes known values only."""
    mounts, networks = inputs.get("mounts", []), inputs.get("networksAdvanced", [])
    used = {
        "mounts.volumeOptions.subpath": any(mount.get("volumeOptions", {}).get("subpath") for mount in mounts),
        "healthcheck.startInterval": nanoseconds(inputs.get("healthcheck", {}).get("startInterval", "0s")) > 0,
        "networksAdvanced.gwPriority": any(network.get("gwPriority") for network in networks),
    }
    yield from ((path, since) for path, since in _SINCE.items() if used[path] and not offers(since))


def _objects(inputs: Values, name: str) -> Iterator[tuple[int, Values]]:
    given = inputs.get(name, [])
    if given is not UNKNOWN:
        yield from ((index, item) for index, item in enumerate(given) if item is not UNKNOWN)


def _upload(path: str, item: Values) -> Iterator[Problem]:
    given = [name for name in _SOURCES if _set(item.get(name))]
    file = item["file"]
    if not given:
        yield path, f"property {path} ({file}) needs one of content, contentBase64 or source, and not empty"
    elif len(given) > 1:
        yield path, f"property {path} ({file}) has {' and '.join(given)}: give only one"


def _volume(path: str, item: Values) -> Iterator[Problem]:
    inside, other = _set(item.get("containerPath")), _set(item.get("fromContainer"))
    if inside == other:
        reason = "has both containerPath and fromContainer" if inside else "needs containerPath or fromContainer"
        yield path, f"property {path} {reason}: give one of them"


def _gpus(inputs: Values) -> Iterator[Problem]:
    gpus = inputs.get("gpus")
    if not gpus or gpus is UNKNOWN:
        return
    if inputs.get("deviceRequests"):
        yield "gpus", "property gpus and deviceRequests are both given: give only one"
    try:
        gpu_request(gpus)
    except ValueError:
        yield "gpus", f"property gpus={gpus!r}: must be all, a number, or device=<ids>"


def _set(value: Any) -> bool:
    return value is UNKNOWN or bool(value)
