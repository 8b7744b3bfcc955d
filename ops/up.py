"""`hft up`: checks, picks up what was cut off, mends what was changed by hand, deploys, and says what is there."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from pulumi import automation as auto

from components.grafana import GrafanaSettings
from ops import access, grafana_rights, grafana_tls, locks, parts, preflight
from ops.db import rolling
from ops.deploy import deploy
from ops.drift import drifted, failed_jobs, lost_databases
from ops.errors import OpsError
from ops.parts import PartHealth
from ops.progress import friendly
from ops.recover import recover, refresh
from ops.screen import Screen
from ops.state import VOLUME, Resource, State
from ops.wanted import Wanted
from ops.workspace import Workspace, secret_output

HEADS = ("part", "endpoint", "health", "open it with")

_LOGS = "see docker logs "
_SETTLE_SECONDS = 30
"""How long parts that were not replaced may take to be healthy again after their neighbours were."""


def up(workspace: Workspace, wanted: Wanted, screen: Screen, *, replace: Sequence[str] = ()) -> None:
    """Bring the stack up; each job that failed is done anew, and what has a URN in `replace` whether it changed or not.

    Raises:
        OpsError: a check or the engine failed, or a part is not healthy at the end.
    """
    _notice(wanted, screen)
    with screen.timed("hosts have Docker, CPUs and images"):
        preflight.check_hosts(wanted)
    stack = workspace.select_or_create()
    if wanted.grafana is not None:
        _ask_grafana(wanted.grafana, grafana_rights.secret(workspace, stack), screen)
    state = _recovered(workspace, stack, wanted, screen)
    changed = drifted(state)
    _refuse_empty_databases(lost_databases(state, changed), workspace.name)
    _mend(stack, changed, screen)
    # What is gone is made in any case, and the engine knows it no more.
    anew = [*replace, *(job.urn for job in failed_jobs(state) if job not in changed)]
    progress = rolling.deploy(stack, workspace, state, screen, **({"replace": anew} if anew else {}))
    if not progress.changes:
        screen.line("no changes")
    exported = progress.outputs
    for output in access.OUTPUTS:
        file = access.path_of(output, workspace.root, workspace.name)
        if output in exported and (progress.rewritten or not file.exists()):
            access.write(file, secret_output(stack, workspace, output))
    report(settled(exported), screen)


def _ask_grafana(grafana: GrafanaSettings, given: str, screen: Screen) -> None:
    try:
        with screen.timed("Grafana lets the stack in"), httpx.Client(verify=grafana_tls.context()) as client:
            grafana_rights.check(grafana, given, client)
    except grafana_rights.AwayError as away:
        # What has not changed there needs no request: its outage is none of the stack's.
        screen.warning(f"{away}. This run goes on, and fails where something in that Grafana is to be changed")


def preview(workspace: Workspace, wanted: Wanted, screen: Screen) -> None:
    """Show what `up` would do. Raises OpsError where a host does not answer, or a check or policy fails."""
    _notice(wanted, screen)
    with screen.timed("hosts have Docker"):
        preflight.check_reachable(wanted)
    progress = deploy(workspace.select_or_create().preview, workspace, screen)
    screen.line(f"{progress.changes} changes" if progress.changes else "no changes")


def _notice(wanted: Wanted, screen: Screen) -> None:
    for notice in wanted.notices:
        screen.warning(notice)


def _recovered(workspace: Workspace, stack: auto.Stack, wanted: Wanted, screen: Screen) -> State:
    locks.release_stale(workspace.project, workspace.name, screen.note)
    state = recover(workspace, stack, screen)
    with screen.timed("ports and names are free"):
        preflight.check_names(wanted, state, workspace.name)
        notes = preflight.check_ports(wanted, workspace.name)
    for note in notes:
        screen.note(note)
    return state


def _refuse_empty_databases(lost: Sequence[Sequence[Resource]], stack: str) -> None:
    """What was in a lost database (roles, tables, orders) the state takes for there: an empty one would lack it.

    Raises OpsError where one is lost.
    """
    if lost:
        names = ", ".join(volume.id for data in lost for volume in data)
        raise OpsError(
            f"the database has lost all its data: its hosts have no volumes {names}. None was made. Where a disk is "
            "not mounted or Docker has another data folder, mend that and run it again. To begin with an empty "
            f"database, and no backup or secret of before: hft down {stack} --volumes, then hft up {stack}"
        )


def _mend(stack: auto.Stack, changed: Sequence[Resource], screen: Screen) -> None:
    for resource in changed:
        if resource.type == VOLUME:
            screen.warning(f"{friendly(resource.urn)} was deleted by hand, with its data: an empty one is made")
        else:
            screen.note(f"{friendly(resource.urn)} is gone or stopped")
    refresh(stack, screen, [resource.urn for resource in changed])


def settled(exported: Mapping[str, Any]) -> list[PartHealth]:
    """The health of the parts that a stack exports, once none is starting or after a while."""
    wanted = parts.exported(exported)
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        found = parts.health(wanted, exported.get("hosts", {}))
        if all(each.healthy for each in found) or time.monotonic() > deadline:
            return found
        time.sleep(1)


def report(found: list[PartHealth], screen: Screen) -> None:
    """Print the table. Raises OpsError where a part is not healthy."""
    if found:
        screen.table(HEADS, parts.rows(found))
    bad = [each for each in found if not each.healthy]
    if bad:
        raise OpsError(*map(_unwell, bad))


def _unwell(found: PartHealth) -> str:
    part = found.part
    advice = {
        parts.MISSING: f"{part.container} was removed meanwhile: run it again",
        parts.NO_HOST: "see that its Docker answers",
    }
    return f"{part.part} on host {part.host} is {found.health}: {advice.get(found.health, _LOGS + part.container)}"
