"""Runs timeline: asks every source, shows what they tell, and names those that do not answer."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from pulumi import automation as auto

from ops.db.layout import layout
from ops.doctor import bundle
from ops.doctor.plan import plan
from ops.errors import OpsError
from ops.screen import Screen
from ops.timeline import alerts, audit, logs, records, view
from ops.timeline.event import Event
from ops.timeline.since import since
from ops.workspace import Workspace

Source = Callable[[], Iterable[Event]]
"""Tells what it has, and raises OpsError for what it has not: at once, or behind the rest."""


def timeline(workspace: Workspace, text: str, screen: Screen) -> None:
    """Show what happened since `text`, as `--since` says it. Raises OpsError where the stack is not up."""
    now = datetime.now(UTC)
    start = since(text, now)
    events, problems = gathered(_sources(workspace, start, now))
    if found := view.merged(events, start, now):
        screen.table(view.HEADS, view.rows(found))
    else:
        screen.line(f"nothing happened since {start:%Y-%m-%d %H:%M:%S} UTC")
    for problem in problems:
        screen.warning(problem)


def gathered(sources: Mapping[str, Source]) -> tuple[list[Event], list[str]]:
    """What the sources tell, and one line for each problem of one that does not answer, or not wholly."""
    events: list[Event] = []
    problems: list[str] = []
    for name, source in sources.items():
        try:
            # One by one: what a source tells before it raises is kept.
            for event in source():
                events.append(event)
        except OpsError as error:
            problems += (f"without {name}: {problem}" for problem in error.problems)
    return events, problems


def _sources(workspace: Workspace, start: datetime, now: datetime) -> Mapping[str, Source]:
    try:
        stack = workspace.select()
    except auto.StackNotFoundError:
        raise OpsError(f"stack {workspace.name!r} is not up: hft up {workspace.name}") from None
    state = workspace.state(stack)
    wanted = plan(state, workspace.name)
    if not wanted.hosts:
        raise OpsError(f"stack {workspace.name!r} is not up: hft up {workspace.name}")
    return {
        "alerts": lambda: alerts.look(wanted, start, now),
        "deployments": lambda: records.of_deploys(workspace, stack),
        "failovers": lambda: records.of_failovers(wanted),
        "containers": lambda: records.of_containers(wanted),
        "logs": lambda: logs.look(wanted, start, bundle.redactor(workspace, stack)),
        "audit rows": lambda: audit.look(layout(state, workspace.name), start),
    }
