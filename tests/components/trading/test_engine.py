"""The engine in its slot. That a slot takes over from the other one is not proven here."""

from typing import Any

import pulumi
import pytest

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.trading import TradingEngine, TradingEngineArgs
from components.trading.alerts import alert_rules
from components.trading.render import engine_json
from tests.components.trading.test_render import ENGINE, endpoint, settings
from tests.conftest import CONTAINER, Recorder, Secret, placements, probe, tls

DATABASE = Endpoint("10.0.0.1", 16432)
ROUTER = Endpoint("10.0.0.1", 15000)
ETCD = ("10.0.0.1:12379", "10.0.0.2:12379")
VENUES = (endpoint("alpha", 0), endpoint("beta", 1, host="b"))
RECORDED: dict[str, Any] = {
    "database": DATABASE,
    "database_password": "w",
    "ticks_password": "t",
    "standby_confirms": True,
    "etcd_endpoints": ETCD,
}


def build(
    changes: dict[str, Any] | None = None, opts: pulumi.ResourceOptions | None = None, **wires: Any
) -> TradingEngine:
    found = settings(engines=[{**ENGINE, **(changes or {})}])
    return TradingEngine(
        "engine",
        TradingEngineArgs(
            settings=found.engines[0],
            placements=placements("a", "b"),
            image="sha256:workloads",
            venues=VENUES,
            symbols=found.symbols,
            **wires,
        ),
        opts,
    )


def config(changes: dict[str, Any] | None = None, listen: int = 18080, **wires: Any) -> str:
    found = settings(engines=[{**ENGINE, **(changes or {})}])
    return engine_json(
        found.engines[0],
        stack="dev",
        image="sha256:workloads",
        listen=Endpoint("10.0.0.1", listen),
        venues=VENUES,
        symbols=found.symbols,
        database=wires.get("database"),
        orders_route=wires.get("orders_route"),
        standby_confirms=wires.get("standby_confirms", False),
        etcd_endpoints=wires.get("etcd_endpoints", ()),
    )


def deployed(recorder: Recorder, name: str, changes: dict[str, Any] | None = None, **wires: Any) -> dict[str, Any]:
    recorder.run(lambda: build(changes, **wires) and None)
    return recorder.inputs(CONTAINER, name)


@pytest.mark.parametrize("slot", ["blue", "green"])
def test_a_slot_is_one_trading_container(recorder: Recorder, slot: str) -> None:
    recorder.run(lambda: build({"slot": slot}) and None)

    assert [(found.type, found.name) for found in recorder.registrations if not found.type.startswith("pulumi:")] == [
        (CONTAINER, f"engine-{slot}"),
        ("hft:trading:TradingContainer", f"engine-{slot}"),
        ("hft:trading:TradingEngine", "engine"),
    ]
    assert recorder.inputs(CONTAINER, f"engine-{slot}")["name"] == f"hft-dev-engine-{slot}"
    assert recorder.provider(CONTAINER, f"engine-{slot}") == "on-a"


def test_the_slot_is_a_child_of_the_engine(recorder: Recorder) -> None:
    below: list[str] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        below.append(f"{args.type_} {args.name}")

    recorder.run(lambda: build(opts=pulumi.ResourceOptions(transformations=[note])) and None)

    assert below == [
        "hft:trading:TradingEngine engine",
        "hft:trading:TradingContainer engine-blue",
        f"{CONTAINER} engine-blue",
    ]


def test_it_runs_the_engine_on_its_cpus_with_its_image(recorder: Recorder) -> None:
    found = deployed(recorder, "engine-blue", {"cpu_set": "2-3", "drain_seconds": 20, "stop_grace_seconds": 25})

    assert found["command"] == ["workloads.engine", "--config", "/etc/hft/engine.json"]
    assert (found["image"], found["cpuSet"], found["stopTimeout"]) == ("sha256:workloads", "2-3", 25)
    assert {"cpuQuota", "cpuPeriod", "cpuShares", "cpus"} & found.keys() == set()
    assert {"label": "hft.tier", "value": "engine"} in found["labels"]


@pytest.mark.parametrize(("slot", "port"), [("blue", 18080), ("green", 18090)])
def test_it_is_ready_when_its_own_slot_says_so(recorder: Recorder, slot: str, port: int) -> None:
    found = deployed(recorder, f"engine-{slot}", {"slot": slot})

    assert probe(found) == [
        *("curl", "-fsS", "-o", "/dev/null", f"http://10.0.0.1:{port}/readyz"),
    ]


def test_configuration_and_password_are_files_and_the_password_is_secret(recorder: Recorder) -> None:
    found = deployed(recorder, "engine-blue", **RECORDED)
    uploads = found.pop("uploads")

    assert uploads == Secret(
        [
            {"file": "/etc/hft/engine.json", "content": config(**RECORDED), "permissions": "0444"},
            {"file": "/run/secrets/db-ticks", "content": "t", "permissions": "0444"},
            {"file": "/run/secrets/db-writer", "content": "w", "permissions": "0444"},
        ]
    )
    assert {"label": "hft.secrets", "value": "db-ticks,db-writer"} in found["labels"]


def test_the_configuration_is_of_the_slot_in_use(recorder: Recorder) -> None:
    found = deployed(recorder, "engine-green", {"slot": "green"})

    assert [upload["content"] for upload in found["uploads"]] == [config({"slot": "green"}, listen=18090)]


@pytest.mark.parametrize(("path", "route"), [("pooled", None), ("direct", Endpoint("10.0.0.1", 15000))])
def test_orders_take_the_route_that_the_settings_name(recorder: Recorder, path: str, route: Endpoint | None) -> None:
    found = deployed(recorder, "engine-blue", {"orders_path": path}, database=DATABASE, writer_route=ROUTER)

    assert [upload["content"] for upload in found["uploads"]] == [config(database=DATABASE, orders_route=route)]


def test_a_direct_engine_without_a_route_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match=r"^orders_path=direct has no writer_route to take: give"):
        deployed(recorder, "engine-blue", {"orders_path": "direct"}, database=DATABASE)


def test_without_a_database_it_has_no_secret(recorder: Recorder) -> None:
    found = deployed(recorder, "engine-blue")

    assert found["uploads"] == [{"file": "/etc/hft/engine.json", "content": config(), "permissions": "0444"}]
    assert [label["label"] for label in found["labels"] if label["label"] == "hft.secrets"] == []


def test_it_has_a_certificate_that_a_renewal_changes_under_it(recorder: Recorder) -> None:
    def program() -> Any:
        below: list[str] = []
        found = tls("engine")

        def note(args: pulumi.ResourceTransformationArgs) -> None:
            below.extend(each._name for each in args.opts.depends_on or [])

        build(opts=pulumi.ResourceOptions(transformations=[note]), tls=found, **RECORDED)
        return below

    assert recorder.run(program) == ["engine-filled"]
    assert recorder.inputs(CONTAINER, "engine-blue")["volumes"] == [
        {"containerPath": "/var/lib/hft/tls", "readOnly": True, "volumeName": "hft-dev-engine-tls"},
        {"containerPath": "/etc/hft"},
        {"containerPath": "/run/secrets"},
    ]


@pytest.mark.parametrize(
    ("slot", "port", "other", "other_port"), [("blue", 18080, "green", 18090), ("green", 18090, "blue", 18080)]
)
def test_outputs_are_of_the_slot_in_use_and_tell_where_nobody_is_to_answer(
    recorder: Recorder, slot: str, port: int, other: str, other_port: int
) -> None:
    def program() -> tuple[str, list[dict[str, object]], dict[str, str]]:
        engine = build({"slot": slot})
        return str(engine.endpoint), [each.as_output() for each in engine.scrape_targets], dict(engine.alert_rules)

    address = f"10.0.0.1:{port}"
    target = ScrapeTarget(
        job="engine",
        instance=f"engine-{slot}",
        host="a",
        address=address,
        interval_seconds=1,
        labels={"strategy": "arbitrage"},
    )
    free = ScrapeTarget(
        job="engine-free-slot",
        instance=f"engine-{other}",
        host="a",
        address=f"10.0.0.1:{other_port}",
        interval_seconds=1,
        labels={"strategy": "arbitrage"},
        expected=False,
    )
    assert recorder.run(program) == (address, [target.as_output(), free.as_output()], alert_rules())
