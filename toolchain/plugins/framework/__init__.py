"""How a stand-in provider plugin is written: declare a table per resource, write create, read, update and delete.

A plugin is a package with three parts::

    # toolchain/plugins/example/thing.py
    class Thing(Resource[ExampleClient]):
        token = "example:index/thing:Thing"
        inputs: ClassVar[Table] = {
            "name": string(autoname=True, replaces=True),
            "size": integer(required=True, problem=at_least(1, " MB")),
            "tags": unordered(string()),
            "key": string(secret=True),
        }
        outputs: ClassVar[Table] = {"endpoint": string(), "token": string(secret=True)}

        def create(self, inputs: Values) -> Result:
            made = self.client.make(inputs["name"], inputs["size"])
            return Result(id=made.id, outputs={"endpoint": made.endpoint, "token": made.token})

        def read(self, resource_id: str, state: Values) -> Result | None:
            found = self.client.find(resource_id)
            return Result(id=resource_id, outputs={"size": found.size}) if found else None

        def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
            self.client.resize(resource_id, inputs["size"])
            return {}

        def delete(self, resource_id: str, state: Values) -> None:
            self.client.drop(resource_id)

    # toolchain/plugins/example/plugin.py
    def provider() -> TableProvider:
        return TableProvider(name="example", configuration={"url": string(required=True)}, resources=[Thing],
                             connect=lambda settings: ExampleClient(settings["url"]))

    # toolchain/plugins/example/__main__.py: guard first, import what is slow after it
    from toolchain.process import guard

    if __name__ == "__main__":
        guard()
        ...
        serve(provider(), versions.plugin("example"))

What the framework derives from the tables:

- **check**: missing required, unknown and mistyped inputs fail with path, value and what was expected; secrets are
  never printed; values that are unknown at preview pass; defaults and automatic names are filled in.
  `Resource.problems` adds relations between inputs.
- **diff**: former inputs against new ones, down to nested paths; `replaces`, `applied`, `computed`, `same` and
  `unordered` decide. `Resource.replaces` may decide per change, `Resource.outdated` that time has come.
- **preview**: create and update change nothing; outputs and absent `computed` inputs are unknown at create, and stay
  what they were at update.
- **state**: inputs with `Result.outputs` laid over them. Secret inputs keep their marks; properties declared `secret`
  are always secret. A `read` that returns None means gone; what it returns for inputs is drift when it differs.
- **errors**: raise `ProviderError(text)` for one clear diagnostic, `Incomplete(id, outputs, text)` when the resource
  exists but did not come up (it stays in state, half-made). Any other exception becomes one line without traceback.

Methods run in worker threads, many at once: keep no state in the resource, make the client thread-safe, block freely.
Values are plain Python (`int` for integers); absent inputs are absent keys; values may be `UNKNOWN` only in `problems`.
"""

from toolchain.plugins.framework.properties import (
    Property,
    Table,
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
from toolchain.plugins.framework.provider import TableProvider
from toolchain.plugins.framework.resource import Incomplete, ProviderError, Resource, Result, Values
from toolchain.plugins.framework.server import serve
from toolchain.plugins.framework.values import UNKNOWN

__all__ = [
    "UNKNOWN",
    "Incomplete",
    "Property",
    "ProviderError",
    "Resource",
    "Result",
    "Table",
    "TableProvider",
    "Values",
    "at_least",
    "boolean",
    "integer",
    "listing",
    "mapping",
    "number",
    "one_of",
    "record",
    "serve",
    "string",
    "unordered",
]
