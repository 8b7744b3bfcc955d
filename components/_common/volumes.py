"""Volumes that outlive their containers: what is in them cannot be made again, or should not have to be."""

import pulumi
import pulumi_docker as docker

from components._common.labels import Tier, labels
from components._common.naming import volume_name
from components._common.placement import Placement


def kept_volume(
    parent: pulumi.Resource,
    name: str,
    *,
    component: str,
    owner: str,
    placement: Placement,
    tier: Tier | None = None,
    what: str = "data",
) -> docker.Volume:
    """The volume `hft-<stack>-<owner>-<what>`: protected, and kept even where the resource is deleted."""
    stack = pulumi.get_stack()
    found = labels(stack=stack, component=component, role=owner, tier=tier)
    return docker.Volume(
        name,
        name=volume_name(stack, owner, what),
        labels=[docker.VolumeLabelArgs(label=key, value=value) for key, value in sorted(found.items())],
        opts=pulumi.ResourceOptions(parent=parent, provider=placement.provider, protect=True, retain_on_delete=True),
    )
