"""The life of the whole `dev` stack, as a twin: the real engine, the policy pack, real containers, real faults.

The tests tell one story in their order: each starts from what the one before it has left.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from docker import DockerClient

from components._common.images import ImageLock
from ops.dashboards import looks
from ops.dashboards.drawing import draw
from ops.errors import OpsError
from ops.workspace import Workspace
from stacks.dashboards import dashboards
from tests.stacks.conftest import ROOT, config
from tests.stacks.twin import NAME, Twin, prepared, readme_commands, settings, steps

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

PROMETHEUS, POOLER, ROUTER = "http://127.0.0.1:24090", 21432, 20000
ALSO_BAD = """
import pulumi
import pulumi_docker as docker

host = docker.Provider("bad-host", host="unix:///var/run/docker.sock")
docker.Container("bad", name="hft-twin-bad", image="debian:latest", opts=pulumi.ResourceOptions(provider=host))
"""


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory, host: DockerClient) -> Iterator[Twin]:
    """The twin's folder; what it has on the host is removed before and after."""
    with prepared(tmp_path_factory.mktemp("twin") / "checkout", host) as made:
        yield made


def test_preview_says_what_up_would_do_and_does_nothing(twin: Twin, host: DockerClient) -> None:
    lines = twin.hft("preview")

    assert "✓ would create container engine-blue" in lines
    assert _containers(host) == []


def test_a_first_up_that_is_killed_is_picked_up_by_the_next(twin: Twin, host: DockerClient) -> None:
    _kill_up(twin, when=lambda: "hft-twin-tsdb-0" in _containers(host))

    lines = twin.hft("up")
    table = lines[lines.index(next(line for line in lines if line.startswith("part "))) + 1 :]
    assert len(table) == 27 + _grafana_is_there()
    assert [line for line in table if " healthy " not in line] == []


def test_a_row_written_through_the_pooler_is_read_from_a_standby(twin: Twin) -> None:
    with psycopg.connect(_dsn(twin, "hft_writer", "hft")) as connection:
        connection.execute(
            "INSERT INTO trading.audit_log (ts, actor, action, subject) VALUES (now(), 'test', 'write', 'row-1')"
        )
    assert _audited(twin) == ["row-1"]


def test_prometheus_sees_orders_and_every_target(twin: Twin) -> None:
    _eventually(lambda: _query("sum(hft_order_roundtrip_seconds_count)") > 0)
    first = _query("sum(hft_order_roundtrip_seconds_count)")
    _eventually(lambda: _query("sum(hft_order_roundtrip_seconds_count)") > first)
    # Where an engine is not meant to be, nothing answers.
    _eventually(lambda: _query('count(up{job!="engine-free-slot"} == 0) or vector(0)') == 0)
    assert _query('count(up{job!="engine-free-slot"})') == 23


def test_the_primary_keeps_the_hypertables(twin: Twin) -> None:
    # The job runs at each full minute.
    _eventually(lambda: len(_maintained(twin)) == 6, seconds=90)
    assert _maintained(twin) == [
        ("next chunk of trading.audit_log", None),
        ("next chunk of trading.opportunities", None),
        ("next chunk of trading.order_events", None),
        ("next chunk of trading.ticks", None),
        ("retention of trading.opportunities", None),
        ("retention of trading.ticks", None),
    ]


def test_every_panel_of_every_dashboard_shows_something(twin: Twin, tmp_path: Path) -> None:
    with looks.source(Workspace.prepared(NAME, twin.root), None, None) as source:
        end = time.monotonic() + 120
        # Some need a full minute, and backups are looked at every quarter of one.
        while wrong := [problem for page in looks.pages(NAME, source, time.time()) for problem in page.problems]:
            assert time.monotonic() < end, "\n".join(wrong)
            time.sleep(5)
        for page in looks.pages(NAME, source, time.time()):
            draw(page, tmp_path / f"{page.dashboard.uid}.png")

    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(f"hft-{NAME}-{name}" for name in dashboards(NAME))


def test_a_query_that_is_answered_with_nothing_is_found(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"desk": dashboards(NAME)["desk"].replace("hft_exposure_usd", "hft_exposure_eur")}
    monkeypatch.setattr(looks, "dashboards", lambda stack: broken)
    with looks.source(Workspace.prepared(NAME, twin.root), None, None) as source:
        (page,) = looks.pages(NAME, source, time.time())

    (problem,) = page.problems
    assert problem.startswith(
        "Desk overview twin: panel Exposure, query A: answers nothing: sum by (instance) (hft_exposure_eur{"
    )


def test_up_again_changes_nothing_and_deploys_nothing(twin: Twin) -> None:
    before = _updates(twin)

    assert "no changes" in twin.hft("up")
    assert _updates(twin) == before > 0


def test_what_was_edited_in_the_state_by_hand_is_put_right(twin: Twin) -> None:
    (volume,) = [urn for urn in _protected(twin) if urn.endswith("::tsdb-data-0")]
    assert twin.pulumi("state", "unprotect", volume, "--stack", NAME, "--yes").returncode == 0
    assert volume not in _protected(twin)
    before = _updates(twin)

    assert "no changes" in twin.hft("up")
    assert volume in _protected(twin)
    assert _updates(twin) == before + 1


def test_one_changed_setting_is_exactly_one_step(twin: Twin) -> None:
    twin.write({**settings(), "monitoring": {**settings()["monitoring"], "retention_days": 3}})

    assert steps(twin.hft("up")) == {
        "deleted old container monitoring-prometheus-0",
        "created anew container monitoring-prometheus-0",
    }
    assert "no changes" in twin.hft("up")


def test_a_container_removed_by_hand_comes_back(twin: Twin, host: DockerClient) -> None:
    host.containers.get("hft-twin-cache").remove(force=True, v=True)

    lines = twin.hft("up")
    assert "  container cache-server is gone or stopped" in lines
    assert steps(lines) == {"created container cache-server"}


def test_a_violating_program_is_blocked_at_preview(twin: Twin, host: DockerClient) -> None:
    twin.also(ALSO_BAD)
    with pytest.raises(OpsError) as blocked:
        twin.hft("preview")
    twin.as_committed()

    problems = [problem for problem in blocked.value.problems if problem.startswith("policy ")]
    assert sorted({problem.split()[1] for problem in problems}) == [
        *("engine-neighbours-bound", "few-capabilities", "images-pinned-by-digest", "logs-bounded"),
        "memory-bounded-without-swap",
        *("no-new-privileges", "root-file-system-read-only", "says-when-it-is-ready"),
    ]
    assert (
        "policy images-pinned-by-digest (mandatory)\n"
        "  An image is named by its id or digest: a tag can move under a trading host.\n"
        "  - container bad (hft-twin-bad): image='debian:latest' is a name that can move; use an image id "
        "(sha256:…) from images/lock.json or name@sha256:…"
    ) in problems
    assert "hft-twin-bad" not in _containers(host)


def test_an_up_killed_between_two_replacements_loses_no_row(twin: Twin, host: DockerClient) -> None:
    before = _members(host)
    twin.write({**settings(), "database": {**settings()["database"], "memory_mib": 1088}})
    _kill_up(twin, when=lambda: not before <= _members(host))

    lines = twin.hft("up")
    assert [line for line in lines if line.startswith("writer ") and " healthy " in line] != []
    assert _audited(twin) == ["row-1"]
    assert "no changes" in twin.hft("up")


def test_prod_previews_with_the_policy_pack(twin: Twin) -> None:
    (twin.root / "Pulumi.prod.yaml").write_text((ROOT / "Pulumi.prod.yaml").read_text().partition("encryptionsalt")[0])
    assert twin.pulumi("stack", "init", "prod").returncode == 0
    for name in config("prod")["secrets"]["given"]:
        told = twin.pulumi("config", "set", "--stack", "prod", "--secret", f"hft:secret-{name}", "none")
        assert told.returncode == 0
    previewed = twin.pulumi("preview", "--stack", "prod", "--policy-pack", "policies")

    assert previewed.returncode == 0, previewed.stdout + previewed.stderr
    assert f"{208 + 24 * _grafana_is_there()} to create" in previewed.stdout


def test_the_readmes_commands_by_hand_work_as_they_stand(twin: Twin) -> None:
    commands = readme_commands("By hand")
    assert [command.split()[:2] for command in commands] == [
        *(["pulumi", verb] for verb in ("stack", "preview", "up")),
        *(["hft", verb] for verb in ("status", "secrets")),
        ["pulumi", "destroy"],
        ["hft", "down"],
    ]
    for command in commands[:-2]:
        ran = twin.shell(command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        if command.startswith("pulumi up"):
            assert [word for word in (" created", " updated", " replaced", " deleted") if word in ran.stdout] == []
        if command.endswith("--json"):
            assert {part["healthy"] for part in json.loads(ran.stdout)} == {True}


def test_destroy_by_hand_keeps_what_protected_data_stands_on(twin: Twin, host: DockerClient) -> None:
    refused = twin.pulumi("destroy", "--stack", NAME, "--yes")
    assert refused.returncode != 0
    assert "is protected" in refused.stdout + refused.stderr
    destroyed = twin.shell(readme_commands("By hand")[-2])

    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert _containers(host) == [
        *(f"hft-twin-etcd-{index}{part}" for index in range(3) for part in ("", "-tls")),
        "hft-twin-router",
        *(f"hft-twin-tsdb-{index}{part}" for index in range(3) for part in ("", "-tls")),
        *(f"hft-twin-tsdb-{part}-{index}" for part in ("passwords", "roles") for index in range(3)),
        "hft-twin-tsdb-shared",
    ]


def test_down_leaves_nothing_but_protected_volumes(twin: Twin, host: DockerClient) -> None:
    down = twin.shell(readme_commands("By hand")[-1])

    assert down.returncode == 0, down.stdout + down.stderr
    assert _containers(host) == []
    assert host.networks.list(filters={"label": f"hft.stack={NAME}"}) == []
    assert len(host.volumes.list(filters={"label": f"hft.stack={NAME}"})) == 19 + _grafana_is_there()


def test_what_was_written_is_there_after_the_next_up(twin: Twin) -> None:
    twin.hft("up")

    assert _audited(twin) == ["row-1"]


def test_an_up_without_any_of_the_data_is_refused(twin: Twin, host: DockerClient) -> None:
    twin.hft("down")
    volumes = [f"hft-twin-tsdb-{index}-data" for index in range(3)]
    for name in volumes:
        host.volumes.get(name).remove()

    with pytest.raises(OpsError, match=f"all its data: its hosts have no volumes {', '.join(volumes)}. None was made"):
        twin.hft("up")
    assert _containers(host) == []
    assert not {each.name for each in host.volumes.list()} & set(volumes)


def test_down_with_volumes_leaves_nothing(twin: Twin, host: DockerClient) -> None:
    assert twin.hft("purge")[-1] == "everything is removed, data included"

    assert _containers(host) == []
    assert host.volumes.list(filters={"label": f"hft.stack={NAME}"}) == []
    assert host.networks.list(filters={"label": f"hft.stack={NAME}"}) == []


def _grafana_is_there() -> bool:
    """Whether a registry gave its image: without one the stack leaves it out, and its sixteen resources."""
    return "grafana" in ImageLock.load(ROOT / "images" / "lock.json")


def _kill_up(twin: Twin, when: Callable[[], bool]) -> None:
    """Start an `up` and end it, its engine and its plugins with SIGKILL as soon as something holds."""
    with subprocess.Popen(
        twin.argv("up"),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as command:
        _eventually(when)
        for child in _children(command.pid):
            subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(child)], check=False)
        command.kill()


def _protected(twin: Twin) -> list[str]:
    """URNs of what the engine refuses to delete."""
    state = json.loads(twin.pulumi("stack", "export", "--stack", NAME).stdout)
    return [each["urn"] for each in state["deployment"]["resources"] if each.get("protect")]


def _updates(twin: Twin) -> int:
    """How many deployments there were."""
    return len(json.loads(twin.pulumi("stack", "history", "--stack", NAME, "--json").stdout))


def _members(client: DockerClient) -> set[str]:
    """Ids of the database's containers."""
    return {str(each.id) for each in _found(client) if str(each.name).startswith("hft-twin-tsdb-")}


def _containers(client: DockerClient) -> list[str]:
    return sorted(str(each.name) for each in _found(client))


def _found(client: DockerClient) -> list[Any]:
    return list(client.containers.list(all=True, filters={"label": f"hft.stack={NAME}"}, ignore_removed=True))


def _dsn(twin: Twin, role: str, database: str) -> str:
    password_file = twin.root / ".hft" / f"pgpass-{NAME}"
    return f"host=127.0.0.1 port={POOLER} user={role} dbname={database} passfile={password_file}"


def _maintained(twin: Twin) -> list[tuple[Any, ...]]:
    """What keeps hypertables has done, and its problems."""
    password_file = twin.root / ".hft" / f"pgpass-{NAME}"
    dsn = f"host=127.0.0.1 port={ROUTER} user=hft_owner dbname=hft passfile={password_file}"
    with psycopg.connect(dsn, options="-c search_path=pg_catalog") as connection:
        return connection.execute("SELECT item, problem FROM hft.maintenance ORDER BY item").fetchall()


def _audited(twin: Twin) -> list[str]:
    """Subjects of the rows that the test wrote, as a standby has them."""
    query = "SELECT subject, pg_is_in_recovery() FROM trading.audit_log WHERE actor = 'test'"
    found: list[tuple[str, bool]] = []

    def replicated() -> bool:
        with psycopg.connect(_dsn(twin, "hft_reader", "hft_ro")) as connection:
            found[:] = connection.execute(query).fetchall()
        return found != []

    _eventually(replicated)
    assert {in_recovery for _, in_recovery in found} == {True}
    return [subject for subject, _ in found]


def _query(expression: str) -> float:
    answer = httpx.get(f"{PROMETHEUS}/api/v1/query", params={"query": expression}).json()
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def _children(pid: int) -> list[int]:
    """All processes of the session that `pid` leads: the engine, the language host and the plugins."""
    listed = subprocess.run(["ps", "-o", "pid=", "--sid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split() if int(line) != pid]


def _eventually(holds: Callable[[], bool], seconds: float = 180) -> None:
    """Wait until something holds; the bound is far above what it takes, so that a busy machine does not decide."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
