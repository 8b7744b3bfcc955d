"""Containers that do one job and end: what comes after them waits for a good end."""

import pulumi
import pulumi_docker as docker

_LOG_LINES_SHOWN = 15


def ended_well(container: docker.Container) -> pulumi.Output[pulumi.Resource]:
    """The container, for `depends_on`, once it has ended with status 0; else the deployment fails with its log."""
    ended = pulumi.Output.all(container.name, container.urn, container.exit_code, container.container_logs)
    return ended.apply(lambda seen: _raise_where_failed(*seen)).apply(lambda _: container)


def _raise_where_failed(name: str, urn: str, exit_code: float, logs: str | None) -> None:
    if exit_code == 0:
        return
    shown = "\n".join((logs or "").strip().splitlines()[-_LOG_LINES_SHOWN:]) or "(it said nothing)"
    raise RuntimeError(
        f"container {name} ended with exit status {exit_code:.0f}, want 0. Its last lines:\n{shown}\n"
        f"Mend the cause, then run: pulumi up --replace '{urn}'"
    )
