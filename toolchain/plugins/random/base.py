"""What all random resources share: they live in state only, and every change of an input makes a new value."""

from typing import Any

from toolchain.plugins.framework import Property, Resource, Result, Values, mapping


def keepers() -> Property:
    """Free text that the value is kept for: a change makes a new value."""
    return mapping(replaces=True)


class Random(Resource[None]):
    """A value drawn once. The new one is drawn before the old one goes, as nothing outside the state can collide."""

    delete_before_replace = False

    def read(self, resource_id: str, state: Values) -> Result | None:
        """What the state holds; there is nothing else to ask."""
        return Result(id=resource_id, outputs=state)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> dict[str, Any]:  # noqa: ARG002
        """Reached only after a resource was left half-made, which these never are; keeps the value."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """Forgetting the state is all."""
