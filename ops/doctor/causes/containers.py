"""Causes that lie in one container: it is not there, does not run, or does nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood, docker, logs, page, place
from ops.doctor.facts import Container, Facts
from ops.doctor.reach import affected

_LOOP_RESTARTS = 3
_LOOP = timedelta(minutes=10)
"""A container that has restarted this often, and last within this time, does not stay up."""
_ENDED = ("exited", "dead", "created")


def _each(
    holds: Callable[[Facts, Container], bool],
    evidence: Callable[[Container], tuple[str, ...]],
    command: Callable[[Facts, Container], str],
) -> Callable[[Facts], Iterator[Finding]]:
    """Looks at every container that keeps running."""

    def find(facts: Facts) -> Iterator[Finding]:
        for container in facts.parts:
            if holds(facts, container):
                yield Finding(
                    about=container.key,
                    subject=place(container),
                    evidence=evidence(container),
                    command=command(facts, container),
                    affects=affected(facts, container.key),
                    runbook=page(container),
                )

    return find


def _up(facts: Facts, _: Container) -> str:
    return f"hft up {facts.stack}"


def _start(facts: Facts, container: Container) -> str:
    return f"{docker(facts, container)} start {container.name}"


def _unpause(facts: Facts, container: Container) -> str:
    return f"{docker(facts, container)} unpause {container.name}"


def _processes(facts: Facts, container: Container) -> str:
    return f"{docker(facts, container)} top {container.name} -eo pid,stat,comm"


def _loops(facts: Facts, container: Container) -> bool:
    if container.out_of_memory:
        return False
    recent = container.started is not None and facts.at - container.started < _LOOP
    return container.status == "restarting" or (container.runs and container.restarts >= _LOOP_RESTARTS and recent)


def _stopped(_: Facts, container: Container) -> bool:
    return container.status in _ENDED and not container.out_of_memory


def _no_memory(_: Facts, container: Container) -> bool:
    # Docker keeps the mark until the next start that is asked for.
    return container.out_of_memory and not (container.runs and container.restarts == 0)


def _told_end(container: Container) -> tuple[str, ...]:
    when = f" at {container.finished:%Y-%m-%d %H:%M:%S}" if container.finished else ""
    return (f"{container.status}{when} with exit code {container.exit_code}",)


def _told_restarts(container: Container) -> tuple[str, ...]:
    return (f"{container.status}, {container.restarts} restarts, last exit code {container.exit_code}",)


def _told_memory(container: Container) -> tuple[str, ...]:
    return (f"the kernel killed it for its memory limit; {container.restarts} restarts, now {container.status}",)


def _unhealthy(_: Facts, container: Container) -> bool:
    return container.runs and container.health == "unhealthy"


def _silent(facts: Facts) -> Iterator[Finding]:
    silent: dict[str, list[str]] = {}
    for target in facts.targets:
        if target.problem:
            silent.setdefault(target.part, []).append(f"{target.job} at {target.address}: {target.problem}")
    for part, evidence in silent.items():
        container = facts.part(part)
        if container is None:
            yield Finding(
                about=f"endpoint {evidence[0]}",
                subject="an endpoint that no container is known of",
                evidence=tuple(evidence),
                command=f"hft status {facts.stack}",
                runbook="TargetDown",
            )
        elif container.runs:
            yield Finding(
                about=container.key,
                subject=place(container),
                evidence=tuple(evidence),
                command=logs(facts, container),
                affects=affected(facts, container.key),
                runbook=page(container),
            )


def _failed_jobs(facts: Facts) -> Iterator[Finding]:
    for container in facts.containers:
        if container.one_shot and container.status == "exited" and container.exit_code:
            yield Finding(
                about=container.key,
                subject=place(container),
                evidence=_told_end(container),
                command=logs(facts, container),
                affects=frozenset({container.key}),
            )


CAUSES = (
    Cause(
        name="container-missing",
        what="its container is not there",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(lambda _, each: each.status == "missing", lambda _: ("Docker has no container of that name",), _up),
    ),
    Cause(
        name="out-of-memory",
        what="it needs more memory than it may have",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(_no_memory, _told_memory, logs),
    ),
    Cause(
        name="container-stopped",
        what="its container is stopped",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(_stopped, _told_end, _start),
    ),
    Cause(
        name="container-paused",
        what="its container is paused",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(lambda _, each: each.status == "paused", lambda _: ("Docker holds all its processes",), _unpause),
    ),
    Cause(
        name="crash-loop",
        what="it ends again and again",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(_loops, _told_restarts, logs),
    ),
    Cause(
        name="process-halted",
        what="a process in it stands still",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_each(
            lambda _, each: bool(each.halted),
            lambda each: (f"stopped by a signal or a debugger: {', '.join(each.halted)}",),
            _processes,
        ),
    ),
    Cause(
        name="part-silent",
        what="it runs and does not answer",
        layer=Layer.SYMPTOM,
        likelihood=Likelihood.LIKELY,
        find=_silent,
    ),
    Cause(
        name="part-unhealthy",
        what="it runs and fails its health check",
        layer=Layer.SIGN,
        likelihood=Likelihood.LIKELY,
        find=_each(_unhealthy, lambda _: ("Docker says: unhealthy",), logs),
    ),
    Cause(
        name="job-failed",
        what="a job of the deployment has failed",
        layer=Layer.SIGN,
        likelihood=Likelihood.LIKELY,
        find=_failed_jobs,
    ),
)
