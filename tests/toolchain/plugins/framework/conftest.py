"""A provider over a dictionary: the framework is tested through real gRPC, with a server that can be looked into."""

import threading
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from toolchain.plugins.framework import (
    UNKNOWN,
    Incomplete,
    ProviderError,
    Resource,
    Result,
    Table,
    TableProvider,
    Values,
    at_least,
    boolean,
    integer,
    listing,
    mapping,
    number,
    one_of,
    record,
    string,
    unordered,
)

PART = record({"path": string(required=True), "text": string(), "size": integer(default=7)})


class Store(dict[str, Values]):
    """The server: what exists, and the changes it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[tuple[Values, frozenset[str]]] = []
        self.barrier = threading.Barrier(8)


class Thing(Resource[Store]):
    token = "example:index/thing:Thing"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "size": integer(problem=at_least(1, " MB")),
        "ratio": number(),
        "mode": string(default="slow", problem=one_of("slow", "fast")),
        "on": boolean(),
        "tags": unordered(string()),
        "steps": listing(string()),
        "parts": unordered(PART, replaces=True),
        "labels": mapping(),
        "health": record({"test": listing(string()), "retries": integer(default=0)}, applied=False),
        "host": string(computed=True, replaces=True),
        "case": string(same=lambda old, new: old.lower() == new.lower()),
        "key": string(secret=True),
        "build": string(unsupported="build the image first"),
    }
    outputs: ClassVar[Table] = {"address": string(), "token": string(secret=True)}

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        if inputs.get("size") is not UNKNOWN and inputs.get("size", 1) > 100 and inputs["mode"] == "slow":
            yield "size", f"property size={inputs['size']} needs mode=fast above 100"

    @classmethod
    def outdated(cls, state: Values, inputs: Values) -> Iterable[str]:
        if state.get("address") == "condemned" and inputs.get("mode") != "slow":
            yield "address"

    def create(self, inputs: Values) -> Result:
        if inputs["name"] == "broken":
            raise ProviderError("cannot make broken: choose another name")
        if inputs["name"] == "bug":
            raise KeyError("surprise")
        if inputs["name"].startswith("together"):
            self.client.barrier.wait(timeout=5)
        self.client[inputs["name"]] = dict(inputs)
        outputs = {"address": f"at-{inputs['name']}", "token": "t0k", "host": inputs.get("host", "h1")}
        if inputs["name"] == "sick":
            raise Incomplete("id-sick", outputs, "sick did not come up: last words")
        return Result(id=f"id-{inputs['name']}", outputs=outputs)

    def read(self, resource_id: str, state: Values) -> Result | None:
        found = self.client.get(resource_id.removeprefix("id-"))
        return None if found is None else Result(id=resource_id, outputs={"address": "here"} | found)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        self.client.updates.append((inputs, changed))
        return {"address": "moved"}

    def delete(self, resource_id: str, state: Values) -> None:
        self.client.pop(resource_id.removeprefix("id-"), None)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def plugin(serve: Any, store: Store) -> Any:
    running = await serve(
        TableProvider(
            name="example",
            configuration={"url": string(required=True), "port": integer(default=5432), "deep": listing(string())},
            resources=[Thing],
            connect=lambda settings: store,
        )
    )
    await running.configure(url="u")
    return running
