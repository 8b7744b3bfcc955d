"""A provider made of resource classes: check, diff, preview and secrets from their tables, the rest by their code."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from pulumi.provider.experimental import provider as api
from pulumi.provider.experimental.property_value import PropertyValue

from toolchain.plugins.framework import check, diff, values
from toolchain.plugins.framework.properties import Property, Table
from toolchain.plugins.framework.resource import Incomplete, ProviderError, Resource

Properties = dict[str, PropertyValue]
OLD_INPUTS: ContextVar[Properties | None] = ContextVar("old_inputs", default=None)
"""The former inputs of the diff or update under way, which the SDK's request classes leave out."""
_ENGINE_KEYS = ("version", "pluginDownloadURL", "parameterization")


class PartialState(ProviderError):  # noqa: N818 - it is a state of the resource as much as an error
    """An Incomplete in the engine's terms: the half-made resource's id and state."""

    def __init__(self, resource_id: str, state: Properties, message: str) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.state = state


class TableProvider(api.Provider):
    """Serves `resources`; `connect` makes the one client that they share, from the plain provider configuration.

    `connect` runs once per Configure, at preview too, and may raise ProviderError.
    """

    def __init__(
        self,
        *,
        name: str,
        configuration: Table,
        resources: Sequence[type[Resource[Any]]],
        connect: Callable[[dict[str, Any]], Any],
    ) -> None:
        self.name = name
        self._configuration = configuration
        self._classes = {resource.token: resource for resource in resources}
        self._connect = connect
        self._client: Any = None

    @property
    def tokens(self) -> list[str]:
        """The resource types served."""
        return sorted(self._classes)

    async def check_config(self, request: api.CheckRequest) -> api.CheckResponse:
        """Checks the provider's own configuration; the environment's fall-backs are left to `configure`."""
        given = {k: v for k, v in request.new_inputs.items() if k not in _ENGINE_KEYS and not k.startswith("__")}
        decoded = {k: _decoded(v, self._configuration.get(k)) for k, v in given.items()}
        naming = check.Naming(logical=request.name, seed=request.random_seed, former={})
        _, failures = check.check(decoded, self._configuration, naming)
        return api.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def configure(self, request: api.ConfigureRequest) -> api.ConfigureResponse:
        """Fills in the environment's fall-backs and connects."""
        given = {k: v for k, v in request.args.items() if v.value is not None and k in self._configuration}
        decoded = {k: _decoded(v, self._configuration[k]) for k, v in given.items()}
        settings = values.plain_map(decoded, self._configuration)
        for key, shape in self._configuration.items():
            fallback = next((os.environ[name] for name in shape.env if os.environ.get(name)), None)
            if key not in settings and fallback is not None:
                words = fallback.split() if shape.kind == "list" else fallback
                settings[key] = values.plain(_decoded(values.wrap(words), shape), shape)
            elif key not in settings and shape.default is not None:
                settings[key] = shape.default
        self._client = await asyncio.to_thread(self._connect, settings)
        return await super().configure(request)

    async def check(self, request: api.CheckRequest) -> api.CheckResponse:
        """Defaults, automatic names and everything that is wrong with the inputs."""
        resource = self._class(request.urn)
        naming = check.Naming(logical=request.name, seed=request.random_seed, former=request.old_inputs)
        inputs, failures = check.check(request.new_inputs, resource.inputs, naming)
        if not failures:
            found = resource.problems(values.plain_map(inputs, resource.inputs))
            failures = [api.CheckFailure(name, reason) for name, reason in found]
        marked = {k: values.marked(v, resource.inputs.get(k)) for k, v in inputs.items()}
        return api.CheckResponse(inputs=marked, failures=failures)

    async def diff(self, request: api.DiffRequest) -> api.DiffResponse:
        """Former inputs against new ones."""
        resource = self._class(request.urn)
        old = _former(resource, request.old_state)
        new = values.plain_map(request.new_inputs, resource.inputs)
        outdated = list(resource.outdated(values.plain_map(request.old_state, resource.table()), new))
        return diff.respond(
            diff.changed(old, new, resource.inputs) | {name: [(name, "update")] for name in outdated},
            lambda name: name in outdated or resource.replaces(name, old.get(name), new.get(name)),
            request.ignore_changes,
            outputs=outdated,
            delete_before_replace=resource.delete_before_replace,
        )

    async def create(self, request: api.CreateRequest) -> api.CreateResponse:
        """At preview the inputs with unknown outputs; else the resource's own create."""
        resource = self._class(request.urn)
        if request.preview:
            return api.CreateResponse(resource_id="", properties=_foreseen(resource, request.properties))
        inputs = values.plain_map(request.properties, resource.inputs)
        try:
            made = await asyncio.to_thread(resource(self._client).create, inputs)
        except Incomplete as error:
            state = values.outputs(error.outputs, request.properties, resource.table())
            raise PartialState(error.resource_id, state, str(error)) from error
        state = values.outputs(made.outputs, request.properties, resource.table())
        return api.CreateResponse(resource_id=made.id, properties=state)

    async def read(self, request: api.ReadRequest) -> api.ReadResponse:
        """What is there now; an empty id tells the engine that it is gone."""
        resource = self._class(request.urn)
        table = resource.table()
        former = values.plain_map(request.properties, table)
        found = await asyncio.to_thread(resource(self._client).read, request.resource_id, former)
        if found is None:
            return api.ReadResponse(resource_id="")
        state = values.outputs(found.outputs, request.properties, table)
        seen = values.plain_map(state, table)
        inputs = {
            k: v if k not in seen or diff.equal(values.plain(v, table.get(k)), seen[k], table.get(k)) else state[k]
            for k, v in request.inputs.items()
            if k in seen or k not in found.outputs
        }
        for key in resource.inputs.keys() & seen.keys() - inputs.keys():
            if not diff.equal(former.get(key), seen[key], table[key]) and seen[key] not in ([], {}):
                inputs[key] = state[key]
        return api.ReadResponse(resource_id=found.id, properties=state, inputs=inputs)

    async def update(self, request: api.UpdateRequest) -> api.UpdateResponse:
        """At preview the former outputs under the new inputs; else the resource's own update."""
        resource = self._class(request.urn)
        table = resource.table()
        old = _former(resource, request.olds)
        new = values.plain_map(request.news, resource.inputs)
        kept = {k: v for k, v in request.olds.items() if k not in resource.inputs or resource.inputs[k].computed}
        echo = kept | request.news
        if request.preview:
            return api.UpdateResponse(properties=values.outputs({}, echo, table))
        names = frozenset(k for k in diff.changed(old, new, resource.inputs) if resource.inputs[k].applied)
        state = values.plain_map(request.olds, table)
        try:
            results = await asyncio.to_thread(resource(self._client).update, request.resource_id, state, new, names)
        except Incomplete as error:
            partial = values.outputs(error.outputs, echo, table)
            raise PartialState(error.resource_id, partial, str(error)) from error
        return api.UpdateResponse(properties=values.outputs(results, echo, table))

    async def delete(self, request: api.DeleteRequest) -> None:
        """The resource's own delete."""
        resource = self._class(request.urn)
        state = values.plain_map(request.properties, resource.table())
        await asyncio.to_thread(resource(self._client).delete, request.resource_id, state)

    async def cancel(self) -> None:
        """Nothing to stop: the engine's SIGINT ends the process."""

    def _class(self, urn: str) -> type[Resource[Any]]:
        # A URN's type holds the parents' types too, joined by `$`.
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._classes:
            known = ", ".join(sorted(self._classes))
            raise ProviderError(f"{self.name}: this stand-in provider has no resource {token}; it has {known}")
        return self._classes[token]


def _decoded(value: PropertyValue, shape: Property | None) -> PropertyValue:
    """Provider configuration reaches a plugin as text: JSON for all that is not a string."""
    if shape is None or shape.kind == "string" or not isinstance(value.value, str) or values.is_unknown(value):
        return value
    try:
        decoded = json.loads(value.value)
    except ValueError:
        return value
    return values.wrap(decoded, secret=value.is_secret)


def _former(resource: type[Resource[Any]], state: Properties) -> dict[str, Any]:
    """The former inputs; what the server filled in counts as one, so that asking for it now is no change."""
    former = OLD_INPUTS.get() or state
    held = {k: v for k, v in state.items() if k in resource.inputs}
    filled = {k: v for k, v in held.items() if resource.inputs[k].computed}
    seen = {k: v for k, v in held.items() if resource.inputs[k].from_state}
    return values.plain_map(filled | former | seen, resource.inputs)


def _foreseen(resource: type[Resource[Any]], inputs: Properties) -> Properties:
    table = resource.table()
    filled = resource.outputs.keys() | {k for k, shape in resource.inputs.items() if shape.computed}
    absent = {k: values.unknown() for k in filled if k not in inputs}
    return values.outputs({}, inputs | absent, table)
