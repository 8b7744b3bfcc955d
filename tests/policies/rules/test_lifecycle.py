from typing import Any

import pytest

from policies.pack.rule import ResourceRule
from tests.policies.given import BY_NAME, DATABASE, ENGINE, SERVICE, container, found

ENDS, HEARS, RESTARTS, READY = (
    "ends-before-it-is-killed",
    "engine-hears-the-stop-signal",
    "engine-restarts-few-times",
    "says-when-it-is-ready",
)
GRACES = [
    ("stopTimeout", "after 10 s"),
    ("destroyGraceSeconds", "at once when replaced"),
]


def draining(seconds: str, tier: str = "engine") -> list[dict[str, str]]:
    return [{"label": "hft.tier", "value": tier}, {"label": "hft.drain-seconds", "value": seconds}]


def graces(seconds: int | None) -> dict[str, int | None]:
    return {"stopTimeout": seconds, "destroyGraceSeconds": seconds}


def mended(of: Any, **numbers: int) -> dict[str, Any]:
    rule = BY_NAME[ENDS]
    assert isinstance(rule, ResourceRule)
    assert rule.mend
    return dict(rule.mend(of, **{**rule.defaults, **numbers}))


@pytest.mark.parametrize(("argument", "when"), GRACES)
@pytest.mark.parametrize(
    ("kind", "left", "needed"), [(ENGINE, "orders open", 30), (DATABASE, "its work half done", 60)]
)
def test_a_time_that_is_not_said(argument: str, when: str, kind: Any, left: str, needed: int) -> None:
    assert found(ENDS, container(kind, **{argument: None})) == [
        f"{argument} is not set, so it is killed {when}, {left}; set it to {needed} or more"
    ]


@pytest.mark.parametrize("argument", ["stopTimeout", "destroyGraceSeconds"])
@pytest.mark.parametrize(("kind", "needed"), [(ENGINE, 30), (DATABASE, 60)])
def test_a_time_that_is_short(argument: str, kind: Any, needed: int) -> None:
    for value in (0, 10, needed - 1):
        assert found(ENDS, container(kind, **{argument: value})) == [
            f"{argument}={value} is shorter than the {needed} s that it needs to end; raise it"
        ]


@pytest.mark.parametrize(("kind", "needed"), [(ENGINE, 30), (DATABASE, 60)])
def test_a_time_that_is_enough(kind: Any, needed: int) -> None:
    assert found(ENDS, container(kind, **graces(needed))) == []
    assert found(ENDS, container(kind, **graces(needed + 1))) == []


def test_both_times_are_asked_for() -> None:
    assert found(ENDS, container(**graces(None))) == [
        "stopTimeout is not set, so it is killed after 10 s, orders open; set it to 30 or more",
        "destroyGraceSeconds is not set, so it is killed at once when replaced, orders open; set it to 30 or more",
    ]


def test_docker_may_wait_for_ever_but_a_replacement_does_not() -> None:
    assert found(ENDS, container(stopTimeout=-1)) == []
    assert found(ENDS, container(stopTimeout=-2)) == [
        "stopTimeout=-2 is shorter than the 30 s that it needs to end; raise it"
    ]
    assert found(ENDS, container(destroyGraceSeconds=-1)) == [
        "destroyGraceSeconds=-1 is shorter than the 30 s that it needs to end; raise it"
    ]


def test_times_as_configured() -> None:
    assert found(ENDS, container(stopTimeout=44, destroyGraceSeconds=45), engine_seconds=45) == [
        "stopTimeout=44 is shorter than the 45 s that it needs to end; raise it"
    ]
    assert found(ENDS, container(DATABASE, stopTimeout=300, destroyGraceSeconds=299), database_seconds=300) == [
        "destroyGraceSeconds=299 is shorter than the 300 s that it needs to end; raise it"
    ]
    assert found(ENDS, container(**graces(45)), engine_seconds=45, database_seconds=300) == []
    assert found(ENDS, container(DATABASE, **graces(300)), engine_seconds=3600, database_seconds=300) == []


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
def test_the_label_says_how_long_it_drains(tier: str) -> None:
    assert found(ENDS, container(labels=draining("60", tier), stopTimeout=64, destroyGraceSeconds=65)) == [
        "stopTimeout=64 is shorter than the 65 s that it needs to end; raise it"
    ]
    assert found(ENDS, container(labels=draining("60", tier), **graces(65))) == []


def test_the_label_may_say_less_than_an_engine_gets() -> None:
    assert found(ENDS, container(labels=draining("0"), **graces(5))) == []
    assert found(ENDS, container(labels=draining("0"), stopTimeout=4)) == [
        "stopTimeout=4 is shorter than the 5 s that it needs to end; raise it"
    ]


def test_what_drains_and_has_no_time() -> None:
    assert found(ENDS, container(labels=draining("60", "infra"), stopTimeout=None, destroyGraceSeconds=65)) == [
        "stopTimeout is not set, so it is killed after 10 s, its work half done; set it to 65 or more"
    ]


@pytest.mark.parametrize("value", ["60s", "", "-5", "1.5", "²"])
def test_a_label_that_says_no_seconds(value: str) -> None:
    assert found(ENDS, container(labels=draining(value), destroyGraceSeconds=29)) == [
        f"label hft.drain-seconds={value!r} is no whole number of seconds; write it such as 30",
        "destroyGraceSeconds=29 is shorter than the 30 s that it needs to end; raise it",
    ]


def test_a_label_that_says_no_seconds_is_told_of_any_tier() -> None:
    assert found(ENDS, container(labels=draining("a minute", "infra"), **graces(None)), engine_seconds=45) == [
        "label hft.drain-seconds='a minute' is no whole number of seconds; write it such as 45"
    ]


def test_a_job_ends_by_itself() -> None:
    assert found(ENDS, container(mustRun=False, **graces(None))) == []
    assert found(ENDS, container(mustRun=True, stopTimeout=29)) == [
        "stopTimeout=29 is shorter than the 30 s that it needs to end; raise it"
    ]


def test_a_job_that_drains_does_not() -> None:
    assert found(ENDS, container(mustRun=False, labels=draining("20"), stopTimeout=24)) == [
        "stopTimeout=24 is shorter than the 25 s that it needs to end; raise it"
    ]


def test_what_loses_nothing_may_be_killed() -> None:
    etcd = container(DATABASE, uploads=None, image="quay.io/coreos/etcd:v3.5", **graces(None))
    elsewhere = container(SERVICE, image="desk/postgres:17", **graces(None))

    assert elsewhere.runs_postgresql
    assert found(ENDS, container(SERVICE, **graces(None))) == []
    assert found(ENDS, etcd) == []
    assert found(ENDS, elsewhere) == []


@pytest.mark.parametrize(("kind", "needed"), [(ENGINE, 30), (DATABASE, 60)])
@pytest.mark.parametrize("short", [None, 0, 29])
def test_a_short_time_is_made_longer(kind: Any, needed: int, short: int | None) -> None:
    repaired = mended(container(kind, **graces(short)))

    assert repaired == graces(needed)
    assert found(ENDS, container(kind, **repaired)) == []


@pytest.mark.parametrize("value", [30, 120, -1])
def test_a_long_time_is_kept(value: int) -> None:
    given = {"stopTimeout": value, "destroyGraceSeconds": None}
    repaired = mended(container(**given))

    assert repaired == {"destroyGraceSeconds": 30}
    assert found(ENDS, container(**{**given, **repaired})) == []


def test_a_time_is_mended_to_what_is_configured() -> None:
    assert mended(container(**graces(10)), engine_seconds=45) == graces(45)
    assert mended(container(DATABASE, **graces(10)), database_seconds=90) == graces(90)


def test_a_drain_is_mended_by_its_label() -> None:
    given = {"labels": draining("60"), "stopTimeout": 30, "destroyGraceSeconds": 90}
    repaired = mended(container(**given))

    assert repaired == {"stopTimeout": 65}
    assert found(ENDS, container(**{**given, **repaired})) == []


def test_what_needs_no_time_is_given_none() -> None:
    assert mended(container(labels=draining("a minute", "infra"), **graces(None))) == {}


@pytest.mark.parametrize("signal", [None, ""])
def test_an_engine_whose_signal_is_not_said(signal: str | None) -> None:
    assert found(HEARS, container(stopSignal=signal)) == [
        "stopSignal is not set; name the one that cancels its orders, such as SIGTERM"
    ]


@pytest.mark.parametrize("signal", ["SIGKILL", "KILL", "kill", "9", "SIGSTOP", "STOP", "19"])
def test_a_signal_that_nothing_hears(signal: str) -> None:
    assert found(HEARS, container(stopSignal=signal)) == [
        f"stopSignal={signal} reaches no program; name the one that cancels its orders, such as SIGTERM"
    ]


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGINT", "TERM", "15", "SIGUSR1", "SIGTSTP", "SIGRTMIN+9"])
def test_a_signal_that_it_hears(signal: str) -> None:
    assert found(HEARS, container(stopSignal=signal)) == []


@pytest.mark.parametrize("shell", ["sh", "/bin/sh", "/bin/ash", "bash", "/usr/bin/bash", "dash", "ksh", "/bin/zsh"])
@pytest.mark.parametrize("argument", ["entrypoints", "command"])
def test_a_shell_keeps_the_signal(shell: str, argument: str) -> None:
    words = [shell, "-c", "python main.py"]
    assert found(HEARS, container(**{"command": None, argument: words})) == [
        f"starts by {shell}, which keeps the stop signal to itself; start the program alone, or by exec"
    ]


def test_the_entry_point_comes_first() -> None:
    assert found(HEARS, container(entrypoints=["/bin/sh", "-c"], command=["python main.py"])) == [
        "starts by /bin/sh, which keeps the stop signal to itself; start the program alone, or by exec"
    ]
    assert found(HEARS, container(entrypoints=["/usr/bin/engine"], command=["sh"])) == []


@pytest.mark.parametrize(
    "script",
    [
        "exec python main.py",
        "cd /app && exec python main.py",
        "cd /app&&exec python main.py",
        "cd /app;exec python main.py",
        "cd /app\nexec python main.py",
        "(exec python main.py)",
        "true|exec python main.py",
        'exec\t"$@"',
    ],
)
def test_a_shell_that_hands_over(script: str) -> None:
    assert found(HEARS, container(command=["sh", "-c", script])) == []
    assert found(HEARS, container(entrypoints=["sh", "-c"], command=[script])) == []


@pytest.mark.parametrize(
    "script", ["find . -exec rm {} +", "docker-exec engine", "execute main", "exec", "/app/exec.py"]
)
def test_a_shell_that_only_seems_to(script: str) -> None:
    assert found(HEARS, container(command=["sh", "-c", script])) == [
        "starts by sh, which keeps the stop signal to itself; start the program alone, or by exec"
    ]


@pytest.mark.parametrize(
    "words", [None, [], ["workloads.engine"], ["/entrypoint.sh"], ["fish"], ["refresh"], ["/bin/sh/engine"], ["shell"]]
)
def test_a_program_alone(words: Any) -> None:
    assert found(HEARS, container(command=words)) == []


def test_another_tier_may_start_by_a_shell() -> None:
    assert found(HEARS, container(SERVICE, stopSignal=None, command=["sh", "-c", "python main.py"])) == []


@pytest.mark.parametrize("restart", ["always", "unless-stopped"])
@pytest.mark.parametrize("most", [5, None])
def test_an_engine_that_starts_for_ever(restart: str, most: int | None) -> None:
    assert found(RESTARTS, container(restart=restart, maxRetryCount=most)) == [
        f"restart={restart} starts it for ever, and a crash loop repeats its orders; set on-failure and maxRetryCount=5"
    ]


@pytest.mark.parametrize("most", [0, None])
def test_an_engine_that_starts_after_each_failure(most: int | None) -> None:
    assert found(RESTARTS, container(maxRetryCount=most)) == [
        "restart=on-failure without maxRetryCount starts it for ever; set maxRetryCount=5"
    ]


@pytest.mark.parametrize("most", [6, 100])
def test_an_engine_that_starts_often(most: int) -> None:
    assert found(RESTARTS, container(maxRetryCount=most)) == [
        f"maxRetryCount={most} starts it more than 5 times; lower it"
    ]


@pytest.mark.parametrize("most", [1, 5])
def test_an_engine_that_starts_a_few_times(most: int) -> None:
    assert found(RESTARTS, container(maxRetryCount=most)) == []


@pytest.mark.parametrize("restart", ["no", "", None])
@pytest.mark.parametrize("most", [None, 100])
def test_an_engine_that_starts_once(restart: str | None, most: int | None) -> None:
    assert found(RESTARTS, container(restart=restart, maxRetryCount=most)) == []


def test_starts_as_configured() -> None:
    assert found(RESTARTS, container(maxRetryCount=2), most_restarts=2) == []
    assert found(RESTARTS, container(maxRetryCount=3), most_restarts=2) == [
        "maxRetryCount=3 starts it more than 2 times; lower it"
    ]
    assert found(RESTARTS, container(maxRetryCount=None), most_restarts=2) == [
        "restart=on-failure without maxRetryCount starts it for ever; set maxRetryCount=2"
    ]
    assert found(RESTARTS, container(restart="always"), most_restarts=2) == [
        "restart=always starts it for ever, and a crash loop repeats its orders; set on-failure and maxRetryCount=2"
    ]


@pytest.mark.parametrize("given", [{"restart": "always"}, {"maxRetryCount": None}, {"maxRetryCount": 100}])
def test_another_tier_may_start_for_ever(given: Any) -> None:
    assert found(RESTARTS, container(SERVICE, **given)) == []


def probe(**changes: Any) -> dict[str, Any]:
    return {"healthcheck": {"tests": ["CMD", "true"], "interval": "5s", **changes}}


@pytest.mark.parametrize("kind", [ENGINE, SERVICE, DATABASE])
@pytest.mark.parametrize(
    "check", [None, {}, {"interval": "5s"}, {"tests": []}, {"tests": ["NONE"]}, {"tests": ["NONE", "true"]}]
)
def test_a_service_that_does_not_say_when_it_is_ready(kind: Any, check: Any) -> None:
    assert found(READY, container(kind, healthcheck=check)) == [
        "healthcheck is not set, so nobody knows when it is ready; set tests to a probe of its own port"
    ]


@pytest.mark.parametrize("tests", [["CMD", "true"], ["CMD-SHELL", "true"], ["CMD", "NONE"]])
def test_a_service_that_does(tests: Any) -> None:
    assert found(READY, container(healthcheck={"tests": tests})) == []


@pytest.mark.parametrize("kind", [ENGINE, SERVICE])
def test_a_job_is_never_ready(kind: Any) -> None:
    assert found(READY, container(kind, mustRun=False, healthcheck=None)) == []
    assert found(READY, container(kind, mustRun=False, wait=False, **probe(interval="1s"))) == []


@pytest.mark.parametrize("value", [False, None])
def test_a_deployment_that_does_not_wait_for_an_engine(value: bool | None) -> None:
    assert found(READY, container(wait=value)) == [
        "wait is not true, so the deployment goes on before it is ready; set wait=True and waitTimeout"
    ]
    assert found(READY, container(SERVICE, wait=value)) == []


@pytest.mark.parametrize("interval", ["1s", "4s", "4.9s", "500ms"])
def test_an_engine_that_is_probed_often(interval: str) -> None:
    assert found(READY, container(**probe(interval=interval))) == [
        f"healthcheck interval={interval} forks on its cores that often; set 5s or more"
    ]
    assert found(READY, container(SERVICE, **probe(interval=interval))) == []


@pytest.mark.parametrize("interval", ["5s", "5000ms", "1m", "0s", "", None])
def test_an_engine_that_is_probed_rarely(interval: str | None) -> None:
    given = probe(interval=interval) if interval is not None else {"healthcheck": {"tests": ["CMD", "true"]}}
    assert found(READY, container(**given)) == []


def test_probes_as_configured() -> None:
    assert found(READY, container(**probe(interval="9s")), minimum_interval_seconds=10) == [
        "healthcheck interval=9s forks on its cores that often; set 10s or more"
    ]
    assert found(READY, container(**probe(interval="10s")), minimum_interval_seconds=10) == []


@pytest.mark.parametrize("interval", ["0s", ""])
def test_dockers_interval(interval: str) -> None:
    assert found(READY, container(**probe(interval=interval)), minimum_interval_seconds=30) == []
    assert found(READY, container(**probe(interval=interval)), minimum_interval_seconds=31) == [
        "healthcheck interval=30s, the default, forks on its cores that often; set 31s or more"
    ]


def test_an_engine_that_nobody_waits_for_and_that_is_probed_often() -> None:
    assert found(READY, container(wait=False, **probe(interval="1s"))) == [
        "wait is not true, so the deployment goes on before it is ready; set wait=True and waitTimeout",
        "healthcheck interval=1s forks on its cores that often; set 5s or more",
    ]
