"""Diff: which inputs changed, as the engine's detailed paths, and whether that updates or replaces."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.provider import DiffResponse, PropertyDiff, PropertyDiffKind

from toolchain.plugins.framework.properties import Property, Table

Change = tuple[str, str]
"""A path below the resource and what happened to it: add, delete or update."""
_KINDS = {
    ("add", False): PropertyDiffKind.ADD,
    ("add", True): PropertyDiffKind.ADD_REPLACE,
    ("delete", False): PropertyDiffKind.DELETE,
    ("delete", True): PropertyDiffKind.DELETE_REPLACE,
    ("update", False): PropertyDiffKind.UPDATE,
    ("update", True): PropertyDiffKind.UPDATE_REPLACE,
}


def changed(old: Mapping[str, Any], new: Mapping[str, Any], table: Table) -> dict[str, list[Change]]:
    """Changes by top-level input, from two plain input mappings (defaults filled in). Unknown counts as changed."""
    found = {name: list(_changes(name, old, new, name, shape)) for name, shape in table.items()}
    return {name: changes for name, changes in found.items() if changes}


def respond(
    changes: Mapping[str, list[Change]],
    replaces: Callable[[str], bool],
    ignore: Sequence[str],
    *,
    outputs: Sequence[str] = (),
    delete_before_replace: bool,
) -> DiffResponse:
    """The engine's answer. `replaces` tells of a top-level name; `ignore` are paths as given in ``ignore_changes``;
    `outputs` are those names that are no inputs.
    """
    kept = {name: [c for c in found if not _ignored(c[0], ignore)] for name, found in changes.items()}
    names = [name for name, found in kept.items() if found]
    replacing = [name for name in names if replaces(name)]
    detailed = {
        path: PropertyDiff(kind=_KINDS[what, name in replacing], input_diff=name not in outputs)
        for name in names
        for path, what in kept[name]
    }
    return DiffResponse(
        changes=bool(names),
        replaces=replacing,
        diffs=names,
        detailed_diff=detailed,
        delete_before_replace=bool(replacing) and delete_before_replace,
    )


def equal(old: Any, new: Any, shape: Property | None) -> bool:
    """Whether two plain values mean the same, order of sets and the property's own equality included."""
    return not any(_value_changes("", old, new, shape))


def _changes(
    path: str, old: Mapping[str, Any], new: Mapping[str, Any], name: str, shape: Property | None
) -> Iterator[Change]:
    before, after = old.get(name), new.get(name)
    if _empty(before) and _empty(after):
        return
    if name not in new:
        if shape is None or not shape.computed:
            yield path, "delete"
    elif name not in old:
        yield path, "add"
    else:
        yield from _value_changes(path, before, after, shape)


def _empty(value: Any) -> bool:
    """Absent and empty mean the same to the official plugins: "", 0, false, [] and {}."""
    return value is None or value in ("", 0, [], {})


def _value_changes(path: str, old: Any, new: Any, shape: Property | None) -> Iterator[Change]:
    if shape is not None and shape.same is not None and shape.same(old, new):
        return
    if shape is not None and shape.kind == "set" and isinstance(old, list) and isinstance(new, list):
        yield from _set_changes(path, old, new, shape)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(path, old, new, shape)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(k for k in new if k not in old)]:
            member = None if shape is None else shape.fields.get(key) if shape.kind == "object" else shape.items
            yield from _changes(_join(path, key), old, new, key, member)
    elif old != new:
        yield path, "update"


def _list_changes(path: str, old: list[Any], new: list[Any], shape: Property | None) -> Iterator[Change]:
    both = min(len(old), len(new))
    for index in range(both):
        yield from _value_changes(f"{path}[{index}]", old[index], new[index], shape.items if shape else None)
    yield from ((f"{path}[{index}]", "delete") for index in range(both, len(old)))
    yield from ((f"{path}[{index}]", "add") for index in range(both, len(new)))


def _set_changes(path: str, old: list[Any], new: list[Any], shape: Property) -> Iterator[Change]:
    left = list(enumerate(old))
    added = []
    for index, item in enumerate(new):
        match = next((i for i, (_, former) in enumerate(left) if equal(former, item, shape.items)), None)
        if match is None:
            added.append(index)
        else:
            left.pop(match)
    gone = [index for index, _ in left]
    yield from ((f"{path}[{index}]", "update") for index in added if index in gone)
    yield from ((f"{path}[{index}]", "add") for index in added if index not in gone)
    yield from ((f"{path}[{index}]", "delete") for index in gone if index not in added)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if re.fullmatch(r"[A-Za-z_]\w*", key) else f'{path}["{key}"]'


def _ignored(path: str, ignore: Sequence[str]) -> bool:
    return any(rule in ("*", path) or path.startswith((f"{rule}.", f"{rule}[")) for rule in ignore)
