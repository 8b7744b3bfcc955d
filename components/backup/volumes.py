"""Volumes that outlive their containers."""

import pulumi
import pulumi_docker as docker

from components._common.labels import labels
from components._common.naming import volume_name
from components._common.placement import Placement


def kept_volume(parent: pulumi.Resource, name: str, owner: str, placement: Placement) -> docker.Volume:
    """The volume `hft-<stack>-<owner>-data`: protected, and kept even where the resource is deleted."""
    stack = pulumi.get_stack()
    found = labels(stack=stack, component="backup", role=owner, tier="data")
    return docker.Volume(
        name,
        name=volume_name(stack, owner, "data"),
        labels=[docker.VolumeLabelArgs(label=key, value=value) for key, value in sorted(found.items())],
        opts=pulumi.ResourceOptions(parent=parent, provider=placement.provider, protect=True, retain_on_delete=True),
    )
