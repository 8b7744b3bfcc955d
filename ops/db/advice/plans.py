"""What a plan of the planner's tells about the index that its statement would need; pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.db.advice.facts import Table

_CHUNK = re.compile(r"_hyper_(\d+)_\d+_chunk")
# `(t.symbol = $1)`, `((t.venue)::text = 'V1'::text)`, `(t.symbol = ANY ($1))`
_EQUAL = re.compile(r"(?:\w+\.)?\b(\w+)\)?(?:::[a-z ]+)? = ")
_COLUMN = re.compile(r"^\(?(?:\w+\.)?(\w+)\)?(?: (DESC|ASC))?")
_CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")


@dataclass(frozen=True)
class Wanted:
    """The index that would find a statement's rows, and in their order."""

    table: Table
    equal: tuple[str, ...]
    """Columns that are compared with one value."""
    order: tuple[str, ...]
    """Columns that rows are sorted by, with DESC where they are."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them, as an index has them."""
        return (*self.equal, *self.order)


def wanted(plan: str, tables: Sequence[Table]) -> tuple[Wanted, ...]:
    """The indexes that a plan in JSON asks for, one for each table that it reads by some column's value."""
    by_name = {table.name: table for table in tables}
    by_number = {table.hypertable: table for table in tables if table.hypertable is not None}
    found: dict[str, Wanted] = {}
    for node, order in _scans(json.loads(plan)[0]["Plan"], ()):
        chunk = _CHUNK.fullmatch(node["Relation Name"])
        table = by_number.get(int(chunk[1])) if chunk else by_name.get(f"{node['Schema']}.{node['Relation Name']}")
        if table is None or table.name in found:
            continue
        conditions = " ".join(str(node.get(key, "")) for key in _CONDITIONS)
        equal = tuple(dict.fromkeys(name for name in _EQUAL.findall(conditions) if name in table.columns))
        if equal:
            found[table.name] = Wanted(table, equal, _order(order, table, equal))
    return tuple(found.values())


def _scans(node: Mapping[str, Any], order: Sequence[str]) -> Iterator[tuple[Mapping[str, Any], Sequence[str]]]:
    """The nodes that read a table, each with the order in which its rows are wanted."""
    if node["Node Type"] == "Sort":
        order = node["Sort Key"]
    if "Relation Name" in node and node["Node Type"] != "Custom Scan":
        yield node, order
    for child in node.get("Plans", ()):
        # Rows of a join or of groups are no longer those of a table.
        yield from _scans(child, () if node["Node Type"] in ("Aggregate", "Hash Join", "Merge Join") else order)


def _order(keys: Sequence[str], table: Table, equal: Sequence[str]) -> tuple[str, ...]:
    """Sort keys that are columns of the table; without any, newest first, as a hypertable's rows are asked for."""
    found: list[str] = []
    for key in keys:
        matched = _COLUMN.match(key)
        if not matched or matched[1] not in table.columns:
            break
        if matched[1] not in equal:
            found.append(f"{matched[1]} {matched[2]}" if matched[2] == "DESC" else matched[1])
    if not found and table.time_column:
        found.append(f"{table.time_column} DESC")
    return tuple(found)
