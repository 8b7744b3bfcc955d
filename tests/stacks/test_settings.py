from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.settings import StackSettings
from stacks.tls import repository_clients
from tests.stacks.conftest import Change, config


def put(path: str, value: Any) -> Change:
    """A change that puts a value at a path such as `trading.engines.0.cpu_set`."""

    def change(settings: dict[str, Any]) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        found: Any = settings
        for step in way:
            found = found[step]
        found[last] = value

    return change


def second_engine(**changes: Any) -> Change:
    def change(settings: dict[str, Any]) -> None:
        first = settings["trading"]["engines"][0]
        second = {**first, "name": "second", "strategy": "second", "blue_port": 18081, "green_port": 18091}
        settings["hosts"][0]["cpus"] = "0-3"
        settings["trading"]["engines"].append({**second, **changes})

    return change


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_committed_settings_are_good(stack: str) -> None:
    StackSettings.model_validate(config(stack))


def test_housekeeping_gets_what_engines_leave() -> None:
    assert StackSettings.model_validate(config("dev")).engine_cpus() == {"local": "1"}
    assert StackSettings.model_validate(config("prod")).engine_cpus() == {"alpha": "4-7"}


def test_two_engines_with_cpus_of_their_own_are_good(changed: Callable[[Change], dict[str, Any]]) -> None:
    settings = StackSettings.model_validate(changed(second_engine(cpu_set="2-3")))

    assert settings.engine_cpus() == {"local": "1-3"}


def test_both_halves_of_the_safe_profile_are_good(changed: Callable[[Change], dict[str, Any]]) -> None:
    def safe(settings: dict[str, Any]) -> None:
        settings["database"]["failover"] = settings["pooling"]["failover"] = {"profile": "safe"}

    assert StackSettings.model_validate(changed(safe)).database.failover.ttl_seconds == 30


def direct(pool_size: int) -> Change:
    def change(settings: dict[str, Any]) -> None:
        settings["trading"]["engines"][0]["orders_path"] = "direct"
        settings["pooling"]["pooler"]["pool_size"] = pool_size

    return change


def processes(number: int, pool_size: int) -> Change:
    def change(settings: dict[str, Any]) -> None:
        settings["pooling"]["pooler"].update(processes=number, pool_size=pool_size)

    return change


def test_processes_whose_pools_the_database_has_room_for_are_good(changed: Callable[[Change], dict[str, Any]]) -> None:
    StackSettings.model_validate(changed(processes(2, pool_size=17)))


@pytest.mark.parametrize(("stack", "pool_size"), [("dev", 33), ("prod", 11)])
def test_direct_engines_beside_pools_that_leave_them_their_connections_are_good(stack: str, pool_size: int) -> None:
    settings = config(stack)
    direct(pool_size)(settings)

    StackSettings.model_validate(settings)


def test_pools_of_any_size_are_good_beside_pooled_engines(changed: Callable[[Change], dict[str, Any]]) -> None:
    StackSettings.model_validate(changed(put("pooling.pooler.pool_size", 34)))


def test_the_database_may_count_on_all_that_engines_leave(changed: Callable[[Change], dict[str, Any]]) -> None:
    def roomier(settings: dict[str, Any]) -> None:
        settings["hosts"][0]["cpus"] = "0-2"
        settings["database"]["cpus"] = 2

    assert StackSettings.model_validate(changed(roomier)).database.cpus == 2


def test_engines_leave_the_database_its_cpus_only_where_it_has_a_node() -> None:
    found = config("prod")
    found["hosts"][1]["cpus"] = "0-2"
    found["database"].update(hosts=["alpha", "gamma"])

    assert StackSettings.model_validate(found).database.cpus == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            put("cache.host", "mars"),
            "the host of cache.valkey_port=mars is not one of hosts (local): use one of these or add it",
        ),
        (
            put("database.failover", {"profile": "safe"}),
            "pooling.failover.profile=fast differs from database.failover.profile=safe: a route that is slower than "
            "the database wastes its speed, one that is faster sees faults that are none; make them the same",
        ),
        (
            direct(pool_size=34),
            "database.objects.writer.connection_limit=35 is less than the 36 that hft_writer may need: "
            "34 by pooling.pooler.pool_size=34 in each of processes=1 on local, 2 by "
            "trading.engines[].orders_path=direct: lower pool_size or raise connection_limit",
        ),
        (
            processes(2, pool_size=18),
            "database.objects.writer.connection_limit=35 is less than the 36 that hft_writer may need: "
            "36 by pooling.pooler.pool_size=18 in each of processes=2 on local, 0 by "
            "trading.engines[].orders_path=direct: lower pool_size or raise connection_limit",
        ),
        (
            put("network.planes.0.host", "mars"),
            "network.planes[0].host=mars is not one of hosts (local): use one of these or add it",
        ),
        (
            put("hosts", [config("dev")["hosts"][0]] * 2),
            "hosts[1].name=local is also hosts[0].name: rename one of them",
        ),
        (
            put("cache.valkey_port", 15433),
            "cache.valkey_port takes port 15433 on host local, as database.postgres_port does: change one of them",
        ),
        (
            put("backup.drill_host", "mars"),
            "the host of backup.drill_port=mars is not one of hosts (local): use one of these or add it",
        ),
        (
            put("backup.window_days", 31),
            "database.objects.hypertables[0].retention_days=30 of ticks is shorter than backup.window_days=31: "
            "raise it or shorten the window",
        ),
        (
            put("backup.repository", {"s3": {"endpoint": "s3.example.net", "bucket": "hft", "region": "x"}}),
            "backup.repository.s3 needs the secrets backup-s3-key, backup-s3-key-secret: add them to secrets.given, "
            "and give their values with pulumi config set --secret hft:secret-<name>",
        ),
        (
            put("monitoring.heartbeat", {}),
            "monitoring.heartbeat needs the secret heartbeat: add it to secrets.given, and give its value with pulumi "
            "config set --secret hft:secret-heartbeat",
        ),
        (
            put("monitoring.receivers", [{"name": "desk", "gets": ["page", "ticket"], "slack": {}}]),
            "monitoring.receivers[0] needs the secret receiver-desk: add it to secrets.given, and give its value with "
            "pulumi config set --secret hft:secret-receiver-desk",
        ),
        (
            put("monitoring.maintenance", [{"host": "mars", "day": "2099-12-05", "start": "06:00", "end": "08:00"}]),
            "monitoring.maintenance[0].host=mars is not one of hosts (local): use one of these or add it",
        ),
        (
            put("monitoring.remote_write", [{"name": "mimir", "url": "https://mimir.example/push", "bearer": True}]),
            "monitoring.remote_write[0] needs the secret remote-write-mimir: add it to secrets.given, and give its "
            "value with pulumi config set --secret hft:secret-remote-write-mimir",
        ),
        (
            put("backup.metrics_port", 15432),
            "backup.metrics_port takes port 15432 on host local, as database.postgres_port does: change one of them",
        ),
        (
            put("trading.venues.1.plane", "moon"),
            "trading.venues[1].plane=moon is not one of network.planes (venues)",
        ),
        (
            put("trading.engines.0.cpu_set", "1-2"),
            "trading.engines[0].cpu_set=1-2 has CPU 2, which host local (cpus=0-1) does not give: choose among those",
        ),
        (
            put("trading.engines.0.cpu_set", "0-1"),
            "trading.engines take all of cpus=0-1 of host local: leave at least one CPU for everything else",
        ),
        (
            put("database.cpus", 2),
            "database.cpus=2 exceeds the CPUs that engines leave on host local (0): lower it or give the engines fewer",
        ),
        (
            second_engine(cpu_set="1-2"),
            "trading.engines[1].cpu_set=1-2 shares CPU 1 with trading.engines[0].cpu_set=1 on host local: "
            "make them disjoint",
        ),
    ],
)
def test_what_only_the_whole_shows_is_refused(
    changed: Callable[[Change], dict[str, Any]], change: Change, message: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        StackSettings.model_validate(changed(change))

    assert [found["msg"] for found in raised.value.errors()] == [f"Value error, {message}"]


def test_an_engine_far_from_a_pooler_is_refused() -> None:
    settings = config("prod")
    settings["pooling"]["pooler"]["hosts"] = ["beta", "gamma"]

    with pytest.raises(ValidationError) as raised:
        StackSettings.model_validate(settings)

    assert raised.value.errors()[0]["msg"] == (
        "Value error, trading.engines[0].host=alpha has no pooler (pooling.pooler.hosts=beta, gamma): "
        "add the host there"
    )


def test_a_volume_of_one_host_is_refused_as_the_repository_of_several() -> None:
    settings = config("prod")
    settings["backup"]["repository"] = {}

    with pytest.raises(ValidationError) as raised:
        StackSettings.model_validate(settings)

    assert raised.value.errors()[0]["msg"] == (
        "Value error, backup.repository is a volume of one host, and database.hosts are alpha, beta, gamma: set "
        "backup.repository.s3, backup.repository.path to a file system that all of them share, or "
        "backup.repository.host to one that serves the others"
    )


def test_a_host_serves_the_repository_to_the_others() -> None:
    settings = config("prod")
    settings["backup"]["repository"] = {"host": "gamma"}
    found = StackSettings.model_validate(settings)

    assert repository_clients(found) == ("tsdb-0", "tsdb-1", "tsdb-2", "backup-alpha", "backup-beta", "backup-gamma")
    settings["backup"]["repository"] = {"host": "delta"}
    with pytest.raises(ValidationError, match=r"the host of backup\.server_port=delta is not one of hosts"):
        StackSettings.model_validate(settings)


def test_a_bucket_with_given_keys_is_good() -> None:
    settings = config("prod")
    settings["backup"]["repository"] = {"s3": {"endpoint": "s3.example.net", "bucket": "hft", "region": "x"}}
    settings["secrets"]["given"] += ["backup-s3-key", "backup-s3-key-secret"]

    assert StackSettings.model_validate(settings).backup.repository.s3 is not None


@pytest.mark.parametrize("given", [[], ["db-owner"]])
def test_another_grafana_needs_a_secret_that_it_knows(given: list[str]) -> None:
    settings = config("dev") | {"grafana": {"mode": "external", "url": "https://grafana.example"}}

    with pytest.raises(ValidationError) as raised:
        StackSettings.model_validate(settings | {"secrets": {"given": given}})

    assert raised.value.errors()[0]["msg"] == (
        "Value error, grafana.mode=external needs the secret grafana-admin, which that Grafana knows and no stack can "
        "make: add it to secrets.given, and give its value with pulumi config set --secret hft:secret-grafana-admin"
    )


def test_another_grafana_with_a_given_secret_is_good() -> None:
    settings = config("dev") | {"grafana": {"mode": "external", "url": "https://grafana.example"}}

    assert StackSettings.model_validate(settings | {"secrets": {"given": ["grafana-admin"]}}).grafana.mode == "external"


def test_drills_are_where_the_database_is() -> None:
    settings = config("prod")
    settings["database"]["hosts"] = ["alpha", "beta"]
    settings["backup"]["drill_host"] = "gamma"

    with pytest.raises(ValidationError) as raised:
        StackSettings.model_validate(settings)

    assert raised.value.errors()[0]["msg"] == (
        "Value error, backup.drill_host=gamma is not one of database.hosts (alpha, beta): choose one of them, which "
        "all reach the repository"
    )
