"""The Docker networks of a stack. Everything that is on no plane uses its host's own network."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.labels import labels
from components._common.naming import network_name
from components._common.placement import Placements
from components.network.settings import NetworkSettings, PlaneSettings

TOKEN = "hft:network:Network"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What `Network` needs."""

    settings: NetworkSettings
    placements: Placements
    """Hosts by name."""


class Network(pulumi.ComponentResource):
    """Bridge networks with fixed subnets, for parts that are reached but reach nobody: venue simulators, guests.

    Use it where a part must be kept off the hosts' network; host processes reach it by its fixed address without
    address translation. It does not join hosts: a plane lives on one host.
    """

    planes: pulumi.Output[dict[str, str]]
    """Plane → name of its Docker network."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        created = {plane.name: self._make_plane(name, plane, args.placements) for plane in args.settings.planes}
        self.planes = pulumi.Output.all(**{plane: network.name for plane, network in created.items()})
        self.register_outputs({"planes": self.planes})

    def _make_plane(self, name: str, plane: PlaneSettings, placements: Placements) -> docker.Network:
        stack = pulumi.get_stack()
        found = labels(stack=stack, component="network", role=plane.name)
        return docker.Network(
            f"{name}-{plane.name}",
            name=network_name(stack, plane.name),
            driver="bridge",
            ipam_configs=[
                docker.NetworkIpamConfigArgs(subnet=str(plane.subnet), gateway=str(next(plane.subnet.hosts())))
            ],
            labels=[docker.NetworkLabelArgs(label=key, value=value) for key, value in sorted(found.items())],
            opts=pulumi.ResourceOptions(parent=self, provider=placements[plane.host].provider),
        )
