"""Containers that do one job and end: what comes after them waits for a good end."""

from collections.abc import Sequence

import pulumi
import pulumi_docker as docker

from components._common.container import ContainerSpec, one_shot_arguments, options
from components._common.placement import Placement

_LOG_LINES_SHOWN = 15


def one_shot(
    parent: pulumi.Resource,
    name: str,
    spec: ContainerSpec,
    placement: Placement,
    depends_on: Sequence[pulumi.Input[pulumi.Resource]] = (),
) -> pulumi.Output[pulumi.Resource]:
    """Make one; gives it, for `depends_on`, once it has ended with status 0. Else the deployment fails with its log."""
    container = docker.Container(name, one_shot_arguments(spec, placement), opts=options(parent, placement, depends_on))
    ended = pulumi.Output.all(container.name, container.urn, container.exit_code, container.container_logs)
    return ended.apply(lambda seen: _raise_where_failed(*seen)).apply(lambda _: container)


def _raise_where_failed(name: str, urn: str, exit_code: float, logs: str | None) -> None:
    if exit_code == 0:
        return
    shown = "\n".join((logs or "").strip().splitlines()[-_LOG_LINES_SHOWN:]) or "(it said nothing)"
    raise RuntimeError(
        f"container {name} ended with exit status {exit_code:.0f}, want 0. Its last lines:\n{shown}\n"
        f"Mend the cause, then run hft up again, or else: pulumi up --replace '{urn}'"
    )
