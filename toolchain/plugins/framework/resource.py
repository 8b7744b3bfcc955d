"""What a resource class declares and does, and the errors it may raise."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from toolchain.plugins.framework.properties import Table

Client = TypeVar("Client")
Values = dict[str, Any]
"""Plain values by property name: str, int, float, bool, list, dict; absent means not given."""


class ProviderError(Exception):
    """A failure to show to the operator as it stands, as one diagnostic. Never put a secret into it."""


class Incomplete(ProviderError):  # noqa: N818 - it is a state of the resource as much as an error
    """The resource exists but did not come up: the engine keeps it in state as half-made, and shows `message`.

    The next `up` then updates it (or replaces it where inputs changed), and `destroy` removes it.
    """

    def __init__(self, resource_id: str, outputs: Values, message: str) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.outputs = outputs


@dataclass(frozen=True, kw_only=True)
class Result:
    """A created resource, or one that was read: its id and outputs.

    `outputs` are laid over the inputs to make the state, so give only what the inputs do not hold or what differs from
    them. None removes a property.
    """

    id: str
    outputs: Values = field(default_factory=dict)


class Resource(Generic[Client]):
    """One resource type. Methods run in worker threads, many at once, over one shared `client`."""

    token: ClassVar[str]
    inputs: ClassVar[Table]
    outputs: ClassVar[Table] = {}
    """What only the server knows. An input that the server fills in (`computed`) is not repeated here."""
    delete_before_replace: ClassVar[bool] = True

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def table(cls) -> Table:
        """Inputs and outputs together."""
        return {**cls.outputs, **cls.inputs}

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:  # noqa: ARG003
        """Relations between inputs that do not hold: (property, reason). At preview too, so values may be UNKNOWN."""
        return ()

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:  # noqa: ARG003
        """Whether this change of one top-level input replaces; `old` or `new` is None where absent."""
        return cls.inputs[name].replaces

    @classmethod
    def outdated(cls, state: Values, inputs: Values) -> Iterable[str]:  # noqa: ARG003
        """Outputs for whose sake a resource is replaced though no input changed, such as an expired certificate."""
        return ()

    def create(self, inputs: Values) -> Result:
        """Make the resource. Never called at preview."""
        raise NotImplementedError

    def read(self, resource_id: str, state: Values) -> Result | None:
        """What is there now, or None when it is gone. `state` is the last known state, empty on import.

        Return inputs too where the server tells them: they make drift visible.
        """
        return Result(id=resource_id, outputs=state)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """Carry out the change of the inputs named in `changed`; returns outputs as `Result.outputs` has them."""
        raise NotImplementedError

    def delete(self, resource_id: str, state: Values) -> None:
        """Remove the resource; one that is already gone is not an error."""
        raise NotImplementedError
