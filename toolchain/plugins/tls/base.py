"""What all tls resources share: they live in state only, so the new one is there before the old one goes."""

from typing import ClassVar

from toolchain.plugins.framework import ProviderError, Resource, Result, Values


class Logical(Resource[None]):
    """A key, a request or a certificate: made once, kept in state, made anew when an input changes."""

    delete_before_replace: ClassVar[bool] = False

    def read(self, resource_id: str, state: Values) -> Result | None:
        """What the state holds; there is nothing else to ask."""
        if not state:
            raise ProviderError(f"{self.token} cannot be imported: it lives in the state of its stack only")
        return Result(id=resource_id, outputs=state)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Keeps what is there."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """Forgetting the state is all; a certificate stays valid until its end, as nothing revokes it."""
