"""The page about the stand-ins names what the plugins serve."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from toolchain import versions

PAGE = Path(__file__).parents[2] / "docs/reference/stand-ins.md"


def section(name: str) -> str:
    """The page's section on one provider."""
    return PAGE.read_text().split(f"## `{name}` ")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", versions.SDKS)
def test_every_resource_type_is_listed_and_no_other(name: str) -> None:
    served = import_module(f"toolchain.plugins.{name}.plugin").provider().tokens

    assert sorted(re.findall(rf"`({name}:\w+/\w+:\w+)`", section(name))) == served


@pytest.mark.parametrize("name", versions.SDKS)
def test_the_version_that_is_followed_is_the_pinned_one(name: str) -> None:
    assert section(name).startswith(f"(follows {versions.plugin(name)}, ")
