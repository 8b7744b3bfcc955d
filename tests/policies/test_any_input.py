"""Whatever a program hands over, as far as the providers' schemas allow it: rules judge it, and keep its secrets."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.pack.judge import Kind
from policies.pack.resource import Resource, Stack
from policies.resources import TYPES
from tests.policies.given import UNKNOWN, everything_found, resource, secret
from tests.stacks.published import schemas

_WORDS = (
    *("", "host", "bridge", "0", "2-3", "always", "on-failure", "local", "json-file", "10m", "30s", "5432", "0.0.0.0"),
    *(
        "postgres",
        "postgres:16",
        "sh",
        "-c",
        "fsync=off",
        "hft.tier",
        "engine",
        "data",
        "memlock",
        "nofile",
        "ALL",
        "*",
    ),
    *("/etc/patroni.yml", "/etc/postgresql.conf", "/prometheus.yml", "/pg_hba.conf", "/run/secrets/x", "/valkey.conf"),
    *("{}", "[]", "a: [", '{"scrape_configs": [{}]}', '{"hypertables": [{"table": "orders"}]}', "user x ~* +@all"),
    *(
        '{"scope": "x", "postgresql": {"parameters": {"ssl": "off"}, "pg_hba": ["host all all all md5"]}}',
        "host all all",
    ),
    *(
        '{"route": {"receiver": "x"}, "receivers": []}',
        '{"groups": [{"rules": [{"alert": "A"}]}]}',
        "net.core.rmem_max",
    ),
)
_TEXTS = st.one_of(st.sampled_from(_WORDS), st.text(max_size=12))
_NUMBERS = st.one_of(st.integers(-1, 100), st.sampled_from([0, 1024, 65536, 2**31]))
_LEAVES = {"string": _TEXTS, "integer": _NUMBERS, "number": _NUMBERS, "boolean": st.booleans()}
_DEEPEST = 3
Shape = Mapping[str, Any]


@cache
def shapes() -> Mapping[str, Shape]:
    """Every resource and type of the providers, by its token."""
    return {
        token: shape
        for each in schemas().values()
        for part in ("resources", "types")
        for token, shape in each[part].items()
    }


def values(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    """Values of a type, each of them perhaps unknown or secret."""
    if "$ref" in shape:
        plain = objects(shapes()[shape["$ref"].removeprefix("#/types/")], "properties", "required", depth + 1)
    elif shape["type"] == "array":
        plain = st.lists(values(shape["items"], depth + 1), max_size=3)
    elif shape["type"] == "object":
        plain = st.dictionaries(_TEXTS.filter(bool), values(shape["additionalProperties"], depth + 1), max_size=3)
    else:
        plain = _LEAVES[shape["type"]]
    return st.one_of(plain, plain, plain, st.just(UNKNOWN), plain.map(secret))


def objects(shape: Shape, fields: str, required: str, depth: int) -> st.SearchStrategy[Any]:
    """Objects of a type: what has to be there is, and of the rest some."""
    named, needed = shape[fields], shape.get(required, [])
    optional = [] if depth > _DEEPEST else [name for name in named if name not in needed]
    return st.fixed_dictionaries(
        {name: values(named[name], depth) for name in needed},
        optional={name: values(named[name], depth) for name in optional},
    )


@pytest.mark.parametrize(
    "kind",
    [each for each in TYPES if not each.TYPE.startswith(("pulumi:", "tls:"))],
    ids=lambda kind: str(kind.__name__),
)
@settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_rule_fails_and_each_says_the_same_twice(kind: type[Resource], data: st.DataObject) -> None:
    inputs = data.draw(objects(shapes()[kind.TYPE], "inputProperties", "requiredInputs", 0))
    found = everything_found(Stack([resource(kind.TYPE, inputs)]))

    assert [each.message for each in found if each.kind is Kind.FAULT] == []
    assert everything_found(Stack([resource(kind.TYPE, inputs)])) == found


_SECRET = "s3cr3t-of-the-desk"


@pytest.mark.parametrize(
    "kind",
    [each for each in TYPES if not each.TYPE.startswith(("pulumi:", "tls:"))],
    ids=lambda kind: str(kind.__name__),
)
@settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_message_holds_a_secret(kind: type[Resource], data: st.DataObject) -> None:
    drawn = data.draw(objects(shapes()[kind.TYPE], "inputProperties", "requiredInputs", 0))
    inputs = {name: secret(_marked(value)) for name, value in drawn.items()}
    found = everything_found(Stack([resource(kind.TYPE, inputs)]))

    assert [each.message for each in found if _SECRET in each.message] == []


def _marked(value: Any) -> Any:
    """The value with every text a secret one: as a whole, in an assignment, or in a line among others."""
    if isinstance(value, dict):
        return {name: _marked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return f"{value}={_SECRET}" if isinstance(value, str) and value != UNKNOWN else value
