"""Whose certificate is for what."""

from typing import Any

import pytest

from components._common.images import ImageLock
from stacks.settings import StackSettings
from stacks.tls import tls_parts
from tests.conftest import Recorder, placements
from tests.stacks.conftest import config


class AnyImage(ImageLock):
    """A lock that has every image."""

    def __getitem__(self, name: str) -> str:
        return f"sha256:{name}"


def own_addresses(recorder: Recorder, settings: dict[str, Any]) -> dict[str, list[str]]:
    def look() -> dict[str, list[str]]:
        parts = tls_parts(StackSettings.model_validate(settings), placements("local"), AnyImage({}))
        return {part.member: list(part.own_addresses) for part in parts if part.own_addresses}

    return dict(recorder.run(look))


@pytest.mark.parametrize(
    ("processes", "found"), [(1, {}), (2, {"pooler-local": ["127.0.9.1", "127.0.9.2"]})], ids=["one", "two"]
)
def test_a_poolers_certificate_is_for_its_processes_too(
    recorder: Recorder, processes: int, found: dict[str, list[str]]
) -> None:
    settings = config("dev")
    settings["pooling"]["pooler"].update(processes=processes, pool_size=10)

    assert own_addresses(recorder, settings) == found
