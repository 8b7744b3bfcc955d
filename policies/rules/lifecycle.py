"""Starting and stopping: a container is ready when it says so, and ends only after its orders have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule, whole
from policies.reading.durations import seconds
from policies.resources import Container, Tier

_AFTER_DRAIN_SECONDS = 5
_DRAIN_LABEL = "hft.drain-seconds"
_ENGINE_SECONDS = 30
_DATABASE_SECONDS = 60
_GRACES = {"stopTimeout": "after 10 s", "destroyGraceSeconds": "at once when replaced"}
"""The arguments, and when it is killed without one."""
_WAITS_FOR_EVER = ("stopTimeout", -1)
_UNHEARD = re.compile(r"(SIG)?(KILL|STOP)|9|19", re.IGNORECASE)
_SHELL = re.compile(r"(^|/)(a|ba|da|k|z)?sh$")
_EXEC = re.compile(r"(^|[\s;&|(])exec\s")
"""The command; not the option `-exec` of `find`."""
_DOCKERS_INTERVAL_SECONDS = 30


def _needed(container: Container, engine_seconds: int, database_seconds: int) -> int:
    """How long it may need to end well; 0 where nothing is lost."""
    drain = container.label(_DRAIN_LABEL) or ""
    if drain.isdecimal():
        return int(drain) + _AFTER_DRAIN_SECONDS
    if container.runs_once:
        return 0
    if container.is_engine:
        return engine_seconds
    return database_seconds if container.tier is Tier.DATA and container.runs_postgresql else 0


def _too_short(container: Container, needed: int) -> Mapping[str, int | None]:
    """The arguments that give it less, or are not set."""
    given = {argument: container.inputs.get(argument) for argument in _GRACES}
    return {
        argument: value
        for argument, value in given.items()
        if value is None or (value < needed and (argument, value) != _WAITS_FOR_EVER)
    }


def _ends_well(container: Container, *, engine_seconds: int, database_seconds: int) -> Iterator[str]:
    drain = container.label(_DRAIN_LABEL)
    if drain is not None and not drain.isdecimal():
        yield f"label {_DRAIN_LABEL}={drain!r} is no whole number of seconds; write it such as {engine_seconds}"
    if not (needed := _needed(container, engine_seconds, database_seconds)):
        return
    left = "orders open" if container.is_engine else "its work half done"
    for argument, value in _too_short(container, needed).items():
        if value is None:
            yield f"{argument} is not set, so it is killed {_GRACES[argument]}, {left}; set it to {needed} or more"
        else:
            yield f"{argument}={value} is shorter than the {needed} s that it needs to end; raise it"


def _graces(container: Container, *, engine_seconds: int, database_seconds: int) -> Mapping[str, Any]:
    needed = _needed(container, engine_seconds, database_seconds)
    return dict.fromkeys(_too_short(container, needed), needed) if needed else {}


def _hears_the_signal(container: Container) -> Iterator[str]:
    if not container.is_engine:
        return
    signal = str(container.inputs.get("stopSignal") or "")
    if not signal:
        yield "stopSignal is not set; name the one that cancels its orders, such as SIGTERM"
    elif _UNHEARD.fullmatch(signal):
        yield f"stopSignal={signal} reaches no program; name the one that cancels its orders, such as SIGTERM"
    words = [*container.texts("entrypoints"), *container.texts("command")]
    if words and _SHELL.search(words[0]) and not any(map(_EXEC.search, words)):
        yield f"starts by {words[0]}, which keeps the stop signal to itself; start the program alone, or by exec"


def _restarts_few_times(container: Container, *, most_restarts: int) -> Iterator[str]:
    if not container.is_engine:
        return
    restart, most = str(container.inputs.get("restart") or "no"), container.amount("maxRetryCount")
    if restart == "no":
        return
    bound = f"maxRetryCount={most_restarts}"
    if restart != "on-failure":
        yield f"restart={restart} starts it for ever, and a crash loop repeats its orders; set on-failure and {bound}"
    elif most is None:
        yield f"restart=on-failure without maxRetryCount starts it for ever; set {bound}"
    elif most > most_restarts:
        yield f"maxRetryCount={most} starts it more than {most_restarts} times; lower it"


def _says_when_ready(container: Container, *, minimum_interval_seconds: int) -> Iterator[str]:
    if container.runs_once:
        return
    check = container.inputs.get("healthcheck") or {}
    tests = [str(each) for each in check.get("tests") or ()]
    if not tests or tests[0] == "NONE":
        yield "healthcheck is not set, so nobody knows when it is ready; set tests to a probe of its own port"
    elif container.is_engine:
        yield from _awaited(container)
        yield from _probed_rarely(str(check.get("interval") or ""), minimum_interval_seconds)


def _awaited(container: Container) -> Iterator[str]:
    if not container.inputs.get("wait"):
        yield "wait is not true, so the deployment goes on before it is ready; set wait=True and waitTimeout"


def _probed_rarely(interval: str, minimum_seconds: int) -> Iterator[str]:
    # Docker takes 0 for "not set".
    found = seconds(interval)
    if (found or _DOCKERS_INTERVAL_SECONDS) < minimum_seconds:
        said = interval if found else f"{_DOCKERS_INTERVAL_SECONDS}s, the default,"
        yield f"healthcheck interval={said} forks on its cores that often; set {minimum_seconds}s or more"


RULES = (
    ResourceRule(
        name="ends-before-it-is-killed",
        description="An engine has time to cancel its orders, a database to checkpoint: Docker kills after 10 s.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_ends_well,
        mend=_graces,
        numbers={
            "engine_seconds": whole(
                _ENGINE_SECONDS, 5, 3_600, "Time of an engine, where no label hft.drain-seconds says it."
            ),
            "database_seconds": whole(_DATABASE_SECONDS, 10, 3_600, "Time for the checkpoint at PostgreSQL's end."),
        },
        steps="Set Container.stop_timeout and destroy_grace_seconds to the drain time and 5 s more.",
        source="https://docs.docker.com/reference/cli/docker/container/stop/",
        follows=(latency("L19"), latency("L29")),
        tags=("docker", "orders", "data"),
    ),
    ResourceRule(
        name="engine-hears-the-stop-signal",
        description="An engine gets the stop signal: a shell before it keeps the signal, and orders stay open.",
        severity=Severity.HIGH,
        of=Container,
        check=_hears_the_signal,
        steps="Set Container.stop_signal; give entrypoints and command as the program's own words, or use exec.",
        source="https://docs.docker.com/reference/dockerfile/#exec-form-entrypoint-example",
        follows=(latency("L20"),),
        tags=("docker", "orders"),
    ),
    ResourceRule(
        name="engine-restarts-few-times",
        description="An engine that crashes starts a few times, not for ever: each start may send its orders again.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_restarts_few_times,
        numbers={"most_restarts": whole(5, 1, 100, "Most starts after a crash.")},
        steps="Set Container.restart to on-failure with max_retry_count=5, or to no.",
        source="https://docs.docker.com/engine/containers/start-containers-automatically/",
        follows=(latency("L21"), cis_docker("5.15")),
        tags=("docker", "orders"),
    ),
    ResourceRule(
        name="says-when-it-is-ready",
        description="A service has a health check, and a deployment waits for an engine's: started is not yet ready.",
        severity=Severity.HIGH,
        of=Container,
        check=_says_when_ready,
        numbers={
            "minimum_interval_seconds": whole(
                5, 1, 300, "Least time between an engine's probes: each forks on its cores."
            )
        },
        steps="Set Container.healthcheck, wait=True and wait_timeout.",
        source="https://docs.docker.com/reference/dockerfile/#healthcheck",
        follows=(latency("L27"), cis_docker("5.27")),
        tags=("docker", "deploys"),
    ),
)
