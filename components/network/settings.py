"""Planes: Docker networks for what must not share the hosts' own network."""

from ipaddress import IPv4Network

from pydantic import Field, model_validator

from components._common.settings import Settings


class PlaneSettings(Settings):
    """One bridge network on one host, with an address plan of its own."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,20}$")
    """What it carries, such as `venues`."""
    host: str
    """Name of the host it is on."""
    subnet: IPv4Network
    """Its addresses; the first one is the host's."""


class NetworkSettings(Settings):
    """The planes of a stack."""

    planes: tuple[PlaneSettings, ...] = ()
    """Networks to create; the order has no meaning."""

    @model_validator(mode="after")
    def _planes_are_apart(self) -> "NetworkSettings":
        for i, plane in enumerate(self.planes):
            for j, other in enumerate(self.planes[:i]):
                if plane.name == other.name:
                    raise ValueError(f"planes[{i}].name={plane.name} is also planes[{j}].name: rename one of them")
                if plane.subnet.overlaps(other.subnet):
                    raise ValueError(
                        f"planes[{i}].subnet={plane.subnet} overlaps planes[{j}].subnet={other.subnet}: move one"
                    )
        return self
