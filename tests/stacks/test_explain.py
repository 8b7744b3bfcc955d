from typing import Any

import pytest
from pydantic import Field, ValidationError, model_validator

from components._common.settings import Settings
from stacks.explain import explain


class Disk(Settings):
    size_mib: int = Field(ge=512, le=4096)


class Node(Settings):
    name: str
    disks: tuple[Disk, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> "Node":
        if self.name == "bad":
            raise ValueError("node.name=bad is reserved: choose another")
        return self


class Root(Settings):
    node: Node
    spare: Node | None = None


def text(**given: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        Root.model_validate(given)
    return explain(raised.value, Root, "Pulumi.dev.yaml")


REFERENCE = "\nEvery key with its unit and bounds: docs/reference/settings.md"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"node": {"nme": "a", "name": "a"}}, "node.nme is not a setting: did you mean name?"),
        ({"node": {"name": "a", "zzz": 1}}, "node.zzz is not a setting: it has name, disks"),
        ({"node": {"name": "a"}, "spare": {"nam": 1, "name": "b"}}, "spare.nam is not a setting: did you mean name?"),
        (
            {"node": {"name": "a", "disks": [{"size_mib": 12}]}},
            "node.disks[0].size_mib=12: input should be greater than or equal to 512",
        ),
        (
            {"node": {"name": "a", "disks": [{"size_mib": "big"}]}},
            "node.disks[0].size_mib=big: input should be a valid integer, unable to parse string as an integer",
        ),
        ({"node": {"name": ["a"]}}, "node.name=…: input should be a valid string"),
        ({}, "node is missing: add it"),
        ({"node": {"name": "bad"}}, "node: node.name=bad is reserved: choose another"),
    ],
)
def test_one_mistake_is_one_line_with_path_value_and_bound(given: dict[str, Any], line: str) -> None:
    assert text(**given) == f"Pulumi.dev.yaml: {line}{REFERENCE}"


def test_two_mistakes_are_two_lines() -> None:
    assert text(node={"nme": "x"}) == (
        "Pulumi.dev.yaml: node.name is missing: add it\n"
        "Pulumi.dev.yaml: node.nme is not a setting: did you mean name?" + REFERENCE
    )
