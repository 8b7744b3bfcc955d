"""Dumping rendered configuration: one way for YAML, one for JSON, both stable for review."""

import json
from collections.abc import Mapping
from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places twice: a name for it is hard to read, and not every program knows them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's own name
        """Always."""
        return True


def to_yaml(document: Mapping[str, Any]) -> str:
    """YAML in the order given, long lines unbroken, so that a changed setting is a changed line."""
    return yaml.dump(dict(document), Dumper=_Plain, sort_keys=False, width=1000)


def to_json(document: Mapping[str, Any]) -> str:
    """Indented JSON in the order given, with a final newline."""
    return json.dumps(document, indent=2) + "\n"
