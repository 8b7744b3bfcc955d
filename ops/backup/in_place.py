"""`hft backup restore --in-place`: the cluster of a stack goes back to a point in time itself, all its nodes.

docs/guides/backups.md has the order of events. Containers beside the nodes do the work; while they are there a restore
is not finished, and the same command goes on with it: each step is done once, whoever began it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docker.errors import NotFound
from docker.models.containers import Container

from components._common.labels import labels
from components._common.naming import docker_name
from components.backup.agent.codes import NOT_HERE
from ops.backup.beside import created
from ops.backup.cluster import Cluster
from ops.backup.containers import AGENT, Ended, call
from ops.docker_hosts import labels as label_filters
from ops.errors import OpsError
from ops.screen import Screen

ROLE = "in-place"
"""Label hft.role of the containers that work beside the nodes."""
KEPT = re.compile(r"before-\d{6}-\d{6}")
"""How names of what was before look."""

_TO, _KEPT, _LEADER = "hft.restore.to", "hft.restore.kept", "hft.restore.leader"
_LATEST = "latest"
_DATA = "/var/lib/hft"
"""Where agents have the volumes of nodes, by their names."""


@dataclass(frozen=True)
class Plan:
    """One restore, from its beginning to its end."""

    to: str
    """Time in ISO 8601, or `latest`."""
    leader: str
    """The node on which it is done; the others copy it."""
    kept: str
    """Name of what was before."""
    begun: bool
    """Whether it has been confirmed and begun."""


def plan(cluster: Cluster, to: datetime | None, now: datetime) -> Plan:
    """A new restore that can be done, or the one that was begun and not finished. Raises OpsError; changes nothing."""
    wanted = to.isoformat() if to else _LATEST
    if found := _unfinished(cluster):
        if found.to != wanted:
            again = "without --to" if found.to == _LATEST else f"with --to {found.to}"
            raise OpsError(f"a restore in place to {found.to} has begun and is not finished: go on with it {again}")
        return found
    seen = cluster.view()
    if seen and seen.in_maintenance:
        raise OpsError("Patroni is in maintenance mode, where nobody would lead afterwards: patronictl resume")
    for agent in _agents(cluster):
        if _step(agent, wanted, "room").status:
            raise OpsError(f"no restore in place to {wanted}; see above. Nothing was changed")
    leader = cluster.leader() or cluster.names[0]
    return Plan(wanted, leader, f"before-{now.astimezone(UTC):%y%m%d-%H%M%S}", begun=False)


def warning(cluster: Cluster, chosen: Plan) -> Iterator[str]:
    """What a person must know before it is confirmed, or gone on with."""
    if chosen.begun:
        yield f"the restore in place to {chosen.to} goes on; {chosen.leader} leads afterwards"
        return
    end = "the end of the archive" if chosen.to == _LATEST else chosen.to
    yield f"the cluster of stack {cluster.stack} goes back to {end}, all of {', '.join(cluster.names)}"
    yield "every row that was written later is lost to it; until it is done nothing can be read or written"
    yield f"what was before is kept on each node as {chosen.kept}"
    yield "where it is interrupted, the same command goes on with it"


def carry_out(cluster: Cluster, chosen: Plan, screen: Screen) -> None:
    """Do it, or the rest of it. Raises OpsError: until the copy is good nothing is changed, then it can be repeated."""
    if not chosen.begun:
        with screen.timed("the archive reaches the present"):
            _reach(cluster, chosen)
    others = [name for name in cluster.names if name != chosen.leader]
    with screen.timed("containers beside the nodes"):
        helpers = {name: _helper(cluster, chosen, name) for name in (*others, chosen.leader)}

    def step(name: str, what: str) -> Ended:
        return _step(helpers[name], chosen.to, what, name, chosen.kept)

    if step(chosen.leader, "has-taken-over").status:
        with screen.timed("the database is stopped"):
            # A standby that is left without its primary would take over.
            cluster.stop([*others, chosen.leader])
        with screen.timed(f"{chosen.leader} restored to {chosen.to}"):
            if step(chosen.leader, "recover").status:
                _undo(cluster, chosen, helpers)
                raise OpsError("the restore failed; see above. The database runs as before, nothing was changed")
    for name in (*others, chosen.leader):
        if step(name, "has-taken-over").status:
            cluster.stop([name])
            _require(step(name, "take-over"), f"{name}: its data could not be put aside")
    with screen.timed(f"{chosen.leader} leads"):
        cluster.lead(chosen.leader)
        cluster.give_passwords(chosen.leader)
    with screen.timed("the other nodes have copied it and follow"):
        cluster.start(others)
        cluster.follow()
    for helper in helpers.values():
        helper.remove(force=True, v=True)


def forget(cluster: Cluster, kept: str) -> None:
    """Remove what a restore in place has kept, on all nodes. Raises OpsError where there is nothing of that name."""
    found = {name: _kept(cluster, name) for name in cluster.names}
    if not any(kept in names for names in found.values()):
        known = sorted({each for names in found.values() for each in names})
        raise OpsError(
            f"no restore of stack {cluster.stack!r} has the name {kept!r} (kept: {', '.join(known) or 'none'})"
        )
    for name in cluster.names:
        if kept in found[name]:
            _require(
                call(cluster.server(name), "rm", "-rf", f"{_DATA}/data/pg17.{kept}"), f"{name}: {kept} is there still"
            )


def _kept(cluster: Cluster, name: str) -> list[str]:
    """Names of what is kept beside the data of a node that runs."""
    server = cluster.server(name)
    if server.status != "running":
        raise OpsError(f"{name} does not run: what it has kept can only be removed while it does")
    listed = call(server, "ls", f"{_DATA}/data")
    _require(listed, f"{name}: its data cannot be read")
    return [line.removeprefix("pg17.") for line in listed.output.splitlines() if line.startswith("pg17.")]


def _unfinished(cluster: Cluster) -> Plan | None:
    ours: dict[str, str | list[str] | bool] = {"label": [*label_filters(cluster.stack), f"hft.role={ROLE}"]}
    helpers = (found for docker in cluster.docker.values() for found in docker.containers.list(all=True, filters=ours))
    marks = (helper.labels for helper in helpers)
    return next((Plan(each[_TO], each[_LEADER], each[_KEPT], begun=True) for each in marks), None)


def _reach(cluster: Cluster, chosen: Plan) -> None:
    """What has been written so far is in the archive, where a primary is there to write it."""
    for agent in _agents(cluster):
        if _step(agent, chosen.to, "reach").status not in (0, NOT_HERE):
            raise OpsError("the archive does not take the newest WAL; see above. Nothing was changed")


def _helper(cluster: Cluster, chosen: Plan, name: str) -> Container:
    """The running container beside a node, which is made where it is not there."""
    server, docker = cluster.server(name), cluster.docker_of(name)
    called = docker_name(cluster.stack, f"{name}-{ROLE}")
    try:
        helper = docker.containers.get(called)
    except NotFound:
        helper = created(
            _agent(cluster, name),
            called,
            labels={
                **labels(stack=cluster.stack, component="backup", role=ROLE, tier="data"),
                **{_TO: chosen.to, _KEPT: chosen.kept, _LEADER: chosen.leader},
            },
            volumes={_volume(server): f"{_DATA}/{name}"},
            entrypoint=["sleep", "infinity"],
            # The server's own, which is stopped while this one works.
            memory_bytes=server.attrs["HostConfig"]["Memory"],
        )
    helper.start()
    return helper


def _undo(cluster: Cluster, chosen: Plan, helpers: dict[str, Container]) -> None:
    _step(helpers[chosen.leader], chosen.to, "give-up", chosen.leader)
    cluster.start([chosen.leader, *(name for name in helpers if name != chosen.leader)])
    for helper in helpers.values():
        helper.remove(force=True, v=True)


def _volume(server: Container) -> str:
    """Name of a node's data volume."""
    return str(next(mount["Name"] for mount in server.attrs["Mounts"] if mount["Destination"] == f"{_DATA}/data"))


def _agents(cluster: Cluster) -> list[Container]:
    """One for each host with nodes."""
    hosts = {cluster.layout.nodes[name][1].docker: name for name in reversed(cluster.names)}
    return [_agent(cluster, name) for name in hosts.values()]


def _agent(cluster: Cluster, name: str) -> Container:
    """The agent of a node's host. Raises OpsError where it does not run."""
    marks = [*label_filters(cluster.stack), "hft.component=backup", f"hft.role={AGENT}"]
    found: Sequence[Container] = cluster.docker_of(name).containers.list(filters={"label": marks})
    if not found:
        raise OpsError(f"the host of {name} runs no container {AGENT!r}: hft up {cluster.stack}")
    return found[0]


def _step(container: Container, to: str, *arguments: str) -> Ended:
    return call(container, "python3", "-m", "agent", "in-place", to, *arguments)


def _require(ended: Ended, problem: str) -> None:
    if ended.status:
        raise OpsError(f"{problem}; see above. The same command goes on from there")
